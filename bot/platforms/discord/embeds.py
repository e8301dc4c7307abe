"""How cards and replies look in Discord: a headline for the notification, an embed for the brief, within Discord's limits.

Feed text is escaped, so that it never becomes markup, a mention, a timestamp or a link. Limits: message.mdx and
components/reference.mdx of Discord's API documentation.
"""

import re
from collections.abc import Iterable, Sequence

import discord
from discord.utils import escape_markdown, escape_mentions

from bot.core.text import clean, is_web, shorten, shorten_above, site
from bot.model import Card, Pointer, Reply

CONTENT = 2_000
TITLE = 256
DESCRIPTION = 4_000
FOOTER = 1_000
ALL_EMBEDS = 5_900
"""Characters of a message's embeds together; Discord allows 6,000."""

ROOM = 300
"""Characters of a description for what stands beside the list of a digest."""

MOST_EMBEDS = 10
NOTHING = "There is nothing to show."

_COLOUR = discord.Colour(0x0B5C6B)
_BREAKS_OUT = re.compile(r"[\s<>()\\]")
"""What could end a link early."""

_ROUND = str.maketrans("[]", "()")
_ROLE = re.compile(r"(\bmentions|\bmention:|→) role ([0-9]{5,20})\b")
"""How an answer names the role of a subscription; the client is told to notify nobody of it."""
_TAG = re.compile(r"<(?=[@#:/a-zA-Z])")


def content(card: Card, space: str = "") -> str:
    """What the notification shows, and the message's first lines: whom it mentions, place and headline.

    `space` is the server it is for.
    """
    headline = f"**{_unlinked(escaped(shorten(clean(card.title), 400)))}**"
    badge = shorten(escaped(_badge(card)), 400)
    return "\n".join(line for line in (_mention(card, space), badge, headline) if line)


def is_id(text: str) -> bool:
    """Whether it is an id as Discord gives them: a number of 64 bits."""
    return text.isascii() and text.isdecimal() and len(text) <= 20


def mentioned(card: Card, space: str) -> str:
    """The id of the one role the card may mention; never that of @everyone, which has the server's own id."""
    role = card.mention
    return role if space and is_id(role) and role != space else ""


def allowed(card: Card, space: str) -> discord.AllowedMentions:
    """Exactly that role, and nobody else whatever the text says."""
    role = mentioned(card, space)
    if not role:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(int(role))], replied_user=False)


def _mention(card: Card, space: str) -> str:
    role = mentioned(card, space)
    return f"<@&{role}>" if role else ""


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
    small = [clean(line) for line in (card.source if titled else "", card.because, *card.notes)]
    if any(small):
        made.set_footer(text=shorten_above([line for line in small if line], FOOTER))
    return made


def brief(card: Card) -> discord.Embed | None:
    """The embed of a message, which Discord refuses where nothing stands in it."""
    made = embed(card)
    return made if len(made) else None


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


def plain(card: Card, space: str = "") -> str:
    """The whole card as one text, for when Discord refuses the embed."""
    points = [f"{number}. {escaped(clean(point))}" for number, point in enumerate(card.points, 1)]
    link = f"<{card.link}>" if _is_web(card.link) else ""
    small = [escaped(clean(line)) for line in (card.source, card.because, *card.earlier, *card.notes) if line]
    watch = f"What to watch: {escaped(clean(card.watch))}" if card.watch else ""
    amended, sections = (
        [f"{heading}: {escaped(clean(text))}" for heading, text in headed] for headed in (card.amended, card.sections)
    )
    told = [f"{number}. {escaped(clean(one.text))}" for number, one in enumerate(card.stories, 1)]
    lines = [content(card, space), link, *amended, escaped(clean(card.lead)), *points, watch, *told, *sections, *small]
    return shorten_above([line for line in lines if line], CONTENT)


def answer(reply: Reply) -> tuple[str, list[discord.Embed]]:
    """Content and embeds of an answer; what does not fit is said."""
    text = _ROLE.sub(r"\1 <@&\2>", escaped(reply.text))
    long = len(text) > CONTENT - 100
    made = [discord.Embed(colour=_COLOUR, description=shorten(text, DESCRIPTION))] if long else []
    made += [one for card in reply.cards if len(one := embed(card, titled=True))]
    found: list[discord.Embed] = []
    for one in made[:MOST_EMBEDS]:
        if sum(map(len, found)) + len(one) > ALL_EMBEDS:
            break
        found.append(one)
    notice = "More than a message holds: ask for less at a time." if len(found) < len(made) else ""
    said = "\n".join(part for part in ("" if long else text, notice) if part)
    return said or ("" if found else NOTHING), found


def escaped(text: str) -> str:
    """As it stands, to the letter: no markup, no mention, no timestamp, no custom emoji."""
    return _TAG.sub("<\u200b", escape_mentions(escape_markdown(text, ignore_links=False)))


def _unlinked(text: str) -> str:
    """An address in a headline must not unfurl."""
    return text.replace("://", ":\u200b//")


def _is_web(link: str) -> bool:
    return is_web(link) and len(link) <= 2_000
