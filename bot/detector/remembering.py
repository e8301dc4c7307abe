"""Remembers what texts mean, so that judging and grouping read each only once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.detection import Meaning

MOST = 5_000
"""Texts remembered, 2.5 kB each: what is compared with open stories again and again stays, the others go after a day or two."""


class Remembering:
    """A reader of meaning that asks another one only for texts it did not read lately. May be shared by threads."""

    def __init__(self, meanings: Callable[[Sequence[str]], Sequence[Meaning]], most: int = MOST) -> None:
        self._meanings = meanings
        self._most = most
        self._known: OrderedDict[str, Meaning] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> list[Meaning]:
        found = self._recall(texts)
        new = [text for text in dict.fromkeys(texts) if text not in found]
        found |= zip(new, self._meanings(new) if new else (), strict=True)
        self._keep(found)
        return [found[text] for text in texts]

    def _recall(self, texts: Sequence[str]) -> dict[str, Meaning]:
        with self._lock:
            return {text: self._known[text] for text in texts if text in self._known}

    def _keep(self, found: dict[str, Meaning]) -> None:
        with self._lock:
            for text, meaning in found.items():
                self._known[text] = meaning
                self._known.move_to_end(text)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
