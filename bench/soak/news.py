"""What the soak tells and to whom: invented bills of ten countries, and channels that each ask for five of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.model import Channel
from tests.standins.feeds import Item

PLACES = ("Norway", "Kenya", "Chile", "Ireland", "Korea", "Canada", "Estonia", "India", "Poland", "Denmark")
TEAMS = tuple(f"T{number}" for number in range(10))
WIRES = 7
"""Feeds that carry the news; with ten places, each carries all of them."""

ASKED = 5
"""Places that a channel asks for, so that a story is told to half of the channels."""

MOST = 89_999
"""Stories; the number of a bill has five digits."""

_BODIES = ("Parliament", "Ministry", "Senate", "Cabinet", "Regulator", "Assembly", "Council", "Privacy watchdog")
_ACTS = ("adopts", "proposes", "delays", "amends", "rejects", "signs", "withdraws", "approves")
_MATTERS = (
    "AI chatbots for children", "AI facial recognition", "frontier AI models", "AI hiring tools", "AI deepfakes in elections",
    "AI training data", "AI in self-driving cars", "AI-generated images", "general-purpose AI",
)  # fmt: skip
_SYLLABLES = (
    "ba",
    "der",
    "kol",
    "mi",
    "nor",
    "sta",
    "vel",
    "ri",
    "ton",
    "fe",
    "ga",
    "lu",
    "mar",
    "pe",
    "ros",
    "sen",
    "ta",
)
_EVERY_SHORT = 3
"""Every third story says little, so that its article is asked for."""


@dataclass(frozen=True, slots=True)
class Story:
    """An event of its own: no two tell of the same bill, and no event has two (`bot/core/traits.py`)."""

    number: int
    title: str
    text: str

    @property
    def place(self) -> str:
        return PLACES[self.number % len(PLACES)]

    @property
    def wire(self) -> str:
        return f"wire{self.number % WIRES}"

    @property
    def path(self) -> str:
        return f"/articles/{self.number}.html"

    @property
    def short(self) -> bool:
        return self.number % _EVERY_SHORT == 0

    @property
    def page(self) -> str:
        said = "".join(f"<p>{self.title} ({part}). {self.text}</p>" for part in ("first reading", "second reading"))
        return f"<!doctype html><html><head><title>{self.title}</title></head><body><article>{said}</article></body></html>"

    def item(self, address: str, when: datetime) -> Item:
        told = self.text[:250] if self.short else self.text
        return Item(self.title, f"http://{address}{self.path}", told, when, guid=f"story-{self.number}")


def marker(number: int) -> str:
    return f"Bill {10_000 + number}"


def story(number: int, seed: int) -> Story:
    chance = random.Random(f"{seed} {number}")  # noqa: S311  # figures, not secrets
    body, act, matter = chance.choice(_BODIES), chance.choice(_ACTS), chance.choice(_MATTERS)
    title = f"{body} in {PLACES[number % len(PLACES)]} {act} {marker(number)} on {matter}, {_coined(chance, 2).title()} says"
    text = (
        f"The rules of {marker(number)} on artificial intelligence apply from {chance.randint(1, 28)} March 2027. "
        f"Whoever sells AI systems to {_coined(chance, 2)} must register them with {_coined(chance, 1).title()} by then. "
        + " ".join(f"{_coined(chance, 9).capitalize()}." for _ in range(8))
    )
    return Story(number, title, text)


def aside(number: int, when: datetime) -> Item:
    """What is beside the point, and told to nobody."""
    title = f"Local bakery wins prize number {number}"
    return Item(title, "", f"Judges praised loaf number {number}.", when, guid=f"aside-{number}")


def channels(many: int) -> tuple[tuple[Channel, str], ...]:
    """Half on Slack, over ten workspaces, half on Discord; each with a query of its own, for the bills of its places."""
    return tuple(
        (channel, f'{" OR ".join(_asked(n))} OR "dossier {n:05}"') for n, channel in enumerate(_channels(many))
    )


def _asked(n: int) -> tuple[str, ...]:
    """By the channel of this number."""
    return tuple(PLACES[(n + further) % len(PLACES)] for further in range(ASKED))


def _channels(many: int) -> Iterator[Channel]:
    for n in range(many):
        if n // len(PLACES) % 2:
            yield Channel("discord", "100", str(200_000 + n))
        else:
            yield Channel("slack", TEAMS[n // len(PLACES) // 2 % len(TEAMS)], f"C{n}")


def wanting(many: int) -> dict[str, tuple[Channel, ...]]:
    """By place, the channels that ask for it."""
    found: dict[str, list[Channel]] = {place: [] for place in PLACES}
    for n, channel in enumerate(_channels(many)):
        for place in _asked(n):
            found[place].append(channel)
    return {place: tuple(those) for place, those in found.items()}


def _coined(chance: random.Random, words: int) -> str:
    return " ".join("".join(chance.choices(_SYLLABLES, k=chance.randint(3, 4))) for _ in range(words))
