"""What stands above and beside the items of a feed, as far as it may change what they mean."""

from collections.abc import Iterator

from bot.core.items import Cut, Event, Unusual
from bot.core.usual.names import BASES, CHANNEL_ACTS, LANG, check_declared, role_of


def language_of(cut: Cut) -> str:
    """The feed's own, "" where it names none. Raises Unusual where something changes what the items mean."""
    language, atom, in_channel, depth = "", False, False, 0
    text: list[str] = []
    names: list[str] = []
    for event in _outside(cut):
        if type(event) is str:
            text.append(event)
        elif type(event) is tuple:
            depth += 1
            name, attributes = event
            names.append(name)
            local = name.rpartition(" ")[2]
            if (depth <= 2 or (depth == 3 and in_channel)) and not BASES.isdisjoint(attributes):
                raise Unusual
            if depth == 1:
                atom = local == "feed"
                if local != "RDF" and (given := attributes.get(LANG, attributes.get("lang"))):
                    language = given.replace("_", "-")
            if depth <= 2 and local == "channel":
                in_channel = True
                if not CHANNEL_ACTS.isdisjoint(attributes):
                    raise Unusual
            text.clear()
        elif event is None:
            name = names.pop()
            if (depth == 2 if atom else depth == 3 and in_channel) and role_of(name) == "language":
                language = "".join(text).strip()
                if not language.isascii():
                    raise Unusual
            if depth == 2 and name.rpartition(" ")[2] == "channel":
                in_channel = False
            depth -= 1
        elif isinstance(event, list):
            check_declared(event)
    return language


def _outside(cut: Cut) -> Iterator[Event]:
    at = 0
    for first, end in cut.within:
        yield from cut.events[at:first]
        at = end
    yield from cut.events[at:]
