"""How cards and replies look in a terminal. Feed text is printed as text: no markup, no escape sequences."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.core.text import clean
from bot.model import Button, Card, Reply


def card(card: Card) -> RenderableType:
    """An alert, or a card of an answer."""
    parts: list[RenderableType] = [_badge(card), Text(clean(card.title), style="bold")]
    if card.lead:
        parts += [Text(""), Text(clean(card.lead))]
    if card.points:
        parts += [Text(""), _points(card.points)]
    if card.watch:
        parts += [Text(""), Text.assemble(("What to watch  ", "bold yellow"), clean(card.watch))]
    parts.append(Text(""))
    parts += [Text(clean(line), style="dim") for line in (card.source, card.because, *card.notes) if line]
    if card.link:
        parts.append(Text(clean(card.link), style="blue", overflow="fold"))
    return Panel(Group(*[part for part in parts if part is not None]), border_style="cyan", padding=(0, 1))


def reply(reply: Reply) -> RenderableType:
    """The desk's answer."""
    lines = [Text(clean(line)) for line in reply.text.splitlines()]
    return Group(*lines, *(Group(card(one), _lines(one.buttons)) for one in reply.cards), _lines(reply.buttons))


def finding(ok: bool, text: str, remedy: str) -> RenderableType:
    """One line of the check-up, and what to do."""
    line = Text.assemble(("✓ ", "green") if ok else ("✗ ", "bold red"), clean(text))
    return Group(line, Padding(Text(clean(remedy), style="dim"), (0, 0, 0, 2))) if remedy else line


def _badge(card: Card) -> Text:
    parts = [part for part in (card.category, card.where) if part]
    text = Text(" · ".join(parts).upper(), style="cyan")
    return Text.assemble((f" {card.mark.upper()} ", "black on yellow"), " ", text) if card.mark else text


def _points(points: tuple[str, ...]) -> Table:
    table = Table.grid(padding=(0, 1))
    for number, point in enumerate(points, 1):
        table.add_row(Text(f"{number}", style="bold cyan"), Text(clean(point)))
    return table


def _lines(buttons: tuple[Button, ...]) -> Text:
    said = "   ".join(button.line for button in buttons if button.line)
    return Text(f"  next: {clean(said)}" if said else "", style="dim")
