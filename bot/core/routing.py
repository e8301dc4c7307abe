"""Which channels hear a story: all subscriptions compiled once, and a story's text passed once for all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from bot.core import audience, query
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Alert, Channel, Story, Subscription

Atom = tuple[str, ...]
"""A word, phrase or tag that a query names: whole words in this order."""

_NO_MORE: Atom = ()


class Router:
    """Knows what every channel asks for. Routing costs what the story's words and the matches cost.

    Each distinct query is kept once, under one or two atoms without which it cannot match. A story's text is passed once
    for all atoms there are; the queries whose atoms it holds are then asked exactly as back-test asks them.
    """

    def __init__(self) -> None:
        self._channels: dict[Channel, tuple[Subscription, ...]] = {}
        self._asked: dict[str, _Asked] = {}
        self._under: dict[Atom, dict[Atom, dict[str, _Asked]]] = {}
        self._always: dict[str, _Asked] = {}
        self._muting: dict[Atom, dict[Channel, None]] = {}
        self._phrases = _Phrases()
        self._adjacent = 0

    @classmethod
    def of(cls, subscriptions: Iterable[Subscription]) -> "Router":
        router, channels = cls(), dict[Channel, list[Subscription]]()
        for subscription in subscriptions:
            channels.setdefault(subscription.channel, []).append(subscription)
        for channel, asked in channels.items():
            router.put(channel, tuple(asked))
        return router

    def put(self, channel: Channel, subscriptions: tuple[Subscription, ...]) -> None:
        """From now on these are all that the channel asks for."""
        old = self._channels.pop(channel, ())
        before, after = dict.fromkeys(old), dict.fromkeys(subscriptions)
        for new in (one for one in after if one not in before):  # first: what is renamed or muted keeps its query
            self._add(new)
        for gone in (one for one in before if one not in after):
            self._take(gone)
        self._mute(channel, _muted(old), _muted(subscriptions))
        if subscriptions:
            self._channels[channel] = subscriptions

    @property
    def includes_adjacent(self) -> bool:
        """Whether any subscription asks for stories only near AI regulation."""
        return self._adjacent > 0

    @property
    def size(self) -> int:
        """How many distinct queries, muted words and beginnings of phrases it holds."""
        return len(self._asked) + len(self._muting) + len(self._phrases)

    def alerts(self, story: Story, vocabulary: Vocabulary) -> tuple[Alert, ...]:
        """One alert for each channel with a matching subscription, unless the channel muted a word of the story."""
        return self.heard(audience.text_of(story, vocabulary)) if story.verdict.kept else ()

    def heard(self, text: query.Text) -> tuple[Alert, ...]:
        found = self._phrases.found(text.words)
        silenced = {channel for atom in found & self._muting.keys() for channel in self._muting[atom]}
        hits = [
            (subscription.id, subscription.channel, words)
            for asked in self._candidates(found)
            for subscription, words in asked.heard(text)
            if not silenced or subscription.channel not in silenced
        ]
        hits.sort(key=itemgetter(0))
        channels: dict[Channel, list[tuple[int, tuple[str, ...]]]] = {}
        for number, channel, words in hits:
            channels.setdefault(channel, []).append((number, words))
        return tuple(_alert(channel, heard) for channel, heard in channels.items())

    def _candidates(self, found: set[Atom]) -> Iterable["_Asked"]:
        """Each once, though several of its atoms are found."""
        candidates, held = dict(self._always), found | {_NO_MORE}
        for first in found & self._under.keys():
            under = self._under[first]
            for second in held & under.keys():
                candidates |= under[second]
        return candidates.values()

    def _add(self, subscription: Subscription) -> None:
        asked = self._asked.get(subscription.query)
        if asked is None:
            try:
                asked = _Asked(query.parse(subscription.query))
            except UserError:  # stored by a version whose language was another; `subscriptions` shows it
                return
            self._asked[subscription.query] = asked
            self._keep(asked, subscription.query)
        asked.subscriptions[subscription] = None
        self._adjacent += query.includes_adjacent(asked.parsed)

    def _take(self, subscription: Subscription) -> None:
        asked = self._asked.get(subscription.query)
        if asked is None:
            return
        self._adjacent -= query.includes_adjacent(asked.parsed)
        del asked.subscriptions[subscription]
        if not asked.subscriptions:
            del self._asked[subscription.query]
            self._drop(asked, subscription.query)

    def _keep(self, asked: "_Asked", text: str) -> None:
        if (ways := _ways(asked.parsed)) is None:
            self._always[text] = asked
            return
        for first, second in ways:
            self._under.setdefault(first, {}).setdefault(second, {})[text] = asked
            for atom in (first, second):
                self._phrases.add(atom)

    def _drop(self, asked: "_Asked", text: str) -> None:
        if (ways := _ways(asked.parsed)) is None:
            del self._always[text]
            return
        for first, second in ways:
            del self._under[first][second][text]
            if not self._under[first][second]:
                del self._under[first][second]
            if not self._under[first]:
                del self._under[first]
            for atom in (first, second):
                self._phrases.take(atom)

    def _mute(self, channel: Channel, old: frozenset[Atom], new: frozenset[Atom]) -> None:
        for atom in new - old:
            self._muting.setdefault(atom, {})[channel] = None
            self._phrases.add(atom)
        for atom in old - new:
            del self._muting[atom][channel]
            if not self._muting[atom]:
                del self._muting[atom]
            self._phrases.take(atom)


@dataclass(slots=True)
class _Asked:
    """A query, and all who ask it."""

    parsed: query.Query
    subscriptions: dict[Subscription, None] = field(default_factory=dict)

    def heard(self, text: query.Text) -> Iterator[tuple[Subscription, tuple[str, ...]]]:
        words = query.matched(self.parsed, text)
        if words:
            move = text.find((query.MOVE,))
            yield from ((one, words) for one in self.subscriptions if move or not one.stages_only)


def _alert(channel: Channel, heard: list[tuple[int, tuple[str, ...]]]) -> Alert:
    numbers, reasons = zip(*heard, strict=True)
    return Alert(channel, _chosen(reasons), subscriptions=numbers)


@lru_cache(maxsize=1_000)
def _chosen(reasons: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Most of the channels that hear a story hear it because of the same words."""
    return audience.chosen(word for words in reasons for word in words)


