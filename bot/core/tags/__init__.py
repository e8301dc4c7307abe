"""What an entry is about: who acted, by which instrument, how far it got, how sure that is, and the topics."""

from collections import Counter
from dataclasses import dataclass

from bot.core.lexicon import Words
from bot.core.tags import certainty, kinds, nearby, places, stages
from bot.core.tags.naming import instruments, instruments_alone, named
from bot.core.tags.parts import Part
from bot.core.vocabulary import Vocabulary
from bot.model import Certainty, Tier

__all__ = ["Tags", "instruments", "instruments_alone", "named", "tag"]

MOST_TOPICS = 4


@dataclass(frozen=True, slots=True)
class Tags:
    jurisdictions: tuple[str, ...]
    instruments: tuple[str, ...]
    type: str
    stage: str
    topics: tuple[str, ...]
    certainty: Certainty
    beside: str
    """What it is about instead of AI regulation, though near it; "" when nothing says so."""
    reasons: tuple[str, ...]
    """What each tag stands on, a line each."""


def tag(title: Words, text: Words, home: str, vocabulary: Vocabulary, tier: Tier = "press") -> Tags:
    """The tags. `home` is the jurisdiction of a source that speaks for one: that of who acted where the source is
    primary, else used when no other is named."""
    found = named(title, text, home, vocabulary)
    head, lead = Part.of(title, found, vocabulary), tuple(Part.of(part, found, vocabulary) for part in Part.lead(text))
    named_places = places.read(head, lead, text, home if tier == "primary" else "", vocabulary)
    stage, stage_why = stages.read(head, lead, named_places, tier, vocabulary)
    kind, kind_why = kinds.read(head, lead, found, stage, vocabulary)
    where, place_why = places.settled(named_places, head, lead, stage, kind, home, vocabulary)
    sure, sure_why = certainty.read(head, lead, stage, tier)
    topics, topics_why = _topics(title, text, found, vocabulary)
    beside, beside_why = nearby.read(title, text, vocabulary)
    said = (
        (vocabulary.place(where[0]) if where else "", place_why),
        (vocabulary.stage_names.get(stage, ""), stage_why),
        (vocabulary.type_names.get(kind, ""), kind_why),
        (sure.capitalize(), sure_why),
        ("Topics" if topics else "", topics_why),
        (beside[:1].upper() + beside[1:], beside_why),
    )
    return Tags(where, found, kind, stage, topics, sure, beside, tuple(f"{a}: {why}" for a, why in said if a and why))


def _topics(title: Words, text: Words, named: tuple[str, ...], vocabulary: Vocabulary) -> tuple[tuple[str, ...], str]:
    """A topic needs a word in the title, an instrument, or two mentions in the text."""
    hits = {hit.meaning: hit.words for part in (text, title) for hit in vocabulary.topics.find(part)}
    counted = Counter(hit.meaning for hit in vocabulary.topics.find(text))
    counted.update({hit.meaning: 3 for hit in vocabulary.topics.find(title)})
    for name in named:
        counted.update(dict.fromkeys(vocabulary.instruments[name].topics, 2))
    topics = tuple(topic for topic, number in counted.most_common(MOST_TOPICS) if number > 1)
    words = [f"{vocabulary.topic_names[topic].lower()} (“{hits[topic]}”)" for topic in topics if topic in hits]
    words += [f"{vocabulary.topic_names[topic].lower()} (by its instrument)" for topic in topics if topic not in hits]
    return topics, ", ".join(words)
