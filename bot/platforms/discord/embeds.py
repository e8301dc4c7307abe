"""How cards and replies look in Discord: a headline for the notification, an embed for the brief, within Discord's limits.

Feed text is escaped, so that it never becomes markup, a mention, a timestamp or a link. Limits: message.mdx and
components/reference.mdx of Discord's API documentation.
"""

import re
from collections.abc import Iterable

import discord
from discord.utils import escape_markdown, escape_mentions

from bot.core.text import clean, shorten, shorten_above
from bot.model import Button, Card, Reply

CONTENT = 2_000
TITLE = 256
DESCRIPTION = 4_000
FOOTER = 1_000
ALL_EMBEDS = 5_900
"""Characters of a message's embeds together; Discord allows 6,000."""

MOST_EMBEDS = 10
LABEL = 80
CUSTOM_ID = 100
PREFIX = "rp:"

_COLOUR = discord.Colour(0x0B5C6B)
_TAG = re.compile(r"<(?=[@#:/a-zA-Z])")


def content(card: Card) -> str:
    """What the notification shows, and the message's first lines: place and headline."""
    badge = " · ".join(part for part in (card.mark, card.category, card.where) if part)
    headline = f"**{_unlinked(escaped(shorten(clean(card.title), 400)))}**"
    return shorten("\n".join(line for line in (escaped(badge), headline) if line), CONTENT)


def embed(card: Card, *, titled: bool = False) -> discord.Embed:
    """The brief. `titled`: with the headline as its title, where no message content carries it."""
    text = shorten("\n\n".join(_paragraphs(card)), DESCRIPTION)
    title = card.title if titled else card.source
    made = discord.Embed(
        colour=_COLOUR,
        title=shorten(escaped(clean(title)), TITLE) or None,
        url=card.link if _is_web(card.link) else None,
        description=text or None,
        timestamp=card.published,
    )
    small = [line for line in (card.source if titled else "", card.because, *card.notes) if line]
    if small:
        made.set_footer(text=shorten_above([clean(line) for line in small], FOOTER))
    return made


def _paragraphs(card: Card) -> Iterable[str]:
    if card.lead:
        yield escaped(clean(card.lead))
    if card.points:
        yield "\n".join(f"**{number}.** {escaped(clean(point))}" for number, point in enumerate(card.points, 1))
    if card.watch:
        yield f"**What to watch** {escaped(clean(card.watch))}"
    for heading, section in card.sections:
        yield f"**{heading}** {escaped(clean(section))}"
    if card.earlier:
        heading, *events = card.earlier
        yield "\n".join([f"**{escaped(clean(heading))}**", *(f"• {escaped(clean(event))}" for event in events)])


def plain(card: Card) -> str:
    """The whole card as one text, for when Discord refuses the embed."""
    points = [f"{number}. {escaped(clean(point))}" for number, point in enumerate(card.points, 1)]
    link = f"<{card.link}>" if _is_web(card.link) else ""
    small = [escaped(clean(line)) for line in (card.source, card.because, *card.earlier, *card.notes) if line]
    sections = [f"{heading}: {escaped(clean(text))}" for heading, text in card.sections]
    lines = [content(card), link, escaped(clean(card.lead)), *points, *sections, *small]
    return shorten("\n".join(line for line in lines if line), CONTENT)


def answer(reply: Reply) -> tuple[str, list[discord.Embed]]:
    """Content and embeds of an answer; what does not fit is said."""
    found: list[discord.Embed] = []
    if len(reply.text) > CONTENT - 100:
        found.append(discord.Embed(colour=_COLOUR, description=shorten(escaped(reply.text), DESCRIPTION)))
    for card in reply.cards:
        made = embed(card, titled=True)
        if len(found) == MOST_EMBEDS or sum(map(len, found)) + len(made) > ALL_EMBEDS:
            break
        found.append(made)
    cut = len(found) < len(reply.cards)
    text = "" if len(reply.text) > CONTENT - 100 else escaped(reply.text)
    notice = "More than a message holds: ask for less at a time." if cut else ""
    return shorten("\n".join(part for part in (text, notice) if part), CONTENT), found


def view(buttons: Iterable[Button]) -> discord.ui.View | None:
    """The buttons; each carries its command line, so that it works after any restart. Lines too long are left out."""
    made = discord.ui.View(timeout=None)
    for button in list(buttons)[:5]:
        custom_id = PREFIX + button.line
        if button.line and len(custom_id) <= CUSTOM_ID:
            made.add_item(discord.ui.Button(label=shorten(clean(button.label), LABEL), custom_id=custom_id))
    made.stop()  # the library would keep every view it waits on for ever; we listen for the interaction itself
    return made if made.children else None


def escaped(text: str) -> str:
    """As it stands, to the letter: no markup, no mention, no timestamp, no custom emoji."""
    return _TAG.sub("<\u200b", escape_mentions(escape_markdown(text, ignore_links=False)))


def _unlinked(text: str) -> str:
    """An address in a headline must not unfurl."""
    return text.replace("://", ":\u200b//")


def _is_web(link: str) -> bool:
    return link.startswith(("https://", "http://")) and len(link) <= 2_000
