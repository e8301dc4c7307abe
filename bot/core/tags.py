"""What an entry is about: jurisdictions, instruments, type, stage and topics, read from title and text."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.lexicon import Hit, Words
from bot.core.vocabulary import Vocabulary

MOST_TOPICS = 4

# "could ban" bans nothing: a future or modal verb before the cue never advances the stage.
_MODALS = {
    "will",
    "would",
    "could",
    "may",
    "might",
    "should",
    "to",
    "must",
    "can",
    "set",
    "poised",
    "expected",
    "vow",
    "plan",
}
_NEGATIONS = {"fail", "decline", "stop", "not", "no", "never", "reject", "refuse", "without", "against", "unlikely"}
_BEFORE = 3
"""Words before a cue in which a modal or a negation speaks about it."""

# A verb that tells what happened outranks one that tells what the thing is.
_RANK = (
    "struck_down", "enjoined", "upheld", "vetoed", "repealed", "withdrawn", "failed", "delayed", "settled",
    "challenged", "passed_legislature", "passed_chamber", "committee", "in_force", "applied", "partially_applicable",
    "signed", "decided", "enforced", "pending", "consultation", "drafted", "introduced", "amended", "published",
    "rumoured",
)  # fmt: skip

_TYPE_OF_STAGE = {
    "enforced": "enforcement", "pending": "litigation", "decided": "litigation", "settled": "litigation",
    "challenged": "litigation", "enjoined": "litigation", "upheld": "litigation", "struck_down": "litigation",
    "consultation": "consultation", "introduced": "bill", "committee": "bill", "passed_chamber": "bill",
    "passed_legislature": "bill", "vetoed": "bill",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tags:
    jurisdictions: tuple[str, ...]
    instruments: tuple[str, ...]
    type: str
    stage: str
    topics: tuple[str, ...]


def tag(title: Words, text: Words, home: str, vocabulary: Vocabulary) -> Tags:
    """The tags; `home` is the jurisdiction of a source that speaks for one, used when nothing else is named."""
    found = named(title, text, home, vocabulary)
    stage = _stage(title, vocabulary) or _stage(text, vocabulary)
    return Tags(
        jurisdictions=_jurisdictions(title, text, found, home, vocabulary),
        instruments=found,
        type=_type(title, text, found, stage, vocabulary),
        stage=stage,
        topics=_topics(title, text, found, vocabulary),
    )


def instruments(words: Words, vocabulary: Vocabulary) -> tuple[Hit, ...]:
    """The registry's instruments named in the text; a weak alias counts only beside a word of its context."""
    found = vocabulary.aliases.find(words)
    weak = [
        hit
        for hit in vocabulary.weak_aliases.find(words)
        if hit.meaning in vocabulary.contexts and _elsewhere(vocabulary.contexts[hit.meaning].find(words), hit)
    ]
    return (*found, *weak)


def named(title: Words, text: Words, home: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Those named outright; by a weak alias only where their country is named too, for “minors” is no law of China."""
    places = {hit.meaning for part in (title, text) for hit in vocabulary.jurisdictions.find(part)} | {home}
    strong = [hit.meaning for part in (title, text) for hit in vocabulary.aliases.find(part)]
    weak = [
        hit.meaning
        for part in (title, text)
        for hit in instruments(part, vocabulary)
        if vocabulary.instruments[hit.meaning].jurisdiction in places
    ]
    return tuple(dict.fromkeys((*strong, *weak)))


def _elsewhere(contexts: Iterable[Hit], hit: Hit) -> bool:
    return any(context.end <= hit.start or hit.end <= context.start for context in contexts)


def _jurisdictions(
    title: Words, text: Words, named: tuple[str, ...], home: str, vocabulary: Vocabulary
) -> tuple[str, ...]:
    """In the order of their weight; a place that contains another one named is left out."""
    codes = [hit.meaning for hit in vocabulary.jurisdictions.find(title)]
    codes += [vocabulary.instruments[name].jurisdiction for name in named if name in vocabulary.instruments]
    if not codes:
        counted = Counter(hit.meaning for hit in vocabulary.jurisdictions.find(text))
        codes += [code for code, _ in counted.most_common(3)]
    found = list(dict.fromkeys(code for code in codes if code))
    inner = {ancestor for code in found for ancestor in vocabulary.ancestors(code)}
    kept = tuple(code for code in found if code not in inner)
    return kept[:3] or ((home,) if home else ())


def _stage(words: Words, vocabulary: Vocabulary) -> str:
    """The stage reached, as its verbs say; hedged verbs leave it at "rumoured" at most."""
    hits = vocabulary.stages.find(words)
    sure = {hit.meaning for hit in hits if not _hedged(words, hit)}
    if not sure and hits:
        return "" if all(_negated(words, hit) for hit in hits) else "rumoured"
    return next((stage for stage in _RANK if stage in sure), "")


def _hedged(words: Words, hit: Hit) -> bool:
    before = set(words.folded[max(0, hit.start - _BEFORE) : hit.start])
    return hit.meaning != "rumoured" and bool(before & (_MODALS | _NEGATIONS))


def _negated(words: Words, hit: Hit) -> bool:
    return bool(set(words.folded[max(0, hit.start - _BEFORE) : hit.start]) & _NEGATIONS)


def _type(title: Words, text: Words, named: tuple[str, ...], stage: str, vocabulary: Vocabulary) -> str:
    if stage in ("enforced", "pending", "decided", "settled", "challenged", "enjoined", "upheld", "struck_down"):
        return _TYPE_OF_STAGE[stage]
    if named:
        return vocabulary.instruments[named[0]].type
    for words in (title, text):
        hits = vocabulary.types.find(words)
        if hits:
            return hits[0].meaning
    return _TYPE_OF_STAGE.get(stage, "")


def _topics(title: Words, text: Words, named: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    counted = Counter(hit.meaning for hit in vocabulary.topics.find(text))
    counted.update({hit.meaning: 3 for hit in vocabulary.topics.find(title)})
    counted.update(topic for name in named for topic in vocabulary.instruments[name].topics)
    return tuple(topic for topic, _ in counted.most_common(MOST_TOPICS))
