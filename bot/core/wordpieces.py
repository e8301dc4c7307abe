"""Takes a text apart into the word pieces a BERT model reads (Devlin et al. 2018; uncased, accents stripped)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""Characters; a longer word is unknown, as in the original."""

# Blocks in which every character is a word of its own ("CJK" in the original's sense).
_IDEOGRAPH = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002ebef\uf900-\ufaff]")


class WordPieces:
    """The pieces of a vocabulary, whose order gives them their numbers."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._number: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}

    def numbers(self, text: str, most: int) -> list[int]:
        """The text between the start and the end mark, at most `most` numbers in all."""
        found: list[int] = []
        for word in _words(text):
            found += self._pieces(word)
            if len(found) >= most - 2:
                break
        return [self._number[START], *found[: most - 2], self._number[END]]

    def _pieces(self, word: str) -> list[int]:
        """The longest pieces that make up the word, from left to right; one unknown when there are none."""
        if len(word) > LONGEST_WORD:
            return [self._number[UNKNOWN]]
        found, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            end = next((at for at in range(len(word), start, -1) if prefix + word[start:at] in self._number), start)
            if end == start:
                return [self._number[UNKNOWN]]
            found.append(self._number[prefix + word[start:end]])
            start = end
        return found


def _words(text: str) -> Iterator[str]:
    plain = _IDEOGRAPH.sub(r" \g<0> ", "".join(_cleaned(text)))
    folded = "".join(c for c in unicodedata.normalize("NFD", plain.lower()) if unicodedata.category(c) != "Mn")
    for run in folded.split():
        yield from _split(run)


def _cleaned(text: str) -> Iterator[str]:
    """Without control characters; every kind of space is a space."""
    for character in text:
        if character in "\t\n\r" or unicodedata.category(character) == "Zs":
            yield " "
        elif character not in ("\0", "\ufffd") and not unicodedata.category(character).startswith("C"):
            yield character


def _split(run: str) -> Iterator[str]:
    """Punctuation marks are words of their own."""
    start = 0
    for at, character in enumerate(run):
        if _is_mark(character):
            if start < at:
                yield run[start:at]
            yield character
            start = at + 1
    if start < len(run):
        yield run[start:]


def _is_mark(character: str) -> bool:
    """ASCII's symbols count as punctuation too, "$" and "^" among them."""
    if character.isascii():
        return not (character.isalnum() or character.isspace())
    return unicodedata.category(character).startswith("P")
