"""Finds the sentences of a text that a given sentence may stand on."""

import math
from collections import Counter
from collections.abc import Sequence

from bot.core import sentences
from bot.core.sentences import Sentence
from bot.core.tokens import stems

MOST_SPANS = 3
GAIN = 0.08
"""Of the claim's weight that another sentence must add."""


def spans(claim: str, source: str) -> tuple[Sentence, ...]:
    """The sentences that hold most of the claim's words, at most three, in the order of the source; rare words weigh more."""
    found = sentences.split(source)
    held = [stems(sentence.text) for sentence in found]
    wanted = stems(claim)
    common = Counter(stem for some in held for stem in some)
    weight = {stem: math.log(1 + len(found) / (1 + common[stem])) for stem in wanted}
    chosen: list[int] = []
    while len(chosen) < min(MOST_SPANS, len(found)):
        best = max(range(len(found)), key=lambda at: (_weight(held[at] & wanted, weight), found[at].text == claim, -at))
        gain = _weight(held[best] & wanted, weight)
        if gain <= GAIN * sum(weight.values()) and chosen:
            break
        chosen.append(best)
        wanted = wanted - held[best]
    return _joined([found[at] for at in sorted(chosen)], source)


def _weight(some: frozenset[str], weight: dict[str, float]) -> float:
    return sum(weight.get(stem, 0.0) for stem in some)


def _joined(found: Sequence[Sentence], source: str) -> tuple[Sentence, ...]:
    """Sentences that follow one another become one span."""
    spans: list[Sentence] = []
    for sentence in found:
        if spans and not source[spans[-1].end : sentence.start].strip():
            start = spans.pop().start
            sentence = Sentence(start, sentence.end, source[start : sentence.end])
        spans.append(sentence)
    return tuple(spans)
