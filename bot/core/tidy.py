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
_TAG = re.compile(
    rf"<(?:({_NAME})((?:{_ATTRIBUTE})*+)(?:\s*|\s+/)|(?i:(br|hr|img))((?:{_ATTRIBUTE})*+)\s*/|/({_NAME})\s*)>"
)
_SPLIT = re.compile("(<[^>]*>)")
_COMMENT = re.compile(r"<!--(?!-?>)[^-]*(?:-[^-]+)*-->")
_HIDING = re.compile(r"hidden|style", re.I)
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_ENTITIES = "|".join(sorted(set(name2codepoint) - {"lang", "rang"} | {"apos"}))
_NUMBER = r"#0{0,4}(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}|[1-4]\d{4}|12\d{4})"
_HEX = r"#x(?:[2-7][0-9a-e]|[a-f][0-9a-f]|[1-9a-f][0-9a-f]{2}|[1-9a-c][0-9a-f]{3}|1f[0-9a-e][0-9a-f]{2})"
_ODD_AMPERSAND = re.compile(rf"&(?!(?:{_NUMBER}|(?i:{_HEX})|{_ENTITIES});|\s)")


class Irregular(Exception):
    """Readers of markup may differ in what elements and references they see here."""


def text(markup: str) -> str | None:
    """What a reader would see, a line a block; None where it takes a tree to tell. Raises Irregular."""
    plain = _plain(markup)
    if not plain and _UNREADABLE.search(markup):
        raise Irregular
    if "<" not in markup and "&" not in markup:
        return _lines(markup, plain)
    if len(markup) > MOST:
        raise Irregular
    if "<!" in markup:
        markup = _COMMENT.sub("", markup)
    pieces = _SPLIT.split(markup)
    tidy = _tidied(pieces)
    seen = "".join(pieces)
    if "<" in seen:
        raise Irregular
    if "&" in seen:
        if _ODD_AMPERSAND.search(seen):
            raise Irregular
        seen = html.unescape(seen)
    return _lines(seen, plain and seen.isascii()) if tidy else None


def _tidied(pieces: list[str]) -> bool:
    """Every other piece is a tag: a line end takes its place, or nothing. Whether that does it. Raises Irregular."""
    open_: list[str] = []
    tidy = True
    for at in range(1, len(pieces), 2):
        name, kind, pieces[at] = _KNOWN.get(pieces[at]) or _read(pieces[at])
        if kind == "start":
            if name in _ENDING and not _ENDING[name].isdisjoint(open_):
                tidy = False
            open_.append(name)
        elif kind == "end":
            tidy = tidy and bool(open_) and open_.pop() == name
        elif kind == "odd":
            tidy = False
    return tidy and not open_


def _read(tag: str) -> tuple[str, str, str]:
    """Its name, what it does, and what takes its place."""
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


_KNOWN = {
    tag: _read(tag)
    for name in sorted(_BLOCK | _INLINE)
    for tag in ((f"<{name}>", f"<{name}/>", f"<{name} />") if name in _VOID else (f"<{name}>", f"</{name}>"))
}


def lines(seen: str) -> str:
    """Cleaned lines without the empty ones."""
    return _lines(seen, _plain(seen))


def _plain(text: str) -> bool:
    """Letters, signs and blanks of ASCII, in lines: nothing to take out. References that are not odd add only such, or others
    than ASCII."""
    return text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable())


def _lines(seen: str, plain: bool) -> str:
    if plain and "\n" not in seen:
        return " ".join(seen.split()) if "  " in seen else seen.strip()
    if plain:
        found = [" ".join(line.split()) if "  " in line else line.strip() for line in seen.split("\n")]
        return "\n".join(filter(None, found))
    return "\n".join(line for raw in seen.splitlines() if (line := clean(raw)))
