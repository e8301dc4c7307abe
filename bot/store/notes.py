"""Notes under the messages of a story that was corrected: to whom, and how often. Part of one transaction each."""

import json
import secrets
import sqlite3
from datetime import datetime, timedelta

from bot.core import timing
from bot.model import Channel, Correction
from bot.store import filing, lookups, muting, rows, unreadable

MESSAGE = "coalesce(nullif(f.message, ''), (SELECT d.message FROM deliveries AS d WHERE d.id = f.digest))"
"""What the channel reads it by: a story told with a digest has no message of its own."""

_READ = f"""CASE state WHEN 'sent' THEN {MESSAGE} WHEN 'sending' THEN state WHEN 'doubt' THEN state
    WHEN 'gathered' THEN (SELECT nullif(d.state, 'pending') FROM deliveries AS d WHERE d.id = f.digest) END"""  # noqa: S608
"""The message by which the channel was told; something else where it is on its way; '' or nothing for none."""

AGAIN = timedelta(minutes=1)
"""After which a note is looked at again whose message is still on its way."""

AFTER = "after"
"""The slot of a note on its way that another is to follow."""

MOST = 3
"""Notes of a story in one channel. The headline of a live page changes at every look; the message itself is always edited."""

MOST_IN_DOUBT = 6
"""The same, of a report that is retracted, stands again, is retracted again: the first time it is told in any case."""

BETWEEN = timedelta(hours=1)
"""What changes sooner waits until then, and is told as it is by then."""


def follow_up(db: sqlite3.Connection, story: int, correction: Correction, now: datetime) -> None:
    """A note of its own under every message posted of the story; under one that has such a note, another.

    A retraction reaches everybody who was told, and at once; that its report stands again reaches them, too. So does, once
    and at once, what the official report says otherwise, but for those who want no more of it.
    """
    told = db.execute(
        f"""SELECT DISTINCT platform, space, channel FROM deliveries AS f
            WHERE story = ? AND kind NOT IN ('correction', 'digest') AND {_READ} <> ''""",  # noqa: S608
        (story,),
    ).fetchall()
    for channel in map(rows.channel, told):
        if correction.retracted or correction.restored or wanted(db, story, channel):
            _follow_up(db, story, channel, correction, now)


def _follow_up(db: sqlite3.Connection, story: int, channel: Channel, correction: Correction, now: datetime) -> None:
    """`created` is when the first of the changes was seen of which the note is to tell."""
    grave, seen = correction.retracted or correction.restored, rows.moment(correction.at)
    urgent = bool(correction.instead_of) or (correction.retracted and _is_first(db, story, correction))
    here = (story, *rows.here(channel))
    last = db.execute(
        f"SELECT id, state, notes, settled FROM deliveries WHERE story = ? AND {rows.HERE} AND kind = 'correction'",  # noqa: S608
        here,
    ).fetchone()
    if last is None:
        db.execute(
            """INSERT INTO deliveries (id, story, platform, space, channel, kind, because, state, due, created, notes)
                VALUES (?, ?, ?, ?, ?, 'correction', '[]', 'pending', ?, ?, 1)""",
            (secrets.token_hex(12), *here, rows.moment(now), seen),
        )
    elif last["state"] in ("sent", "refused", "held") and (
        urgent or last["notes"] < (MOST_IN_DOUBT if grave else MOST)
    ):
        spoken = unreadable.one(db, "deliveries", last["id"], lambda: rows.maybe_time(last["settled"]))
        due = max(now, spoken + BETWEEN) if spoken and not urgent else now
        _once_more(db, last["id"], due, seen)
    elif last["state"] == "pending" and urgent:
        db.execute("UPDATE deliveries SET due = min(due, ?) WHERE id = ?", (rows.moment(now), last["id"]))
    elif last["state"] != "pending" and (urgent or grave):  # one is on its way, or in doubt, that does not know of this
        db.execute("UPDATE deliveries SET slot = ? WHERE id = ?", (AFTER, last["id"]))


