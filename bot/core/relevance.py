"""Is an entry about AI regulation, how sure are we, and why: rules over the vocabulary, added up."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core import tags
from bot.core.lexicon import Hit, Lexicon, Words, outside
from bot.core.thresholds import Thresholds
from bot.core.vocabulary import Vocabulary
from bot.model import Entry, Feed, Verdict

JUDGED_TITLE = 400
JUDGED_TEXT = 900
"""Characters looked at: what an item is about stands at its start, and a hostile item cannot be long."""

_BOILERPLATE = re.compile(
    r"(?im)^.*(copyright ©|all rights reserved|terms of (service|use)|subscribe (now|to)|sign up for|appeared first on"
    r"|cookie|read more|continue reading|click here|unsubscribe).*$"
)
_FUNDING = re.compile(r"\b(?:raises?|raised|raising|nets|secures|lands)\b[^.]{0,20}?[$€£]\s?\d", re.IGNORECASE)

_OPENERS = frozenset(
    ("source", "exclusive", "report", "breaking", "update", "updated", "opinion", "memo", "filing", "the", "new")
)

_CONTEXT = frozenset(("after", "following", "despite", "amid", "hour", "day", "week"))

# Stages whose verbs only a public power is the subject or the object of.
_ACTS = frozenset(
    (
        "consultation", "introduced", "committee", "passed_chamber", "passed_legislature", "signed", "in_force", "enforced",
        "pending", "decided", "challenged", "enjoined", "upheld", "struck_down", "vetoed", "repealed",
    )
)  # fmt: skip

# Log-odds: a logistic regression's over labelled headlines, rounded; what it had too few examples of is set by judgement.
_WEIGHTS = {
    "base": -2.4,
    "ai title": 0.3,
    "name title": 0.2,
    "weak title": -0.5,
    "ai text": 0.0,
    "ai presumed": -1.0,
    "perhaps ai": -2.0,
    "no ai": -9.0,
    "strong title": 0.9,
    "plain title": 0.9,
    "body title": -0.3,
    "strong text": 1.4,
    "plain text": 0.2,
    "body text": 0.7,
    "place title": 0.4,
    "no governance": -1.6,
    "strong beside ai": 1.2,
    "body beside ai": 0.7,
    "plain and place beside ai": 0.7,
    "act": 1.1,
    "public power first": 1.5,
    "maker first": -0.6,
    "chip trade": 1.5,
    "dispute": 1.9,
    "road rules": 1.8,
    "customer": -0.8,
    "own rules": -1.2,
    "instrument title": 1.0,
    "instrument text": 0.5,
    "other meaning": -1.0,
    "title alone": 0.5,
    "not news": -1.5,
    "surely not news": -4.0,
    "funding": -4.0,
    "topical source": 1.0,
    "public source": 1.0,
}
_SURELY_NOT_NEWS = frozenset(("event", "job", "howto", "research"))


@dataclass(frozen=True, slots=True)
class _Sign:
    """One thing seen, how much of it, and how to say it; "" is not worth saying."""

    name: str
    reason: str = ""
    amount: int = 1

    @property
    def weight(self) -> float:
        return _WEIGHTS[self.name] * self.amount


@dataclass(frozen=True, slots=True)
class _Part:
    """What title or text holds."""

    words: int
    ai: tuple[Hit, ...]
    ai_weak: tuple[Hit, ...]
    names: tuple[Hit, ...]
    hardware: tuple[Hit, ...]
    strong: tuple[Hit, ...]
    plain: tuple[Hit, ...]
    bodies: tuple[Hit, ...]
    trade: tuple[Hit, ...]
    instruments: tuple[Hit, ...]
    places: tuple[Hit, ...]
    acts: tuple[Hit, ...]

    @property
    def any_ai(self) -> tuple[Hit, ...]:
        return self.ai + self.names


def judge(entry: Entry, feed: Feed, vocabulary: Vocabulary) -> Verdict:
    """The verdict on title and the start of the text, as the feed gave them."""
    title = Words.of(entry.title[:JUDGED_TITLE])
    text = Words.of(_BOILERPLATE.sub("", entry.text[:JUDGED_TEXT]))
    signs = tuple(signs_of(title, text, feed, vocabulary))
    score = 1 / (1 + math.exp(-sum(sign.weight for sign in signs)))
    found = tags.tag(title, text, feed.jurisdiction, vocabulary, entry.tier)
    return Verdict(
        label=Thresholds().label(score, found.beside),
        score=round(score, 3),
        reasons=tuple(sign.reason for sign in signs if sign.reason),
        jurisdictions=found.jurisdictions,
        instruments=found.instruments,
        type=found.type,
        stage=found.stage,
        topics=found.topics,
        certainty=found.certainty,
        beside=found.beside,
        tagged=found.reasons,
    )


def signs_of(title: Words, text: Words, feed: Feed, vocabulary: Vocabulary) -> Iterable[_Sign]:
    other, masks = _other_meanings(title, text, vocabulary)
    named = frozenset(tags.named(title, text, feed.jurisdiction, vocabulary))
    head, body = (_part(words, named, vocabulary, masks) for words in (title, text))
    yield _Sign("base")
    yield from _ai_signs(head, body, feed)
    yield from _governance_signs(head, body)
    yield from _together_signs(head, body, vocabulary, title)
    yield from _instrument_signs(head, body)
    yield from other
    if not body.words:
        yield _Sign("title alone", "judged by its title alone")
    yield from _noise_signs(title, vocabulary)
    yield from _source_signs(head, body, feed)


def _other_meanings(title: Words, text: Words, vocabulary: Vocabulary) -> tuple[list[_Sign], list[Lexicon]]:
    """Words that mean something else here, and the sentence that says so."""
    signs, masks = [], []
    for each in vocabulary.ambiguities:
        found = next((hits[0] for part in (title, text) if (hits := each.words.find(part))), None)
        if found is None or not (each.beside.find(title) or each.beside.find(text)):
            continue
        if not (each.unless.find(title) or each.unless.find(text)):
            masks.append(each.words)
            signs.append(_Sign("other meaning", f"“{found.words}” here is {each.here}"))
    return signs, masks


def _part(words: Words, named: frozenset[str], vocabulary: Vocabulary, masks: Iterable[Lexicon]) -> _Part:
    other = tuple(hit for mask in masks for hit in mask.find(words))
    not_ai = (*vocabulary.not_ai.find(words), *other)
    not_governance = (*vocabulary.not_governance.find(words), *other)

    def governance(*lexicons: Lexicon) -> tuple[Hit, ...]:
        return outside((hit for lexicon in lexicons for hit in lexicon.find(words)), not_governance)

    strong = governance(vocabulary.strong, vocabulary.governance_other)
    ai = outside((*vocabulary.ai.find(words), *vocabulary.ai_other.find(words)), not_ai)
    names = vocabulary.ai_names.find(words)
    # A weak alias (“minors”) is about AI only where AI is spoken of; an alias, and a bill's number beside its place, are
    # by themselves.
    hits = tags.instruments(words, vocabulary) if ai or names else tags.instruments_alone(words, vocabulary)
    return _Part(
        words=len(words.raw),
        ai=ai,
        ai_weak=outside(vocabulary.ai_weak.find(words), not_ai),
        names=names,
        hardware=outside(vocabulary.hardware.find(words), not_ai),
        strong=strong,
        plain=outside(governance(vocabulary.plain), strong),
        bodies=outside(vocabulary.bodies.find(words), other),
        trade=vocabulary.trade.find(words),
        instruments=tuple(
            hit
            for hit in outside(hits, other)
            if hit.meaning in named and not vocabulary.instruments[hit.meaning].adjacent
        ),
        places=outside(vocabulary.jurisdictions.find(words), not_governance),
        acts=tuple(hit for hit in vocabulary.stages.find(words) if hit.meaning in _ACTS),
    )


def _ai_signs(title: _Part, text: _Part, feed: Feed) -> Iterable[_Sign]:
    if title.ai:
        yield _Sign("ai title", f"AI in the title: {_named(title.ai)}")
    elif title.names:
        yield _Sign("name title", f"an AI maker or product in the title: {_named(title.names)}")
    elif title.ai_weak or title.hardware:
        yield _Sign("weak title", f"perhaps AI in the title: {_named(title.ai_weak or title.hardware)}")
    if text.ai:
        yield _Sign("ai text", f"AI in the text: {_named(text.ai)}")
    if not (title.any_ai or text.any_ai or title.instruments or text.instruments):
        yield _without_ai(title, text, feed)


def _without_ai(title: _Part, text: _Part, feed: Feed) -> _Sign:
    """No plain AI word: unless the feed's own filter lets pass what has none, the item is about something else."""
    governed = title.strong or title.bodies
    if governed and (feed.filter == "reg_term" or feed.on_topic == "all"):
        return _Sign("ai presumed", "no word about AI, from a source that is about AI alone")
    if (title.hardware or text.hardware) and feed.filter == "export_controls":
        return _Sign("ai presumed", "chips, from a source about export controls")
    if (title.ai_weak or title.hardware) and (title.bodies or text.bodies):
        return _Sign("perhaps ai")
    return _Sign("no ai", "no word about AI")


