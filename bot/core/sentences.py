"""Splits text into sentences, with exact places."""

import re
from dataclasses import dataclass

MOST = 400
"""Sentences of one text that are looked at."""

_END = re.compile(
    r"[.!?…]+[\"'”’)\]]*(?=\s+(?:[•●▪■]\s*)?[\"'“‘(\[]?[A-Z0-9À-Þ\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])|[。！？]+[」』”]?"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|St|Jr|Sr|Inc|Corp|Ltd|Co|Cos|Bros|No|Nos|Art|Arts|Sec|Reg|Regs|Fig"
    r"|Vol|Ch|pp?|v|vs|cf|al|approx|est|dept|Dept|Univ|Assn|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|a\.m|p\.m|Mio|Mrd|Abs|Nr"
    r"|(?:am|vom|zum|dem|den|der) \d{1,2}|[A-Z]|\d[- ](?:in|ft|lb|oz|mi|sq))|\b(?:[A-Za-z]\.)+[A-Za-z])\.$"
)

# A line end; a shortcode that a publisher's system left in the text, as in “[embed id="7"]”; the end of the text.
_LINE_END = re.compile(r"\n|\[/?[a-z][\w-]*(?: [^\[\]\n]*=[^\[\]\n]*)?/?\]|\Z")
_APART = re.compile(r"(?<!\d)\d{1,3}\. \d\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text == source[start:end]`."""

    start: int
    end: int
    text: str


def split(source: str) -> tuple[Sentence, ...]:
    """The sentences in order; a line end always ends one."""
    found: list[Sentence] = []
    start = 0
    for end in _LINE_END.finditer(source):
        found += _of_line(source, start, end.start())
        start = end.end()
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def _of_line(source: str, start: int, end: int) -> list[Sentence]:
    found = []
    for stop in _END.finditer(source, start, end):
        if not _goes_on(source, start, stop.end()):
            found.append(_trimmed(source, start, stop.end()))
            start = stop.end()
    found.append(_trimmed(source, start, end))
    return [sentence for sentence in found if sentence.text]


def _goes_on(source: str, start: int, end: int) -> bool:
    """Whether what looks like an end is an abbreviation or a number that was taken apart, as in “1. 3 billion”."""
    return bool(
        _ABBREVIATION.search(source, max(start, end - 12), end) or _APART.search(source, max(start, end - 5), end + 2)
    )


def _trimmed(source: str, start: int, end: int) -> Sentence:
    text = source[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return Sentence(start, start + len(text), text)
