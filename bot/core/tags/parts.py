"""A headline or a sentence made ready for tagging: its words, which clause each stands in, and what they name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core import sentences
from bot.core.lexicon import Hit, Words, outside
from bot.core.tags.gazetteer import words as listed
from bot.core.tags.naming import instruments
from bot.core.vocabulary import Vocabulary

LEAD = 2
"""Sentences of the text in which news says what happened; further on stands what happened before."""

_BREAK = re.compile(r"[;:?!.]\s|\s[-–—/|]+\s|—|…")
_SUBORDINATE = listed(
    "after amid following despite before ahead while because since when as which who whose where although"
    " though until if citing"
)


@dataclass(frozen=True, slots=True)
class Part:
    words: Words
    clauses: tuple[int, ...]
    """For each word the number of its clause; what happened before or elsewhere has the higher numbers."""
    named: tuple[Hit, ...]
    """Instruments."""
    places: tuple[Hit, ...]

    @classmethod
    def of(cls, words: Words, found: tuple[str, ...], vocabulary: Vocabulary) -> "Part":
        hits = tuple(hit for hit in instruments(words, vocabulary) if hit.meaning in found)
        places = outside(vocabulary.jurisdictions.find(words), vocabulary.not_governance.find(words))
        return cls(words, _clauses(words), hits, tuple(hit for hit in places if not _within_another(hit, places)))

    @staticmethod
    def lead(text: Words) -> tuple[Words, ...]:
        """The first sentences of a text."""
        return tuple(Words.of(sentence.text) for sentence in sentences.split(text.text)[:LEAD])

    @property
    def folded(self) -> tuple[str, ...]:
        return self.words.folded

    def before(self, at: int, most: int) -> tuple[str, ...]:
        """The words of the same clause before a place, at most so many."""
        start = next(
            (
                place + 1
                for place in range(at - 1, max(-1, at - most - 1), -1)
                if self.clauses[place] != self.clauses[at]
            ),
            max(0, at - most),
        )
        return self.folded[start:at]

    def after(self, at: int, most: int) -> tuple[str, ...]:
        """The words behind a place, at most so many, whatever the clause."""
        return self.folded[at + 1 : at + 1 + most]

    def placed_before(self, at: int) -> bool:
        """Whether a place stands before the word, an adverb between them at most."""
        return any(0 <= at - hit.end <= 2 for hit in self.places)

    def possessed(self, at: int) -> bool:
        """Whether an 's stands before the word, which makes it a thing: "the ministry's demands"."""
        gap = self.words.text[self.words.spans[at - 1][1] : self.words.spans[at][0]] if at else ""
        return "'" in gap or "’" in gap

    def holds(self, words: Iterable[str]) -> bool:
        return not frozenset(words).isdisjoint(self.folded)


def _within_another(hit: Hit, hits: tuple[Hit, ...]) -> bool:
    """ "Mexico" of "New Mexico"."""
    return any(
        each.start <= hit.start and hit.end <= each.end and hit.end - hit.start < each.end - each.start for each in hits
    )


def _clauses(words: Words) -> tuple[int, ...]:
    """Main clauses are numbered from 0, subordinate ones from 100; one that opens the sentence ends at its comma."""
    number, subordinate, opened = 0, False, True
    found: list[int] = []
    for at, word in enumerate(words.folded):
        gap = words.text[words.spans[at - 1][1] : words.spans[at][0]] if at else ""
        if at and _BREAK.search(gap):
            number, subordinate, opened = number + 1, False, True
        elif subordinate and opened and "," in gap:
            number, subordinate, opened = number + 1, False, False
        if word in _SUBORDINATE and not subordinate:
            number, subordinate, opened = number + 1, True, opened and not found
        found.append(number + 100 if subordinate else number)
    return tuple(found)
