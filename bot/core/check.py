"""What a claim may not say: the rules that hold its words against the words of its evidence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.core import sentences
from bot.core.amounts import figures, tight
from bot.core.cues import DATES, EXTENT, HEDGES, IN_FIGURES, LAWS, MODALS, NEGATIONS, STAGES, WEIGHTY, Cues
from bot.core.tokens import Token, tokens
from bot.model import Claim, Evidence, Story

NEW_WORDS = 0.2
"""Share of a claim's words that may be new, where the source writes names with capitals and so names can be told."""

MOST_WORDS = 150
"""Of one claim: nobody reads more, and the rules take time with the square of it."""

ROOT = 6
"""Letters that words of one family share: “connection”, “connected”."""

NEAR = 6
"""Words within which another word of a claim is company."""

REACH = 40
"""Words of the source within which the company must stand: its sentence, or the one it goes on from."""

NAME_REACH = 12
CLOSE = 6
"""The same for what bears no distance: numbers, and words that change what a sentence claims."""

BESIDE = 4

LEFT_OUT = 200
"""Characters of a sentence that may lie between two of its spans."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a claim is refused: the rule, the claim's text, and what is missing."""

    rule: str
    claim: str
    detail: str


def faults(claim: Claim, story: Story) -> tuple[Fault, ...]:
    """Every rule the claim breaks; none, and it may be published."""
    sources = {entry.id: entry.source for entry in story.entries}
    if not claim.evidence:
        return (Fault("evidence", claim.text, "there is none"),)
    for evidence in claim.evidence:
        if evidence.entry not in sources:
            return (Fault("entry", claim.text, f"entry {evidence.entry} is not of this story"),)
        if not _exact(evidence, sources[evidence.entry]):
            return (Fault("span", claim.text, f"{evidence.start}:{evidence.end} is not “{evidence.quote}”"),)
    return tuple(Fault(rule, claim.text, detail) for rule, detail in unsound(claim.text, claim.evidence, sources))


def invented(claim: Claim, story: Story) -> tuple[Fault, ...]:
    """What a commentary brings that no report of the story holds: numbers, dates, names."""
    sources = [entry.source for entry in story.entries] + [entry.title for entry in story.entries]
    said, shown = figures(claim.text), figures("\n".join(sources))
    found = (
        ("number", said.numbers_beyond(shown)),
        ("date", said.dates_beyond(shown)),
        ("name", _new_names(tokens(claim.text), tokens(*sources))),
    )
    return tuple(Fault(rule, claim.text, ", ".join(missing)) for rule, missing in found if missing)


