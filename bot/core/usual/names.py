"""What feedparser takes each element of a feed for, by its namespace and name."""

from bot.core.items import Declared, Unusual

BASES = frozenset(("base", "http://www.w3.org/XML/1998/namespace base"))
LANG = "http://www.w3.org/XML/1998/namespace lang"
CHANNEL_ACTS = frozenset(("lastmod", "href"))
ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"

_SPACES = {
    "": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/rss/1.0/": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.georss.org/georss": "georss",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://www.opengis.net/gml": "gml",
    "http://webns.net/mvcb/": "admin",
    "com-wordpress:feed-additions:1": "wordpress",
}
"""Namespaces, in small letters, by the prefix they are known by: feedparser's, where it has one."""

_GUARDED = frozenset(_SPACES.values()) | {"cc", "creativeCommons", "psc", "xhtml", "svg"}
"""Prefixes by which feedparser knows what an element is, whatever the document says they stand for."""

_OLD_SPACES = (
    "backend.userland.com/rss",
    "my.netscape.com",
    "blogs.law.harvard.edu",
    "example.com/",
    "/echo",
    "purl.org/pie",
    "modules/rss091",
)
"""Parts of namespaces that feedparser takes for none at all, beside those above."""

_ODD_SPACES = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/math/mathml")

_ROLES = {
    **dict.fromkeys((":title",), "title"),
    **dict.fromkeys((":link",), "link"),
    **dict.fromkeys((":guid", ":id"), "id"),
    **dict.fromkeys((":description", ":summary", "media:description", "itunes:summary"), "summary"),
    **dict.fromkeys((":content", "content:encoded"), "content"),
    **dict.fromkeys((":pubdate", ":published", ":issued", "dcterms:issued"), "published"),
    **dict.fromkeys((":updated", ":modified", "dc:date", "dcterms:modified"), "updated"),
    **dict.fromkeys((":author", "dc:creator", "dc:author", "itunes:author"), "author"),
    **dict.fromkeys((":name", ":email", ":uri", ":url"), "of the author"),
    **dict.fromkeys((":source",), "source"),
    **dict.fromkeys((":language", "dc:language"), "language"),
    **dict.fromkeys(("media:title", "dc:title"), "other title"),
    **dict.fromkeys(
        (":category", ":keywords", ":comments", ":enclosure", ":rights", ":copyright", ":subtitle", ":created",
         "wordpress:post-id", "wordpress:site"), "skipped"
    ),
    **dict.fromkeys(("dc:description", "content:items", "itunes:name", "itunes:email", "itunes:owner"), "odd"),
    **dict.fromkeys(("feedburner:browserfriendly", "rdf:about"), "odd"),
}  # fmt: skip
"""What an element of an item is read as. Others without a namespace are odd, others with one are skipped."""


def role_of(name: str) -> str:
    """What an element of an item is read as; `name` is expat's."""
    space, _, local = name.lower().rpartition(" ")
    prefix = _SPACES.get(space, "other")
    default = "odd" if prefix in ("", "wordpress") or space in _ODD_SPACES else "skipped"
    return _ROLES.get(f"{prefix}:{local}", default)


def check_declared(declared: Declared) -> None:
    """Raises Unusual where feedparser might take elements for others than they are."""
    prefix, uri = declared
    known = _SPACES.get(uri.lower())
    if not prefix:
        if known is None and uri.lower() not in _ODD_SPACES:
            raise Unusual  # its elements would go by their bare names
    elif prefix != known and prefix in _GUARDED:
        raise Unusual
    if known is None and any(part in uri.lower() for part in _OLD_SPACES):
        raise Unusual
