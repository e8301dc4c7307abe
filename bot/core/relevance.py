"""Is an entry about AI regulation, how sure are we, and why: rules over the vocabulary, added up."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core import tags
from bot.core.lexicon import Hit, Lexicon, Words, outside
from bot.core.vocabulary import Vocabulary
from bot.model import Entry, Feed, Label, Verdict

JUDGED_TITLE = 400
JUDGED_TEXT = 900
"""Characters looked at: what an item is about stands at its start, and a hostile item cannot be long."""

THRESHOLD = 0.5
ADJACENT = 0.3

_BOILERPLATE = re.compile(
    r"(?im)^.*(copyright ©|all rights reserved|terms of (service|use)|subscribe (now|to)|sign up for|appeared first on"
    r"|cookie|read more|continue reading|click here|unsubscribe).*$"
)


# Stages whose verbs only a public power is the subject or the object of.
_ACTS = frozenset(
    (
        "consultation", "introduced", "committee", "passed_chamber", "passed_legislature", "signed", "in_force", "enforced",
        "pending", "decided", "challenged", "enjoined", "upheld", "struck_down", "vetoed", "repealed",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sign:
    """One thing seen: what it weighs in log-odds, and how to say it."""

    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Part:
    """What title or text holds."""

    words: int
    ai: tuple[Hit, ...]
    ai_weak: tuple[Hit, ...]
    names: tuple[Hit, ...]
    strong: tuple[Hit, ...]
    plain: tuple[Hit, ...]
    bodies: tuple[Hit, ...]
    instruments: tuple[Hit, ...]
    places: tuple[Hit, ...]
    acts: tuple[Hit, ...]

    @property
    def any_ai(self) -> bool:
        return bool(self.ai or self.names)


def judge(entry: Entry, feed: Feed, vocabulary: Vocabulary) -> Verdict:
    """The verdict on title and the start of the text, as the feed gave them."""
    title = Words.of(entry.title[:JUDGED_TITLE])
    text = Words.of(_BOILERPLATE.sub("", entry.text[:JUDGED_TEXT]))
    signs = tuple(_signs(_part(title, vocabulary), _part(text, vocabulary), feed, title, vocabulary))
    score = 1 / (1 + math.exp(-sum(sign.weight for sign in signs)))
    label = _label(score)
    found = tags.tag(title, text, feed.jurisdiction, vocabulary)
    return Verdict(
        label=label,
        score=round(score, 3),
        reasons=tuple(sign.reason for sign in signs if sign.reason),
        jurisdictions=found.jurisdictions,
        instruments=found.instruments,
        type=found.type,
        stage=found.stage,
        topics=found.topics,
    )


def _label(score: float) -> Label:
    if score >= THRESHOLD:
        return "positive"
    return "adjacent" if score >= ADJACENT else "negative"


def _part(words: Words, vocabulary: Vocabulary) -> _Part:
    not_ai = vocabulary.not_ai.find(words)
    not_governance = vocabulary.not_governance.find(words)

    def governance(*lexicons: Lexicon) -> tuple[Hit, ...]:
        return outside((hit for lexicon in lexicons for hit in lexicon.find(words)), not_governance)

    ai = outside((*vocabulary.ai.find(words), *vocabulary.ai_other.find(words)), not_ai)
    strong = governance(vocabulary.strong, vocabulary.governance_other)
    instruments = tags.instruments(words, vocabulary)
    return _Part(
        words=len(words.raw),
        ai=ai,
        ai_weak=outside(vocabulary.ai_weak.find(words), not_ai),
        names=vocabulary.ai_names.find(words),
        strong=strong,
        plain=outside(governance(vocabulary.plain), strong),
        bodies=vocabulary.bodies.find(words),
        instruments=tuple(hit for hit in instruments if not vocabulary.instruments[hit.meaning].adjacent),
        places=vocabulary.jurisdictions.find(words),
        acts=tuple(hit for hit in vocabulary.stages.find(words) if hit.meaning in _ACTS),
    )


def _signs(title: _Part, text: _Part, feed: Feed, words: Words, vocabulary: Vocabulary) -> Iterable[_Sign]:
    """The weights are a logistic regression's over labelled headlines, rounded, and leaning to precision."""
    yield _Sign(-3.5, "")
    yield from _ai_signs(title, text)
    yield from _governance_signs(title, text)
    yield from _instrument_signs(title, text)
    if not text.words:
        yield _Sign(1.4, "judged by its title alone")
    noise = vocabulary.not_news.find(words)
    if noise:
        yield _Sign(-1.5, f"{vocabulary.not_news_kinds[noise[0].meaning]}: “{noise[0].words}”")
    if feed.on_topic == "all":
        yield _Sign(1.0, "from a source that is about AI policy alone")


def _ai_signs(title: _Part, text: _Part) -> Iterable[_Sign]:
    if title.ai:
        yield _Sign(1.1, f"AI in the title: {_named(title.ai)}")
    elif title.names:
        yield _Sign(0.7, f"an AI maker or product in the title: {_named(title.names)}")
    elif title.ai_weak:
        yield _Sign(0.6, f"perhaps AI in the title: {_named(title.ai_weak)}")
    if text.ai:
        yield _Sign(0.3, f"AI in the text: {_named(text.ai)}")
    if not (title.any_ai or text.any_ai or title.instruments or text.instruments):
        yield _Sign(-9.0, "no word about AI")


def _governance_signs(title: _Part, text: _Part) -> Iterable[_Sign]:
    for hits, weight, most, reason in (
        (title.strong, 0.6, 2, "governance in the title"),
        (title.plain, 0.75, 2, "perhaps governance in the title"),
        (title.bodies, 0.95, 2, "a public body in the title"),
        (text.strong, 0.85, 3, "governance in the text"),
        (text.plain, 0.35, 3, "perhaps governance in the text"),
        (text.bodies, 0.75, 2, "a public body in the text"),
    ):
        if hits:
            yield _Sign(weight * min(most, _distinct(hits)), f"{reason}: {_named(hits)}")
    if title.any_ai and title.strong:
        yield _Sign(0.9, "")
    if title.any_ai and title.acts:
        yield _Sign(0.9, f"tells of an act: {_named(title.acts)}")
    if title.places and not title.bodies:
        yield _Sign(0.4, "")
    if not (title.strong or title.plain or title.bodies or text.strong or title.instruments or text.instruments):
        yield _Sign(-1.2, "no word about law or government")


def _instrument_signs(title: _Part, text: _Part) -> Iterable[_Sign]:
    if title.instruments:
        yield _Sign(1.5, f"names {_named(title.instruments)}")
    elif text.instruments:
        yield _Sign(0.6, f"names {_named(text.instruments)}")


def _named(hits: tuple[Hit, ...]) -> str:
    """The first three different words found."""
    return ", ".join(list(dict.fromkeys(hit.words for hit in hits))[:3])


def _distinct(hits: tuple[Hit, ...]) -> int:
    return len({hit.meaning for hit in hits})
