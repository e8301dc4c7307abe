"""The terminal as a platform: one channel, to which alerts are printed."""

import asyncio
from datetime import timedelta

from rich.console import Console

from bot.model import Card, Delivery, Later, Outcome, Pace, Sent
from bot.platforms.terminal import cards
from bot.ports import Desk


class Terminal:
    """Implements `ports.Platform`. `quiet` prints nothing: the page shows the alerts all the same."""

    name = "terminal"
    pace = Pace(per_second=1_000, channel_gap=timedelta(0))
    down = ""

    def __init__(self, *, quiet: bool = False, console: Console | None = None) -> None:
        self._quiet = quiet
        self._console = console or Console(highlight=False)

    async def connect(self) -> None:
        """Nothing to connect to."""

    async def listen(self, desk: Desk) -> None:
        """Nobody speaks here; `regpulse ask` does."""
        await asyncio.Event().wait()

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        if not self._quiet:
            self._console.print(cards.card(card))
        return Sent("")

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        return Later("not known to have been printed; printing again costs nothing", timedelta(0))

    async def close(self) -> None:
        """Nothing to close."""
