"""Cuts a feed document into its items, so that only those not read before need reading.

An item is known by its bytes and by what it inherits from the elements around it. Whatever could make reading some of the
items differ from reading all of them makes the document unusual; it is then read whole.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from xml.parsers import expat

SIZE = 8
"""Bytes of a mark. Two items of one feed share one by accident once in 10¹⁵ documents."""

DEPTH = {"rss": 3, "RDF": 2, "feed": 2}
"""How deep the items lie below each root."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']*)", re.I)
_ENCODING = re.compile(rb"['\"]([^'\"]*)")
_UTF8 = {"", "utf-8", "utf8", "us-ascii"}

# feedparser keeps namespaces for the whole document, wherever they are declared; these cannot change what another item means.
_XHTML = "http://www.w3.org/1999/xhtml"
_HARMLESS = {
    (None, _XHTML),
    (None, "http://www.w3.org/2000/svg"),
    (None, "http://www.w3.org/1998/Math/MathML"),
    (None, "com-wordpress:feed-additions:1"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
}

# Where the text of an item is inline markup, the end of such an element unsettles how feedparser reads the items after it.
_UNSETTLING = {
    "title",
    "summary",
    "description",
    "content",
    "body",
    "subtitle",
    "rights",
    "info",
    "abstract",
    "copyright",
}
_PLAIN = {"", _XHTML, "http://www.w3.org/2005/Atom", "http://www.w3.org/2000/svg"}


class Unusual(Exception):
    """The document is to be read whole."""


@dataclass(frozen=True, slots=True)
class Cut:
    body: bytes
    spans: tuple[tuple[int, int], ...]
    """Where each item begins and ends."""
    marks: tuple[bytes, ...]
    """What each item is known by."""

    def only(self, wanted: Container[int]) -> bytes:
        """The document less all items but these."""
        kept, at = [], 0
        for number, (begin, end) in enumerate(self.spans):
            if number not in wanted:
                kept.append(self.body[at:begin])
                at = end
        return b"".join((*kept, self.body[at:]))


def cut(body: bytes, content_type: str, url: str, scan: "Scan | None" = None) -> Cut:
    """Raises Unusual: malformed, not in UTF-8, with a document type, or of a shape not known here.

    A `scan` that was given has seen the whole document afterwards.
    """
    _refuse_other_encodings(body, content_type)
    scan = scan or Scan()
    scan.read(body)
    around = sha256(repr((scan.around, content_type, url)).encode()).digest()
    # processors have instructions for SHA-256: over an item it is twice as quick as BLAKE2, over a key half as quick
    marks = tuple([sha256(around + body[begin:end]).digest()[:SIZE] for begin, end in scan.spans])
    return Cut(body, tuple(scan.spans), marks)


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


class Scan:
    """Listens to expat, which is also what tells feedparser where an element begins and whether all is well-formed."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self.around: list[object] = []
        """The elements above the items, as they were opened."""
        self._body = b""
        self._depth = 0
        self._items_at = 0
        self._begin = -1
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartNamespaceDeclHandler = self._declare
        self.parser.StartDoctypeDeclHandler = self._refuse

    def read(self, body: bytes) -> None:
        """Raises Unusual."""
        self._body = body
        try:
            self.parser.Parse(body, True)
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
                setattr(self.parser, name, None)

    def _refuse(self, *_: object) -> None:
        raise Unusual

    def _declare(self, prefix: str | None, uri: str) -> None:
        if self._depth < max(1, self._items_at - 1):
            self.around.append((prefix, uri))
        elif (prefix, uri) not in _HARMLESS:
            raise Unusual

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        space, _, local = name.rpartition(" ")
        if self._depth == 1:
            self._items_at = DEPTH.get(local, 0)
            self.around.append((name, attributes))
        elif self._items_at == 3 and self._depth == 2:
            if local != "channel" or len(self.spans):
                raise Unusual
            self.around.append((name, attributes))
        elif local in ("item", "entry"):
            if self._depth != self._items_at:
                raise Unusual
            self._begin = self.parser.CurrentByteIndex
        elif local in _UNSETTLING and self._depth > self._items_at + 1 and space in _PLAIN:
            raise Unusual
        if not self._items_at:
            raise Unusual

    def _end(self, name: str) -> None:
        if self._depth == self._items_at and self._begin >= 0:
            at = self.parser.CurrentByteIndex
            if self._body[self._begin : self._begin + 1] != b"<" or self._body[at : at + 2] != b"</":
                raise Unusual
            self.spans.append((self._begin, self._body.index(b">", at) + 1))
            self._begin = -1
        self._depth -= 1


def pack(marks: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Pairs of an item's mark and its key's."""
    return b"".join(mark + key for mark, key in marks)


def unpack(packed: bytes) -> dict[bytes, bytes]:
    return {packed[at : at + SIZE]: packed[at + SIZE : at + 2 * SIZE] for at in range(0, len(packed), 2 * SIZE)}


def mark_of(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=SIZE).digest()
