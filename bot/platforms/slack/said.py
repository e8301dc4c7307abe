"""What a person wrote, out of the way Slack writes it: links, people, channels and groups are marked up there."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

_MARKED = re.compile(r"<([^<>]+)>")
_MENTION = re.compile(r"^\s*<@[^>]+>[:,]?\s*")


def line(text: str, *, mentioned: bool = False) -> str:
    """The line as typed. `mentioned` says that it begins with our own name."""
    if mentioned:
        text = _MENTION.sub("", text, count=1)
    return html.unescape(_MARKED.sub(_unmarked, text)).strip()


def _unmarked(found: re.Match[str]) -> str:
    """A user group becomes its id, which is what a mention is asked for by; a link its address."""
    target, _, label = found[1].partition("|")
    if target.startswith("!subteam^"):
        return target.removeprefix("!subteam^")
    if target.startswith("#"):
        return f"#{label}" if label else target
    if target.startswith(("!", "@")):
        return label or f"@{target.lstrip('!@')}"
    return target.removeprefix("mailto:")


def first_link(message: Mapping[str, Any]) -> str:
    """The first address in a message: in its text, its blocks, what is attached; "" when there is none."""
    return next((link for link in _links(message) if link.startswith(("http://", "https://"))), "")


def _links(message: Mapping[str, Any]) -> Iterator[str]:
    for found in _MARKED.finditer(str(message.get("text") or "")):
        yield html.unescape(found[1].partition("|")[0])
    yield from _addresses(message.get("blocks") or ())
    for one in message.get("attachments") or ():
        yield from (str(one[key]) for key in ("from_url", "title_link", "original_url") if one.get(key))


def _addresses(value: Any) -> Iterator[str]:
    """Of links and link buttons anywhere in these blocks."""
    if isinstance(value, Mapping):
        if isinstance(value.get("url"), str):
            yield value["url"]
        for inner in value.values():
            yield from _addresses(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _addresses(inner)