def _governance_signs(title: _Part, text: _Part) -> Iterable[_Sign]:
    for name, hits, most, reason in (
        ("strong title", title.strong, 2, "governance in the title"),
        ("plain title", title.plain, 2, "perhaps governance in the title"),
        ("body title", title.bodies, 2, "a public body in the title"),
        ("strong text", text.strong, 3, "governance in the text"),
        ("plain text", text.plain, 3, "perhaps governance in the text"),
        ("body text", text.bodies, 2, "a public body in the text"),
    ):
        if hits:
            yield _Sign(name, f"{reason}: {_named(hits)}", min(most, _distinct(hits)))
    if title.places and not title.bodies:
        yield _Sign("place title")
    if not (title.strong or title.plain or title.bodies or text.strong or title.instruments or text.instruments):
        yield _Sign("no governance", "no word about law or government")


def _together_signs(title: _Part, text: _Part, vocabulary: Vocabulary, words: Words) -> Iterable[_Sign]:
    """What words say side by side and not alone."""
    if title.any_ai and title.strong:
        yield _Sign("strong beside ai")
    if title.any_ai and title.acts:
        yield _Sign("act", f"tells of an act: {_named(title.acts)}")
    abroad = [hit for part in (title, text) for hit in part.places if not hit.meaning.startswith("US")]
    if (title.hardware or (title.any_ai and text.hardware)) and (title.trade or text.trade) and abroad:
        yield _Sign("chip trade", f"AI chips and their trade: {_named(title.trade or text.trade)}")
    customer = vocabulary.customer.find(words)
    dispute = tuple(hit for hit in vocabulary.dispute.find(words) if hit.start < _context_start(words))
    if title.names and title.bodies and dispute and not customer:
        yield _Sign("dispute", f"an AI maker at odds with a public body: {_named(dispute)}")
    road = vocabulary.roads.find(words)
    if road and vocabulary.road_ai.find(words):
        yield _Sign("road rules", f"self-driving and who allows it: {_named(road)}")
    if customer and not title.strong:
        yield _Sign("customer", f"government as a customer: {_named(customer)}")
    own = vocabulary.own_rules.find(words)
    if own:
        yield _Sign("own rules", f"a company's or school's own rules: {_named(own)}")
    first = _first(title.bodies + title.places, words)
    if first:
        yield _Sign("public power first", f"{first.words} is who acts")
    elif (maker := _first(title.names, words)) and not (title.bodies or title.strong):
        yield _Sign("maker first", f"{maker.words} is who acts")
    if title.any_ai and title.bodies:
        yield _Sign("body beside ai")
    if title.any_ai and title.plain and (title.bodies or title.places):
        yield _Sign("plain and place beside ai")