def _muted(subscriptions: tuple[Subscription, ...]) -> frozenset[Atom]:
    return frozenset(words for one in subscriptions for mute in one.mutes if (words := query.words(mute)))


def _ways(asked: query.Query) -> frozenset[tuple[Atom, Atom]] | None:
    """Pairs of atoms, both of which stand in a text for each way in which the query can match; None for a query that
    matches without any. Of more than two that must be there the two least common are taken, as far as words show it."""
    match asked:
        case query.Term():
            return frozenset({(asked.words, _NO_MORE)})
        case query.Tag():  # a range of days has dozens of ways and leaves out little
            return frozenset({(asked.ways[0], _NO_MORE)}) if len(asked.ways) == 1 else None
        case query.All():
            return _all([ways for part in asked.parts if (ways := _ways(part)) is not None])
        case query.Either():
            either = [_ways(part) for part in asked.parts]
            return None if None in either else frozenset(pair for ways in either if ways for pair in ways)
    return None


def _all(parts: list[frozenset[tuple[Atom, Atom]]]) -> frozenset[tuple[Atom, Atom]] | None:
    """Two atoms that must be there, or the one there is with each way of another part, or only the ways of a part."""
    needed = sorted({atom for part in parts if len(part) == 1 for pair in part for atom in pair if atom}, key=_common)
    fewest = min((part for part in parts if len(part) > 1), key=len, default=None)
    match needed:
        case [first, second, *_]:
            return frozenset({(first, second)})
        case [only]:
            return frozenset((first, only) for first, _ in fewest) if fewest else frozenset({(only, _NO_MORE)})
    return fewest


def _common(atom: Atom) -> tuple[bool, int, int, Atom]:
    """Tags are commoner than words, one word than a phrase, short words than long ones."""
    return atom[0].startswith("regpulse"), -len(atom), -sum(map(len, atom)), atom


class _Phrases:
    """A tree of words in which every phrase is a path: passed along a text, it finds all of them at once.

    A library would find the phrases in the characters of the text; it could not forget one without being built anew, and
    the words are at hand already (docs/architecture.md).
    """

    def __init__(self) -> None:
        self._root = _Step()

    def __len__(self) -> int:
        return len(self._root.then)

    def add(self, phrase: Atom) -> None:
        """As often as it is added it must be taken again."""
        step = self._root
        for word in phrase:
            step = step.then.setdefault(word, _Step())
        step.ends += 1
        step.phrase = phrase

    def take(self, phrase: Atom) -> None:
        path = [self._root]
        for word in phrase:
            path.append(path[-1].then[word])
        path[-1].ends -= 1
        for word, before in zip(reversed(phrase), reversed(path[:-1]), strict=True):
            if before.then[word].ends or before.then[word].then:
                return
            del before.then[word]

    def found(self, words: tuple[str, ...]) -> set[Atom]:
        """The phrases in a text of these words."""
        begin, many, found = self._root.then, len(words), set[Atom]()
        for start, word in enumerate(words):
            step, place = begin.get(word), start + 1
            while step is not None:
                if step.ends:
                    found.add(step.phrase)
                step, place = (step.then.get(words[place]) if place < many else None), place + 1
        return found


@dataclass(slots=True)
class _Step:
    then: dict[str, "_Step"] = field(default_factory=dict)
    ends: int = 0
    """How many need the phrase that ends here."""
    phrase: Atom = ()
