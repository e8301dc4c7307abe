"""Shortens a sentence at its clause boundaries: what goes is a whole clause that neither denies, conditions nor attributes."""

import re
from collections.abc import Iterable, Iterator, Sequence

FEWEST = 9
"""Words a shortened sentence keeps at least."""

LONGEST = 90
"""Words of a sentence that is still looked at."""

MOST_LEFT_OUT = 3

Span = tuple[int, int]

_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|may|might|must|can|could|should|shall|does|did|do|says?|said|gives?|gave|makes?"
    r"|made|takes?|took|holds?|held|finds?|found|requires?|allows?|bans?|seeks?|sought|aims?|wants?|plans?|begins?|began|applies|apply"
    r"|sets?|puts?|lets?|goes|went|comes?|came|gets?|got|wins?|won|loses?|lost|leaves?|left|shows?|opens?|calls?|bars?|\w{3,}ed)\b"
)
_KEPT = re.compile(
    r"\b(?:not|no|never|without|unless|if|except|only|but|however|although|though|provided|until|reportedly|allegedly|according"
    r"|sa(?:id|ys?)|told|argued?s?|claim\w*|alleg\w*|may|might|could)\b|n['’]t\b",
    re.I,
)
"""Words for which a clause stays: without it the rest would claim more, or nobody would have said it."""

_TAILS = (
    re.compile(r",? [—–] (?=[^—–]+\Z)|—(?=[^—]+\Z)|; "),
    re.compile(r", (?=(?:which|who|whose|where|while|as|amid|following|after|making|giving|adding|including|citing|leaving|putting"
               r"|bringing|joining|raising|marking|creating|prompting|potentially|particularly|especially|such as|a move|the latest)\b)"),
    re.compile(r", (?=and (?:the|a|an|it|they|its|their|is|are|was|were|has|have|will|would|[A-Z])\b)"),
    re.compile(r" (?=(?:whereas|as part of|in a bid to|in an effort to)\b)"),
)  # fmt: skip
_RELATIVE = re.compile(r", (?:which|who|whose|where)\b")
_ASIDES = (re.compile(r" \([^()]{2,160}\)"), re.compile(r" ?— ?[^—]{4,120}?— ?| – [^–]{4,120}? – "))
_MIDDLES = (
    re.compile(r", (?:which|who|whose|where) [^,;—–]{6,110},(?= [a-z])"),
    re.compile(r", (?:a|an|the) [^,;—–]{6,70},(?= [a-z])"),
    re.compile(r", [a-z]+ing [^,;—–]{6,70},(?= [a-z])"),
)
_SUBORDINATE = re.compile(r"(?:If|When|While|As|Although|Because|Since|After|Before|Once|Until)\b")
_POINTERS = frozenset({"which", "who", "whose", "where", "that", "when", "the", "a", "an", "and", "but", "or"})
_HEAD = re.compile(
    r"(?:As|While|Amid|Following|With|Despite|In (?:a|an|the|its|their|what)|At (?:a|the)|Speaking|Citing|Under pressure)\b"
    r"[^,;—–“”\"]{8,140}, (?=(?:the|a|an|[A-Z])\b)"
)


def shortened(text: str, most: int) -> tuple[Span, ...]:
    """The parts of the sentence that stay, at most `most` words together where its clauses allow that.

    The longest that fits; the whole sentence when it fits or nothing may go.
    """
    whole = ((0, len(text)),)
    if not most < count(text, whole) <= LONGEST:
        return whole
    fitting = [parts for parts in _all(text) if FEWEST <= count(text, parts) <= most]
    return max(fitting, key=lambda parts: (count(text, parts), -len(parts)), default=whole)


def said(text: str, parts: Sequence[Span]) -> str:
    """The parts as one sentence: a capital first, a full stop last."""
    between = ", " if _SUBORDINATE.match(text) and len(parts) > 1 and "," not in text[slice(*parts[0])] else " "
    joined = between.join(text[start:end].strip() for start, end in parts).strip(" ,;—–")
    joined = re.sub(r",? (?=[,.;:](?:\s|\Z))", "", joined[:1].upper() + joined[1:])
    return joined if re.search(r"[.!。！][”\"’')]*$|[”\"’)]$", joined) else joined + "."


def count(text: str, parts: Sequence[Span]) -> int:
    return sum(len(text[start:end].split()) for start, end in parts)


def _all(text: str) -> Iterator[tuple[Span, ...]]:
    """Every way to leave out up to three clauses."""
    cuts = sorted(_cuts(text))
    kept: list[tuple[Span, ...]] = [((0, len(text)),)]
    for cut in cuts:
        kept += [
            without
            for parts in kept
            if len(parts) <= MOST_LEFT_OUT and (without := _without(parts, cut)) and without != parts
        ]
        kept = kept[:64]
    for parts in kept[1:]:
        if _stands(text, parts):
            yield parts


def _cuts(text: str) -> Iterable[Span]:
    """Clauses that may go, as spans of the text."""
    head = _HEAD.match(text)
    if head and _FINITE.search(text[head.end() :].partition(",")[0]):
        yield from _harmless(text, 0, head.end())
    for pattern in _ASIDES:
        for aside in pattern.finditer(text):
            yield from _harmless(text, aside.start(), aside.end())
    for pattern in _MIDDLES:
        for middle in pattern.finditer(text):
            if _is_apposition(text, middle):
                yield from _harmless(text, middle.start(), middle.end())
    for pattern in _TAILS:
        for tail in pattern.finditer(text):
            rest = text[tail.end() :]
            in_aside = "—" in tail[0] and text[: tail.start()].count("—") % 2
            in_list = rest.startswith("and ") and not _FINITE.search(" ".join(rest.split()[:7]))
            if not in_aside and not in_list and not (_RELATIVE.match(tail[0] + rest) and "," in rest):
                yield from _harmless(text, tail.start(), len(text))


def _is_apposition(text: str, middle: re.Match[str]) -> bool:
    """Whether the verb of the sentence comes right after it, and is not in it."""
    after = text[middle.end() :].split(maxsplit=2)[:2]
    relative = bool(_RELATIVE.match(middle[0]))
    return (
        bool(_FINITE.search(" ".join(after)))
        and after[0] not in _POINTERS
        and (relative or not _FINITE.search(middle[0]))
    )


def _harmless(text: str, start: int, end: int) -> Iterable[Span]:
    if not _KEPT.search(text, start, end) and _outside_quotes(text, start) and _outside_quotes(text, end):
        yield start, end


def _outside_quotes(text: str, at: int) -> bool:
    head = text[:at]
    return head.count("“") == head.count("”") and head.count('"') % 2 == 0 and head.count("(") == head.count(")")


def _without(parts: tuple[Span, ...], cut: Span) -> tuple[Span, ...]:
    left: list[Span] = []
    for start, end in parts:
        left += [(start, min(end, cut[0])), (max(start, cut[1]), end)]
    return tuple((start, end) for start, end in left if end - start > 1)


def _stands(text: str, parts: Sequence[Span]) -> bool:
    """Whether what is left is a sentence: it has a finite verb, and does not begin or end in the middle of something."""
    left = said(text, parts)
    return bool(_FINITE.search(left)) and not re.search(
        r"\b(?:and|or|of|to|the|a|an|with|by|for|in|as|that|which)\.$", left
    )