def unsound(text: str, evidence: Sequence[Evidence], sources: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    """What the text says that its spans, taken to be exact, do not: (rule, detail)."""
    cased = any(names_told(sources[one.entry]) for one in evidence)
    around = tuple(_around(one, sources[one.entry]) for one in evidence)
    return tuple(unproved(text, _texts(evidence, sources), cased=cased, around=around))


def _exact(evidence: Evidence, source: str) -> bool:
    return 0 <= evidence.start < evidence.end <= len(source) and source[evidence.start : evidence.end] == evidence.quote


def _texts(evidence: Sequence[Evidence], sources: Mapping[int, str]) -> tuple[str, ...]:
    """The quotes; those of one sentence, between which a clause was left out, as one text."""
    texts: list[str] = []
    before: Evidence | None = None
    for one in evidence:
        gap = sources[one.entry][before.end : one.start] if before and before.entry == one.entry else "\n"
        if len(gap) <= LEFT_OUT and not re.search(r"[.!?]\s|\n", gap):
            texts[-1] += f" {one.quote}"
        else:
            texts.append(one.quote)
        before = one
    return tuple(texts)


def _around(evidence: Evidence, source: str) -> str:
    """The sentences that the span is cut from: what stands beside it there must not be kept from the reader."""
    first = max(0, evidence.start - LEFT_OUT)
    start, end = evidence.start - first, evidence.end - first
    found = [
        one for one in sentences.split(source[first : evidence.end + LEFT_OUT]) if one.start < end and start < one.end
    ]
    return source[first + found[0].start : first + found[-1].end] if found else evidence.quote


def names_told(source: str) -> bool:
    """Whether the source writes names with capitals; where it does not, any word may be a name."""
    return bool(re.search(r"[a-zß-ÿ,] [A-ZÀ-Þ]", source))


def unproved(text: str, quotes: Sequence[str], *, cased: bool, around: Sequence[str] = ()) -> Iterable[tuple[str, str]]:
    """What the claim says that its quotes do not, or keeps silent of the sentences around them, as (rule, detail)."""
    if all(text == quote for quote in (*quotes, *around)):
        return
    if len(text.split()) > MOST_WORDS:
        yield "length", f"over {MOST_WORDS} words"
        return
    text, quotes = tight(text), [tight(quote) for quote in quotes]
    said, shown = figures(text), figures("\n".join(quotes))
    claim, source = tokens(text), tokens(*quotes)
    whole = tokens(*map(tight, around)) if around else source
    if _folded(claim) == _folded(source) == _folded(whole) and _signs(text) == _signs(*quotes):
        return  # word for word
    for rule, missing in (
        ("number", said.numbers_beyond(shown)),
        ("date", said.dates_beyond(shown)),
        ("name", _new_names(claim, source)),
        ("word", _new_words(claim, source, cased=cased)),
        *((rule, _new_cues(claim, source, words)) for rule, words in (*_MUST_STAY, *_MUST_NOT_COME)),
        *((rule, _dropped(claim, whole, words)) for rule, words in _MUST_STAY),
        *((rule, _strayed(claim, source, words)) for rule, words in _MUST_STAY),
        ("swap", _swapped(claim, source, cased=cased)),
        ("company", _misplaced(claim, source, cased=cased)),
    ):
        if missing:
            yield rule, ", ".join(missing)


def _folded(found: Sequence[Token]) -> list[str]:
    return [token.folded for token in found]


def _signs(*texts: str) -> list[str]:
    return [sign for text in texts for sign in re.findall(r"[$€£¥%]", text)]


# Words and names


def _new_names(claim: Sequence[Token], source: Sequence[Token]) -> tuple[str, ...]:
    known = {token.folded for token in source} | _acronyms(source)
    stems = {token.stem for token in source}
    return tuple(
        token.raw
        for token in claim
        if (token.name or (token.opens and token.raw[0].isupper() and not token.function and token.stem not in stems))
        and not {token.folded, *token.folded.split("'")} & known
        and token.folded not in WEIGHTY
    )


def _acronyms(source: Sequence[Token]) -> set[str]:
    """ "ftc" where the source writes out the Federal Trade Commission; small words may stand between."""
    found = set()
    for start in range(len(source)):
        initials = ""
        for token in source[start : start + 8]:
            if token.raw[0].isupper():
                initials += token.folded[:1]
                found.add(initials)
            elif not token.function:
                break
    return {initials for initials in found if len(initials) > 1}


def _new_words(claim: Sequence[Token], source: Sequence[Token], *, cased: bool) -> tuple[str, ...]:
    """Words of weight that the source does not hold: none where they could be names, few elsewhere."""
    known = {token.stem for token in source} | {token.folded for token in source}
    roots = {token.stem[:ROOT] for token in source if len(token.stem) >= ROOT}
    matter = [token for token in claim if not token.function and not token.name and token.folded not in WEIGHTY]
    new = [
        token.raw
        for token in matter
        if not {token.stem, token.folded} & known and token.stem[:ROOT] not in roots and not _number(token)
    ]
    return tuple(new) if len(new) > (NEW_WORDS * len(matter) if cased else 0) else ()


def _number(token: Token) -> bool:
    return token.folded.isdigit() or bool(figures(token.raw).amounts)


# Cues

_MUST_STAY = (("negation", NEGATIONS), ("modal", MODALS), ("hedge", HEDGES))
"""What the claim may not leave out either."""

_MUST_NOT_COME = (("stage", STAGES), ("date", DATES), ("extent", EXTENT))


def _group(token: Token, words: Cues) -> str:
    """Which of the cues the word is, those that mean the same being one; "" for another word."""
    word = "not" if token.folded.endswith("n't") else token.folded
    return (words[word] or token.stem) if word in words else ""


def _new_cues(claim: Sequence[Token], source: Sequence[Token], words: Cues) -> tuple[str, ...]:
    """Cues of the claim that do not stand in the source."""
    known = {_group(token, words) for token in source if not _month_may(source, token)}
    return tuple(
        token.raw
        for at, token in enumerate(claim)
        if (group := _group(token, words))
        and group not in known
        and not _month_may(claim, token)
        and not _in_figure(claim, at)
    )


def _in_figure(among: Sequence[Token], at: int) -> bool:
    beside = (*among[max(0, at - 1) : at], *among[at + 1 : at + 2])
    return among[at].folded in IN_FIGURES and any(
        _number(token) or (token.folded in IN_FIGURES and token.folded != among[at].folded) for token in beside
    )


def _month_may(among: Sequence[Token], token: Token) -> bool:
    """Whether “may” is the month: after a number or a word of time, or before a number."""
    if token.folded != "may":
        return False
    at = among.index(token)
    before, after = among[at - 1].folded if at else "", among[at + 1].folded if at + 1 < len(among) else ""
    return before in _OF_MONTHS or before.rstrip("stndrh").isdigit() or after.rstrip("stndrh").isdigit()


_OF_MONTHS = frozenset({"last", "next", "this", "in", "since", "until", "by", "early", "late", "mid", "of", "from"})


def _dropped(claim: Sequence[Token], source: Sequence[Token], words: Cues) -> tuple[str, ...]:
    """Cues of the source whose words the claim repeats without them."""
    found = []
    for at, cue in enumerate(source):
        group = _group(cue, words)
        if not group or _month_may(source, cue):
            continue
        ruled = _clause(source[at + 1 :])[:2]
        before = _clause(source[:at][::-1])[:2]
        if ruled and _repeats_without(claim, ruled, before, group, words):
            found.append(cue.raw)
    return tuple(dict.fromkeys(found))


def _clause(following: Sequence[Token]) -> list[Token]:
    """Words of weight up to the next comma, as far as a cue reaches."""
    found = []
    for token in following[:BESIDE]:
        if token.parted or token.opens:
            break
        if not token.function:
            found.append(token)
    return found


def _repeats_without(
    claim: Sequence[Token], ruled: Sequence[Token], before: Sequence[Token], group: str, words: Cues
) -> bool:
    first, *others = (token.stem for token in ruled)
    beside = {*others, *(token.stem for token in before)}
    for token in claim:
        if token.stem != first:
            continue
        near = [other for other in claim if abs(other.place - token.place) <= NEAR and other is not token]
        if beside & {other.stem for other in near} or not beside:
            return all(_group(other, words) != group for other in (*near, token))
    return False


# Company


def _misplaced(claim: Sequence[Token], source: Sequence[Token], *, cased: bool) -> tuple[str, ...]:
    """Words that stand in the source, but near none of the words they stand near in the claim."""
    found = []
    for at, token in enumerate(claim):
        if not (reach := _reach(token, cased=cased)):
            continue
        places = [other.place for other in source if other.stem == token.stem]
        company = _company(claim, at)
        if (
            places
            and company
            and not any(
                other.stem in company and 0 < abs(other.place - place) <= reach for place in places for other in source
            )
        ):
            found.append(token.raw)
    return tuple(found)


def _reach(token: Token, *, cased: bool) -> int:
    """How far from it its company may stand in the source; 0 where that does not matter."""
    if token.function or (cased and token.folded in LAWS):
        return 0
    if _number(token) or (token.folded in WEIGHTY and token.folded not in LAWS):
        return CLOSE
    return NAME_REACH if cased and token.name else 0 if cased else REACH


def _company(claim: Sequence[Token], at: int) -> set[str]:
    """The nearest words of weight on either side; the other words of the same name are none."""
    start, end = at, at + 1
    if claim[at].name or claim[at].opens:
        while start and (claim[start - 1].name or claim[start - 1].opens):
            start -= 1
        while end < len(claim) and claim[end].name:
            end += 1
    before = [token.stem for token in claim[max(0, start - NEAR) : start] if not token.function][-2:]
    after = [token.stem for token in claim[end : end + NEAR] if not token.function][:2]
    return {*before, *after} - {claim[at].stem}


# Swaps

MOST_SWAPPED = 5
"""Words that may stand in one place of the source while others stand there in the claim, and still be the same place."""


def _swapped(claim: Sequence[Token], source: Sequence[Token], *, cased: bool) -> tuple[str, ...]:
    """Words of the claim that stand exactly where the source has another name, number or word that matters."""
    matcher = SequenceMatcher(
        None, [token.folded for token in claim], [token.folded for token in source], autojunk=False
    )
    said, short = {token.stem for token in claim}, _acronyms(source)
    found = []
    for kind, start, end, first, last in matcher.get_opcodes():
        if (
            kind == "equal"
            or end - start > MOST_SWAPPED
            or last - first > MOST_SWAPPED
            or not _within(claim, source, start, end, first, last)
        ):
            continue
        new = [token for token in claim[start:end] if _matters(token, cased=cased) and token.folded not in short]
        old = [token for token in source[first:last] if _matters(token, cased=cased) and token.stem not in said]
        denied = [token for token in claim[start:end] if _group(token, NEGATIONS)]
        if first and last < len(source) and not any(token.opens for token in source[first : last + 1]):
            denied += [token for token in source[first:last] if _group(token, NEGATIONS)]
        if (new and old) or len(denied) % 2:
            found.append(" ".join(token.raw for token in new or old or denied))
    return tuple(found)


def _within(claim: Sequence[Token], source: Sequence[Token], start: int, end: int, first: int, last: int) -> bool:
    """Whether the words before and after stand beside each other in the source, or there is nothing before or after."""
    return (start == 0 or first > 0) and (end == len(claim) or last < len(source))


def _matters(token: Token, *, cased: bool) -> bool:
    return token.folded in WEIGHTY or _number(token) or (cased and (token.name or (token.opens and not token.function)))


def _strayed(claim: Sequence[Token], source: Sequence[Token], words: Cues) -> tuple[str, ...]:
    """Cues of the claim that stand in the source, but before none of the words they rule in the claim."""
    found = []
    for at, cue in enumerate(claim):
        group = _group(cue, words)
        ruled = [token.stem for token in claim[at + 1 :] if not token.function][:2]
        if not group or not ruled or _month_may(claim, cue):
            continue
        places = [other.place for other in source if _group(other, words) == group]
        if places and not any(
            other.stem in ruled and -2 <= other.place - place <= CLOSE for place in places for other in source
        ):
            found.append(cue.raw)
    return tuple(found)
