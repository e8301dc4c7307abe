"""What a digest carries, and what becomes of it with the digest. Each function is part of one transaction."""

import sqlite3
from dataclasses import replace
from datetime import datetime

from bot.model import Brief, Channel
from bot.store import filing, lookups, rows, unreadable, waited

RESTORED = "restored"
"""The mark of when a backup was put in the database's place; what is older may have been told in between."""

SPOILT = "What is to be told cannot be read back from the database"

_NEXT = """state = CASE WHEN created <= coalesce((SELECT at FROM marks WHERE name = :mark), '') THEN 'doubt'
    ELSE 'pending' END"""
"""Of a story of a digest in whose thread it stands; one of a backup may stand there already."""


def restored(db: sqlite3.Connection) -> datetime | None:
    """When a backup was put in the database's place, if ever one was."""
    row = db.execute("SELECT at FROM marks WHERE name = ?", (RESTORED,)).fetchone()
    return unreadable.one(db, "marks", RESTORED, lambda: rows.time(row["at"])) if row else None


def tidy(db: sqlite3.Connection, digest: str, now: datetime) -> bool:
    """Before it goes: an event that is one by now stands in it once, and none that was told meanwhile or cannot be read.

    Answers whether anything is left to tell; an empty digest is taken away.
    """
    db.execute("UPDATE deliveries SET digest = NULL WHERE digest = ? AND state <> 'gathered'", (digest,))
    seen: set[int] = set()
    for row in rows_of(db, digest):
        story = filing.survivor(db, row["story"])
        if story in seen or _told(db, row, story):
            waited.keep(db, (row,), now)
            db.execute("DELETE FROM deliveries WHERE id = ?", (row["id"],))
        elif filing.brief(db, row["story"]) is None:
            spoil(db, row["number"], now)
        else:
            seen.add(story)
    if not seen:
        db.execute("DELETE FROM deliveries WHERE id = ?", (digest,))
    return bool(seen)


def rows_of(db: sqlite3.Connection, digest: str) -> list[sqlite3.Row]:
    """The rows that are to be told with it, the most important first."""
    found = db.execute(
        "SELECT *, rowid AS number FROM deliveries WHERE digest = ? ORDER BY importance DESC, rowid", (digest,)
    )
    return found.fetchall()


def spoil(db: sqlite3.Connection, number: int, now: datetime) -> None:
    """What is to be told cannot be read, of which operators are told by `unreadable`; it may be posted where it was in doubt.

    By `rowid`, for its id may be what cannot be read.
    """
    db.execute(
        """UPDATE deliveries SET state = CASE state WHEN 'doubt' THEN 'held' ELSE 'refused' END, leased = 0, digest = NULL,
            settled = ?, reason = ? WHERE rowid = ?""",
        (rows.moment(now), SPOILT, number),
    )


def told_by_it(db: sqlite3.Connection, delivery: str) -> bool:
    """What was to follow in the thread of a digest, and will not, counts as told with it; False where it is no such."""
    done = db.execute(
        """UPDATE deliveries SET state = 'sent', thread = '',
            settled = (SELECT d.settled FROM deliveries AS d WHERE d.id = deliveries.digest)
            WHERE id = ? AND thread <> '' AND state = 'pending'""",
        (delivery,),
    )
    return done.rowcount > 0


def _told(db: sqlite3.Connection, row: sqlite3.Row, story: int) -> bool:
    """Whether the channel has, or may have, a message of a story that is one with this one by now."""
    found = db.execute(
        """SELECT 1 FROM deliveries WHERE story IN (SELECT value FROM json_each(?)) AND platform = ? AND space = ?
            AND channel = ? AND kind = ? AND id <> ? AND state NOT IN ('pending', 'gathered')""",
        (filing.parts(db, story), row["platform"], row["space"], row["channel"], row["kind"], row["id"]),
    )
    return found.fetchone() is not None


def carried(db: sqlite3.Connection, digest: str, attempted: str | None) -> tuple[Brief, ...]:
    """The most important first."""
    found = db.execute(
        """SELECT briefs.story, briefs.brief FROM deliveries JOIN briefs USING (story) WHERE digest = ?
            ORDER BY importance DESC, deliveries.rowid""",
        (digest,),
    )
    return tuple(
        unreadable.legible(db, "briefs", found, lambda row: as_told(rows.brief(row["brief"]), attempted), key="story")
    )


def as_told(brief: Brief, attempted: str | None) -> Brief:
    """As a channel reads it that was, or is to be, told it then: of whose report it was told by before, only who read that."""
    past = [
        number
        for number, one in enumerate(brief.corrections, 1)
        if one.instead_of and not (attempted and attempted < rows.moment(one.at))
    ]
    if not past:
        return brief
    plain = as_told(brief.plain, attempted) if brief.plain else None
    return replace(brief, corrections=brief.corrections[past[-1] :], plain=plain)


def as_wanted(db: sqlite3.Connection, brief: Brief, channel: Channel) -> Brief:
    """Without what a language model had a part in, where the channel wants none."""
    if not brief.plain:
        return brief
    from bot.core import assisted  # what checks drafts, too: a start needs none of it

    if lookups.setting(db, channel, assisted.SETTING) == assisted.OFF:
        return assisted.without_model(brief)
    return brief


def settle(db: sqlite3.Connection, digest: str, now: datetime, threads: bool) -> None:
    """What it carries goes the digest's way: told with it, or now one by one in its thread; refused or held with it."""
    row = db.execute(
        "SELECT state, message, reason FROM deliveries WHERE id = ? AND kind = 'digest'", (digest,)
    ).fetchone()
    if row is None:
        return
    at = rows.moment(now)
    carried = "digest = :digest AND thread = '' AND state IN ('gathered', 'refused', 'held')"
    match row["state"]:
        case "sent" if threads and row["message"]:
            change, values = (
                f"{_NEXT}, due = :at, created = :at, thread = :message",
                {"message": row["message"], "mark": RESTORED},
            )
        case "sent":
            change, values = "state = 'sent', attempted = :at, settled = :at, reason = ''", {}
        case "refused" | "held":
            change, values = "state = :state, settled = :at, reason = :reason", dict(row)
        case _:
            return
    db.execute(f"UPDATE deliveries SET {change} WHERE {carried}", {**values, "digest": digest, "at": at})  # noqa: S608
