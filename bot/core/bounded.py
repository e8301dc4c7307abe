"""feedparser, so bounded that a hostile document cannot keep it at work for minutes while no other thread runs."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

MOST_ELEMENTS = 100_000
"""It makes something of fifty thousand a second; a long feed that publishers serve has some thousands."""

MOST_ATTRIBUTES = 500
"""Of one element, also namespaces that are open: they take the square of their number."""


class TooMuch(ValueError):
    """The text is one line for a person."""


@cache
def feedparser() -> Any:
    """With the first unusual feed, not with the start. Three of its patterns take the square or the cube of the length
    of a document's beginning: they are replaced.
    """
    import feedparser
    from feedparser import encodings, sanitizer
    from feedparser.mixin import _FeedParserMixin as Both
    from feedparser.parsers.strict import _StrictFeedParser as Strict

    encodings.RE_XML_PI_ENCODING = re.compile(rb"""^<\?[^>]{0,500}?encoding=['"]([^'">]{0,100})['"][^>]{0,500}\?>""")
    sanitizer.RE_ENTITY_PATTERN = re.compile(rb"<!ENTITY([^>]*)>")
    sanitizer.RE_DOCTYPE_PATTERN = re.compile(rb"<!DOCTYPE([^>]*)>")
    Both.unknown_starttag = _counted(Both.unknown_starttag)
    Strict.startElementNS = _few(Strict.startElementNS)
    return feedparser


def _counted(start: Callable[..., None]) -> Callable[..., None]:
    def counted(parser: Any, *given: Any) -> None:
        parser.met = getattr(parser, "met", 0) + 1
        if parser.met > MOST_ELEMENTS:
            raise TooMuch(f"answered with more than {MOST_ELEMENTS:,} elements, too many to be read")
        start(parser, *given)

    return counted


def _few(start: Callable[..., None]) -> Callable[..., None]:
    def few(parser: Any, name: Any, qname: Any, attributes: Any) -> None:
        if max(len(attributes), len(parser.namespaces_in_use)) > MOST_ATTRIBUTES:
            raise TooMuch(f"answered with an element of more than {MOST_ATTRIBUTES} attributes, too many to be read")
        start(parser, name, qname, attributes)

    return few
