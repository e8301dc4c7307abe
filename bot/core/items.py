"""Cuts a feed document into its items, so that only those not read before need reading.

An item is known by its bytes and by what it inherits from the elements around it. Whatever could make reading some of the
items differ from reading all of them makes the document unusual; it is then read whole.
"""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from xml.parsers import expat

SIZE = 8
"""Bytes of a mark. Two items of one feed share one by accident once in 10¹⁵ documents."""

MOST_EVENTS = 400_000
"""What is told of a document is held in memory while it is read: a hundred times what a large feed has to say."""

_AT_ONCE = 1_000_000
"""Bytes read before it is looked at how much was told."""

_ITEMS = ("item", "entry")

DEPTH = {"rss": 3, "RDF": 2, "feed": 2}
"""How deep the items lie below each root."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']*)", re.I)
_ENCODING = re.compile(rb"['\"]([^'\"]*)")
_UTF8 = {"", "utf-8", "utf8", "us-ascii"}

_UNSOUND = re.compile(rb"&#(?:0*(?:13|127)|x0*(?:[dD]|7[fF]));")
"""References to what nobody sees; in ASCII, XML allows only these and tabs and line ends (XML 1.0 §2.2), and takes a plain
\\r for a line end."""

# feedparser keeps namespaces for the whole document, wherever they are declared; these cannot change what another item means.
_HARMLESS = {
    (None, "http://www.w3.org/1999/xhtml"),
    (None, "http://www.w3.org/2000/svg"),
    (None, "http://www.w3.org/1998/Math/MathML"),
    (None, "com-wordpress:feed-additions:1"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
}

# Where the text of an item is inline markup, the end of such an element unsettles how feedparser reads the items after it.
_UNSETTLING = frozenset(
    f"{space} {local}".lstrip()
    for space in ("", "http://www.w3.org/1999/xhtml", "http://www.w3.org/2005/Atom", "http://www.w3.org/2000/svg")
    for local in (
        "title", "summary", "description", "content", "body", "subtitle", "rights", "info", "abstract", "copyright",
    )
)  # fmt: skip


class Unusual(Exception):
    """The document is to be read whole."""


Element = tuple[str, dict[str, str]]
Declared = list[str]
"""A namespace: its prefix, "" for none, and what it stands for."""

Event = Element | str | Declared | None
"""What expat told: an element's begin, text, a namespace declared, an element's end. Listening takes longer than looking at
it afterwards."""

Around = tuple[Element | tuple[str | None, str], ...]


@dataclass(frozen=True, slots=True)
class Cut:
    body: bytes
    spans: tuple[tuple[int, int], ...]
    """Where each item begins and ends."""
    marks: tuple[bytes, ...]
    """What each item is known by."""
    events: Sequence[Event]
    within: tuple[tuple[int, int], ...]
    """Of the events, those of each item, from its begin to its end."""
    sound: bool
    """Whether its text, as far as it is ASCII, is known to hold nothing that nobody sees but tabs and line ends."""

    def only(self, wanted: Container[int]) -> bytes:
        """The document less all items but these."""
        kept, at = [], 0
        for number, (begin, end) in enumerate(self.spans):
            if number not in wanted:
                kept.append(self.body[at:begin])
                at = end
        return b"".join((*kept, self.body[at:]))


def cut(body: bytes, content_type: str, url: str) -> Cut:
    """Raises Unusual: malformed, not in UTF-8, with a document type, of a shape not known here, or with more elements than
    any feed."""
    _refuse_other_encodings(body, content_type)
    heard = _Heard(body)
    around = sha256(repr((_around(heard.events, heard.within), content_type, url)).encode()).digest()
    # processors have instructions for SHA-256: over an item it is twice as quick as BLAKE2, over a key half as quick
    marks = tuple([sha256(around + body[begin:end]).digest()[:SIZE] for begin, end in heard.spans])
    return Cut(body, tuple(heard.spans), marks, heard.events, tuple(heard.within), _sound(body))


def _refuse_other_encodings(body: bytes, content_type: str) -> None:
    charset = _CHARSET.search(content_type)
    # feedparser looks for it in the first line, however long
    _, *rest = body.partition(b"\n")[0].split(b"encoding=")
    declared = [found[1] for found in map(_ENCODING.match, rest) if found]
    if (charset and charset[1].lower() not in _UTF8) or len(declared) > 1:
        raise Unusual
    if declared and declared[0].decode("latin-1").lower() not in _UTF8:
        raise Unusual
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Unusual from error


def _sound(body: bytes) -> bool:
    return b"\x7f" not in body and not _UNSOUND.search(body)


class _Heard:
    """What expat has to say of a document, which is also what tells feedparser where an element begins and whether all is
    well-formed."""

    def __init__(self, body: bytes) -> None:
        """Raises Unusual."""
        self.events: list[Event] = []
        self.spans: list[tuple[int, int]] = []
        self.within: list[tuple[int, int]] = []
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.CharacterDataHandler = self.events.append
        parser.StartNamespaceDeclHandler = lambda prefix, uri: self.events.append([prefix or "", uri or ""])
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = self._listening(parser, body)
        try:
            for at in range(0, len(body), _AT_ONCE):
                parser.Parse(body[at : at + _AT_ONCE], at + _AT_ONCE >= len(body))
                if len(self.events) > MOST_EVENTS:
                    raise Unusual
        except expat.ExpatError as error:
            raise Unusual from error
        finally:
            # What listens and what is listened to hold each other: let go, rather than leave it to the collector.
            for name in (
                "StartElementHandler",
                "EndElementHandler",
                "CharacterDataHandler",
                "StartNamespaceDeclHandler",
                "StartDoctypeDeclHandler",
            ):
                setattr(parser, name, None)

    def _listening(
        self, parser: expat.XMLParserType, body: bytes
    ) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
        events, add = self.events, self.events.append
        items: set[str] = set()
        begun: list[tuple[int, int]] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name.endswith(_ITEMS) and name.rpartition(" ")[2] in _ITEMS:
                items.add(name)
                begun.append((parser.CurrentByteIndex, len(events)))
            add((name, attributes))

        def end(name: str) -> None:
            add(None)
            if name in items:
                (begin, first), at = begun.pop(), parser.CurrentByteIndex
                if body[begin : begin + 1] != b"<" or body[at : at + 2] != b"</":
                    raise Unusual
                self.spans.append((begin, body.index(b">", at) + 1))
                self.within.append((first, len(events)))

        return start, end


def _refuse(*_: object) -> None:
    raise Unusual


def _around(events: Sequence[Event], within: Sequence[tuple[int, int]]) -> Around:
    """The elements above the items, as they were opened. Raises Unusual where the items do not lie as they should."""
    around: list[Element | tuple[str | None, str]] = []
    depth = items_at = found = 0
    for event in events:
        if event is None:
            depth -= 1
        elif type(event) is tuple:
            depth += 1
            if depth == 1:
                items_at = DEPTH.get(event[0].rpartition(" ")[2], 0)
                around.append(event)
                if not items_at:
                    raise Unusual
            elif depth == 2 and items_at == 3:
                if found or event[0].rpartition(" ")[2] != "channel":
                    raise Unusual
                around.append(event)
            elif depth == items_at:
                found += event[0].rpartition(" ")[2] in _ITEMS
            elif depth > items_at + 1 and event[0] in _UNSETTLING:
                raise Unusual
        elif type(event) is list:
            declared = event[0] or None, event[1]
            if depth < max(1, items_at - 1):
                around.append(declared)
            elif declared not in _HARMLESS:
                raise Unusual
    if found != len(within):
        raise Unusual  # some lie elsewhere
    return tuple(around)


def pack(marks: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Pairs of an item's mark and its key's."""
    return b"".join(mark + key for mark, key in marks)


def unpack(packed: bytes) -> dict[bytes, bytes]:
    return {packed[at : at + SIZE]: packed[at + SIZE : at + 2 * SIZE] for at in range(0, len(packed), 2 * SIZE)}


def mark_of(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=SIZE).digest()
