"""Notes under the messages of a story that was corrected: to whom, and how often. Part of one transaction each."""

import json
import secrets
import sqlite3
from datetime import datetime, timedelta

from bot.core import timing, undecided
from bot.model import Channel, Correction
from bot.store import alarms, filing, lookups, muting, rows, unreadable

MESSAGE = "coalesce(nullif(f.message, ''), (SELECT d.message FROM deliveries AS d WHERE d.id = f.digest))"
"""What the channel reads it by: a story told with a digest has no message of its own."""

_READ = f"""CASE state WHEN 'sent' THEN {MESSAGE} WHEN 'sending' THEN state WHEN 'doubt' THEN state WHEN 'pending' THEN thread
    WHEN 'gathered' THEN (SELECT nullif(d.state, 'pending') FROM deliveries AS d WHERE d.id = f.digest) END"""  # noqa: S608
"""The message by which the channel was told, be it a digest in whose thread its own is to follow; something else where it
is on its way; '' or nothing for none."""

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

    A retraction reaches everybody who was told, and at once; so does who reports it all the same, and later that its report
    stands again. So does, once, what the official report says otherwise, but for those who want no more of it. Where nobody
    knows whether it was posted, operators read of the retraction.
    """
    told = db.execute(
        f"""SELECT DISTINCT platform, space, channel FROM deliveries AS f
            WHERE story = ? AND kind NOT IN ('correction', 'digest') AND {_READ} <> ''""",  # noqa: S608
        (story,),
    ).fetchall()
    for channel in map(rows.channel, told):
        if correction.retracted or correction.restored or correction.stands or wanted(db, story, channel):
            _follow_up(db, story, channel, correction, now)
    if correction.retracted and _is_first(db, story, correction):
        for channel in _held(db, story) - set(map(rows.channel, told)):
            _tell_operators(db, story, channel, correction, now)


def _held(db: sqlite3.Connection, story: int) -> set[Channel]:
    """Where a message of it was left in doubt for good."""
    found = """SELECT DISTINCT platform, space, channel FROM deliveries WHERE story = ? AND state = 'held'
        AND kind NOT IN ('correction', 'digest')"""
    return set(map(rows.channel, db.execute(found, (story,))))


def _tell_operators(
    db: sqlite3.Connection, story: int, channel: Channel, retraction: Correction, now: datetime
) -> None:
    brief = filing.brief(db, story)
    alarms.tell(db, undecided.retracted(channel, story, brief.headline if brief else "", retraction.outlet), now)


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
    elif last["state"] in ("sending", "doubt") and (
        urgent or grave
    ):  # one is on its way, or in doubt, that does not know of this
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

    While that is on its way the note waits; a retraction, and who reports it all the same, is told whatever the channel wants,
    and a retraction to operators where that was given up in doubt meanwhile.
    """
    above = db.execute(
        f"""SELECT max(state = 'sent') AS sent, count(*) AS told FROM deliveries AS f
            WHERE story = ? AND {rows.HERE} AND kind NOT IN ('correction', 'digest') AND {_READ} <> ''""",  # noqa: S608
        (note["story"], *rows.here(rows.channel(note))),
    ).fetchone()
    if above["told"] and not above["sent"]:
        db.execute("UPDATE deliveries SET due = ? WHERE id = ?", (rows.moment(now + AGAIN), note["id"]))
        return False
    grave, channel = _grave(db, note), rows.channel(note)
    if above["told"] and (grave or wanted(db, note["story"], channel)):
        db.execute("UPDATE deliveries SET slot = '' WHERE id = ?", (note["id"],))
        return True
    if grave and grave.retracted and channel in _held(db, note["story"]):
        _tell_operators(db, note["story"], channel, grave, now)
    db.execute("DELETE FROM deliveries WHERE id = ?", (note["id"],))
    return False


def _grave(db: sqlite3.Connection, note: sqlite3.Row) -> Correction | None:
    """What it is to tell whatever the channel wants: a retraction before all."""
    brief = filing.brief(db, note["story"])
    fresh = [one for one in brief.corrections if rows.moment(one.at) >= note["created"]] if brief else []
    return next((one for one in fresh if one.retracted), None) or next(
        (one for one in fresh if one.stands or one.restored), None
    )


def wanted(db: sqlite3.Connection, story: int, channel: Channel) -> bool:
    """Whether the channel takes updates, and neither unsubscribed what it was told for nor muted it since."""
    here = rows.here(channel)
    if lookups.setting(db, channel, "updates") == timing.OFF:
        return False
    if muting.is_muted(db, channel, filing.survivor(db, story)):
        return False
    told = db.execute(
        f"""SELECT id, subscriptions FROM deliveries WHERE story = ? AND {rows.HERE}
            AND state IN ('sent', 'sending', 'doubt') AND kind NOT IN ('correction', 'digest')""",  # noqa: S608
        (story, *here),
    ).fetchall()
    asked = list(unreadable.legible(db, "deliveries", told, lambda row: json.loads(row["subscriptions"])))
    if not all(asked):  # a person asked for it, or it is older than what is known of why
        return True
    given = json.dumps([number for numbers in asked for number in numbers])
    left = f"SELECT 1 FROM subscriptions WHERE {rows.HERE} AND id IN (SELECT value FROM json_each(?)) LIMIT 1"  # noqa: S608
    return bool(db.execute(left, (*here, given)).fetchone())
