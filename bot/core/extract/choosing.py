"""Which sentences tell the story: a lead, points that differ from it and from each other, and what comes next."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core import moves
from bot.core.amounts import figures
from bot.core.extract.candidates import Candidate, content

MOST_POINTS = 3
LOOKED_AT = 20
"""Sentences of the first report among which the lead is."""

PERSONAL = 0.3
"""What a sentence in the first or second person must tell more to lead."""

SAME = 0.5
"""Shared words from which a sentence only repeats another."""

AGREE = 0.4
"""Shared words from which a sentence of another outlet says the same."""

ENOUGH = 0.35
"""The worth below which a sentence is no point, however few there are."""

_CONSEQUENCE = re.compile(
    r"\b(?:must|shall|requires?|required|deadline|fines?|fined|penalt(?:y|ies)|takes? effect|enter(?:s|ed)? into force|in force|applies"
    r"|apply|prohibit\w*|ban(?:s|ned)?|signs?|signed|adopt(?:s|ed)|passed|passes|vot(?:e|ed)|ruled|ruling|orders?|ordered|investigat\w+"
    r"|sue[sd]?|lawsuit|obligations?|obliged?|compl(?:y|iance)|thresholds?|exempt\w*|liab\w+|enforce\w*|allow(?:s|ed)?|bars?|barred"
    r"|block(?:s|ed)|delay(?:s|ed)|postpone\w*|repeal\w*|revoke\w*|veto\w*|threaten\w*|propos\w+|plans? to|could|risks?|warn(?:s|ed)"
    r"|means? that|would|will|because|so that|therefore)\b",
    re.I,
)
_FIGURE = re.compile(r"\d|\b(?:million|billion|percent|per cent)\b")
_AHEAD = re.compile(
    r"\b(?:will|expected|due|deadline|takes? effect|comes? into force|enters? into force|scheduled|set to|until|must|have|has to|goes"
    r"|heads|awaits?|upcoming|plans? to|intends? to|by the end of|next)\b",
    re.I,
)
_SOON = re.compile(
    r"\b(?:next|later this|end of (?:the|this)) (?:week|month|year|spring|summer|autumn|fall|winter)\b|\b(?:within|in the next) (?:the )?(?:\w+ )?\d+"
    r"|\b(?:within|in the next) (?:two|three|four|six|twelve|thirty|sixty|ninety) (?:days|weeks|months|years)|\bin the coming (?:days|weeks|months)\b",
    re.I,
)
_STEP = re.compile(
    r"\b(?:goes|heads|moves|returns|now goes|must go|was sent|is sent|awaits?) (?:back )?(?:to|for|before|approval)\b"
    r"|\bwill (?:now |then |also )?(?:vote|rule|decide|hear|review|publish|consider|report|appeal|take (?:it |them )?up|negotiate|propose|issue|adopt)\b"
    r"|\b(?:hearing|vote|trial|ruling|decision|consultation|comment period) (?:is|are) (?:due|expected|scheduled|set|open)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    lead: tuple[Candidate, ...]
    points: tuple[Candidate, ...]
    watch: tuple[Candidate, ...]


def choose(found: Sequence[Candidate], headline: str, today: date) -> Chosen:
    """From all reports' candidates, the primary report's first; `today` is when it was reported."""
    title = content(headline)
    weights = _weights(found)
    lead = _lead(found, title, weights)
    others = [one for one in found if not (one.personal or one.opening)]
    watch = _watch(others, title, lead, today)
    points = _points([one for one in others if one not in watch], title, (*lead, *watch), weights)
    if len(points) < MOST_POINTS:  # too few to set one apart
        points = _points(others, title, lead, weights)
        watch = tuple(one for one in watch if one not in points)
    return Chosen(lead, points, watch)


def _weights(found: Iterable[Candidate]) -> Counter[str]:
    """How many sentences hold a word: what the reports keep coming back to."""
    return Counter(word for one in found for word in one.words)


def _central(candidate: Candidate, weights: Counter[str]) -> float:
    """0 to about 1: how much of the reports' common matter the sentence holds for its length."""
    common = max(weights.values(), default=1)
    return sum(weights[word] for word in candidate.words) / (len(candidate.words) + 4) / common


def _lead(found: Sequence[Candidate], title: frozenset[str], weights: Counter[str]) -> tuple[Candidate, ...]:
    """The sentence of the first readable report that tells what the headline tells, and more; early ones first."""
    first = [one for one in found if one.rank == found[0].rank and not _only_repeats(one, title)][:LOOKED_AT]
    return tuple(sorted(first, key=lambda one: (-_tells(one, title, weights), one.position))[:1])


