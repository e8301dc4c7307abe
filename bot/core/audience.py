"""Which channels hear a story, and because of which words."""

import difflib
from dataclasses import dataclass
from functools import lru_cache

from bot.core import importance, query
from bot.core.text import shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Alert, Channel, Entry, Story, Subscription

SEARCHED = 8_000
"""Characters of an entry's text that subscriptions and search look at."""

MOST_WORDS = 5

_BETWEEN = f"\n{query.ANYTHING}\n"
"""Keeps a phrase from reaching from one text into the next."""


def searchable(entry: Entry) -> str:
    """What an entry is found by: title, text, fetched article and outlet."""
    return _BETWEEN.join((entry.title, entry.text[:SEARCHED], entry.page[:SEARCHED], entry.outlet))


def tagged(story: Story, vocabulary: Vocabulary) -> str:
    """What a story is found by besides: the names of what it is tagged with, and each `field:value` of the language."""
    verdict = story.verdict
    places = [code for each in verdict.jurisdictions for code in (each, *vocabulary.ancestors(each))]
    fields = {
        "importance": importance.of(story, vocabulary).reached,
        "certainty": (verdict.certainty,),
        "tier": (story.entries[0].tier,),
        "jurisdiction": tuple(name for code in places for name in (code, vocabulary.place(code))),
        "instrument": verdict.instruments,
        "type": (verdict.type,) if verdict.type else (),
        "stage": (verdict.stage,) if verdict.stage else (),
        "topic": verdict.topics,
    }
    tags = [query.tag(field, value) for field, values in fields.items() for value in values]
    near = [query.ADJACENT] if verdict.label == "adjacent" else []
    return _BETWEEN.join((*vocabulary.tag_names(verdict), *dict.fromkeys(tags), *near))


@dataclass(frozen=True, slots=True)
class Index:
    """What search keeps: the words of a report, and those of what a story is tagged with."""

    vocabulary: Vocabulary

    def words(self, entry: Entry) -> str:
        return indexed(searchable(entry))

    def tags(self, story: Story) -> str:
        return indexed(tagged(story, self.vocabulary))


def asked(text: str, vocabulary: Vocabulary) -> query.Query:
    """The query typed. Raises UserError where it cannot be read, or asks for a tag that no story could have."""
    parsed = query.parse(text)
    values = {
        "jurisdiction": (*vocabulary.places, *vocabulary.places.values()),
        "instrument": tuple(vocabulary.instruments),
        "type": tuple(vocabulary.type_names),
        "stage": tuple(vocabulary.stage_names),
        "topic": tuple(vocabulary.topic_names),
    }
    for wanted in query.tags_in(parsed):
        known = {query.tag(wanted.field, value): _typed(value) for value in values.get(wanted.field, ())}
        if known and query.tag(wanted.field, wanted.value) not in known:
            near = (
                difflib.get_close_matches(wanted.value, known.values(), n=1, cutoff=0.5) or sorted(known.values())[:3]
            )
            raise UserError(f"There is no {wanted.field} “{shorten(wanted.value, 40)}”. Try: {wanted.field}:{near[0]}")
    return parsed


def _typed(value: str) -> str:
    """A value as one word of a query."""
    return value.lower().replace(" ", "-")


def indexed(text: str) -> str:
    """The text as the store's search keeps it: the words as queries compare them."""
    return " ".join((query.ANYTHING, *query.words(text)))


def text_of(story: Story, vocabulary: Vocabulary) -> query.Text:
    """All that a story is found by, ready to be asked many queries."""
    return query.Text(_BETWEEN.join((*map(searchable, story.entries), tagged(story, vocabulary))))


def alerts(story: Story, subscriptions: tuple[Subscription, ...], vocabulary: Vocabulary) -> tuple[Alert, ...]:
    """One alert for each channel with a matching subscription, unless the channel muted a word of the story."""
    if not story.verdict.kept:
        return ()
    text = text_of(story, vocabulary)
    channels = {subscription.channel: subscription for subscription in subscriptions}
    silenced = {channel for channel, subscription in channels.items() if muted_by(subscription, text)}
    because: dict[Channel, tuple[str, ...]] = {}
    wanted: dict[Channel, tuple[int, ...]] = {}
    for subscription in subscriptions:
        if subscription.channel not in silenced and (words := _matched(subscription, text)):
            because[subscription.channel] = (*because.get(subscription.channel, ()), *words)
            wanted[subscription.channel] = (*wanted.get(subscription.channel, ()), subscription.id)
    return tuple(Alert(channel, _chosen(words), subscriptions=wanted[channel]) for channel, words in because.items())


def heard(subscription: Subscription, text: query.Text) -> tuple[str, ...]:
    """The words because of which this subscription hears the story; () when it does not, or a mute silences it."""
    words = () if muted_by(subscription, text) else _matched(subscription, text)
    return _chosen(words) if words else ()


def muted_by(subscription: Subscription, text: query.Text) -> str:
    """The muted word of the channel that the story holds; "" for none."""
    return next((word for word in subscription.mutes if text.find(query.words(word) or ("",))), "")


def asked_for(story: Story, subscriptions: tuple[Subscription, ...]) -> bool:
    """Whether anybody could want it: a story only near AI regulation is nothing to those who did not include it."""
    return story.verdict.relevant or any(
        parsed is not None and query.includes_adjacent(parsed) for parsed in map(_readable, subscriptions)
    )


def _readable(subscription: Subscription) -> query.Query | None:
    try:
        return _parsed(subscription.query)
    except UserError:  # stored by a version whose language was another; `subscriptions` shows it
        return None


def _matched(subscription: Subscription, text: query.Text) -> tuple[str, ...]:
    parsed = _readable(subscription)
    return () if parsed is None else query.matched(parsed, text) or ()


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> query.Query:
    """Parsing costs a hundred times what matching does, and subscriptions seldom change."""
    return query.parse(text)


def _chosen(words: tuple[str, ...]) -> tuple[str, ...]:
    """The named words before "everything", each once in any spelling."""
    kept: dict[str, str] = {}
    for word in words:
        kept.setdefault(word.casefold(), word)
    named = [word for word in kept.values() if word != query.EVERYTHING]
    return tuple(named[:MOST_WORDS]) or (query.EVERYTHING,)
