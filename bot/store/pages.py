"""Linked articles: kept whole for a while, then only what briefs quote of them. Each function is one transaction's body."""

import json
import sqlite3
from datetime import datetime, timedelta

from bot.model import Article, Unread
from bot.store import filing, rows

GATHERED = timedelta(days=1)
"""Old articles are let lie so long and forgotten together: it takes a look at every brief."""


def keep(db: sqlite3.Connection, entry: int, article: Article | Unread, words: str, now: datetime) -> None:
    if isinstance(article, Unread):
        filing.decide(db, "article", article.obstacle, article.reason, now, entry=entry)
        return
    db.execute(
        "UPDATE entries SET page = ?, page_hash = ?, page_read = ?, imprint = ?, quotes = '' WHERE id = ?",
        (article.text, rows.digest(article.text), rows.moment(now), rows.imprint_text(article.imprint), entry),
    )
    said = f"{len(article.text):,} characters" + (f"; {article.remark}" if article.remark else "")
    filing.decide(db, "article", "read", said, now, entry=entry)
    row = db.execute("SELECT story FROM entries WHERE id = ?", (entry,)).fetchone()
    if row and row["story"]:
        filing.index(db, row["story"], words)


def forget(db: sqlite3.Connection, before: datetime, limit: int) -> int:
    oldest = db.execute("SELECT min(page_read) FROM entries WHERE page_read IS NOT NULL").fetchone()[0]
    if oldest is None or oldest >= rows.moment(before - GATHERED):
        return 0
    old = {
        row["id"]: len(row["page"])
        for row in db.execute(
            "SELECT id, page FROM entries WHERE page_read < ? ORDER BY page_read LIMIT ?", (rows.moment(before), limit)
        )
    }
    quoted = _quoted(db, old)
    db.executemany(
        "UPDATE entries SET page = '', page_read = NULL, quotes = ? WHERE id = ?",
        [(rows.quotes_text(length, quoted[entry]) if quoted[entry] else "", entry) for entry, length in old.items()],
    )
    db.execute("DELETE FROM model_answers WHERE at < ?", (rows.moment(before),))
    return len(old)


def _quoted(db: sqlite3.Connection, entries: dict[int, int]) -> dict[int, dict[int, str]]:
    """By entry, the quotes of all briefs by their place: a brief may quote an entry that since moved to another story."""
    found: dict[int, dict[int, str]] = {entry: {} for entry in entries}
    for row in db.execute(
        """SELECT json_extract(t.value, '$.entry') AS entry, json_extract(t.value, '$.start') AS start,
                json_extract(t.value, '$.quote') AS quote
            FROM briefs, json_tree(iif(json_valid(briefs.brief), briefs.brief, '{}')) AS t
            WHERE t.type = 'object' AND json_extract(t.value, '$.quote') IS NOT NULL
            AND json_extract(t.value, '$.entry') IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(entries)),),
    ):
        at = found[row["entry"]]
        at[row["start"]] = max(at.get(row["start"], ""), row["quote"], key=len)
    return found
