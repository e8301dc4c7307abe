"""Reads a document that somebody wrote or edited: every fault of it at once, each with its line and its path."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import get_args, get_type_hints

from bot.core import audience, places, query, timing, zones
from bot.core.addresses import canonical
from bot.core.exchange.items import VERSION, Item, Mute, Setting, key
from bot.core.text import clean, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Added, Channel, Feed, Subscription

MOST_FAULTS = 20
LONGEST = 500
"""Characters of one value; a query may have as many as a line at the desk."""

LONGEST_QUERY = 2_000

_SETTINGS: Mapping[str, tuple[str, str]] = {
    "model": ("on|off", "on or off"),
    "timezone": (r"[A-Za-z][\w+/-]{1,60}", "a time zone, as in Europe/Berlin"),
    "quiet": (r"off|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", "off, or both ends, as in 20:00-07:00"),
    "budget": (r"\d{1,2}", "a number up to 99"),
    "updates": ("on|off", "on or off"),
}
"""What a channel may choose: the form of the value, and how a person is told of it."""

_SPACE_SETTINGS: Mapping[str, tuple[str, str]] = {
    "manage": ("anyone|members|managers|admins", "anyone, members, managers or admins")
}

_NAME = r"[a-z0-9][a-z0-9-]{0,79}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it was typed: what it is, is for the reader to say, so `off` is a word and `0123` an id."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    entries: tuple[tuple[str, "Node"], ...]
    line: int


Node = Scalar | Row | Table


class Faulty(ValueError):
    """The document cannot be taken over; the text has a line for each fault."""


def read(document: Node, vocabulary: Vocabulary, now: datetime) -> tuple[Item, ...]:
    """What the document asks for. Raises Faulty."""
    reading = _Reading(vocabulary, now)
    items = reading.document(document)
    for again in _twice(items):
        reading.faults.append(f"{_called(again)}: given twice")
    if reading.faults:
        more = [f"… and {len(reading.faults) - MOST_FAULTS} more"] if len(reading.faults) > MOST_FAULTS else []
        raise Faulty("\n".join([*reading.faults[:MOST_FAULTS], *more]))
    return items


def _twice(items: Iterable[Item]) -> list[Item]:
    seen: set[tuple[str, ...]] = set()
    found = []
    for item in items:
        if key(item) in seen:
            found.append(item)
        seen.add(key(item))
    return found


def _called(item: Item) -> str:
    *place, what, which = key(item)
    return " ".join(part for part in (":".join(filter(None, place)).strip("~"), what, which) if part)


@dataclass(slots=True)
class _Reading:
    vocabulary: Vocabulary
    now: datetime
    faults: list[str] = field(default_factory=list)

    def document(self, node: Node) -> tuple[Item, ...]:
        parts = self.table(node, "", ("version", "channels", "spaces", "feeds"), needed=("version",))
        if version := parts.get("version"):
            found = self.text(version, "version")
            if found and found != str(VERSION):
                self.fault(version, "version", f"is {found}; this RegPulse reads {VERSION}")
        return (
            *(item for at, each in self.row(parts, "channels", "") for item in self.channel(each, at)),
            *(item for at, each in self.row(parts, "spaces", "") for item in self.space(each, at)),
            *(item for at, each in self.row(parts, "feeds", "") for item in self.feed(each, at)),
        )

    # Channels

    def channel(self, node: Node, at: str) -> tuple[Item, ...]:
        known = ("platform", "space", "id", "settings", "mutes", "subscriptions")
        parts = self.table(node, at, known, needed=("platform", "id"))
        platform = self.platform(parts, at)
        space = self.place(parts, "space", at, platform, places.space_fault)
        channel = Channel(platform, space, self.place(parts, "id", at, platform, places.channel_fault))
        return (
            *self.settings(parts, at, channel, _SETTINGS),
            *(self.mute(each, where, channel) for where, each in self.row(parts, "mutes", at)),
            *(self.subscription(each, where, channel) for where, each in self.row(parts, "subscriptions", at)),
        )

    def space(self, node: Node, at: str) -> tuple[Item, ...]:
        parts = self.table(node, at, ("platform", "space", "settings"), needed=("platform", "space"))
        platform = self.platform(parts, at)
        channel = Channel(platform, self.place(parts, "space", at, platform, places.space_fault), "")
        return self.settings(parts, at, channel, _SPACE_SETTINGS)

    def platform(self, parts: Mapping[str, Node], at: str) -> str:
        return self.one_of(parts, "platform", at, places.KNOWN, "")

    def place(
        self, parts: Mapping[str, Node], name: str, at: str, platform: str, wrong: Callable[[str, str], str]
    ) -> str:
        """The id of a channel, a workspace or a server, in the form that its platform gives it."""
        found = self.maybe_text(parts, name, at)
        if platform and (name in parts or name == "space") and (fault := wrong(platform, found)):
            self.fault(parts.get(name, next(iter(parts.values()))), f"{at}.{name}", fault)
        return found

    def settings(
        self, parts: Mapping[str, Node], at: str, channel: Channel, known: Mapping[str, tuple[str, str]]
    ) -> tuple[Setting, ...]:
        if "settings" not in parts:
            return ()
        path = f"{at}.settings"
        found = self.table(parts["settings"], path, tuple(known))
        return tuple(
            Setting(channel, name, self.setting(found, name, path, f"|{form}", wanted))
            for name, (form, wanted) in known.items()
            if name in found
        )

    def setting(self, parts: Mapping[str, Node], name: str, at: str, form: str, wanted: str) -> str:
        value = self.matching(parts, name, at, form, wanted)
        try:
            return zones.named(value) if value and name == "timezone" else value
        except UserError as error:
            self.fault(parts[name], f"{at}.{name}", str(error))
            return value

    def mute(self, node: Node, at: str, channel: Channel) -> Mute:
        word = clean(self.text(node, at)).lower()
        if not query.words(word):
            self.fault(node, at, "must be a word or a phrase")
        return Mute(channel, word)

    def subscription(self, node: Node, at: str, channel: Channel) -> Subscription:
        known = ("query", "name", "every", "stages_only", "mention", "mention_from", "created_by")
        parts = self.table(node, at, known, needed=("query",))
        return Subscription(
            channel,
            self.query(parts["query"], f"{at}.query") if "query" in parts else "",
            self.matching(parts, "created_by", at, r"[\w:.-]{1,120}", "a person's id", "import"),
            self.now,
            name=clean(self.maybe_text(parts, "name", at)),
            every=self.every(parts, at),
            stages_only=self.flag(parts, "stages_only", at),
            mention=self.matching(parts, "mention", at, r"\w{0,40}", "the id of one role or group"),
            mention_from=self.one_of(parts, "mention_from", at, ("low", "medium", "high"), "low"),
        )

    def every(self, parts: Mapping[str, Node], at: str) -> str:
        text = self.maybe_text(parts, "every", at) or "now"
        try:
            return str(timing.cadence(text))
        except UserError as error:
            self.fault(parts["every"], f"{at}.every", str(error))
            return text

    def query(self, node: Node, at: str) -> str:
        text = self.text(node, at, LONGEST_QUERY)
        try:
            return str(audience.asked(text, self.vocabulary)) if text else ""
        except UserError as error:
            self.fault(node, at, str(error))
            return text

    # Feeds

    def feed(self, node: Node, at: str) -> tuple[Added, ...]:
        known = (*(each.name for each in fields(Feed)), "added_by")
        parts = self.table(node, at, known, needed=("id", "url"))
        hints = get_type_hints(Feed)
        url = self.maybe_text(parts, "url", at, LONGEST_QUERY)
        if "url" in parts and not canonical(url):
            self.fault(parts["url"], f"{at}.url", f"“{shorten(url, 60)}” is no address; write https://host/path")
        name = self.matching(parts, "id", at, _NAME, "small letters, digits and hyphens")
        feed = Feed(
            id=name,
            url=url,
            name=clean(self.maybe_text(parts, "name", at)) or name,
            kind=self.one_of(parts, "kind", at, get_args(hints["kind"]), "rss"),  # type: ignore[arg-type]
            tier=self.one_of(parts, "tier", at, get_args(hints["tier"]), "press"),  # type: ignore[arg-type]
            jurisdiction=self.jurisdiction(parts, at),
            language=self.matching(parts, "language", at, "[a-z]{2}", "two small letters", "en"),
            on_topic=self.one_of(parts, "on_topic", at, get_args(hints["on_topic"]), "filter"),  # type: ignore[arg-type]
            filter=self.matching(parts, "filter", at, r"[\w-]{0,80}", "the name of a filter"),
            pack=self.matching(parts, "pack", at, _NAME, "small letters, digits and hyphens", "core"),
            poll_minutes=int(self.matching(parts, "poll_minutes", at, r"\d{1,5}", "a whole number", "60")),
        )
        return (Added(feed, self.matching(parts, "added_by", at, r"[\w:.-]{1,120}", "a person", "import"), self.now),)

    def jurisdiction(self, parts: Mapping[str, Node], at: str) -> str:
        found = self.maybe_text(parts, "jurisdiction", at)
        if found and found not in self.vocabulary.places:
            self.fault(parts["jurisdiction"], f"{at}.jurisdiction", f"“{shorten(found, 40)}” is no code of topics.toml")
        return found

    # Values

    def fault(self, node: Node, at: str, what: str) -> None:
        self.faults.append(f"line {node.line}: {at or 'the document'}: {what}")

    def table(self, node: Node, at: str, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> Mapping[str, Node]:
        """Its values by name. Strange, repeated and missing names are faults."""
        if not isinstance(node, Table):
            self.fault(node, at, f"must be a table of: {', '.join(known)}")
            return {}
        found: dict[str, Node] = {}
        for name, value in node.entries:
            where = f"{at}.{name}" if at else name
            if name not in known:
                self.fault(value, where, f"unknown. Known: {', '.join(known)}")
            elif name in found:
                self.fault(value, where, "given twice")
            else:
                found[name] = value
        for name in needed:
            if name not in found:
                self.fault(node, f"{at}.{name}" if at else name, "missing")
        return found

    def row(self, parts: Mapping[str, Node], name: str, at: str) -> tuple[tuple[str, Node], ...]:
        """Its parts, each with its path."""
        path = f"{at}.{name}" if at else name
        node = parts.get(name)
        if node is None or (isinstance(node, Scalar) and node.text in ("", "~", "null")):
            return ()
        if not isinstance(node, Row):
            self.fault(node, path, "must be a list")
            return ()
        return tuple((f"{path}[{number}]", each) for number, each in enumerate(node.items))

    def text(self, node: Node, at: str, most: int = LONGEST) -> str:
        if not isinstance(node, Scalar):
            self.fault(node, at, "must be one value, not a list or a table")
            return ""
        if len(node.text) > most:
            self.fault(node, at, f"is {len(node.text)} characters long; at most {most}")
            return ""
        return node.text

    def maybe_text(self, parts: Mapping[str, Node], name: str, at: str, most: int = LONGEST) -> str:
        return self.text(parts[name], f"{at}.{name}", most) if name in parts else ""

    def matching(self, parts: Mapping[str, Node], name: str, at: str, form: str, wanted: str, usual: str = "") -> str:
        if name not in parts:
            return usual
        found = self.maybe_text(parts, name, at)
        if not re.fullmatch(form, found, re.A):
            self.fault(parts[name], f"{at}.{name}", f"must be {wanted}, not “{shorten(found, 40)}”")
            return usual
        return found

    def one_of(self, parts: Mapping[str, Node], name: str, at: str, choices: tuple[str, ...], usual: str) -> str:
        form = "|".join(map(re.escape, choices))
        return self.matching(parts, name, at, form, " or ".join(choices), usual)

    def flag(self, parts: Mapping[str, Node], name: str, at: str) -> bool:
        return self.one_of(parts, name, at, ("true", "false"), "false") == "true"
