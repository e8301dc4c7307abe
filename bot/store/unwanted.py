"""What waits and is wanted no more is taken out of the outbox before it goes. Each function is part of one transaction."""

import json
import sqlite3
from datetime import datetime
from functools import partial

from bot.core.text import counted
from bot.model import Channel
from bot.store import digests, filing, muting, rows, timetable, unreadable


def unasked(db: sqlite3.Connection, channel: Channel, now: datetime) -> None:
    """Take out what is to be sent there and no subscription of the channel asks for any more.

    What waits for its hour is left to the next look at it, which plans it anew; what is under way or in doubt goes on.
    """
    waiting = db.execute(
        f"""SELECT * FROM deliveries INDEXED BY deliveries_waiting WHERE {rows.HERE}
            AND {rows.PENDING}""",  # noqa: S608
        rows.here(channel),
    ).fetchall()
    for row in waiting:
        if row["kind"] == "alert" and _unasked(db, row):
            _take_out(db, row)
        elif row["kind"] == "digest":
            gone = [item for item in digests.rows_of(db, row["id"]) if _unasked(db, item)]
            for item in gone:
                _take_out(db, item)
            if gone:
                digests.tidy(db, row["id"], now)


def retracted(db: sqlite3.Connection, story: int, now: datetime) -> None:
    """The report by which it is told was, so nobody is told it by that any more, but for who asked: by the reports that
    stand anew, and else not at all."""
    waiting = db.execute(
        """SELECT * FROM deliveries WHERE story = ? AND kind = 'alert' AND slot <> 'asked' AND (state = 'pending' OR
            (state = 'gathered' AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.id = deliveries.digest
                AND d.state <> 'pending')))""",
        (story,),
    ).fetchall()
    gone = [row for row in waiting if _retracted(db, row)]
    for row in gone:
        _take_out(db, row)
    for digest in {row["digest"] for row in gone if row["digest"] and not row["thread"]}:
        digests.tidy(db, digest, now)
    if not gone:
        return
    db.execute(
        """UPDATE stories SET briefed = NULL WHERE id = ?
            AND EXISTS (SELECT 1 FROM entries WHERE story = stories.id AND amended <> 'retracted')""",
        (filing.survivor(db, story),),
    )
    left = f"from {counted(len(gone), 'channel')} it waited for"
    filing.decide(db, "taken back", left, "retracted before it was told there", now, story=story)


def _retracted(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    if row["kind"] != "alert" or row["slot"] == "asked":
        return False
    brief = filing.brief(db, row["story"])
    return bool(brief and digests.as_told(brief, None).retracted)


def to_go(db: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> bool:
    """Whether this row, about to go, has still something to tell; else it is gone.

    Muted words are looked for only now, so that they may be unmuted till then.
    """
    if row["kind"] == "digest":
        for item in digests.rows_of(db, row["id"]):
            if _retracted(db, item):
                retracted(db, item["story"], now)
            elif _unasked(db, item) or _silenced(db, item, now):
                _take_out(db, item)
        return digests.tidy(db, row["id"], now)
    if _retracted(db, row):
        retracted(db, row["story"], now)
        return False
    if row["kind"] == "alert" and (_unasked(db, row) or _silenced(db, row, now)):
        _take_out(db, row)
        return False
    return True


def is_wanted(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Of a row in doubt: it may be there, so it stays until that is known."""
    items = digests.rows_of(db, row["id"]) if row["kind"] == "digest" else [row]
    told = [one for one in items if one["kind"] == "alert"]
    return not told or any(not (_retracted(db, one) or _unasked(db, one) or _is_muted(db, one)) for one in told)


def _unasked(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Not what a person asked for, nor what was put into the outbox for no subscription."""
    if row["slot"] == "asked":
        return False
    asked: tuple[int, ...] = unreadable.one(db, "deliveries", row["id"], partial(_asked, row)) or ()
    return bool(asked) and not timetable.subscriptions(db, rows.channel(row), asked)


def _silenced(db: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> bool:
    muted = _is_muted(db, row)
    if muted and not row["thread"]:
        muting.left_out(db, (row["story"],), now)
    return muted


def _is_muted(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    return row["slot"] != "asked" and muting.is_muted(db, rows.channel(row), row["story"])


def _asked(row: sqlite3.Row) -> tuple[int, ...]:
    return tuple(json.loads(row["subscriptions"]))


def _take_out(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    if not digests.told_by_it(db, row["id"]):
        db.execute("DELETE FROM deliveries WHERE id = ?", (row["id"],))