def _tells(candidate: Candidate, title: frozenset[str], weights: Counter[str]) -> float:
    return (
        0.6 / (1 + candidate.position)
        + 1.0 * _share(candidate.words, title)
        + 1.0 * _precision(candidate.words, title)
        + 0.3 * _central(candidate, weights)
        - 0.02 * max(0, candidate.length - 34)
        - 0.06 * max(0, 15 - candidate.length)
        - (PERSONAL if candidate.personal else 0.0)
    )


def _points(
    found: Sequence[Candidate], title: frozenset[str], used: Sequence[Candidate], weights: Counter[str]
) -> tuple[Candidate, ...]:
    """The best sentences that do not repeat each other (maximal marginal relevance), in the order of the source."""
    chosen: list[Candidate] = []
    told = [one.words for one in used]
    known = title.union(*told)
    worth = {one: _worth(one, found, title, known, weights) for one in found if not _only_repeats(one, title)}
    while worth and len(chosen) < MOST_POINTS:
        taken = {_move(one) for one in chosen}
        best = max(
            worth,
            key=lambda one: (
                worth[one] - 0.8 * _nearest(one, told) - 0.2 * (_move(one) in taken),
                -one.rank,
                -one.position,
            ),
        )
        if worth.pop(best) < ENOUGH:
            break
        if all(alike(best.words, other) < SAME for other in told):
            chosen.append(best)
            told.append(best.words)
    return tuple(sorted(chosen, key=lambda one: (one.rank, one.position)))


def _worth(
    candidate: Candidate,
    found: Sequence[Candidate],
    title: frozenset[str],
    known: frozenset[str],
    weights: Counter[str],
) -> float:
    cues = min(3, len(_CONSEQUENCE.findall(candidate.text)))
    return (
        0.8 / (1 + 0.15 * candidate.position)
        + 1.6 * _central(candidate, weights)
        + 0.8 * _share(candidate.words, title)
        + 0.6 * _precision(candidate.words, title)
        + 0.25 * min(2, _agreeing(candidate, found))
        + 0.12 * cues
        + (0.1 if _FIGURE.search(candidate.text) else 0.0)
        - (0.0 if _anchored(candidate, known) else 0.35)
        - (0.2 if _move(candidate) == "history" else 0.0)
        - 0.03 * max(0, candidate.length - 30)
        - 0.03 * max(0, 14 - candidate.length)
    )


def _move(candidate: Candidate) -> str:
    return moves.of(candidate.text, candidate.position)


def _agreeing(candidate: Candidate, found: Sequence[Candidate]) -> int:
    """How many other reports have a sentence that says the same."""
    return len(
        {one.entry for one in found if one.entry != candidate.entry and alike(one.words, candidate.words) >= AGREE}
    )


def _anchored(candidate: Candidate, known: frozenset[str]) -> bool:
    """Whether “the letter”, “the company” at its beginning is somebody the reader has met."""
    found = re.match(r"The ((?:[a-z][\w-]+ ){0,2}?[a-z][\w-]+)(?=[’' ,.])", candidate.text)
    return not found or bool(content(found[1]) & known)


def _watch(
    found: Sequence[Candidate], title: frozenset[str], used: Sequence[Candidate], today: date
) -> tuple[Candidate, ...]:
    """One sentence that looks ahead to a date or a next step, not said yet; a date before a step, the later in its report."""
    ahead = [
        one
        for one in found
        if (
            _dated_past(one.text, today)
            or (_AHEAD.search(one.text) and (_SOON.search(one.text) or _STEP.search(one.text)))
        )
        and all(alike(one.words, other.words) < SAME for other in used)
        and not _only_repeats(one, title)
    ]
    return tuple(sorted(ahead, key=lambda one: (not _dated_past(one.text, today), one.rank, -one.position))[:1])


def _dated_past(text: str, today: date) -> bool:
    """Whether it names a date to come."""
    said = figures(text)
    years = {int(one.value) for one in said.amounts if not one.unit and re.fullmatch(r"20\d\d", one.value)}
    dated = any(
        (one.year or today.year, one.month, one.day or 31) > (today.year, today.month, today.day) for one in said.dates
    )
    return dated or (any(year > today.year for year in years) and bool(_AHEAD.search(text)))


def _only_repeats(candidate: Candidate, title: frozenset[str]) -> bool:
    return len(candidate.words - title) < 3


def _nearest(candidate: Candidate, told: Sequence[frozenset[str]]) -> float:
    return max((alike(candidate.words, other) for other in told), default=0.0)


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _share(words: frozenset[str], title: frozenset[str]) -> float:
    return len(words & title) / max(1, len(title))


def _precision(words: frozenset[str], title: frozenset[str]) -> float:
    return len(words & title) / max(1, len(words))
