"""Lists of feeds as readers exchange them (opml.org/spec2.opml): read from strangers, written for anybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from bot.core.text import clean
from bot.model import Feed

MOST = 5_000
"""Feeds of one list."""

DEEPEST = 30


class NotOpml(ValueError):
    """The text is one line for a person."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list, as it stands there."""

    url: str
    title: str
    category: str
    """Of its own, else the heading it stands under; "" for none."""
    language: str
    line: int


def read(body: bytes) -> tuple[Outline, ...]:
    """Its feeds, however deep under headings. Raises NotOpml; never looks anything up, never expands an entity."""
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.StartElementHandler = lambda name, attributes: reading.opened(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reading.closed
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise NotOpml(f"is not well-formed XML: {expat.errors.messages[error.code]}, line {error.lineno}") from error
    except NotOpml:
        raise
    except (ValueError, LookupError) as error:
        raise NotOpml("is written in an encoding that is not known here; save it as UTF-8") from error
    return tuple(reading.found)


@dataclass(slots=True)
class _Reading:
    found: list[Outline] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    """The headings of the outlines that are open, those of feeds as ""."""
    depth: int = 0

    def refuse(self, *declared: object) -> None:
        raise NotOpml("declares a document type, in which entities may hide: refused. Take out the line <!DOCTYPE …>")

    def opened(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.depth += 1
        if self.depth == 1 and name.lower() != "opml":
            raise NotOpml(f"is no list of feeds: it begins with <{clean(name)[:40]}>, not with <opml>")
        if self.depth > DEEPEST:
            raise NotOpml(f"nests its outlines deeper than {DEEPEST}")
        if name.lower() != "outline":
            return
        given = {key.lower(): clean(value) for key, value in attributes.items()}
        title = given.get("title") or given.get("text") or ""
        url = given.get("xmlurl", "")
        self.above.append("" if url else title)
        if url:
            heading = next((one for one in reversed(self.above) if one), "")
            category = given.get("category", "").split(",")[0].strip("/") or heading
            self.found.append(Outline(url, title, category, given.get("language", ""), line))
        if len(self.found) > MOST:
            raise NotOpml(f"lists more than {MOST} feeds")

    def closed(self, name: str) -> None:
        self.depth -= 1
        if name.lower() == "outline":
            self.above.pop()


def write(feeds: Iterable[Feed], title: str) -> str:
    """In the order given, under a heading for each pack."""
    packs: dict[str, list[Feed]] = {}
    for feed in feeds:
        packs.setdefault(feed.pack, []).append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_escaped(title)}</title></head>", "  <body>"]
    for pack, found in packs.items():
        lines += [f"    <outline text={_quoted(pack)}>", *map(_outline, found), "    </outline>"]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outline(feed: Feed) -> str:
    name = _quoted(feed.name)
    return (
        f'      <outline type="rss" text={name} title={name} xmlUrl={_quoted(feed.url)}'
        f" category={_quoted(feed.pack)} language={_quoted(feed.language)}/>"
    )


def _quoted(text: str) -> str:
    return quoteattr(clean(text))


def _escaped(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;")
