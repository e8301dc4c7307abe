"""How cards and replies look in Discord: a headline for the notification, an embed for the brief, within Discord's limits.

Feed text is escaped, so that it never becomes markup, a mention, a timestamp or a link. Limits: message.mdx and
components/reference.mdx of Discord's API documentation.
"""

import re
from collections.abc import Iterable, Sequence

import discord
from discord.utils import escape_markdown, escape_mentions

from bot.core.text import clean, shorten, shorten_above, site
from bot.model import Button, Card, Pointer, Reply

CONTENT = 2_000
TITLE = 256
DESCRIPTION = 4_000
FOOTER = 1_000
ALL_EMBEDS = 5_900
"""Characters of a message's embeds together; Discord allows 6,000."""

ROOM = 300
"""Characters of a description for what stands beside the list of a digest."""

MOST_EMBEDS = 10
LABEL = 80
CUSTOM_ID = 100
PREFIX = "rp:"

_COLOUR = discord.Colour(0x0B5C6B)
_BREAKS_OUT = re.compile(r"[\s<>()\\]")
"""What could end a link early."""

_ROUND = str.maketrans("[]", "()")
_TAG = re.compile(r"<(?=[@#:/a-zA-Z])")


def content(card: Card) -> str:
    """What the notification shows, and the message's first lines: place and headline."""
    headline = f"**{_unlinked(escaped(shorten(clean(card.title), 400)))}**"
    return shorten("\n".join(line for line in (escaped(_badge(card)), headline) if line), CONTENT)


def _badge(card: Card) -> str:
    return " · ".join(part for part in (card.mark, card.category, card.where) if part)


def embed(card: Card, *, titled: bool = False) -> discord.Embed:
    """The brief. `titled`: with the place and the headline, where no message content carries it."""
    text = _with_reports(shorten("\n\n".join(_paragraphs(card)), DESCRIPTION), card.reports)
    title = card.title if titled else card.source
    made = discord.Embed(
        colour=_COLOUR,
        title=shorten(escaped(clean(title)), TITLE) or None,
        url=card.link if _is_web(card.link) else None,
        description=text or None,
        timestamp=card.published,
    )
    if titled and (badge := clean(_badge(card))):
        made.set_author(name=shorten(badge, TITLE))
    small = [line for line in (card.source if titled else "", card.because, *card.notes) if line]
    if small:
        made.set_footer(text=shorten_above([clean(line) for line in small], FOOTER))
    return made


def _paragraphs(card: Card) -> Iterable[str]:
    for heading, text in card.amended:
        yield f"**{heading}** {escaped(clean(text))}"
    if card.lead:
        yield escaped(clean(card.lead))
    if card.points:
        yield "\n".join(f"**{number}.** {escaped(clean(point))}" for number, point in enumerate(card.points, 1))
    if card.watch:
        yield f"**What to watch** {escaped(clean(card.watch))}"
    if card.stories:
        yield _stories(card.stories)
    for heading, section in card.sections:
        yield f"**{heading}** {escaped(clean(section))}"
    for one in card.context:
        source = f" Source: {_linked(site(one.link), one.link)}" if _is_web(one.link) else ""
        yield f"**Context** {escaped(clean(one.text))}{source}"
    if card.earlier:
        heading, *events = card.earlier
        yield "\n".join([f"**{escaped(clean(heading))}**", *(f"• {escaped(clean(event))}" for event in events)])


def _stories(stories: Sequence[Pointer]) -> str:
    """Every line of a digest, by name alone where the addresses leave no room for all."""
    said = [shorten(clean(one.text), TITLE) for one in stories]
    linked = [_linked(text, one.link) for text, one in zip(said, stories, strict=True)]
    plain = [escaped(text) for text in said]
    rows = linked if sum(map(len, linked)) < DESCRIPTION - ROOM else plain
    return "\n".join(f"{number}. {row}" for number, row in enumerate(rows, 1))


def _with_reports(text: str, reports: Sequence[Pointer]) -> str:
    """The text, and under it as many whole lines of reports as there is room for: half a link would show its address."""
    lines = [text, "", "**Reports**"] if text else ["**Reports**"]
    rows = [f"{number}. {_linked(shorten(clean(one.text), TITLE), one.link)}" for number, one in enumerate(reports, 1)]
    while rows and sum(map(len, lines + rows)) + len(lines + rows) > DESCRIPTION:
        rows.pop()
    return "\n".join(lines + rows) if rows else text


def _linked(text: str, link: str) -> str:
    """A link by name. No bracket of the text may end it; and where the text holds an address, Discord would show both."""
    if not text or not _is_web(link) or _BREAKS_OUT.search(link):
        return escaped(text)
    return f"[{_unlinked(escaped(text.translate(_ROUND)))}](<{link}>)"


def plain(card: Card) -> str:
    """The whole card as one text, for when Discord refuses the embed."""
    points = [f"{number}. {escaped(clean(point))}" for number, point in enumerate(card.points, 1)]
    link = f"<{card.link}>" if _is_web(card.link) else ""
    small = [escaped(clean(line)) for line in (card.source, card.because, *card.earlier, *card.notes) if line]
    watch = f"What to watch: {escaped(clean(card.watch))}" if card.watch else ""
    amended, sections = (
        [f"{heading}: {escaped(clean(text))}" for heading, text in headed] for headed in (card.amended, card.sections)
    )
    told = [f"{number}. {escaped(clean(one.text))}" for number, one in enumerate(card.stories, 1)]
    lines = [content(card), link, *amended, escaped(clean(card.lead)), *points, watch, *told, *sections, *small]
    return shorten_above([line for line in lines if line], CONTENT)


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