def _is_first(db: sqlite3.Connection, story: int, correction: Correction) -> bool:
    """Whether this report was not retracted before, to stand again."""
    found = db.execute(
        "SELECT count(*) FROM corrections WHERE story = ? AND entry = ? AND retracted = 1", (story, correction.entry)
    )
    return int(found.fetchone()[0]) <= 1


def _once_more(db: sqlite3.Connection, note: str, due: datetime, seen: str) -> None:
    db.execute(
        """UPDATE deliveries SET id = ?, state = 'pending', leased = 0, attempts = 0, resent = 0, due = ?, created = ?,
            attempted = NULL, settled = NULL, message = '', reason = '', slot = '', notes = notes + 1 WHERE id = ?""",
        (secrets.token_hex(12), rows.moment(due), seen, note),
    )


def settled(db: sqlite3.Connection, delivery: str, now: datetime) -> None:
    """A message was posted; a note that was overtaken on its way by a retraction is followed by that."""
    row = db.execute("SELECT * FROM deliveries WHERE id = ? AND kind = 'correction'", (delivery,)).fetchone()
    if row and row["slot"] == AFTER:
        _once_more(db, delivery, now, row["created"])


def told_at(db: sqlite3.Connection, note: sqlite3.Row) -> str | None:
    """When the message above it was posted."""
    found = db.execute(
        f"SELECT min(attempted) AS at FROM deliveries WHERE story = ? AND {rows.HERE} AND state = 'sent'"  # noqa: S608
        " AND kind NOT IN ('correction', 'digest')",
        (note["story"], *rows.here(rows.channel(note))),
    ).fetchone()
    return str(found["at"]) if found["at"] else None


def to_go(db: sqlite3.Connection, note: sqlite3.Row, now: datetime) -> bool:
    """Before one that waited goes: whether there is a message above it, and its channel wants it still.

    While that is on its way the note waits; a retraction is told whatever the channel wants.
    """
    above = db.execute(
        f"""SELECT max(state = 'sent') AS sent, count(*) AS told FROM deliveries AS f
            WHERE story = ? AND {rows.HERE} AND kind NOT IN ('correction', 'digest') AND {_READ} <> ''""",  # noqa: S608
        (note["story"], *rows.here(rows.channel(note))),
    ).fetchone()
    if above["told"] and not above["sent"]:
        db.execute("UPDATE deliveries SET due = ? WHERE id = ?", (rows.moment(now + AGAIN), note["id"]))
        return False
    if above["told"] and _still_wanted(db, note):
        db.execute("UPDATE deliveries SET slot = '' WHERE id = ?", (note["id"],))
        return True
    db.execute("DELETE FROM deliveries WHERE id = ?", (note["id"],))
    return False


def _still_wanted(db: sqlite3.Connection, note: sqlite3.Row) -> bool:
    brief = filing.brief(db, note["story"])
    said = brief.corrections if brief else ()
    grave = any((one.retracted or one.restored) and rows.moment(one.at) >= note["created"] for one in said)
    return grave or wanted(db, note["story"], rows.channel(note))


def wanted(db: sqlite3.Connection, story: int, channel: Channel) -> bool:
    """Whether the channel takes updates, and neither unsubscribed what it was told for nor muted it since."""
    here = rows.here(channel)
    if lookups.setting(db, channel, "updates") == timing.OFF:
        return False
    if muting.is_muted(db, channel, filing.survivor(db, story)):
        return False
    told = db.execute(
        f"SELECT id, subscriptions FROM deliveries WHERE story = ? AND {rows.HERE} AND state = 'sent'"  # noqa: S608
        " AND kind NOT IN ('correction', 'digest')",
        (story, *here),
    ).fetchall()
    asked = list(unreadable.legible(db, "deliveries", told, lambda row: json.loads(row["subscriptions"])))
    if not all(asked):  # a person asked for it, or it is older than what is known of why
        return True
    given = json.dumps([number for numbers in asked for number in numbers])
    left = f"SELECT 1 FROM subscriptions WHERE {rows.HERE} AND id IN (SELECT value FROM json_each(?)) LIMIT 1"  # noqa: S608
    return bool(db.execute(left, (*here, given)).fetchone())