def _instrument_signs(title: _Part, text: _Part) -> Iterable[_Sign]:
    if title.instruments:
        yield _Sign("instrument title", f"names {_named(title.instruments)}")
    elif text.instruments:
        yield _Sign("instrument text", f"names {_named(text.instruments)}")


def _noise_signs(title: Words, vocabulary: Vocabulary) -> Iterable[_Sign]:
    found = {hit.meaning: hit for hit in vocabulary.not_news.find(title)}
    for meaning, hit in found.items():
        name = "surely not news" if meaning in _SURELY_NOT_NEWS else "not news"
        yield _Sign(name, f"{vocabulary.not_news_kinds[meaning]}: “{hit.words}”")
    if _FUNDING.search(title.text):
        yield _Sign("funding", "funding news")


def _source_signs(title: _Part, text: _Part, feed: Feed) -> Iterable[_Sign]:
    if feed.on_topic == "all":
        yield _Sign("topical source", "from a source that is about AI policy alone")
    elif feed.filter in ("ai_term", "ja_ai", "ko_ai", "pt_ai") and (title.any_ai or text.any_ai):
        yield _Sign("public source", "from a public body's own feed")


def _context_start(words: Words) -> int:
    """Where the headline stops telling what happened and tells what it happened after."""
    return next((at for at, word in enumerate(words.folded) if at > 2 and word in _CONTEXT), len(words.folded))


def _first(hits: tuple[Hit, ...], words: Words) -> Hit | None:
    """The one who acts: it stands first, or right behind “Exclusive:” and its like."""
    start = 1 if words.folded[:1] and words.folded[0] in _OPENERS else 0
    return next((hit for hit in hits if hit.start - start <= 1), None)


def _named(hits: tuple[Hit, ...]) -> str:
    """The first three different words found."""
    return ", ".join(list(dict.fromkeys(hit.words for hit in hits))[:3])


def _distinct(hits: tuple[Hit, ...]) -> int:
    """How many different words were found; two terms may stand for the same one (“policy”, “policies”)."""
    return len({hit.words.casefold() for hit in hits})
