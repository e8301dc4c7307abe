"""Takes texts apart into words, and finds many terms in them at once: plurals folded, acronyms as written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.core.text import fold

# Chinese, Japanese and Korean are written without spaces: there every character is a word.
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W\d_])+|\d+")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_POSSESSIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True, slots=True)
class Written:
    """A text taken apart into its words. "S.B. 53", "SB-53" and "SB53" are the same two words."""

    text: str
    raw: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> "Written":
        plain = _POSSESSIVE.sub("  ", _DOTTED.sub(_undotted, text))
        found = list(_TOKEN.finditer(plain))
        return cls(text, tuple(match.group() for match in found), tuple(match.span() for match in found))

    def written(self, start: int, end: int) -> str:
        """The words from `start` up to `end` as the text has them."""
        left, right = self.spans[start][0], self.spans[end - 1][1]
        dotted = _DOTTED.match(self.text, self.spans[end - 1][0])
        return self.text[left : max(right, dotted.end()) if dotted else right]


@dataclass(frozen=True, slots=True)
class Words(Written):
    """The words of a text, folded so that a lexicon can be looked for in them."""

    folded: tuple[str, ...]
    distinct: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Words":
        written = Written.of(text)
        folded = tuple(_singular(fold(word)) for word in written.raw)
        return cls(written.text, written.raw, written.spans, folded, frozenset(folded))


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found: what it stands for, where (word positions), and the words as the text has them."""

    meaning: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _Term:
    words: tuple[str, ...]
    exact: tuple[str, ...]
    """The words as written, where the term is an acronym or a name; () when case does not matter."""
    meaning: str


class Lexicon:
    """Terms and what each stands for; built once, when first needed, searched in time linear in the text."""

    def __init__(self, terms: Iterable[tuple[str, str]], *, names: bool = False) -> None:
        """`terms` are (term, meaning). `names`: every term matches only as it is written."""
        self._terms = tuple(terms)
        self._names = names

    @cached_property
    def _by_first(self) -> Mapping[str, list[_Term]]:
        """Made with the first text that is searched: taking all terms apart takes half of a start's time."""
        found: dict[str, list[_Term]] = {}
        for text, meaning in self._terms:
            words = Words.of(text)
            if words.folded:
                exact = words.raw if self._names or _is_acronym(text) else ()
                found.setdefault(words.folded[0], []).append(_Term(words.folded, exact, meaning))
        return found

    def find(self, words: Words) -> tuple[Hit, ...]:
        """Every term in the text, in its order."""
        if self._by_first.keys().isdisjoint(words.distinct):  # for most lexicons and most texts that is all
            return ()
        begun = self._by_first
        places = [(start, word) for start, word in enumerate(words.folded) if word in begun]
        return tuple(hit for start, word in places for hit in self._at(words, start, word))

    def _at(self, words: Words, start: int, word: str) -> Iterable[Hit]:
        for term in self._by_first[word]:
            end = start + len(term.words)
            if words.folded[start:end] != term.words:
                continue
            if term.exact and words.raw[start:end] != term.exact and not _plural_of(words.raw[start:end], term.exact):
                continue
            yield Hit(term.meaning, start, end, words.written(start, end))


def same(terms: Iterable[str], *, names: bool = False) -> Lexicon:
    """A lexicon in which every term stands for itself."""
    return Lexicon(((term, term) for term in terms), names=names)


def outside(hits: Iterable[Hit], masked: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits that no masked phrase overlaps."""
    spans = [(hit.start, hit.end) for hit in masked]
    return tuple(hit for hit in hits if all(hit.end <= start or end <= hit.start for start, end in spans))


def _undotted(match: re.Match[str]) -> str:
    # The same length, so that positions stay those of the text.
    letters = match.group().replace(".", "")
    return letters + " " * (len(match.group()) - len(letters))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _is_acronym(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and all(character.isupper() for character in letters) and len(letters) <= 8


def _plural_of(found: tuple[str, ...], exact: tuple[str, ...]) -> bool:
    return found[:-1] == exact[:-1] and found[-1] == exact[-1] + "s"
