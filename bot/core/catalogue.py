"""Which feeds are listened to: those of the configuration, and those that people added while RegPulse ran."""

import re
from urllib.parse import urlsplit

from bot.core.addresses import canonical
from bot.core.text import fold
from bot.model import Added, Feed


def together(configured: tuple[Feed, ...], added: tuple[Added, ...]) -> tuple[Feed, ...]:
    """An added one gives way to a configured one of the same id or address: the operator took it over."""
    if not added:
        return configured
    ids, places = {feed.id for feed in configured}, {place(feed.url) for feed in configured}
    own = (one.feed for one in added)
    return (*configured, *(feed for feed in own if feed.id not in ids and place(feed.url) not in places))


def place(url: str) -> str:
    """The same for the addresses at which one feed is usually served: http or https, with or without www or last slash."""
    parts = urlsplit(canonical(url))
    host = parts.netloc.removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def named_like(url: str, taken: set[str]) -> str:
    """A free id made of the site's name: "example-org", "example-org-2"."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    base = re.sub(r"[^a-z0-9]+", "-", fold(host)).strip("-")[:60] or "feed"
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)


def matching(feeds: tuple[Feed, ...], words: str) -> tuple[Feed, ...]:
    """Those in whose id, name, address, place or tier each of the words stands."""
    wanted = fold(words).split()

    def says(feed: Feed) -> str:
        return fold(" ".join((feed.id, feed.name, feed.url, feed.jurisdiction, feed.tier, feed.pack, feed.language)))

    return tuple(feed for feed in feeds if all(word in says(feed) for word in wanted))
