"""The one document of all that people chose, and lists of feeds, between files and the store."""

import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml

from bot.config import Config
from bot.core import catalogue, exchange, opml
from bot.core.addresses import canonical
from bot.core.exchange import Change, Item, Node, Row, Scalar, Table
from bot.core.text import shorten
from bot.errors import UserError
from bot.model import Added, Feed
from bot.store.sqlite import Sqlite

MOST_BYTES = 20_000_000
DEEPEST = 10

BY = "import"
"""Who added a feed that stood in a list."""

# Events, not objects: nothing of the document is ever built but what is read here, and an alias is met before it is followed.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NOTHING = ("", "~", "null", "Null", "NULL")


# Subscriptions and settings


async def exported(config: Config) -> str:
    """The document of what the database holds. Raises UserError."""
    async with _opened(config, there=_is_there(config)) as store:
        if store is None:
            raise UserError(f"{config.database.path}: there is no such database. Name it with --db FILE.")
        return written(await store.chosen())


def written(items: Iterable[Item]) -> str:
    """The same choices are the same text."""
    document = exchange.plain(items)
    text: str = yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=10_000)
    return text


async def imported(name: str, config: Config, now: datetime, *, prune: bool, dry: bool) -> tuple[Change, ...]:
    """What the file changes, done unless it is `dry`. Raises UserError, and then nothing was changed."""
    wanted = wanted_by(content(name), name, config, now)
    async with _opened(config, there=not dry or _is_there(config)) as store:
        if store is None:
            return exchange.difference((), wanted, prune=prune)
        configured = [feed.id for feed in config.feeds]
        return await store.choose(wanted, prune=prune, now=now, configured=configured, dry=dry)


def instead(change: Change, config: Config) -> str:
    """What to say besides of a feed whose id the configuration has; "" for anything else."""
    if not (isinstance(change.item, Added) and any(feed.id == change.item.feed.id for feed in config.feeds)):
        return ""
    return "; the configuration has a feed of this id, which is listened to in its place and goes on as it was"


def _is_there(config: Config) -> bool:
    return Path(config.database.path).exists()


@asynccontextmanager
async def _opened(config: Config, *, there: bool) -> AsyncIterator[Sqlite | None]:
    """The store; None where the file is not `there`, for opening it would make one."""
    store = await Sqlite.open(Path(config.database.path)) if there else None
    try:
        yield store
    finally:
        if store:
            await store.close()


def wanted_by(body: bytes, name: str, config: Config, now: datetime) -> tuple[Item, ...]:
    """What stands in the document. Raises UserError with every fault of it."""
    try:
        return exchange.read(tree(body), config.vocabulary, now)
    except exchange.Faulty as error:
        raise UserError(f"{name}: nothing was changed, because of:\n{error}") from None


