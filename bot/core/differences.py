"""Where two reports of one event do not agree: another date, another number or another stage of the same thing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.core import sentences
from bot.core.amounts import Figures, figures
from bot.core.tokens import tokens
from bot.model import Claim, Difference, Entry, Evidence

MOST = 2
LOOKED_AT = 20
"""Sentences of each report."""

REPORTS = 6
ALIKE = 0.6
"""Words of the shorter sentence that both must share to speak of one thing."""

_STAGES = {
    **dict.fromkeys(("proposes", "proposed", "drafts", "drafted", "introduces", "introduced"), "proposed"),
    **dict.fromkeys(("passes", "passed", "adopts", "adopted", "approves", "approved"), "adopted"),
    **dict.fromkeys(("signs", "signed", "enacts", "enacted"), "signed"),
    **dict.fromkeys(("delays", "delayed", "postpones", "postponed", "pauses", "paused"), "delayed"),
    **dict.fromkeys(("rejects", "rejected", "vetoes", "vetoed", "blocks", "blocked"), "rejected"),
    **dict.fromkeys(("repeals", "repealed", "revokes", "revoked", "withdraws", "withdrew", "withdrawn"), "repealed"),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence of a report."""

    entry: Entry
    start: int
    end: int
    stems: frozenset[str]
    figures: Figures
    stages: frozenset[str]

    @property
    def claim(self) -> Claim:
        text = self.entry.source[self.start : self.end]
        return Claim(text, (Evidence(self.entry.id, self.start, self.end, text),))


def between(entries: Sequence[Entry]) -> tuple[Difference, ...]:
    """At most two, of different things; only reports of different outlets are held against each other."""
    reports = [(entry, tuple(_sentences(entry))) for entry in entries[:REPORTS]]
    found: dict[str, Difference] = {}
    for (one, said), (other, told) in combinations(reports, 2):
        if one.outlet != other.outlet:
            for what, first, second in _contradictions(said, told):
                found.setdefault(what, Difference(what, first.claim, second.claim, (one.outlet, other.outlet)))
    return tuple(found.values())[:MOST]


def _sentences(entry: Entry) -> Iterator[_Said]:
    for sentence in sentences.split(entry.source)[:LOOKED_AT]:
        words = tokens(sentence.text)
        stages = frozenset(_STAGES[word.folded] for word in words if word.folded in _STAGES)
        stems = frozenset(
            word.stem
            for word in words
            if not (word.function or word.folded in _STAGES or any(letter.isdigit() for letter in word.raw))
        )
        yield _Said(entry, sentence.start, sentence.end, stems, figures(sentence.text), stages)


def _contradictions(said: Sequence[_Said], told: Sequence[_Said]) -> Iterator[tuple[str, _Said, _Said]]:
    for one in said:
        for other in told:
            if _of_one_thing(one, other):
                for what in ("date", "number", "stage"):
                    if _only(what, one, told) and _only(what, other, said) and _same_kind(what, one, other):
                        yield what, one, other


def _of_one_thing(one: _Said, other: _Said) -> bool:
    least = min(len(one.stems), len(other.stems))
    return least >= 4 and len(one.stems & other.stems) >= ALIKE * least


def _values(what: str, said: _Said) -> frozenset[object]:
    match what:
        case "date":
            return frozenset(said.figures.dates)
        case "number":
            return frozenset(one for one in said.figures.amounts if not (len(one.value) == 4 and not one.unit))
        case _:
            return frozenset(said.stages)


def _only(what: str, one: _Said, others: Sequence[_Said]) -> bool:
    """Whether it says something of this kind that the other report says nowhere."""
    return bool(_values(what, one)) and not any(_values(what, one) & _values(what, other) for other in others)


def _same_kind(what: str, one: _Said, other: _Said) -> bool:
    if what == "date":
        return not any(a.within(b) or b.within(a) for a in one.figures.dates for b in other.figures.dates)
    if what == "number":
        return {a.unit for a in one.figures.amounts} == {b.unit for b in other.figures.amounts}
    return True
