"""What the desk asks of other people's servers while a person waits, and what it makes of the answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.model import Entry, Feed, Verdict
from bot.ports import Web, Writer


@dataclass(frozen=True, slots=True)
class Outside:
    """`judge` gives a feed's entries their verdicts as a turn would; it takes its time, so it is called on a thread.

    `writer` asks no language model: what a person reads on the spot may not cost one.
    """

    web: Web
    writer: Writer
    judge: Callable[[Sequence[Entry], Feed], tuple[Verdict, ...]]
