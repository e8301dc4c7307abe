"""Turns markup of the usual kind into text without building a tree: most of what feeds hold, at a fraction of the cost.

What it gives is what `core.markup.to_text` makes of the same markup; whatever might differ is not tidy.
"""

import html
import re
from html.entities import name2codepoint
from typing import Final

from bot.core.text import clean

MOST = 100_000
"""Characters; of longer markup only the start counts, and where that ends may differ."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCK: Final = (
    "p", "div", "br", "li", "ul", "ol", "tr", "td", "th", "table", "blockquote", "section", "article", "figcaption",
    "figure", *_HEADINGS, "pre", "hr", "dd", "dt", "header", "footer", "aside", "main",
)  # fmt: skip
_BLOCK = frozenset(BLOCK)
_INLINE = frozenset(
    (
        "a", "abbr", "b", "big", "center", "cite", "code", "del", "dl", "em", "font", "i", "img", "ins", "mark", "q", "s",
        "small", "span", "strike", "strong", "sub", "sup", "tbody", "tfoot", "thead", "time", "tt", "u",
    )
)  # fmt: skip
_VOID = frozenset(("br", "hr", "img"))
_ENDING = {"a": frozenset(("a",)), **dict.fromkeys(("p", *_HEADINGS), frozenset(("p", *_HEADINGS)))}
"""Such an element ends any of these that is open, wherever its own end stands."""

_NAME = "[A-Za-z][A-Za-z0-9]*"
_ATTRIBUTE = r"""\s+[A-Za-z_][-A-Za-z0-9_:.]*(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[-A-Za-z0-9_.:]+))?"""
_TAG = re.compile(rf"({_NAME})((?:{_ATTRIBUTE})*+)(?:\s*|\s+/)|(?i:(br|hr|img))((?:{_ATTRIBUTE})*+)\s*/|/({_NAME})\s*")
_LINK = re.compile('a href="[^"<>]*"')
_HIDING = re.compile(r"hidden|style", re.I)
_COMMENT = re.compile(r"<!--(?!-?>)[^-]*(?:-[^-]+)*-->")
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_ENTITIES = "|".join(sorted(set(name2codepoint) - {"lang", "rang"} | {"apos"}))
_NUMBER = r"#0{0,4}(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}|[1-4]\d{4}|12\d{4})"
_HEX = r"#x(?:[2-7][0-9a-e]|[a-f][0-9a-f]|[1-9a-f][0-9a-f]{2}|[1-9a-c][0-9a-f]{3}|1f[0-9a-e][0-9a-f]{2})"
_ODD_AMPERSAND = re.compile(rf"&(?!(?:{_NUMBER}|(?i:{_HEX})|{_ENTITIES});|\s)")


class Irregular(Exception):
    """Readers of markup may differ in what elements and references they see here."""


def text(markup: str, *, sound: bool = False) -> str | None:
    """What a reader would see, a line a block; None where it takes a tree to tell. Raises Irregular.

    `sound`: of what nobody can see it is known to hold nothing but tabs and line ends, as long as it is ASCII.
    """
    plain = markup.isascii() and (sound or _printable(markup))
    if not plain and _UNREADABLE.search(markup):
        raise Irregular
    if "<" not in markup and "&" not in markup:
        return _lines(markup, plain)
    if len(markup) > MOST:
        raise Irregular
    if "<!" in markup:
        markup = _COMMENT.sub("", markup)
    seen, tidy = _tidied(markup)
    if "&" in seen:
        if _ODD_AMPERSAND.search(seen):
            raise Irregular
        seen = html.unescape(seen)
        plain = plain and seen.isascii()
    return _lines(seen, plain) if tidy else None


def _tidied(markup: str) -> tuple[str, bool]:
    """For each tag a line end, or nothing; and whether that does it. Raises Irregular."""
    first, *rest = markup.split("<")
    if not rest:
        return first, True
    pieces = [first]
    open_: list[str] = []
    tidy = True
    for piece in rest:
        tag, closed, behind = piece.partition(">")
        name, kind, between = _KNOWN.get(tag) or _read(tag)
        if kind == "start":
            if open_ and name in _ENDING and not _ENDING[name].isdisjoint(open_):
                tidy = False
            open_.append(name)
        elif kind == "end":
            if not open_ or open_.pop() != name:
                tidy = False
        elif kind == "odd":
            tidy = False
        if not closed:
            raise Irregular
        pieces.append(between)
        pieces.append(behind)
    return "".join(pieces), tidy and not open_


def _read(tag: str) -> tuple[str, str, str]:
    """Its name, what it does, and what takes its place. Raises Irregular."""
    if _LINK.fullmatch(tag):
        return _START_OF_LINK
    name, kind = _taken_apart(tag)
    return name, kind, "\n" if name in _BLOCK else ""


def _taken_apart(tag: str) -> tuple[str, str]:
    found = _TAG.fullmatch(tag)
    if found is None:
        raise Irregular
    start, attributes, void, others, end = found.groups()
    name = (start or void or end).lower()
    given = attributes or others
    if (name not in _BLOCK and name not in _INLINE) or (given and _HIDING.search(given)):
        return name, "odd"
    if name in _VOID:
        return name, "odd" if end else "void"
    return name, "end" if end else "start"


_START_OF_LINK = ("a", "start", "")
_KNOWN = {
    tag: _read(tag)
    for name in sorted(_BLOCK | _INLINE)
    for tag in ((name, f"{name}/", f"{name} /") if name in _VOID else (name, f"/{name}"))
}


def lines(seen: str) -> str:
    """Cleaned lines without the empty ones."""
    return _lines(seen, seen.isascii() and _printable(seen))


def _printable(text: str) -> bool:
    """Letters, signs and blanks of ASCII, in lines: nothing to take out. References that are not odd add only such, or others
    than ASCII."""
    return text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()


def _lines(seen: str, plain: bool) -> str:
    if not plain:
        return "\n".join(line for raw in seen.splitlines() if (line := clean(raw)))
    if "  " in seen or "\t" in seen:
        return "\n".join(filter(None, [" ".join(line.split()) for line in seen.split("\n")]))
    return "\n".join(filter(None, [line.strip() for line in seen.split("\n")])) if "\n" in seen else seen.strip()
