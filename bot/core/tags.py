"""What an entry is about: jurisdictions, instruments, type, stage and topics, read from title and text."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.lexicon import Hit, Words
from bot.core.vocabulary import Vocabulary

MOST_TOPICS = 4

# "could ban" bans nothing: a future or modal verb before the cue never advances the stage.
_MODALS = frozenset(
    (
        "will", "would", "could", "may", "might", "should", "must", "can", "set", "poised", "expected", "vow",
        "plan", "consider", "considering", "weigh", "weighing", "mull", "mulling", "eye", "urge", "want", "seek",
        "call", "threaten", "propose",
    )
)  # fmt: skip
_NEGATIONS = frozenset(
    ["fail", "decline", "stop", "not", "no", "never", "reject", "refuse", "without", "against", "unlikely"]
)
_BEFORE = 3
"""Words before a cue in which a modal or a negation speaks about it."""

_COMMITTEE = frozenset(("committee", "subcommittee", "panel"))
_CHAMBERS = frozenset(
    ("senate", "house", "assembly", "parliament", "bundestag", "chamber", "duma", "dail", "diet", "sejm")
)
_LEGISLATURES = frozenset(("legislature", "congress"))
_PASSES = frozenset(
    (
        "pass", "passe", "passed", "approve", "approved", "adopt", "adopted", "clear", "cleared", "advance",
        "advanced", "back", "backed", "vote",
    )
)  # fmt: skip
_BLOCKS = frozenset(["block", "halt", "enjoin", "pause", "stay", "stop", "injunction", "suspend", "freeze"])
_REFUSES = frozenset(["refuse", "refused", "decline", "declined", "deny", "denie", "denied", "reject", "rejected"])
_SUES = frozenset(["sue", "sued", "suing", "suit", "lawsuit"])
_CHALLENGES = frozenset(
    ["block", "challenge", "challenging", "overturn", "unconstitutional", "constitutional", "strike", "invalidate"]
)

# A verb that tells what happened outranks one that tells what the thing is.
_RANK = (
    "struck_down", "enjoined", "upheld", "vetoed", "repealed", "withdrawn", "failed", "delayed", "settled",
    "challenged", "passed_legislature", "passed_chamber", "committee", "in_force", "applied", "partially_applicable",
    "signed", "decided", "enforced", "pending", "consultation", "drafted", "introduced", "amended", "published",
    "rumoured",
)  # fmt: skip

# Cues that are things, not verbs: what stands before them does not make them a plan.
_THINGS = frozenset(("rumoured", "passed_legislature", "consultation", "drafted"))

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
    reasons: tuple[str, ...]
    """The words behind the first jurisdiction, the stage and the type."""


def tag(title: Words, text: Words, home: str, vocabulary: Vocabulary) -> Tags:
    """The tags; `home` is the jurisdiction of a source that speaks for one, used when nothing else is named."""
    found = named(title, text, home, vocabulary)
    stage, said = next((read for part in (title, text) if (read := _stage(part, vocabulary))[0]), ("", ""))
    kind, shown = _type(title, text, found, stage, vocabulary)
    places = _jurisdictions(title, text, found, home, vocabulary)
    return Tags(
        jurisdictions=places,
        instruments=found,
        type=kind,
        stage=stage,
        topics=_topics(title, text, found, vocabulary),
        reasons=tuple(
            f"{name}: {why}"
            for name, why in (
                (vocabulary.place(places[0]) if places else "", _placed(places, title, text, found, vocabulary)),
                (vocabulary.stage_names.get(stage, ""), f"“{said}”"),
                (vocabulary.type_names.get(kind, ""), shown),
            )
            if name and why
        ),
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


def instruments_alone(words: Words, vocabulary: Vocabulary) -> tuple[Hit, ...]:
    """Those that need no word about AI beside them: by an alias, or by a weak alias of several words ("SB 315", "stops
    the clock") where the place whose instrument it is is named too."""
    places = {hit.meaning for hit in vocabulary.jurisdictions.find(words)}
    weak = (
        hit
        for hit in vocabulary.weak_aliases.find(words)
        if hit.end - hit.start > 1 and vocabulary.instruments[hit.meaning].jurisdiction in places
    )
    return (*vocabulary.aliases.find(words), *weak)


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


def _placed(places: tuple[str, ...], title: Words, text: Words, found: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """What names the first place: its words, an instrument of it, or the source itself."""
    for part in (title, text):
        for hit in vocabulary.jurisdictions.find(part):
            if hit.meaning == places[0]:
                return f"“{hit.words}”"
    of = (vocabulary.instruments[name].name for name in found if vocabulary.instruments[name].jurisdiction == places[0])
    return next(of, "the source")


def _stage(words: Words, vocabulary: Vocabulary) -> tuple[str, str]:
    """The stage reached and the words that say so; hedged verbs leave it at "rumoured" at most."""
    for read in (_passage, _court):
        stage, said = read(words)
        if stage:
            return stage, said
    hits = _verbs(words, vocabulary)
    sure = {hit.meaning: hit for hit in reversed(hits) if not _hedged(words, hit)}
    if not sure and hits:
        return ("", "") if all(_negated(words, hit) for hit in hits) else ("rumoured", hits[0].words)
    return next(((stage, sure[stage].words) for stage in _RANK if stage in sure), ("", ""))


def _verbs(words: Words, vocabulary: Vocabulary) -> tuple[Hit, ...]:
    """The stage cues: “orders” is a verb, “order” and “executive order” are things."""
    things = [hit for hit in (*vocabulary.types.find(words), *vocabulary.strong.find(words)) if hit.end - hit.start > 1]
    return tuple(
        hit
        for hit in vocabulary.stages.find(words)
        if (hit.end - hit.start > 1 or hit.words.casefold() in vocabulary.stage_words or _modal(words, hit.start))
        and not any(
            thing.start <= hit.start and hit.end <= thing.end and thing.end - thing.start > hit.end - hit.start
            for thing in things
        )
    )


def _passage(words: Words) -> tuple[str, str]:
    """One committee, one chamber, or the whole legislature: who voted says which step it was."""
    for at, word in enumerate(words.folded):
        if word not in _PASSES or _modal(words, at):
            continue
        near = words.folded[max(0, at - 4) : at]
        voters = frozenset(near)
        if voters & _COMMITTEE or (frozenset(words.folded[at : at + 8]) & _COMMITTEE):
            return "committee", words.written(at, at + 1)
        if voters & _LEGISLATURES or len(voters & _CHAMBERS) > 1 or "both" in near:
            return "passed_legislature", words.written(at, at + 1)
        if voters & _CHAMBERS and word not in ("back", "backed"):
            return "passed_chamber", words.written(at, at + 1)
    return "", ""


def _court(words: Words) -> tuple[str, str]:
    """A suit against a law challenges it; a court that will not block it lets it stand."""
    for at, word in enumerate(words.folded):
        after = frozenset(words.folded[at + 1 : at + 8])
        if (
            word in _REFUSES
            and after & _BLOCKS
            and after & frozenset(("law", "act", "rule", "order", "ban", "enforcement"))
        ):
            return "upheld", words.written(at, at + 1)
        if (
            word in _SUES
            and after & _CHALLENGES
            and after & frozenset(("law", "act", "rule", "order", "statute", "ban"))
        ):
            return "challenged", words.written(at, at + 1)
    return "", ""


def _modal(words: Words, at: int) -> bool:
    before = words.folded[max(0, at - _BEFORE) : at]
    return bool(frozenset(before) & (_MODALS | _NEGATIONS)) or before[-1:] == ("to",)


def _hedged(words: Words, hit: Hit) -> bool:
    return hit.meaning not in _THINGS and _modal(words, hit.start)


def _negated(words: Words, hit: Hit) -> bool:
    return bool(frozenset(words.folded[max(0, hit.start - _BEFORE) : hit.start]) & _NEGATIONS)


def _type(title: Words, text: Words, named: tuple[str, ...], stage: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The kind of act and what says so: the court or the regulator at work, the instrument, its words, the stage."""
    if stage in ("enforced", "pending", "decided", "settled", "challenged", "enjoined", "upheld", "struck_down"):
        return _TYPE_OF_STAGE[stage], ""
    if named:
        return vocabulary.instruments[named[0]].type, vocabulary.instruments[named[0]].name
    for words in (title, text):
        hits = vocabulary.types.find(words)
        if hits:
            return hits[0].meaning, f"“{hits[0].words}”"
    return _TYPE_OF_STAGE.get(stage, ""), ""


def _topics(title: Words, text: Words, named: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    counted = Counter(hit.meaning for hit in vocabulary.topics.find(text))
    counted.update({hit.meaning: 3 for hit in vocabulary.topics.find(title)})
    counted.update(topic for name in named for topic in vocabulary.instruments[name].topics)
    return tuple(topic for topic, _ in counted.most_common(MOST_TOPICS))
