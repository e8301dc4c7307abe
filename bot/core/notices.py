"""How a publisher says of a report of its own, and of no other, that it is corrected or retracted.

One that is missed costs less than a badge that is false: what others say of other reports stands in the same words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core import sentences

_BEGINS = r"^[\s\[(*•·]*"
_DAY = r"(?:,? \(?(?:on )?(?:[a-z]+\.? \d{1,2}|\d{1,2} [a-z]+)(?:,? \d{4})?\)?)?"
_CORRECTION = r"(?:correct(?:ed|ion)|clarification|erratum|corrigendum)\b"
_RETRACTION = r"retract(?:ed|ion)\b"
_MARKED = rf"{_DAY}\s*[:\])]"
_LABEL = rf"(?:(?:(?:editor|publisher)['’]?s?['’]? note|(?:a )?{_CORRECTION}(?: was made)?|{_RETRACTION}){_DAY}\s*:\s*)"

_THIS = r"this (?:article|story|report|headline|post|page|press release)"
_OWN = r"this (?:article|story|headline|post|page)"
"""A report may also be what the news is about."""

# An article may be one of a law; and it is others who say so in the end of a sentence.
_BY_OTHERS = (
    r"(?!(?: (?:in|on|last|this) [\w ]{1,20})? by (?!(?:its|the|our) (?:editor|publisher)|us\b))"
    r"(?! from (?!(?:our|the|this) (?:web)?site\b|publication\b))(?!.*\b(?:said|says|told us)(?: (?:in|on) \w+)?\W*$)"
)
_RETRACTS = (
    rf"(?:{_THIS} (?:has been|was|is) (?:retracted|withdrawn)\b{_BY_OTHERS}"
    rf"|we (?:have |are )?retract(?:ed|ing)? this (?:article|story|report)\b{_BY_OTHERS})"
)
_CORRECTS = rf"{_THIS} (?:has been|was) (?:corrected|amended|updated to correct)\b{_BY_OTHERS}"
_CORRECTS_ITSELF = (
    rf"{_OWN} (?:has been|was) (?:corrected|updated to correct"
    rf"|amended{_DAY} (?:to (?:correct|clarify|say|make clear)|because an earlier))\b{_BY_OTHERS}"
)

_ERROR = r"(?:(?:because of|due to|owing to) [\w ]{4,80}, )?"
_EARLIER = rf"{_ERROR}(?:an earlier|a previous|the original) version of"
_WRONGLY = r"incorrectly|wrongly|mistakenly|erroneously|mis\w+"
_TOLD = r"said|stated|gave|reported|suggested|implied|quoted|attributed|identified"
_HELD = r"included|contained|referred|named|listed|described|cited|omitted|used"
"""Which the earlier version of an article of law did, too."""
_CORRECTS_EARLIER = rf"{_EARLIER} {_THIS} (?:{_WRONGLY}|{_TOLD}|{_HELD})\b{_BY_OTHERS}"
_CORRECTS_ITS_EARLIER = rf"{_EARLIER} {_OWN} (?:{_WRONGLY}|{_TOLD})\b{_BY_OTHERS}"

_TAKEN_BACK = re.compile(r"\b(?:retract|withdr[ae]w)", re.I)


@dataclass(frozen=True, slots=True)
class Sign:
    """By what a notice is known in the places where publishers put it."""

    title: re.Pattern[str]
    head: re.Pattern[str]
    """The first sentence of a text, and what follows on a notice there."""
    anywhere: re.Pattern[str]


def _sign(mark: str, own: str, clear: str) -> Sign:
    """`own` says so of a report that may be another's where it does not stand at the head, `clear` of none but this."""
    anywhere = rf"{_BEGINS}(?:{_LABEL}(?:{own})|{clear})"
    head = rf"{_BEGINS}(?:{mark}{_MARKED}|{own})|{anywhere}"
    title = rf"{_BEGINS}{mark}(?: [–—-] |[–—-](?-i:[A-Z]))|{head}"
    return Sign(*(re.compile(pattern, re.I) for pattern in (title, head, anywhere)))


RETRACTED = _sign(_RETRACTION, _RETRACTS, rf"this (?:article|story) has been retracted\b{_BY_OTHERS}")
CORRECTED = _sign(
    _CORRECTION,
    f"{_CORRECTS}|{_CORRECTS_EARLIER}",
    f"{_CORRECTION}{_MARKED}|{_CORRECTS_ITSELF}|{_CORRECTS_ITS_EARLIER}",
)


def found(sign: Sign, title: str, source: str) -> Iterator[str]:
    """The headline and the sentences that say so."""
    if sign.title.search(title):
        yield title
    at_head = True
    for sentence in sentences.split(source):
        place = sign.head if at_head else sign.anywhere
        at_head = bool(place.search(sentence.text)) and not _quoted(source, sentence.start)
        if at_head:
            yield sentence.text


def of_retraction(title: str, source: str) -> int:
    """How often anything is said to be retracted or withdrawn, whatever it is."""
    return len(_TAKEN_BACK.findall(f"{title}\n{source}"))


def _quoted(source: str, start: int) -> bool:
    """Whether a quotation of its paragraph is open there."""
    before = source[source.rfind("\n", 0, start) + 1 : start]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1
