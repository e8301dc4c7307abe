"""Reads the usual kind of feed item from what expat told of it: what feedparser makes of it, at a fiftieth of the cost.

Only what is surely read alike is read here. An item with anything else in it is None, and a document in which anything
else surrounds the items is unusual as a whole: feedparser takes those. `docs/architecture.md` says how that was compared.
"""

from collections.abc import Iterable
from itertools import count

from bot.core.items import Cut, Event
from bot.core.usual.above import language_of
from bot.core.usual.item import Item, Row
from bot.core.usual.names import check_declared, role_of
from bot.core.usual.values import Odd

READ = frozenset(("title", "link", "id", "summary", "content", "published", "updated", "author", "source", "language"))


def read(cut: Cut, url: str, wanted: Iterable[int]) -> tuple[Row | None, ...]:
    """These items, each as `core.formats` makes entries of; None for an odd one.

    Raises Unusual when what surrounds them may change what they mean.
    """
    language = language_of(cut)
    reading = _Reading(cut, url)
    rows = [reading.item(*cut.within[number]) for number in wanted]
    for row in rows:
        if row:
            row["language"] = row["language"] or language
    return tuple(rows)


class _Reading:
    def __init__(self, cut: Cut, url: str) -> None:
        self._events, self._sound = cut.events, cut.sound
        self._url = url
        self._roles: dict[str, str] = {}

    def item(self, first: int, end: int) -> Row | None:
        try:
            return self._item(first, end - 1)
        except Odd:
            return None

    def _item(self, at: int, last: int) -> Row:
        """`last` is where it ends."""
        events, roles = self._events, self._roles
        item = Item(self._url, _attributes(events[at]), sound=self._sound)
        at += 1
        while at < last:
            event = events[at]
            if type(event) is not tuple:
                if type(event) is list:
                    check_declared(event)
                at += 1
                continue
            name, attributes = event
            role = roles.get(name) or self._role(name)
            inside = events[at + 1]
            if inside is None:
                item.take(role, "", attributes)
                at += 2
            elif type(inside) is str and events[at + 2] is None:
                item.take(role, inside.strip(), attributes)
                at += 3
            else:
                at = self._branch(item, at)
        return item.row()

    def _role(self, name: str) -> str:
        role = self._roles[name] = role_of(name)
        return role

    def _branch(self, item: Item, at: int) -> int:
        """An element of an item that has others in it, or much text; where the next begins."""
        reading, reading_at, depth = "", 0, 0
        attributes: dict[str, str] = {}
        author: dict[str, str] = {}
        part = ""
        text: list[str] = []
        for following in count(at):
            event = self._events[following]
            if type(event) is str:
                text.append(event)
            elif type(event) is tuple:
                depth += 1
                name, role = event[0], self._roles.get(event[0]) or self._role(event[0])
                if reading == "author" and role == "of the author" and not part and not "".join(text).strip():
                    part = name.rpartition(" ")[2].lower()
                elif reading or _odd(role, depth):
                    raise Odd
                elif role in READ:
                    reading, reading_at, attributes = role, depth, event[1]
                else:
                    item.take(role, "", event[1])
                    continue  # its text is nobody's
                text.clear()
            elif event is None:
                if part:
                    author[part] = "".join(text).strip()
                    part = ""
                    text.clear()
                elif reading and depth == reading_at:
                    item.take(reading, "".join(text).strip(), attributes, author, depth)
                    reading = ""
                depth -= 1
                if not depth:
                    return following + 1
            elif isinstance(event, list):
                check_declared(event)
        raise AssertionError


def _odd(role: str, depth: int) -> bool:
    """Where it stands in nothing that is read itself."""
    return role in ("odd", "of the author") or (depth > 1 and role in READ and role != "summary")


def _attributes(event: Event) -> dict[str, str]:
    assert type(event) is tuple  # noqa: S101  # where an item begins
    return event[1]
