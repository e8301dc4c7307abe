"""The terminal as a platform: one channel, to which alerts are printed and in which a person may type a line."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import IO, TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from bot.core.text import clean
from bot.model import Caller, Card, Channel, Delivery, Later, Outcome, Pace, Sent
from bot.platforms.drawing import drawing
from bot.platforms.terminal import cards
from bot.ports import Answers

_OPERATOR = Caller(Channel("terminal", "", "terminal"), "operator", rank="manager", operator=True)
_HINT = "Type a line to ask: latest 5, search eu ai act, help. Ctrl-C stops."

_LOOK_AGAIN = 1.0
"""Seconds until a process in the background looks whether it came to the front."""


class Terminal:
    """Implements `ports.Platform`. `quiet` prints nothing: the page shows the alerts all the same.

    `keyboard` is where lines are typed; nobody types where it is no terminal.
    """

    name = "terminal"
    pace = Pace(per_second=1_000, channel_gap=timedelta(0))
    down = ""
    heard = None
    """A keyboard sends no heartbeat."""
    traceable = None
    ahead = None

    def __init__(
        self, *, quiet: bool = False, console: Console | None = None, keyboard: TextIO | None = sys.stdin
    ) -> None:
        self._quiet = quiet
        self._console = console or Console(highlight=False)
        self._keyboard = keyboard if keyboard and keyboard.isatty() else None

    async def connect(self) -> None:
        """A character the terminal's encoding lacks becomes "?", rather than an alert that cannot be printed."""
        if isinstance(self._console.file, io.TextIOWrapper):
            self._console.file.reconfigure(errors="replace")

    async def listen(self, desk: Answers) -> None:
        """Answers the lines typed, where there is a keyboard; `regpulse ask` answers anywhere."""
        if self._keyboard and not self._quiet:
            self._print(Text(_HINT, style="dim"))
            async for line in _typed(self._keyboard.fileno()):
                self._print(Text(""), cards.reply(await desk.answer(line, _OPERATOR)))
        await asyncio.Event().wait()

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        if self._quiet:
            return Sent("")
        with drawing():
            shown = Text(f"{clean(card.title)}\n{clean(card.lead)}\n{card.link}") if card.plainly else cards.card(card)
        try:
            self._print(shown)
        except OSError as error:
            return Later(f"the terminal cannot be written to ({error.strerror})")
        return Sent("")

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        return Sent(delivery.message)  # what is printed is printed

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        return Later("not known to have been printed; printing again costs nothing", timedelta(0))

    async def close(self) -> None:
        """Nothing to close."""

    def _print(self, *parts: RenderableType) -> None:
        """Written at once or not at all: what a full disk refused must not stay in rich's buffer for the next print."""
        with self._console.capture() as drawn:
            self._console.print(*parts, sep="\n")
        try:
            screen = self._screen()
            screen.write(drawn.get())
            screen.flush()
        except (
            BrokenPipeError
        ):  # `| head` has read enough: stop as with Ctrl-C, without a second failure on the way out
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._console.file.fileno())
            signal.raise_signal(signal.SIGINT)
            raise

    def _screen(self) -> IO[str]:
        """A progress bar stands in for `sys.stdout` on its own terminal, and draws what it is given above itself."""
        drawn_on = getattr(sys.stdout, "rich_proxied_file", None)
        above = self._console.is_terminal and drawn_on is self._console.file
        return sys.stdout if above else self._console.file


async def _typed(keyboard: int) -> AsyncIterator[str]:
    """The lines typed, until the end of input (Ctrl-D)."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        if not _in_front(keyboard):  # whoever reads there from the background is stopped by the terminal (SIGTTIN)
            loop.remove_reader(keyboard)
            loop.call_later(_LOOK_AGAIN, loop.add_reader, keyboard, read)
            return
        with suppress(BlockingIOError):
            heard = os.read(keyboard, 4_096)
            if not heard:
                loop.remove_reader(keyboard)
            lines.put_nowait(heard.decode(errors="replace").strip() if heard else None)

    loop.add_reader(keyboard, read)
    try:
        while (line := await lines.get()) is not None:
            if line:
                yield line
    finally:
        loop.remove_reader(keyboard)


def _in_front(keyboard: int) -> bool:
    try:
        return os.tcgetpgrp(keyboard) == os.getpgrp()
    except OSError:  # not the terminal that controls us: nothing would stop us
        return True
