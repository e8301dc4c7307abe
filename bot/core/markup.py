"""Turns markup into the text a reader would see; what is hidden from readers is gone."""

import re
from typing import Any

from bot.core import tidy
from bot.core.tidy import lines

MOST = 400_000
"""Characters of one item's HTML that are looked at."""

_UNSEEN = {"script", "style", "noscript", "template", "iframe", "object", "svg", "form", "button", "head"}

# Ways to put words into a page that only a machine will read.
_GONE = r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
_AWAY = (
    r"(?<![\w-])(?:left|top|right|text-indent|margin-left)\s*:\s*-(?:\d{4,}|999)"
    r"|clip\s*:\s*rect\(\s*[01]\w*[\s,]+[01]\w*[\s,]|inset\(\s*(?:50|100)%"
)
_FAINT = (
    r"font-size\s*:\s*(?:0(?:\.0\d*)?(?![.\d])|[01](?:\.\d+)?p[xt]|[0-4]%)|opacity\s*:\s*(?:0(?:\.0\d*)?|\.0\d*)(?![.\d])"
    r"|scale\(\s*0\s*\)|(?<![\w-])color\s*:\s*transparent"
)
_HIDDEN_STYLE = re.compile("|".join((_GONE, _AWAY, _FAINT)), re.I)
# In a sheet, opacity and size are often where an animation starts: only what surely stays away counts there.
_HIDDEN_RULE = re.compile(f"{_GONE}|{_AWAY}", re.I)
_FLAT = re.compile(r"(?<![\w-])(?:max-)?(?:height|width)\s*:\s*[01](?:px)?(?![.\d\w%])", re.I)
_CUT = re.compile(r"overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.I)
_COLOUR = re.compile(r"(?<![\w-])(background(?:-color)?|color)\s*:\s*([#\w]+)", re.I)
_SIGN = re.compile("[@{};]")
_PLAIN_SELECTOR = re.compile(r"\s*[\w-]*([.#])([\w-]+)\s*")

# What XML cannot hold (XML 1.0 §2.2), and lxml therefore refuses; also lone surrogates.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])(?![0-9a-f])|0*(?:[0-8]|1[124-9]|2\\d|3[01])(?!\\d));?",
    re.I,
)


def to_text(html: str) -> str:
    """What a reader would see, a line a block; scripts, styles and hidden text are gone."""
    html = html[:MOST]
    try:
        if (text := tidy.text(html)) is not None:
            return text
    except tidy.Irregular:
        pass
    root = parsed(f"<div>{html}</div>")
    if root is None:
        return lines(re.sub(r"<[^>]*>", " ", html))
    drop_hidden(root)
    return text_of(root)


def parsed(html: str) -> Any | None:
    """The document's tree; None where there is nothing to make one of."""
    import lxml.etree  # with the first markup that takes a tree, not with the start
    import lxml.html

    try:
        return lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROL.sub("", html)))
    except (lxml.etree.LxmlError, ValueError):
        return None


def text_of(root: Any) -> str:
    """The tree's text, a line a block. Changes the tree."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:  # no string: a comment or an instruction
            _drop(element)
    for element in root.iter(*tidy.BLOCK):
        element.text = "\n" + _CONTROL.sub("", element.text or "")  # a reference such as &#65535; puts there what
        element.tail = "\n" + _CONTROL.sub("", element.tail or "")  # lxml gives, and does not take
    return lines(root.text_content())


def drop_hidden(root: Any) -> None:
    """Take out of the tree what its styles and attributes keep from a reader's eyes, and every comment."""
    classes, ids = _hidden_names("\n".join(style.text or "" for style in root.iter("style"))[:MOST])
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or _hidden(element, classes, ids):
            _drop(element)


def _hidden_names(sheet: str) -> tuple[set[str], set[str]]:
    """Classes and ids that a style sheet hides from everyone, not only in print or on small screens."""
    names: dict[str, set[str]] = {".": set(), "#": set()}
    for rule in _unconditional(sheet).split("}")[:-1]:
        before, _, rules = rule.rpartition("{")
        selectors = before.rpartition("{")[2].rpartition(";")[2]
        if _HIDDEN_RULE.search(rules):
            for selector in selectors.split(","):
                if found := _PLAIN_SELECTOR.fullmatch(selector):
                    names[found[1]].add(found[2])
    return names["."], names["#"]


def _unconditional(sheet: str) -> str:
    """Without the blocks of @media and its like; in one pass, for a pattern takes the square of the length over odd sheets."""
    kept, begin, at, depth = [], 0, -1, 0
    for sign in _SIGN.finditer(sheet):
        match sign[0]:
            case "@" if at < 0:
                at, depth = sign.start(), 0
            case "{" if at >= 0:
                depth += 1
            case "}" if at >= 0 and depth > 1:
                depth -= 1
            case "}" if at >= 0 and depth:
                kept.append(sheet[begin:at])
                begin, at = sign.end(), -1
            case ";" if not depth:
                at = -1
    return "".join((*kept, sheet[begin:]))


def _hidden(element: Any, classes: set[str], ids: set[str]) -> bool:
    if element.tag in ("html", "body"):  # kept: some pages fade in as a whole
        return False
    style = element.get("style", "")
    return (
        "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or bool(style and _hides(style))
        or bool(classes and not classes.isdisjoint(element.get("class", "").split()))
        or element.get("id") in ids
    )


def _hides(style: str) -> bool:
    return bool(_HIDDEN_STYLE.search(style) or (_FLAT.search(style) and _CUT.search(style))) or _one_colour(style)


def _one_colour(style: str) -> bool:
    """Is the text written in the colour of what lies behind it?"""
    found = {name.lower()[:4]: value.lower() for name, value in _COLOUR.findall(style)}
    return "colo" in found and found["colo"] == found.get("back")


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()
