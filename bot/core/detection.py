"""Is an entry about AI regulation: the rules' verdict, and what a trained model makes of the meaning of its words."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from bot.core import relevance
from bot.core.thresholds import Thresholds
from bot.core.vocabulary import Vocabulary
from bot.model import Entry, Feed, Verdict

if TYPE_CHECKING:  # it comes with the model, and without one it is a tenth of a second for nothing
    import numpy as np
    from numpy.typing import NDArray

Meaning: TypeAlias = "NDArray[np.float32]"
"""384 numbers, a unit vector."""

READ_TEXT = 600
"""Characters of the text that are read for their meaning, behind the title."""

HOPELESS = 0.05
"""Below this the rules found nothing of AI, or nothing of law: no reading for meaning mended that in any labelled row, and
it is what a judgement costs."""

_SUREST = 0.998


@dataclass(frozen=True, slots=True)
class Detector:
    """A logistic regression over the rules' log-odds and the meaning of the words. `meanings` reads texts."""

    intercept: float
    rules: float
    weights: Meaning
    meanings: Callable[[Sequence[str]], Sequence[Meaning]]


def judge(
    entries: Sequence[Entry], feed: Feed, vocabulary: Vocabulary, detector: Detector | None, thresholds: Thresholds
) -> tuple[Verdict, ...]:
    """A verdict for each entry; by rules alone where there is no detector."""
    by_rules = [relevance.judge(entry, feed, vocabulary) for entry in entries]
    if detector is None:
        return tuple(_labelled(verdict, thresholds) for verdict in by_rules)
    read = [at for at, verdict in enumerate(by_rules) if verdict.score >= HOPELESS]
    meanings = dict(zip(read, detector.meanings([text_of(entries[at]) for at in read]), strict=True))
    return tuple(
        _labelled(_weighed(verdict, meanings[at], detector) if at in meanings else verdict, thresholds)
        for at, verdict in enumerate(by_rules)
    )


def unsure(verdict: Verdict, thresholds: Thresholds) -> bool:
    """Whether the article itself should be asked."""
    least, most = thresholds.unsure
    return least <= verdict.score < most


def log_odds(score: float) -> float:
    """Of the rules' score; the surest verdicts count alike."""
    bounded = min(_SUREST, max(1 - _SUREST, score))
    return math.log(bounded / (1 - bounded))


def text_of(entry: Entry) -> str:
    """What of an entry is read for its meaning."""
    return f"{entry.title[: relevance.JUDGED_TITLE]}. {entry.text[:READ_TEXT]}"


def _weighed(verdict: Verdict, meaning: Meaning, detector: Detector) -> Verdict:
    reading = float(detector.weights @ meaning)
    total = detector.intercept + detector.rules * log_odds(verdict.score) + reading
    score = 1 / (1 + math.exp(-total))
    said = f"rules alone say {verdict.score:.0%}, with the meaning of its words {score:.0%}"
    return replace(verdict, score=round(score, 3), reasons=(*verdict.reasons, said))


def _labelled(verdict: Verdict, thresholds: Thresholds) -> Verdict:
    return replace(verdict, label=thresholds.label(verdict.score, verdict.beside))
