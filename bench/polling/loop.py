"""One round of what one would write in an afternoon: aiohttp, feedparser, SQLite."""

import asyncio
import sqlite3

import feedparser

from bench.polling.fetching import fetch
from bench.polling.given import given


def main() -> None:
    address, feeds, folder, _ = given(__doc__)
    db = sqlite3.connect(folder / "loop.db")
    db.execute("CREATE TABLE IF NOT EXISTS feeds (n INTEGER PRIMARY KEY, etag TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS entries (n INTEGER, id TEXT, title TEXT, text TEXT, PRIMARY KEY (n, id))")
    etags = dict(db.execute("SELECT n, etag FROM feeds"))

    def keep(n: int, etag: str, body: bytes) -> None:
        if body:
            rows = [(n, e.id, e.title, e.summary) for e in feedparser.parse(body).entries]
            db.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)", rows)
            db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (n, etag))

    asyncio.run(fetch(address, feeds, etags, keep))
    db.commit()


if __name__ == "__main__":
    main()
