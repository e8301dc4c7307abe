"""How cards and replies look in Slack: Block Kit within its limits, and a plain form for when blocks are refused.

Feed text goes into rich_text and plain_text elements, in which Slack interprets no markup, no mention and no emoji, so
nothing needs escaping there. Limits: docs.slack.dev/reference/block-kit and slack_sdk.models.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from bot.core.text import clean, is_web, shorten, shorten_above, site
from bot.model import Button, Card, Pointer, Reply

Block = dict[str, Any]

MOST_BLOCKS = 48
"""Of the 50 a message may have; two are left for the notice that something was cut."""

MOST_CHARACTERS = 11_500
"""Of all blocks together: messages of 13,200 were refused (msg_blocks_too_long) though each block was within its limit."""

SECTION = 2_900
CONTEXT = 1_900
BUTTON = 75
NOTICE = 300
LONGEST_LINE = 2_000
"""What a button's value may hold."""

LONGEST_ADDRESS = 3_000
LINKED = 500
"""Characters of an address in a list; a longer one would crowd out the rest."""

ROW = 5
"""Buttons side by side; more than that in one block wrap as the window pleases."""

PAIRS = 4
"""Of more than one row: two for each of two subscriptions, which a row of five would part."""

MOST_BUTTONS = 25

ACTION = "line_"
"""Before the ids of buttons that carry a line; those that lead to an address have `LINK`."""

LINK = "link_"
NOTHING_TO_SAY = "RegPulse answered."
UNTITLED = "—"
"""In place of a text of which nothing is left to show: Slack refuses empty ones."""

_GROUP = re.compile(r"S[A-Z0-9]{1,30}")


@lru_cache(maxsize=64)
def message(card: Card, follows: str = "") -> tuple[str, list[Block]]:
    """The notification text and the blocks of one card; `follows` is the address of the message it goes on from.

    Made once for all channels that hear it because of the same words, so nobody may change it.
    """
    return notice(card), _fitted([_of_card(card, follows)])


def answer(reply: Reply) -> tuple[str, list[Block]]:
    """The text for notifications and screen readers, and the blocks of an answer."""
    groups = [[block] for block in _paragraphs(reply.text)]
    groups += [_of_card(card) for card in reply.cards]
    groups += [[row] for row in rows(reply.buttons)]
    text = clean(reply.text or " / ".join(card.title for card in reply.cards))
    return escaped(shorten(text, NOTICE)) or NOTHING_TO_SAY, _fitted(groups)


def plain(card: Card) -> str:
    """The whole card as text, for when Slack refuses its blocks; at most some 3,500 characters."""
    lines = [
        _badge(card),
        card.title,
        card.link,
        *(f"{heading}: {text}" for heading, text in card.amended),
        card.lead,
        *(f"{number}. {point}" for number, point in enumerate(card.points, 1)),
        f"What to watch: {card.watch}" if card.watch else "",
        *(f"{heading}: {text}" for heading, text in card.sections),
        *(f"Context: {one.text} {one.link}" for one in card.context),
        *card.earlier,
        *(f"{number}. {one.text} {one.link}" for number, one in enumerate((*card.stories, *card.reports), 1)),
        card.source,
        card.because,
        *card.notes,
    ]
    said = escaped(shorten_above([clean(line) for line in lines if line], 3_500))
    return f"{_group(card)}\n{said}" if _group(card) else said


def notice(card: Card) -> str:
    """What a phone's lock screen shows."""
    badge = " · ".join(part for part in (card.mark, card.category) if part)
    return escaped(shorten(clean(": ".join(part for part in (badge, card.title) if part)), NOTICE)) or UNTITLED


