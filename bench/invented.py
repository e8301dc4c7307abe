"""Invented news with a seed: AI regulation and its neighbours, in the mix and with the variety of words of real feeds."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.model import Entry

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

_BODIES = (
    "European Commission", "FTC", "California legislature", "Ofcom", "CNIL", "Senate committee", "UK government",
    "Japan's cabinet", "Supreme Court", "Texas governor", "Bundestag", "NIST", "Justice Department", "Irish regulator",
    "Federal judge in Ohio", "Colorado attorney general", "AI Office", "Brazil's Senate", "Competition authority", "White House",
)  # fmt: skip
_ACTS = (
    "fines", "opens probe into", "publishes guidance on", "delays rules for", "adopts law on", "blocks ban on", "sues over",
    "proposes bill on", "settles case on", "orders audit of", "consults on", "signs order on", "rejects appeal over",
)  # fmt: skip
_MATTERS = (
    "AI chatbots for children", "facial recognition", "frontier AI models", "AI hiring tools", "deepfakes in elections",
    "AI chip exports", "training data and copyright", "self-driving cars", "AI-generated images", "general-purpose AI",
)  # fmt: skip
_MAKER_ACTS = ("launches", "ships", "raises money for", "tests", "opens office for", "hires team for", "prices")
_WARES = (
    "AI assistant",
    "chatbot for shops",
    "robot arm",
    "language model",
    "AI search",
    "image generator",
    "data centre",
)
_LAWS = ("fisheries quota", "housing bill", "tariff on steel", "prison reform", "water directive", "pension law")
_CHORES = (
    "museum opens wing in",
    "striker signs for",
    "storm hits",
    "bakery wins prize in",
    "train strike in",
    "festival in",
)
_SYLLABLES = (
    "ba", "der", "kol", "mi", "nor", "sta", "vel", "ri", "ton", "fe", "ga", "lu", "mar", "pe", "qui", "ros", "sen", "ta",
    "vi", "wo", "xan", "ze", "cha", "dri", "bel",
)  # fmt: skip
_NAMES, _WORDS = 20_000, 12_000


class News:
    """The same seed tells the same news."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # figures, not secrets
        self._names = tuple(self._coined().capitalize() for _ in range(_NAMES))
        self._words = tuple(self._coined() for _ in range(_WORDS))
        # Few words are used often and many seldom (Zipf).
        self._names_sum, self._words_sum = (
            tuple(accumulate(1 / rank for rank in range(1, many + 1))) for many in (_NAMES, _WORDS)
        )

    def entries(self, many: int, *, first: int = 1) -> tuple[Entry, ...]:
        """Over four days; three in ten tell of AI regulation, three of AI alone, two of law alone, two of neither."""
        return tuple(self._entry(number) for number in range(first, first + many))

    def retold(self, entry: Entry, number: int) -> Entry:
        """The same event in another desk's words."""
        words = entry.title.split()
        self._random.shuffle(words)
        return self._made(number, " ".join((*words, self._name())), f"{self._sentence(8)} {entry.text}", entry.when)

    def _entry(self, number: int) -> Entry:
        kind = self._random.choices(("both", "ai", "law", "neither"), (3, 3, 2, 2))[0]
        when = NOW - timedelta(minutes=self._random.randrange(4 * 24 * 60))
        return self._made(number, self._title(kind), f"{self._title(kind)}. {self._sentence(45)}", when)

    def _title(self, kind: str) -> str:
        pick = self._random.choice
        match kind:
            case "both":
                said = f"{pick(_BODIES)} {pick(_ACTS)} {pick(_MATTERS)}, {self._name()}"
            case "ai":
                said = f"{self._name()} {pick(_MAKER_ACTS)} {pick(_WARES)}"
            case "law":
                said = f"{pick(_BODIES)} {pick(_ACTS)} {pick(_LAWS)} in {self._name()}"
            case _:
                said = f"{self._name()}: {pick(_CHORES)} {self._name()}"
        return f"{said} {self._sentence(4)}"

    def _sentence(self, many: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._words_sum, k=many))

    def _name(self) -> str:
        return self._random.choices(self._names, cum_weights=self._names_sum)[0]

    def _coined(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 4)))

    def _made(self, number: int, title: str, text: str, when: datetime) -> Entry:
        link = f"https://a.example/{number}"
        return Entry("bench", str(number), title, link, text, "Bench", "press", "", "en", when, NOW, id=number)


def batches(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
