"""The one form in which an address is kept, so that two of one page are the same."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(utm_\w+|at_(medium|campaign|custom\d|link_\w+|format|ptr_\w+)|mc_(cid|eid)|_hs(enc|mi)|(fb|g|d|ms|yc)clid|igshid"
    r"|cmp(id)?|mkt_tok|guccounter|guce_\w+|ref_src|ref_url|ftag|ncid|sr_share|smid|oc)$",
    re.I,
)

_CANONICAL = re.compile(r"https?://[a-z0-9][a-z0-9.\-]*/[A-Za-z0-9\-._~:@!$&'()*+,=%/]*")
"""Of the addresses without a query, the usual ones are as they should be."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def canonical(link: str) -> str:
    """The address without fragment, tracking and default port; "" for anything but http and https.

    Redirect forms of Google (`google.com/url?q=…`, as in its alerts) are unwrapped.
    """
    if _CANONICAL.fullmatch(link):
        return link
    if ":" not in link:
        return ""
    try:
        parts = urlsplit(_UNSEEN.sub("", link).strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    query = parse_qsl(parts.query, keep_blank_values=True)
    if re.fullmatch(r"(www\.)?google\.[a-z.]{2,6}", host) and parts.path == "/url":
        for name, value in query:
            if name in ("q", "url") and value.startswith("http"):
                return canonical(value)
    kept = [(name, value) for name, value in query if not _TRACKING.match(name)]
    text = parts.query if len(kept) == len(query) else urlencode(kept)
    if ":" in host:
        host = f"[{host}]"
    if port and port != {"http": 80, "https": 443}[parts.scheme.lower()]:
        host = f"{host}:{port}"
    address = urlunsplit((parts.scheme.lower(), host, parts.path or "/", text, ""))
    return (
        address
        if not re.search(r"[\s<>\"|\\^`{}\x00-\x1f]", address)
        else re.sub(r"[\s<>\"|\\^`{}\x00-\x1f]", "", address)
    )


_PLACE = re.compile(r"(?!\d$|(?:xtor|ref|source)=).*[\d_-]")
"""A fragment such as "v2.3" or "2026-11-26" names an item of a page, "top" does not. Some publishers count an item's versions
there, as in "…/c0k4xy#1", others say who leads to it."""


def of_item(address: str) -> str:
    """The address with its fragment, for items of one page that differ in nothing else."""
    page, fragment = canonical(address), address.partition("#")[2].strip()
    named = _PLACE.match(fragment) and not _TRACKING.match(fragment.partition("=")[0])
    return f"{page}#{fragment}" if page and named else page
