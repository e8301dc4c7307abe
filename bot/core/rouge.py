"""ROUGE-1 and ROUGE-L (Lin 2004) as F-measures: how much of a reference summary's words a text has, and in their order."""

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """As the original counts them: small letters and digits, no stemming."""
    return _WORD.findall(text.lower())


def one(text: str, reference: str) -> float:
    """Words in common."""
    said, wanted = words(text), words(reference)
    return _f((Counter(said) & Counter(wanted)).total(), len(said), len(wanted))


def longest(text: str, reference: str) -> float:
    """The longest run of words in common, in order, with gaps."""
    said, wanted = words(text), words(reference)
    return _f(_common(said, wanted), len(said), len(wanted))


def _common(said: Sequence[str], wanted: Sequence[str]) -> int:
    row = [0] * (len(wanted) + 1)
    for word in said:
        before = 0
        for at, other in enumerate(wanted, 1):
            before, row[at] = row[at], before + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]


def _f(shared: int, said: int, wanted: int) -> float:
    return 2 * shared / (said + wanted) if shared else 0.0
