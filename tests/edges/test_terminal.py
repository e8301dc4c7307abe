"""The terminal: cards that can be read and copied anywhere, feed text that stays text, and a person who types."""

import asyncio
import errno
import io
import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress

from bot.model import Button, Caller, Card, Channel, Delivery, Later, Reply, Sent, Verb
from bot.platforms.terminal import cards
from bot.platforms.terminal.adapter import Terminal

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
ALERT = Card(
    title="Harbour Authority fines a maker of chatbots over missing risk assessments",
    link="https://harbour.example/fine",
    category="Enforcement",
    where="Harbourland",
    lead="The authority imposed the first fine under its AI act.",
    points=("The fine is 2 million euros.", "The maker has 30 days to appeal.", "Two more cases are open."),
    watch="The court hears the appeal on 9 March 2027.",
    source="Harbour Authority · official · 2 min",
    because="Sent because of: ai act",
    notes=("The report gives no more than this.", "Extracts from the source, no AI."),
    buttons=(Button("Evidence", "evidence 3"), Button("Why", "why 3")),
    published=NOW,
)
DELIVERY = Delivery("d1", 3, Channel("terminal", "", "terminal"), "alert", (), "sending", 1, NOW, NOW)

# What rich itself may send: a style, and the start or end of a hyperlink with printable ASCII alone in it.
OURS = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[!-~]*;[!-~]*\x1b\\")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Disk(io.StringIO):
    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


def shown(card: Card, *, width: int = 80, colour: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=colour, highlight=False, legacy_windows=False)
    console.print(cards.card(card))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_card_is_read_from_category_to_disclosure() -> None:
    lines = [line.rstrip() for line in shown(ALERT).splitlines()]
    assert lines[0].startswith("ENFORCEMENT · HARBOURLAND ─")
    assert lines[1:] == [
        "Harbour Authority fines a maker of chatbots over missing risk assessments",
        "24 Nov 2026, 12:30 UTC",
        "",
        "The authority imposed the first fine under its AI act.",
        "",
        "1 The fine is 2 million euros.",
        "2 The maker has 30 days to appeal.",
        "3 Two more cases are open.",
        "",
        "What to watch  The court hears the appeal on 9 March 2027.",
        "",
        "Harbour Authority · official · 2 min",
        "Sent because of: ai act",
        "https://harbour.example/fine",
        "The report gives no more than this.",
        "Extracts from the source, no AI.",
        "",
    ]


@pytest.mark.parametrize("width", [12, 24, 40, 80, 300])
def test_a_card_fits_the_terminal_and_loses_no_word(width: int) -> None:
    text = shown(ALERT, width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= min(width, cards.WIDEST)
    for part in (ALERT.title, ALERT.lead, *ALERT.points, ALERT.watch, ALERT.link, ALERT.because, *ALERT.notes):
        # the columns beside the points' numbers hold spaces, so what is left is the text
        assert squeezed(part) in squeezed(text)


@given(st.text(max_size=300), st.sampled_from([20, 80]))
def test_nothing_a_feed_wrote_reaches_the_terminal_as_a_command(text: str, width: int) -> None:
    card = Card(title=text, link=text, category=text, where=text, lead=text, points=(text,), watch=text, source=text,
                because=text, notes=(text,), mark=text)  # fmt: skip
    said = OURS.sub("", shown(card, width=width, colour=True))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said)


def test_a_screen_clearing_mark_up_writing_title_is_shown_as_it_is_spelled() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07[bold red]Free[/bold red] :smile: \u202etxt.exe\r\nsecond"
    said = OURS.sub("", shown(Card(title=hostile), colour=True))
    assert "[2J]0;owned[bold red]Free[/bold red] :smile: txt.exe second" in said


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "https://a.example/a b", "https://ä.example/", "http://"]
)
def test_only_a_plain_web_address_can_be_clicked(link: str) -> None:
    text = shown(Card(title="A title", link=link), colour=True)
    assert "\x1b]8;" not in text
    assert "\x1b]8;" in shown(Card(title="A title", link="https://a.example/?a=1;b=2#c"), colour=True)


def test_without_a_terminal_there_is_no_escape_sequence() -> None:
    assert "\x1b" not in shown(ALERT)


def test_who_asks_for_no_colour_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;36m" in shown(ALERT, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[\d;]*\b(3[0-7]|4[0-7]|9[0-7])\b", shown(ALERT, colour=True))


