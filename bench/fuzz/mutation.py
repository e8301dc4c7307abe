"""Makes hostile inputs of good ones: pieces doubled, dropped, swapped, nested, spliced with others, and odd characters."""
# ruff: noqa: E501

import random
import re
from collections.abc import Sequence

ODD = (
    "\x00", "\x0b", "\x1f", "\x7f", "\x85", "\ufeff", "\u202e", "\u2066", "\u200b", "\ufffd", "\uffff", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "İ", "ß", "ﬁ", "e\u0301" * 40, "人工知能", "½", "٣", "<!channel>", "@everyone", "<@U1>", "[a](http://x)", "`", "***", "\\", "&amp;",
    "&#x0;", "&#99999999999;", "&lt;b&gt;", "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "<?xml", "?>",
    '"', "'", "(", ")", "-", "OR", "AND", "NOT", "NEAR(", "*", "^", ":", "{", "}", "stage:", "since:9999-99-99", "\n", "\t", "\r",
    "9" * 400, "-1", "1e999", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60+99:99", "http://[::1", "javascript:x", "data:,x", "//x", "a" * 3_000,
    "<script>", "</p>", "<p>", "<div hidden>", "<style>*{display:none}</style>", "<table>", "<svg>", "<!", "</", "<a href=", "xmlns:x='y'",
)  # fmt: skip
_OPENING = re.compile(r'[<("\[]')
MOST = 60_000
"""Bytes of an input; what is larger is bounded before it is read."""


def text(chance: random.Random, seeds: Sequence[str], most: int = 12) -> str:
    """One of the seeds, changed in a few places."""
    made = chance.choice(seeds)
    for _ in range(chance.randint(1, most)):
        made = chance.choice(_CHANGES)(chance, made, seeds)[:MOST]
    return made


def data(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """As text, and now and then in its bytes."""
    seed = chance.choice(seeds)
    start = chance.randrange(max(1, len(seed) - MOST)) if chance.random() < 0.2 else 0
    other = chance.choice(seeds)[:MOST].decode("latin-1")
    made = text(chance, (seed[start : start + MOST].decode("latin-1"), other)).encode(
        "utf-8" if chance.random() < 0.2 else "latin-1", "xmlcharrefreplace"
    )
    if chance.random() < 0.4:
        changed = bytearray(made)
        for _ in range(chance.randint(1, 20)):
            if changed:
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        made = bytes(changed)
    if chance.random() < 0.03:
        made = made.decode("latin-1").encode(chance.choice(("utf-16", "utf-32", "utf-7", "cp037")), "replace")
    return made[:MOST]


def _insert(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    at = chance.randint(0, len(made))
    return made[:at] + chance.choice(ODD) * chance.choice((1, 1, 1, 2, 50)) + made[at:]


def _drop(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    start, end = _span(chance, made)
    return made[:start] + made[end:]


def _double(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    start, end = _span(chance, made)
    return made[:end] + made[start:end] * chance.choice((1, 1, 3, 200)) + made[end:]


def _move(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    start, end = _span(chance, made)
    left = made[:start] + made[end:]
    at = chance.randint(0, len(left))
    return left[:at] + made[start:end] + left[at:]


def _splice(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    start, end = _span(chance, other := chance.choice(seeds))
    at = chance.randint(0, len(made))
    return made[:at] + other[start:end] + made[at:]


def _tag(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    """A whole element, or bracket, taken to another place or repeated: where structure breaks."""
    starts = [found.start() for found in _OPENING.finditer(made)]
    if not starts:
        return _insert(chance, made, seeds)
    start = chance.choice(starts)
    end = next((at for at in range(start + 1, min(len(made), start + 400)) if made[at] in '>)"]'), start) + 1
    piece = made[start:end] * chance.choice((1, 2, 500))
    return made[:start] + piece + made[end if chance.random() < 0.5 else start :]


def _cut(chance: random.Random, made: str, seeds: Sequence[str]) -> str:
    return made[: chance.randint(0, len(made))]


def _span(chance: random.Random, made: str) -> tuple[int, int]:
    start = chance.randint(0, len(made))
    return start, min(len(made), start + int(chance.expovariate(1 / 40)))


_CHANGES = (_insert, _insert, _drop, _double, _move, _splice, _tag, _tag, _cut)
