"""What waited of stories that became one, kept so that each is told after all once they are taken apart again.

Each function is part of one transaction.
"""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.core.novelty import NEWS_FOR
from bot.model import Alert
from bot.store import filing, rows, timetable, unreadable

WAITS = f"(state = 'pending' OR {timetable.WAITS}) AND kind NOT IN ('correction', 'digest')"
"""Of a row that goes out as the whole's, where its story is part of another."""

_HERE = "w.platform = c.platform AND w.space = c.space AND w.channel = c.channel"
_COLUMNS = ("story", "platform", "space", "channel", "because", "subscriptions", "importance", "slot")


def keep(db: sqlite3.Connection, found: Iterable[sqlite3.Row], now: datetime) -> None:
    """What waits of stories that are one by now, before it goes out as the whole's or not at all.

    Not what waits as a whole's already: of that each part's own was kept when it became one.
    """
    db.execute("DELETE FROM waited WHERE at < ?", (rows.moment(now - NEWS_FOR),))
    of_stories: dict[int, list[sqlite3.Row]] = {}
    for row in found:
        if not row["thread"]:  # that a digest told
            of_stories.setdefault(row["story"], []).append(row)
    whole = {
        (story, known["platform"], known["space"], known["channel"])
        for story in of_stories
        for known in db.execute(
            "SELECT platform, space, channel FROM waited WHERE story IN (SELECT value FROM json_each(?))",
            (filing.parts(db, story),),
        )
    }
    db.executemany(
        f"INSERT OR IGNORE INTO waited ({', '.join(_COLUMNS)}, at, kept) VALUES ({'?, ' * len(_COLUMNS)}?, ?)",  # noqa: S608
        [
            (*(row[name] for name in _COLUMNS), _at(row), rows.moment(now))
            for waiting in of_stories.values()
            for row in waiting
            if tuple(row[name] for name in _COLUMNS[:4]) not in whole
        ],
    )


def _at(row: sqlite3.Row) -> str:
    """From when on its days as news are counted."""
    return str(max(row["created"], row["due"]) if row["state"] == "gathered" else row["created"])


def come_apart(db: sqlite3.Connection, stories: tuple[int, ...], now: datetime, restored: datetime | None) -> None:
    """What waits as the one they were waits as each of these again, planned anew, where its channel was not given it.

    Nothing that was kept before a backup was put back: it may have been told in between.
    """
    wholes = [(story, filing.parts(db, story)) for story in stories]
    kept = "w.story IN (SELECT value FROM json_each(:every)) AND w.at >= :since AND w.kept > :restored"
    values = {
        "every": json.dumps([part for _, parts in wholes for part in json.loads(parts)]),
        "stories": json.dumps(stories),
        "since": rows.moment(now - NEWS_FOR),
        "restored": rows.moment(restored) if restored else "",
    }
    found = db.execute(f"SELECT * FROM waited AS w WHERE {kept} ORDER BY at", values).fetchall()  # noqa: S608
    db.execute(
        f"""DELETE FROM deliveries AS c WHERE story IN (SELECT value FROM json_each(:stories)) AND {WAITS} AND thread = ''
            AND EXISTS (SELECT 1 FROM waited AS w WHERE {kept} AND {_HERE}
                AND (w.slot = 'asked' OR c.slot <> 'asked'))""",  # noqa: S608
        values,
    )
    for story, parts in wholes:
        for row in found:
            if row["story"] in json.loads(parts) and filing.brief(db, story):
                _enqueue(db, story, parts, row, now)
        if parts == f"[{story}]":
            db.execute("DELETE FROM waited WHERE story = ?", (story,))


def _enqueue(db: sqlite3.Connection, story: int, parts: str, row: sqlite3.Row, now: datetime) -> None:
    """As old as it was: three days are no more for having been part of another."""
    alert = unreadable.one(db, "waited", story, lambda: _alert(row))
    if alert is None:
        return
    asked, importance = row["slot"] == "asked", row["importance"]
    if filing.enqueue(db, story, alert, parts, now, asked=asked, importance=importance):
        db.execute(
            f"UPDATE deliveries SET created = min(created, ?) WHERE story = ? AND {rows.HERE} AND kind = 'alert'",  # noqa: S608
            (row["at"], story, *rows.here(alert.channel)),
        )


def _alert(row: sqlite3.Row) -> Alert:
    because, subscriptions = json.loads(row["because"]), json.loads(row["subscriptions"])
    return Alert(rows.channel(row), tuple(because), subscriptions=tuple(subscriptions))
