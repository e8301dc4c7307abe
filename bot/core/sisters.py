"""One outlet's headlines of one form about two parties or subjects: two events, however alike their words.

An outlet seldom tells one event under two links in the same form, and an agency's acts against five companies read alike.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.core import traits
from bot.core.text import fold, shorten, words
from bot.model import Entry

FORM = 0.55
"""The share of their words from which two headlines have one form; and that share is of four words or more."""

_FEWEST = 4
_SHOWN = 60

_OBJECT = frozenset(("against", "into", "on", "for", "of", "about", "with", "to"))
"""Behind these stands whom or what an act is upon."""

_NOBODY = frozenset(("ai", "act", "eu", "us", "uk"))
"""Capitalised words that name no party."""


def of(one: Entry, other: Entry) -> str:
    """What sets them apart, "Betasoft, not Alphacorp"; "" where they may tell one event."""
    if not same_outlet(one, other):
        return ""
    mine, theirs = words(one.title[: traits.TITLE]), words(other.title[: traits.TITLE])
    known = set(traits.stems(" ".join(mine))), set(traits.stems(" ".join(theirs)))
    for first, second, before in _slots(mine, theirs):
        apart = known[1].isdisjoint(traits.stems(" ".join(first))) and known[0].isdisjoint(
            traits.stems(" ".join(second))
        )
        if apart and _party(first, mine, before, one.text) and _party(second, theirs, before, other.text):
            return f"{shorten(' '.join(first), _SHOWN)}, not {shorten(' '.join(second), _SHOWN)}"
    return ""


def same_outlet(one: Entry, other: Entry) -> bool:
    return bool(one.outlet) and _outlet(one) == _outlet(other)


def _outlet(entry: Entry) -> str:
    return fold(entry.outlet).removeprefix("the ").removesuffix(".com")


Slot = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""The words of either headline in one place of their form, and the words of the form before it."""


def _slots(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[Slot]:
    """Where two headlines of one form differ; nothing for two forms."""
    found = SequenceMatcher(None, [fold(word) for word in mine], [fold(word) for word in theirs], autojunk=False)
    shared = sum(block.size for block in found.get_matching_blocks())
    if shared < max(_FEWEST, FORM * min(len(mine), len(theirs))):
        return
    form: list[str] = []
    for what, start, end, other_start, other_end in found.get_opcodes():
        if what == "equal":
            form += mine[start:end]
        elif what == "replace":
            yield mine[start:end], theirs[other_start:other_end], tuple(form)


def _party(slot: Sequence[str], title: Sequence[str], form: Sequence[str], text: str) -> bool:
    """Whether this is a name, or what an act is upon whose form names nobody it is done to."""
    if not traits.stems(" ".join(slot)) or all(word[0].isdigit() for word in slot):
        return False
    upon = bool(form) and fold(form[-1]) in _OBJECT
    if traits.capitalised(title):  # where every word has a capital, none shows a name
        return not form or traits.is_act(form[-1]) or upon
    if any(word[0].isupper() and fold(word) not in _NOBODY for word in slot[0 if form else 1 :]):
        return True
    if not form and _is_name(slot[0], title[1:2], text):
        return True
    return upon and not _named(form)


def _is_name(first: str, behind: Sequence[str], text: str) -> bool:
    """Whether a headline's first word, which has a capital in any case, has one within a sentence of the text, or says
    whose lawmakers, governor or court it is."""
    if fold(first) in _NOBODY or traits.is_anybody(first):
        return False
    within = re.search(rf"[\w,;:] {re.escape(first)}\b", text[: traits.LEAD])
    return within is not None or any(map(traits.is_anybody, behind))


def _named(form: Sequence[str]) -> bool:
    """Whether somebody is named behind the headline's first word in small letters, so behind who acts."""
    start = next((at for at, word in enumerate(form) if at and word[0].islower()), len(form))
    return any(word[0].isupper() and fold(word) not in _NOBODY for word in form[start:])
