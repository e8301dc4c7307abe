"""What a story is found by, and which subscription hears it because of which words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.core import importance, languages, query
from bot.core.lexicon import Lexicon, Words
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Entry, Story, Subscription, Verdict

SEARCHED = 8_000
"""Characters of an entry's text that subscriptions and search look at."""

MOST_WORDS = 5

_BETWEEN = f"\n{query.ANYTHING}\n"
"""Keeps a phrase from reaching from one text into the next."""

_NO_MOVE = frozenset({"position"})
"""Types of stories in which somebody says what they want, and nothing is done."""

_NO_STEP = frozenset({"", "rumoured"})
"""Stages that nothing reached yet."""


def searchable(entry: Entry) -> str:
    """What an entry is found by: title, text, fetched article and outlet."""
    return _BETWEEN.join((entry.title, entry.text[:SEARCHED], entry.page[:SEARCHED], entry.outlet))


def tagged(story: Story, vocabulary: Vocabulary) -> str:
    """What a story is found by besides: the names of what it is tagged with, and each `field:value` of the language."""
    verdict = story.verdict
    places = [code for each in verdict.jurisdictions for code in (each, *vocabulary.ancestors(each))]
    values: Mapping[str, Iterable[str]] = {
        "importance": importance.of(story, vocabulary).reached,
        "certainty": (verdict.certainty,),
        "tier": (story.entries[0].tier,),
        "jurisdiction": (name for code in places for name in (code, vocabulary.place(code))),
        "instrument": verdict.instruments,
        "type": (verdict.type,) if verdict.type else (),
        "stage": (verdict.stage,) if verdict.stage else (),
        "topic": verdict.topics,
    }
    tags = (query.tag(field, value) for field, given in values.items() for value in given)
    marks = (
        *((query.ADJACENT,) if verdict.label == "adjacent" else ()),
        *((query.MOVE,) if is_move(verdict) else ()),
    )
    return _BETWEEN.join((*vocabulary.tag_names(verdict), *dict.fromkeys((*tags, *origin(story.entries))), *marks))