def tree(body: bytes) -> Node:
    """The document's lists, tables and values, each with its line. Raises Faulty."""
    try:
        return _document(yaml.parse(body.decode("utf-8-sig"), Loader=_LOADER))
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise exchange.Faulty(f"line {line}: is not text in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise exchange.Faulty(f"line {line}: is not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:  # characters that YAML does not know
        raise exchange.Faulty(f"is not valid YAML: {shorten(' '.join(str(error).split()), 200)}") from error


@dataclass(slots=True)
class _Open:
    """A list or a table that is not closed yet."""

    line: int
    table: bool
    nodes: list[Node] = field(default_factory=list)

    def closed(self) -> Node:
        if not self.table:
            return Row(tuple(self.nodes), self.line)
        names, values = self.nodes[::2], self.nodes[1::2]
        if strange := next((name for name in names if not isinstance(name, Scalar)), None):
            raise exchange.Faulty(f"line {strange.line}: a name must be a word")
        pairs = zip(names, values, strict=True)
        return Table(tuple((name.text, value) for name, value in pairs if isinstance(name, Scalar)), self.line)


def _document(events: Iterator[yaml.Event]) -> Node:
    open_parts: list[_Open] = [_Open(1, table=False)]
    for event in events:
        _refuse(event, len(open_parts))
        line = _line(event)
        match event:
            case yaml.ScalarEvent():
                empty = event.style in (None, "") and event.value in _NOTHING
                open_parts[-1].nodes.append(Scalar("" if empty else event.value, line))
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                open_parts.append(_Open(line, table=isinstance(event, yaml.MappingStartEvent)))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                done = open_parts.pop().closed()
                open_parts[-1].nodes.append(done)
    documents = open_parts[0].nodes
    if len(documents) != 1:
        raise exchange.Faulty("holds more than one document" if documents else "holds nothing")
    return documents[0]


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refuse(event: yaml.Event, depth: int) -> None:
    """What a document of ours never has, and an attack may be made of."""
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise exchange.Faulty(f"line {line}: anchors and aliases (& and *) are refused; write it out")
    if getattr(event, "tag", None):
        raise exchange.Faulty(f"line {line}: tags (!) are refused; write the plain value")
    if depth > DEEPEST:
        raise exchange.Faulty(f"line {line}: nests deeper than {DEEPEST}")


# Lists of feeds


async def listed(config: Config) -> str:
    """All feeds that are listened to, as OPML. Raises UserError."""
    async with _opened(config, there=_is_there(config)) as store:
        added = await store.added_feeds() if store else ()
    return opml.write(catalogue.together(config.feeds, added), "Feeds of RegPulse")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list of feeds."""

    new: tuple[Feed, ...]
    known: tuple[str, ...]
    """Addresses that are listened to already."""
    bad: tuple[str, ...]
    """A line for each that cannot be a feed."""


async def take_list(name: str, config: Config, now: datetime, *, dry: bool) -> Taken:
    """Adds what is new in an OPML file; the good ones also where others are bad. Raises UserError."""
    try:
        outlines = opml.read(content(name))
    except opml.NotOpml as error:
        raise UserError(f"{name}: {error}.") from None
    async with _opened(config, there=not dry or _is_there(config)) as store:
        added = await store.added_feeds() if store else ()
        taken = _sorted_out(outlines, catalogue.together(config.feeds, added))
        if store and taken.new and not dry:
            await store.choose(tuple(Added(feed, BY, now) for feed in taken.new), prune=False, now=now)
        return taken


def _sorted_out(outlines: tuple[opml.Outline, ...], listened: tuple[Feed, ...]) -> Taken:
    places, ids = {catalogue.place(feed.url) for feed in listened}, {feed.id for feed in listened}
    new: list[Feed] = []
    known, bad = [], []
    for one in outlines:
        place = catalogue.place(one.url)
        if not canonical(one.url):
            bad.append(f"line {one.line}: “{shorten(one.url, 100)}” is no http address")
        elif place in places:
            known.append(one.url)
        else:
            feed = _feed(one, ids)
            new.append(feed)
            places.add(place)
            ids.add(feed.id)
    return Taken(tuple(new), tuple(known), tuple(bad))


def _feed(one: opml.Outline, taken: set[str]) -> Feed:
    language = one.language.lower()[:2]
    return Feed(
        id=catalogue.named_like(one.url, taken),
        url=one.url,
        name=shorten(one.title, 100) or one.url,
        pack=re.sub(r"[^a-z0-9]+", "-", one.category.lower()).strip("-")[:40] or "core",
        language=language if re.fullmatch("[a-z]{2}", language) else "en",
    )


# Files


def content(name: str) -> bytes:
    """Of a file, or of standard input for "-". Raises UserError."""
    try:
        if name == "-":
            body = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror}).") from error
    if len(body) > MOST_BYTES:
        raise UserError(f"{name}: is larger than {MOST_BYTES // 1_000_000} MB.")
    return body


def replace(path: Path, text: str) -> None:
    """Whole or not at all. Raises UserError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise UserError(f"{path}: cannot be written ({error.strerror}). Name a place that can.") from error
