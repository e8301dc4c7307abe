"""The words of a text as queries compare them: case, accents and regular plurals folded."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bot.core.lexicon import Written
from bot.core.text import clean, fold, shorten, visible

ANYTHING = "regpulseanything"
"""Stands in every indexed text, so that SQLite's search, which knows no "not" of its own, can leave words out of all."""

LONGEST_MATCH = 80
"""Characters of the text shown as one match: only punctuation can make a match longer than what was asked for."""

_PART = re.compile(r"[^\W_]+")


class Text:
    """A text made ready to be asked many queries, in time linear in the text."""

    def __init__(self, text: str) -> None:
        self._written = _written(text)
        parts = tuple(_parts(self._written))
        self.words = tuple(word for word, _ in parts)
        self._origins = tuple(origin for _, origin in parts)
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self._places.setdefault(word, []).append(place)
        self._known: dict[tuple[str, ...], str | None] = {}

    def find(self, wanted: tuple[str, ...]) -> str | None:
        """The first place of these words in this order, as the text writes them."""
        if wanted not in self._known:  # many queries ask for the same
            self._known[wanted] = self._find(wanted)
        return self._known[wanted]

    def _find(self, wanted: tuple[str, ...]) -> str | None:
        for start in self._places.get(wanted[0], ()):
            end = start + len(wanted)
            if self.words[start:end] == wanted:
                return shorten(
                    clean(self._written.written(self._origins[start], self._origins[end - 1] + 1)), LONGEST_MATCH
                )
        return None


def words(text: str) -> tuple[str, ...]:
    """The words of a text as queries compare them."""
    return tuple(word for word, _ in _parts(_written(text)))


def _written(text: str) -> Written:
    # A mark that nobody sees, such as one that turns the direction of reading, would cut a word in two.
    return Written.of(unicodedata.normalize("NFC", visible(text)))


def _parts(text: Written) -> Iterator[tuple[str, int]]:
    """Each word as it is compared, and which word of the text it is; "½" is compared as "1" and "2"."""
    for place, word in enumerate(text.raw):
        for part in _compared(word):
            yield part, place


@lru_cache(maxsize=8_000)
def _compared(word: str) -> tuple[str, ...]:
    parts = (word.lower(),) if word.isascii() else _PART.findall(fold(word))
    return tuple(map(_singular, parts))


# English has more plurals than `_singular` folds; these are the words of the field that its rules get wrong.
_NO_PLURAL = frozenset({"news", "bias", "alias", "lens", "series", "species", "perhaps", "always", "whereas", "canvas"})
_PLURAL_IN_IE = frozenset({"cookies", "movies", "calories"})
_PLURAL_IN_E = frozenset(
    {"abuses", "axes", "caches", "causes", "clauses", "excuses", "houses", "misuses", "niches", "reuses", "warehouses"}
)


def _singular(word: str) -> str:
    """Stricter than judging's: "news" is not "new", and "breaches", "biases" and "cookies" find their singulars."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in _NO_PLURAL:
        return word
    if len(word) > 4 and word.endswith("ies") and word not in _PLURAL_IN_IE:
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "uses", "xes", "ches", "shes", "iases")) and word not in _PLURAL_IN_E:
        return word[:-2]
    return word[:-1]
