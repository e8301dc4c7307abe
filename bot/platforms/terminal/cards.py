"""How cards and replies look in a terminal. Feed text is printed as text: no markup, no escape sequences."""

import re
from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.core.text import clean
from bot.model import Button, Card, Reply

WIDEST = 92
"""Columns a card takes at most: longer lines are hard to read."""

# A hyperlink sequence may carry printable ASCII alone (the OSC 8 specification, "Encoding the URI"); and no other scheme,
# since a click may start whatever program is registered for it.
_CLICKABLE = re.compile(r"https?://[!-~]{1,2000}")

_PRESSED = ("form ", "cancel")
_SIGNS = {"✓": "green", "✗": "bold red", "•": "dim"}


def card(card: Card) -> RenderableType:
    """An alert, or a card of an answer. Without side borders, so that its text can be copied."""
    blocks = (
        _title(card),
        *(_headed(heading, text) for heading, text in card.amended),
        _text(card.lead),
        _points(card.points),
        _headed("What to watch", card.watch),
        *(_headed(heading, text) for heading, text in card.sections),
        *(_headed("Context", f"{one.text} Source: {one.link}") for one in card.context),
        _earlier(card.earlier),
        _points(tuple(f"{one.text} {one.link}" for one in card.stories)),
        _points(tuple(f"{one.text} {one.link}" for one in card.reports)),
        _small_print(card),
    )
    said = [Group(block, Text("")) for block in blocks if block is not None]
    return Constrain(Group(_badge(card), *said), WIDEST)


def reply(reply: Reply) -> RenderableType:
    """The desk's answer."""
    parts = [_line(line) for line in reply.text.splitlines()]
    for one in reply.cards:
        parts += [card(one), *_next(one.buttons)]
    return Group(*parts, *_next(reply.buttons))


def finding(ok: bool, text: str, remedy: str) -> RenderableType:
    """One line of the check-up, and what to do."""
    line = _line(f"{'✓' if ok else '✗'} {text}")
    return Group(line, Padding(Text(clean(remedy), style="dim"), (0, 0, 0, 2))) if remedy else line


def _badge(card: Card) -> Rule:
    title = Text(clean(" · ".join(part for part in (card.category, card.where) if part)).upper(), style="bold cyan")
    if card.mark:
        title = Text.assemble((f" {clean(card.mark).upper()} ", "black on yellow"), " ", title)
    return Rule(title, align="left", style="cyan")


def _title(card: Card) -> RenderableType:
    title = Text(clean(card.title), style=Style(bold=True) + _leads_to(card.link))
    if not card.published:
        return title
    return Group(title, Text(f"{card.published:%d %b %Y, %H:%M} UTC", style="dim"))


def _leads_to(link: str) -> Style:
    return Style(link=link) if _CLICKABLE.fullmatch(link) else Style()


def _text(text: str) -> Text | None:
    return Text(clean(text)) if text else None


def _points(points: tuple[str, ...]) -> Table | None:
    return _hanging((Text(f"{number}", style="bold cyan"), point) for number, point in enumerate(points, 1))


def _headed(heading: str, text: str) -> Text | None:
    return Text.assemble((f"{heading}  ", "bold yellow"), clean(text)) if text else None


def _earlier(lines: tuple[str, ...]) -> RenderableType | None:
    if not lines:
        return None
    heading, *events = lines
    return Group(Text(clean(heading), style="bold"), *filter(None, [_hanging((Text("•"), event) for event in events)]))


def _small_print(card: Card) -> RenderableType | None:
    lines = [Text(clean(line), style="dim") for line in (card.source, card.because) if line]
    if card.link:
        link = clean(card.link)
        lines.append(Text(link, style=Style(color="blue") + _leads_to(link), overflow="fold"))
    lines += [Text(clean(line), style="dim", overflow="fold") for line in card.notes]
    return Group(*lines) if lines else None


def _line(line: str) -> RenderableType:
    """One line of an answer; the sign it opens with coloured, and what follows kept to its right."""
    sign, _, rest = line.partition(" ")
    row = _hanging([(Text(sign, style=_SIGNS[sign]), rest)]) if sign in _SIGNS else None
    return row or Text(clean(line), overflow="fold")


def _hanging(rows: Iterable[tuple[Text, str]]) -> Table | None:
    table = Table.grid(padding=(0, 1, 0, 0))
    for sign, text in rows:
        table.add_row(sign, Text(clean(text), overflow="fold"))
    return table if table.row_count else None


def _next(buttons: tuple[Button, ...]) -> tuple[RenderableType, ...]:
    """What can be said next: here it is typed, so that nothing is offered that fills in a form or changes nothing."""
    offered = [one for one in buttons if one.url or not one.line.removeprefix("my ").startswith(_PRESSED)]
    rows = _hanging((Text("→", style="dim"), f"{one.label}: {one.line or one.url}") for one in offered)
    return (rows, Text("")) if rows else ()
