"""What a feed says of itself in its head: its hub, its own address, and how often it wants to be asked."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from bot.model import Fresh

MOST = 64_000
"""Bytes of a document in which its head is looked for."""

LONGEST_ADDRESS = 2_000
LONGEST_HINT = 86_400

_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_FIRST_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_LINK = re.compile(r"<(?:\w+:)?link\s([^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LINK_HEADER = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.I)


@dataclass(frozen=True, slots=True)
class Head:
    """`hub` and `topic` as WebSub (§4) has them, both "" where there is no hub; `hint` in seconds, 0 where none is given."""

    hub: str = ""
    topic: str = ""
    hint: int = 0


def read(fresh: Fresh) -> Head:
    """Of an answer: the HTTP header counts before the document. A hub less safe than the feed itself is none."""
    start = fresh.body[:MOST]
    links = [*_header_links(fresh.link)]
    hint = fresh.max_age
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        if b'"hubs"' in fresh.body:
            links += _json_links(fresh.body)
    else:
        first = _FIRST_ITEM.search(start)
        head = start[: first.start()].decode("utf-8", "replace") if first else start.decode("utf-8", "replace")
        links += _xml_links(head)
        hint = max(hint, _ttl(head), _period(head))
    hub = _first(links, "hub", fresh.url)
    topic = _first(links, "self", fresh.url) or fresh.url
    if not hub or (urlsplit(fresh.url).scheme == "https" and urlsplit(hub).scheme != "https"):
        return Head(hint=min(hint, LONGEST_HINT))
    return Head(hub, topic, min(hint, LONGEST_HINT))


def _first(links: list[tuple[str, str]], relation: str, base: str) -> str:
    for rel, href in links:
        if relation in rel.lower().split():
            try:
                address = urljoin(base, href.strip())
                host = urlsplit(address).hostname
            except ValueError:
                continue
            if host and address.startswith(("http://", "https://")) and len(address) <= LONGEST_ADDRESS:
                return address
    return ""


def _header_links(header: str) -> Iterator[tuple[str, str]]:
    """Of RFC 8288, what matters here."""
    for href, parameters in _LINK_HEADER.findall(header[:MOST]):
        if rel := _REL.search(parameters):
            yield rel[1] or rel[2] or "", href


def _xml_links(head: str) -> Iterator[tuple[str, str]]:
    for (text,) in (found.groups() for found in _LINK.finditer(head)):
        given = {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(text)}
        if "href" in given:
            yield given.get("rel", ""), given["href"]


def _json_links(body: bytes) -> list[tuple[str, str]]:
    """Of a JSON Feed (jsonfeed.org/version/1.1)."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    hubs = document.get("hubs")
    named = [
        ("hub", str(one.get("url") or ""))
        for one in (hubs if isinstance(hubs, list) else ())
        if isinstance(one, dict) and str(one.get("type")).lower() in ("websub", "pubsubhubbub")
    ]
    return [*named, ("self", str(document.get("feed_url") or ""))]


def _ttl(head: str) -> int:
    """RSS 2.0, in minutes."""
    found = re.search(r"<ttl>\s*(\d{1,6})\s*</ttl>", head)
    return int(found[1]) * 60 if found else 0


def _period(head: str) -> int:
    """RSS 1.0's syndication module, under whatever prefix."""
    period = re.search(r"<\w+:updatePeriod>\s*(\w+)\s*</", head)
    often = re.search(r"<\w+:updateFrequency>\s*(\d{1,4})\s*</", head)
    return _PERIODS.get(period[1].lower(), 0) // max(1, int(often[1]) if often else 1) if period else 0