def origin(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The tags of where and when a story was told: every source and language, and the day of its first report."""
    sources = (query.tag("source", name) for entry in entries for name in (entry.feed, entry.outlet))
    spoken = (query.tag("language", name) for entry in entries for name in languages.names(entry.language))
    return (*sources, *spoken, *query.date_words(min(entry.when for entry in entries)))


@dataclass(frozen=True, slots=True)
class Index:
    """What search keeps: the words of a report, and those of what a story is tagged with."""

    vocabulary: Vocabulary

    def words(self, entry: Entry) -> str:
        return indexed(searchable(entry))

    def tags(self, story: Story) -> str:
        return indexed(tagged(story, self.vocabulary))


def indexed(text: str) -> str:
    """The text as the store's search keeps it: the words as queries compare them."""
    return " ".join((query.ANYTHING, *map(query.spelled, query.words(text))))


def text_of(story: Story, vocabulary: Vocabulary) -> query.Text:
    """All that a story is found by, ready to be asked many queries."""
    return query.Text(_BETWEEN.join((*map(searchable, story.entries), tagged(story, vocabulary))))


# Asking


def asked(text: str, vocabulary: Vocabulary) -> query.Query:
    """The query typed, its tags by their ids. Raises UserError where it cannot be read, or no story could have a tag."""
    meant = vocabulary.meant
    known = {
        "jurisdiction": _Values(vocabulary.places, vocabulary.jurisdictions, meant.get("jurisdiction", {})),
        "instrument": _Values({each.id: each.name for each in vocabulary.instruments.values()}, vocabulary.aliases),
        "type": _Values(vocabulary.type_names, vocabulary.types, meant.get("type", {})),
        "stage": _Values(vocabulary.stage_names, vocabulary.stages, meant.get("stage", {}), vocabulary.stage_words),
        "topic": _Values(vocabulary.topic_names, vocabulary.topics, meant.get("topic", {})),
    }
    return query.exchanged(query.parse(text), lambda tag: known[tag.field].named(tag) if tag.field in known else tag)


@dataclass(frozen=True, slots=True)
class _Values:
    """What a field can be asked for: ids with their names, and the words that news use for them."""

    names: Mapping[str, str]
    cues: Lexicon
    meant: Mapping[str, str] = field(default_factory=dict)
    cue_words: frozenset[str] = frozenset()

    def named(self, tag: query.Tag) -> query.Tag:
        """The tag by its id. Raises UserError."""
        wanted = query.tag(tag.field, tag.value)
        for code, name in self.names.items():
            if wanted in (query.tag(tag.field, code), query.tag(tag.field, name)):
                return query.Tag(tag.field, code.lower(), tag.place)
        near = self._near(tag.value)
        name = self.names.get(near, "")
        remark = f" ({name})" if query.tag(tag.field, name) != query.tag(tag.field, near) else ""
        raise query.unknown(tag, near.lower(), self.names, remark if near else "")

    def _near(self, value: str) -> str:
        """The id that is probably meant: by what people type, a word of the news, or one spelled alike; "" for none."""
        if known := self.meant.get(value):
            return known
        for written in (value, value.title(), value.upper()):  # names and acronyms are cues only as they are written
            if cues := self.cues.find(Words.of(written)):
                return cues[0].meaning
        spellings = {spelling.lower(): code for code, name in self.names.items() for spelling in (name, code)}
        near = query.nearest(value, (*spellings, *self.cue_words), 0.6)
        if near in spellings or not near:
            return spellings.get(near, "")
        return next((cue.meaning for cue in self.cues.find(Words.of(near))), "")


# Hearing


def heard(subscription: Subscription, text: query.Text) -> tuple[str, ...]:
    """The words because of which this subscription hears the story; () when it does not, or a mute silences it."""
    parsed = _readable(subscription)
    if parsed is None or muted_by(subscription, text) or (subscription.stages_only and not text.find((query.MOVE,))):
        return ()
    words = query.matched(parsed, text)
    return chosen(words) if words else ()


def muted_by(subscription: Subscription, text: query.Text) -> str:
    """The muted word of the channel that the story holds; "" for none."""
    return muted(subscription.mutes, text)


def muted(words: Iterable[str], text: query.Text) -> str:
    """The first of these words that the story holds; "" for none."""
    return next((word for word in words if text.find(query.words(word) or ("",))), "")


def silenced(subscriptions: tuple[Subscription, ...], text: query.Text) -> str:
    """The muted word but for which one of these would hear the story; "" for none."""
    return next(
        (word for one in subscriptions if (word := muted_by(one, text)) and heard(replace(one, mutes=()), text)), ""
    )


def asked_for(story: Story, subscriptions: tuple[Subscription, ...]) -> bool:
    """Whether anybody could want it: a story only near AI regulation is nothing to those who did not include it."""
    return story.verdict.relevant or any(
        parsed is not None and query.includes_adjacent(parsed) for parsed in map(_readable, subscriptions)
    )


def is_move(verdict: Verdict) -> bool:
    """Whether an instrument moved, which is all that a subscription to changes of stage hears.

    A law, rule, order or case reached a stage: it was introduced, signed, delayed, decided. Not a plan or a leak, which
    reached nothing yet, and not what somebody demands or thinks of it.
    """
    return verdict.stage not in _NO_STEP and verdict.type not in _NO_MOVE


def chosen(words: Iterable[str]) -> tuple[str, ...]:
    """The named words before "everything", each once in any spelling."""
    kept: dict[str, str] = {}
    for word in words:
        kept.setdefault(word.casefold(), word)
    named = [word for word in kept.values() if word != query.EVERYTHING]
    return tuple(named[:MOST_WORDS]) or (query.EVERYTHING,)


def _readable(subscription: Subscription) -> query.Query | None:
    try:
        return _parsed(subscription.query)
    except UserError:  # stored by a version whose language was another; `subscriptions` shows it
        return None


@lru_cache(maxsize=1_000)
def _parsed(text: str) -> query.Query:
    """Parsing costs a hundred times what matching does, and one subscription is tried on many stories."""
    return query.parse(text)