def test_an_answer_shows_its_lines_its_cards_and_what_to_say_next() -> None:
    console = Console(file=io.StringIO(), width=44, highlight=False)
    text = "Stories:\n✗ feed-a: answered 403 Forbidden, next try in 3 h\n[not markup]"
    console.print(cards.reply(Reply(text, (ALERT,), (Button("More", "search fine page:5"),))))
    assert isinstance(console.file, io.StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert lines[:4] == [
        "Stories:",
        "✗ feed-a: answered 403 Forbidden, next try",
        "  in 3 h",
        "[not markup]",
    ]
    assert [line for line in lines if line.startswith("→")] == [
        "→ Evidence: evidence 3",
        "→ Why: why 3",
        "→ More: search fine page:5",
    ]


def test_nothing_is_offered_that_a_terminal_has_no_window_for() -> None:
    buttons = (
        Button("Narrow", "form subscribe x"),
        Button("Narrow", "my form subscribe x"),
        Button("Cancel", "cancel"),
    )
    console = Console(file=io.StringIO(), width=44, highlight=False)
    console.print(cards.reply(Reply("Tried.", buttons=buttons)))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().strip() == "Tried."


async def test_an_alert_is_printed_and_sent() -> None:
    screen = Screen()
    assert await Terminal(console=Console(file=screen, highlight=False)).send(DELIVERY, ALERT) == Sent("")
    assert "Harbour Authority fines" in screen.getvalue()


async def test_a_quiet_terminal_prints_nothing() -> None:
    screen = Screen()
    assert await Terminal(quiet=True, console=Console(file=screen)).send(DELIVERY, ALERT) == Sent("")
    assert screen.getvalue() == ""


async def test_an_alert_that_may_have_been_printed_is_printed_again_at_once() -> None:
    outcome = await Terminal(quiet=True).resolve(DELIVERY, ALERT)
    assert isinstance(outcome, Later)
    assert outcome.after == timedelta(0)


async def test_a_full_disk_puts_the_alert_off_and_prints_it_once_there_is_room() -> None:
    disk = Disk()
    terminal = Terminal(console=Console(file=disk))
    disk.full = True
    outcome = await terminal.send(DELIVERY, ALERT)
    assert isinstance(outcome, Later)
    assert "No space left" in outcome.reason
    disk.full = False
    assert await terminal.send(DELIVERY, ALERT) == Sent("")
    assert disk.getvalue().count(ALERT.title) == 1


async def test_a_terminal_that_lacks_a_character_prints_the_rest() -> None:
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal = Terminal(console=Console(file=plain, width=80))
    await terminal.connect()
    assert await terminal.send(DELIVERY, Card(title="Câmara aprova", source="Diário · press")) == Sent("")
    plain.flush()
    assert isinstance(plain.buffer, io.BytesIO)
    assert b"C?mara aprova" in plain.buffer.getvalue()


async def test_an_alert_is_drawn_above_a_progress_bar_and_not_into_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    with Progress(console=Console(stderr=True, width=60), auto_refresh=False) as bars:
        bars.add_task("Reading feeds", total=10)
        bars.refresh()
        await Terminal(console=Console(width=60)).send(DELIVERY, ALERT)
        bars.refresh()
    first = next(line for line in screen.getvalue().splitlines() if "ENFORCEMENT" in line)
    assert "Reading feeds" not in first


class Desk:
    """Answers each line with itself, and remembers who asked."""

    verbs: tuple[Verb, ...] = ()

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, Caller]] = asyncio.Queue()

    async def answer(self, line: str, caller: Caller) -> Reply:
        self.heard.put_nowait((line, caller))
        return Reply(f"You said: {line}")


class Keyboard:
    """A real pseudo-terminal: `types` is the person's side."""

    def __init__(self) -> None:
        self._person, program = os.openpty()
        self.program = os.fdopen(program)

    def types(self, text: str) -> None:
        os.write(self._person, text.encode())

    def close(self) -> None:
        self.program.close()
        os.close(self._person)


@pytest.fixture
async def keyboard() -> AsyncIterator[Keyboard]:
    made = Keyboard()
    yield made
    made.close()


async def test_a_line_typed_is_answered_by_the_desk(keyboard: Keyboard) -> None:
    screen, desk = Screen(), Desk()
    terminal = Terminal(console=Console(file=screen, highlight=False), keyboard=keyboard.program)
    async with asyncio.timeout(300), asyncio.TaskGroup() as group:
        talk = group.create_task(terminal.listen(desk))
        keyboard.types("\nsearch [bold]ai act\nlatest\n")
        said, caller = await desk.heard.get()
        await desk.heard.get()
        talk.cancel()
    assert said == "search [bold]ai act"
    assert caller == Caller(Channel("terminal", "", "terminal"), "operator", rank="manager", operator=True)
    assert "You said: search [bold]ai act" in screen.getvalue()
    assert asyncio.get_running_loop().remove_reader(keyboard.program.fileno()) is False


async def test_the_end_of_input_does_not_end_the_listening(keyboard: Keyboard) -> None:
    desk = Desk()
    terminal = Terminal(console=Console(file=Screen()), keyboard=keyboard.program)
    talk = asyncio.create_task(terminal.listen(desk))
    keyboard.types("help\n\x04")
    await asyncio.wait_for(desk.heard.get(), 300)
    done, _ = await asyncio.wait((talk,), timeout=0.05)
    assert not done
    talk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await talk


async def test_a_quiet_terminal_asks_nobody_to_type(keyboard: Keyboard) -> None:
    screen, desk = Screen(), Desk()
    terminal = Terminal(quiet=True, console=Console(file=screen), keyboard=keyboard.program)
    talk = asyncio.create_task(terminal.listen(desk))
    keyboard.types("help\n")
    await asyncio.wait((talk,), timeout=0.05)
    talk.cancel()
    assert screen.getvalue() == ""
    assert desk.heard.empty()


async def test_nobody_is_asked_to_type_where_there_is_no_keyboard(tmp_path: Path) -> None:
    screen = Screen()
    lines = tmp_path / "lines"
    lines.write_text("unsubscribe 1\n")
    with lines.open() as file:
        talk = asyncio.create_task(Terminal(console=Console(file=screen), keyboard=file).listen(Desk()))
        await asyncio.wait((talk,), timeout=0.05)
        talk.cancel()
    assert screen.getvalue() == ""
