"""Do two reports tell one event: what speaks for and against it, weighed by coefficients that `make train` found."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the patterns of both take .02 s to compile, and a start needs only the coefficients
    from bot.core.detection import Meaning
    from bot.core.traits import Traits

Worth = Callable[[str], float]
"""What sharing a word says, from 0 (everybody uses it) to 1 (nobody else does)."""

MEANING = "meaning"

_SAME_ACT = 0.22


class Lengths:
    """How long the words of a report are as a vector, worked out once while it is compared with many others."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Worth], tuple[float, Mapping[str, float]]] = {}
        """With the words themselves, so that no others take their place in memory meanwhile."""

    def of(self, words: Mapping[str, float], worth: Worth) -> float:
        key = id(words), worth
        if key not in self._known:
            length = math.sqrt(sum((count * worth(word)) ** 2 for word, count in words.items()))
            self._known[key] = length, words
        return self._known[key][0]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reports beside each other, and what each word is worth in general and among the open stories."""

    one: "Traits"
    other: "Traits"
    apart: timedelta
    """Between their publication, less what a weekly newsletter may be late."""
    elsewhere: bool
    """They were tagged with other places, neither inside the other."""
    same_outlet: bool
    """One outlet seldom tells an event twice."""
    meaning: Callable[[], float]
    """The cosine of what their words mean, read when it is asked for; 0 where nobody reads."""
    general: Worth
    here: Worth
    lengths: Lengths


@dataclass(frozen=True)
class Likeness:
    """A logistic regression over `FEATURES`; `known` are words with what each is worth in general.

    `meaning` reads a text, and may remember what it read; without it words alone speak.
    """

    intercept: float
    weights: Mapping[str, float]
    known: Mapping[str, float]
    meaning: Callable[[str], "Meaning"] | None = None

    def same_meaning(self, one: str, other: str) -> float:
        """The cosine of what two texts say, from -1 to 1."""
        if not self.meaning:
            return 0.0
        return float(self.meaning(one) @ self.meaning(other))

    def general(self, word: str) -> float:
        return self.known.get(word, 1.0)

    def __call__(self, pair: Pair) -> float:
        """The log-odds that both tell one event. Reading costs most: not done where even the same meaning could not tip it."""
        words = self.intercept + sum(
            weight * FEATURES[name](pair) for name, weight in self.weights.items() if name != MEANING
        )
        most = self.weights.get(MEANING, 0.0)
        return words if words + most < 0 else words + most * FEATURES[MEANING](pair)


UNTRAINED = Likeness(-4.5, {"alike": 14.0, "other act": -3.0, "other actors": -3.0, "days": -1.0}, {})
"""What is used while the trained file is missing: resemblance alone, leaning to splitting."""


def _alike(pair: Pair) -> float:
    """Resemblance from 0 to 1: the worth of the words shared, more when both tell the same act."""
    one, other = pair.one, pair.other
    likeness = _overlap(one.title, other.title, pair.here)
    if one.has_lead and other.has_lead:
        likeness = max(likeness, 0.5 * likeness + 0.5 * _overlap(one.whole, other.whole, pair.here))
    if one.act and one.act == other.act:
        likeness += _SAME_ACT * min(1.0, 2 * likeness)
    return min(likeness, 1.0)


def _overlap(one: Mapping[str, float], other: Mapping[str, float], worth: Worth) -> float:
    """Shared worth over the geometric mean of both, so that a long sentence may match a short headline."""
    mine = sum(count * worth(word) for word, count in one.items())
    theirs = sum(count * worth(word) for word, count in other.items())
    if not mine or not theirs:
        return 0.0
    return sum(min(count, other[word]) * worth(word) for word, count in one.items() if word in other) / math.sqrt(
        mine * theirs
    )


def _cosine(pair: Pair, worth: Worth) -> float:
    one, other = pair.one.whole, pair.other.whole
    lengths = pair.lengths.of(one, worth) * pair.lengths.of(other, worth)
    if not lengths:
        return 0.0
    return sum(count * other[word] * worth(word) ** 2 for word, count in one.items() if word in other) / lengths


def _names(pair: Pair) -> float:
    """The worth of the names shared, over that of the report with fewer."""
    least = min(sum(map(pair.general, pair.one.names)), sum(map(pair.general, pair.other.names)))
    return sum(map(pair.general, pair.one.names & pair.other.names)) / least if least else 0.0


def _shared(pair: Pair) -> list[float]:
    return [pair.here(word) for word in pair.one.title if word in pair.other.title]


FEATURES: Mapping[str, Callable[[Pair], float]] = {
    "whole": lambda pair: _cosine(pair, pair.general),
    "whole here": lambda pair: _cosine(pair, pair.here),
    "alike": _alike,
    "rarest word": lambda pair: max(_shared(pair), default=0.0),
    "words shared": lambda pair: sum(_shared(pair)),
    "names": _names,
    "same act": lambda pair: float(pair.one.acts_agree(pair.other) > 0),
    "other act": lambda pair: float(pair.one.acts_agree(pair.other) < 0),
    "other actors": lambda pair: float(pair.one.actors_differ(pair.other)),
    "other target": lambda pair: float(pair.one.targets_differ(pair.other)),
    "other figures": lambda pair: float(pair.one.figures_differ(pair.other)),
    "elsewhere": lambda pair: float(pair.elsewhere),
    "same outlet": lambda pair: float(pair.same_outlet),
    MEANING: lambda pair: pair.meaning(),
    "days": lambda pair: math.log1p(pair.apart / timedelta(days=1)),
}
"""What is seen of a pair, by the name its coefficient has."""