def escaped(text: str) -> str:
    """The three characters Slack's text markup is made of (docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# One card


def _of_card(card: Card, follows: str = "") -> list[Block]:
    blocks = [_mention(card), _context(_badge(card)), _title(card)]
    blocks += [_headed(heading, text) for heading, text in card.amended]
    if card.lead:
        blocks.append(_rich(_section(_text(card.lead))))
    if card.points:
        blocks.append(_rich(_points(card.points)))
    if card.watch:
        blocks.append(_headed("What to watch", card.watch))
    blocks += [_headed(heading, text) for heading, text in card.sections]
    blocks += [_headed("Context", one.text, *_source(one.link)) for one in card.context]
    if card.earlier:
        blocks.append(_earlier(card.earlier, follows))
    if card.stories:
        blocks.append(_rich(_list("ordered", card.stories)))
    if card.reports:
        blocks.append(_reports(card.reports))
    blocks.append(_context("\n".join(line for line in (card.source, card.because, *card.notes) if line)))
    blocks += rows(card.buttons)
    return [block for block in blocks if block]


def _mention(card: Card) -> Block:
    group = _group(card)
    return {"type": "section", "text": {"type": "mrkdwn", "text": group, "verbatim": True}} if group else {}


def _group(card: Card) -> str:
    """The one markup we write: a user group that is mentioned. An id that is none mentions nobody."""
    return f"<!subteam^{card.mention}>" if _GROUP.fullmatch(card.mention) else ""


def _badge(card: Card) -> str:
    when = f"{card.published.day} {card.published:%b %Y}" if card.published else ""
    return " · ".join(part for part in (card.mark, card.category, card.where, when) if part)


def _headed(heading: str, text: str, *after: Block) -> Block:
    return _rich(_section(_text(f"{heading}  ", bold=True), _text(text), *after))


def _source(link: str) -> tuple[Block, ...]:
    label = clean(site(link))
    return (
        ({"type": "text", "text": " Source: "}, {"type": "link", "url": link, "text": label})
        if _is_short(link) and label
        else ()
    )


def _reports(reports: Sequence[Pointer]) -> Block:
    return _rich(_section(_text("Reports", bold=True)), _list("ordered", reports))


def _list(style: str, lines: Sequence[Pointer]) -> Block:
    return {"type": "rich_text_list", "style": style, "elements": [_section(_pointed(one)) for one in lines]}


def _pointed(one: Pointer) -> Block:
    text = _text(shorten(clean(one.text), 300))
    return {"type": "link", "url": one.link, "text": text["text"]} if _is_short(one.link) else text


def _is_short(link: str) -> bool:
    return is_web(link) and len(link) <= LINKED


def _title(card: Card) -> Block:
    title = shorten(clean(card.title), 300) or UNTITLED
    if is_web(card.link) and len(card.link) <= LONGEST_ADDRESS:
        return _rich(_section({"type": "link", "url": card.link, "text": title, "style": {"bold": True}}))
    return _rich(_section(_text(title, bold=True)))


def _points(points: Sequence[str]) -> Block:
    return {"type": "rich_text_list", "style": "ordered", "elements": [_section(_text(point)) for point in points]}


def _earlier(lines: Sequence[str], follows: str) -> Block:
    heading, *events = lines
    listed = {"type": "rich_text_list", "style": "bullet", "elements": [_section(_text(event)) for event in events]}
    link = (_section({"type": "link", "url": follows, "text": "What this channel was told then"}),) if follows else ()
    return _rich(_section(_text(heading, bold=True)), *((listed,) if events else ()), *link)


def _text(text: str, *, bold: bool = False) -> Block:
    element: Block = {"type": "text", "text": shorten(text if text.endswith("  ") else clean(text), 1_500) or UNTITLED}
    return element | {"style": {"bold": True}} if bold else element


def _section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _context(text: str) -> Block:
    lines = [line for raw in text.splitlines() if (line := clean(raw))]
    if not lines:
        return {}
    return {
        "type": "context",
        "elements": [{"type": "plain_text", "text": shorten_above(lines, CONTEXT), "emoji": False}],
    }


def rows(buttons: Sequence[Button]) -> list[Block]:
    """The buttons in blocks; a line or an address that a button cannot carry has none."""
    elements = [_button(one, number) for number, one in enumerate(buttons[:MOST_BUTTONS]) if _can_carry(one)]
    wide = ROW if len(elements) <= ROW else PAIRS
    return [{"type": "actions", "elements": elements[at : at + wide]} for at in range(0, len(elements), wide)]


def _can_carry(button: Button) -> bool:
    if button.url:
        return button.url.startswith(("https://", "http://")) and len(button.url) <= LONGEST_ADDRESS
    return 0 < len(button.line) <= LONGEST_LINE


def _button(button: Button, number: int) -> Block:
    element: Block = {"type": "button", "text": label(button.label)}
    if button.url:
        return element | {"action_id": f"{LINK}{number}", "url": button.url}
    return element | {"action_id": f"{ACTION}{number}", "value": button.line}


def label(text: str, most: int = BUTTON) -> Block:
    """Plain text of one line, within a limit and never empty."""
    return {"type": "plain_text", "text": shorten(clean(text), most) or UNTITLED, "emoji": False}


# Answers


def _paragraphs(text: str) -> Iterable[Block]:
    """The text in as many sections as it needs, broken at line ends."""
    part: list[str] = []
    for raw in text.splitlines():
        line = shorten(clean(raw), SECTION)
        if sum(map(len, part)) + len(part) + len(line) > SECTION:
            if any(part):
                yield _plain_section(part)
            part = []
        part.append(line)
    if any(part):
        yield _plain_section(part)


def _plain_section(lines: list[str]) -> Block:
    return {"type": "section", "text": {"type": "plain_text", "text": "\n".join(lines), "emoji": False}}


def _fitted(groups: list[list[Block]]) -> list[Block]:
    """As many whole groups as a message holds, of the first at least what fits; what is left out is said."""
    blocks: list[Block] = []
    for group in groups:
        if not _fits([*blocks, *group]):
            return [*(blocks or _what_fits(group)), _context("More than a message holds: ask for less at a time.")]
        blocks += group
    return blocks


def _fits(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MOST_BLOCKS and sum(map(_size, blocks)) <= MOST_CHARACTERS


def _what_fits(group: Sequence[Block]) -> list[Block]:
    """Block by block, the shorter ones after a long one among them: the buttons come last."""
    kept: list[Block] = []
    for block in group:
        if _fits([*kept, block]):
            kept.append(block)
    return kept


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(inner) for inner in value.values())
    return sum(_size(inner) for inner in value) if isinstance(value, list) else 0
