"""Feeds for the polling benchmark, and a server for them that is fast enough not to be what is measured.

Prints its port. /change gives every twentieth feed a new item; /counts says how many requests were answered in full and how
many with 304 since it was asked before.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import ClassVar

from bench import asking

ITEMS, CHANGED_EVERY = 35, 20
WORDS = (
    "harbour", "library", "concert", "striker", "season", "bakery", "loaf", "museum", "wing", "train", "storm", "festival",
    "bridge", "candle", "forest", "island", "ticket", "school", "garden", "market", "river", "tower", "winter", "summer",
    "village", "mayor", "choir", "painter", "kitchen", "window", "street", "lantern", "orchard",
)  # fmt: skip

Answers = tuple[bytes, bytes, bytes]
"""Of one feed its validator, the answer in full, and the answer to who has it already."""


def document(feed: int, newest: int, number: int = ITEMS) -> bytes:
    """About 72 kB with all its items; the same numbers give the same bytes."""
    items = "".join(_item(feed, n) for n in range(newest, newest - number, -1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Feed {feed}</title><link>http://feed.invalid/{feed}</link><description>News</description>"
        f"<lastBuildDate>{newest}</lastBuildDate>{items}</channel></rss>"
    ).encode()


def _item(feed: int, n: int) -> str:
    chance = random.Random(f"{feed} {n}")  # noqa: S311  # figures, not secrets
    title, *paragraphs = (" ".join(chance.choices(WORDS, k=k)) for k in (9, 57, 57, 57))
    html = "".join(f'<p>{text} <a href="/{n}">{chance.choice(WORDS)}</a></p>' for text in paragraphs)
    date = format_datetime(datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=n))
    return (
        f'<item><title>{title}</title><link>http://feed.invalid/{feed}/{n}</link><guid isPermaLink="false">{feed}-{n}</guid>'
        f"<pubDate>{date}</pubDate><description>{paragraphs[0]}</description>"
        f"<content:encoded>{escape(html)}</content:encoded></item>"
    )


class Publishers(asyncio.Protocol):
    """Answers with what was made ready before; requests come one at a time on each connection."""

    counts: ClassVar[list[int]] = [0, 0]
    """Answers in full, and those with 304."""
    items: int
    newest: list[int]
    answers: list[Answers]
    """For each feed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport, self.asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self.asked += data
        if not self.asked.endswith(b"\r\n\r\n"):
            return
        asked, self.asked = self.asked, b""
        if asked.startswith(b"GET /change"):
            self.change()
            self._say("")
        elif asked.startswith(b"GET /counts"):
            self._say(f"{self.counts[0]} {self.counts[1]}")
            self.counts[:] = (0, 0)
        else:
            etag, full, unchanged = self.answers[int(asked[5 : asked.index(b".xml")])]
            known = etag in asked
            self.counts[known] += 1
            self.transport.write(unchanged if known else full)

    def _say(self, text: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        self.transport.write((head + text).encode())
        self.transport.close()

    @classmethod
    def fill(cls, feeds: int, items: int) -> None:
        cls.items, cls.newest = items, [ITEMS] * feeds
        cls.answers = [_answers(feed, ITEMS, items) for feed in range(feeds)]

    @classmethod
    def change(cls) -> None:
        for feed in range(0, len(cls.newest), CHANGED_EVERY):
            cls.newest[feed] += 1
            cls.answers[feed] = _answers(feed, cls.newest[feed], cls.items)


def _answers(feed: int, newest: int, items: int) -> Answers:
    return answers(f'"{feed}-{newest}"', document(feed, newest, items))


def answers(etag: str, body: bytes) -> Answers:
    head = f"ETag: {etag}\r\nContent-Type: application/rss+xml\r\n"
    full = f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    return f": {etag}\r\n".encode(), full, f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode()


async def serve(feeds: int, items: int = ITEMS) -> None:
    Publishers.fill(feeds, items)
    server = await asyncio.get_running_loop().create_server(Publishers, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = asking.parser("polling.publishers", __doc__)
    parser.add_argument("feeds", type=asking.whole(0, 100_000))
    parser.add_argument("items", type=asking.whole(0, 10_000), nargs="?", default=ITEMS)
    asked = parser.parse_args()
    asyncio.run(serve(asked.feeds, asked.items))


if __name__ == "__main__":
    main()
