"""The outbox rows: leased, settled, held. Each function is the body of one transaction.

`due` is when a row next wants attention: a pending row's turn, the end of a leased row's lease.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal, assert_never

from bot.core import assisted
from bot.model import Brief, Delivery, Doubt, Later, Outcome, Refused, Sent
from bot.store import filing, lookups, rows

_OPEN = "state IN ('pending', 'sending', 'doubt')"
_IN_FLIGHT = "state IN ('sending', 'doubt')"
# The platform's word that it posted outlives a lease: it may come when the row is already waiting for another try.
_NOT_SENT = "state <> 'sent'"
_SAME = "f.platform = c.platform AND f.space = c.space AND f.channel = c.channel"


def claim(
    db: sqlite3.Connection,
    now: datetime,
    platforms: tuple[str, ...],
    lease: timedelta,
    gaps: Mapping[str, timedelta],
    limit: int,
) -> tuple[tuple[Delivery, Brief], ...]:
    found = [
        number for platform in platforms for number in _due(db, platform, now, gaps.get(platform, timedelta(0)), limit)
    ]
    return tuple(_lease(db, number, now, lease) for number in sorted(found)[:limit])


def _due(db: sqlite3.Connection, platform: str, now: datetime, gap: timedelta, limit: int) -> list[int]:
    """The oldest row that is due of each channel with nothing in flight and its pause behind it."""
    # Grouped first, so that a channel is looked at once, however long its backlog and its history.
    found = db.execute(
        f"""SELECT first FROM (
                SELECT platform, space, channel, min(rowid) AS first FROM deliveries INDEXED BY deliveries_waiting
                WHERE platform = :platform AND {_OPEN} AND due <= :now GROUP BY platform, space, channel) AS c
            WHERE NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE f.leased = 1 AND {_SAME} AND f.due > :now)
            AND NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE {_SAME} AND f.attempted > :since)
            AND NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE f.state = 'sent' AND {_SAME} AND f.settled > :since)
            ORDER BY first LIMIT :limit""",  # noqa: S608
        {"platform": platform, "now": rows.moment(now), "since": rows.moment(now - gap), "limit": limit},
    )
    return [row["first"] for row in found]


def _lease(db: sqlite3.Connection, number: int, now: datetime, lease: timedelta) -> tuple[Delivery, Brief]:
    db.execute(
        """UPDATE deliveries SET leased = 1, due = :until,
            attempts = attempts + (state = 'pending'),
            attempted = CASE state WHEN 'pending' THEN :now ELSE attempted END,
            state = CASE state WHEN 'pending' THEN 'sending' ELSE 'doubt' END
            WHERE rowid = :number""",
        {"until": rows.moment(now + lease), "now": rows.moment(now), "number": number},
    )
    return _posted(db, "rowid", number)


def _posted(db: sqlite3.Connection, key: Literal["id", "rowid"], value: str | int) -> tuple[Delivery, Brief]:
    row = db.execute(
        f"SELECT deliveries.*, briefs.brief FROM deliveries JOIN briefs USING (story) WHERE deliveries.{key} = ?",  # noqa: S608
        (value,),
    ).fetchone()
    brief = rows.brief(row["brief"])
    delivery = rows.delivery(row, follows=_earlier_message(db, row, brief))
    if brief.plain and lookups.setting(db, delivery.channel, assisted.SETTING) == assisted.OFF:
        return delivery, assisted.without_model(brief)
    return delivery, brief


def _earlier_message(db: sqlite3.Connection, delivery: sqlite3.Row, brief: Brief) -> str:
    """What this channel was sent of the newest earlier event it was told; for a correction, of what is corrected."""
    if delivery["kind"] == "correction":
        told = db.execute(
            """SELECT message FROM deliveries WHERE story = ? AND platform = ? AND space = ? AND channel = ?
                AND kind <> 'correction' AND state = 'sent' ORDER BY kind LIMIT 1""",
            (delivery["story"], delivery["platform"], delivery["space"], delivery["channel"]),
        ).fetchone()
        return str(told["message"]) if told else ""
    for earlier in brief.earlier:
        found = db.execute(
            """SELECT message FROM deliveries WHERE story IN (SELECT value FROM json_each(?)) AND state = 'sent'
                AND message <> '' AND platform = ? AND space = ? AND channel = ? ORDER BY settled DESC LIMIT 1""",
            (filing.parts(db, earlier.story), delivery["platform"], delivery["space"], delivery["channel"]),
        ).fetchone()
        if found:
            return str(found["message"])
    return ""


def settle(db: sqlite3.Connection, delivery: str, outcome: Outcome, now: datetime, retry: timedelta) -> None:
    match outcome:
        case Sent(message):
            _write(db, delivery, "sent", now, message=message, ends=_NOT_SENT)
        case Later(reason, after):
            _write(db, delivery, "pending", now, due=now + (retry if after is None else after), reason=reason)
            _follow(db, delivery)
        case Refused(reason, remedy):
            _write(db, delivery, "refused", now, reason=f"{reason}. {remedy}" if remedy else reason)
        case Doubt(reason, _):
            _write(db, delivery, "doubt", now, due=now + retry, reason=reason)
        case _:
            assert_never(outcome)


def _write(
    db: sqlite3.Connection,
    delivery: str,
    state: str,
    now: datetime,
    *,
    due: datetime | None = None,
    message: str = "",
    reason: str = "",
    ends: str = _IN_FLIGHT,
) -> None:
    db.execute(
        f"""UPDATE deliveries SET state = ?, leased = 0, due = coalesce(?, due), settled = ?, message = ?, reason = ?
            WHERE id = ? AND {ends}""",  # noqa: S608
        (state, rows.maybe_moment(due), rows.moment(now), message, reason, delivery),
    )


def _follow(db: sqlite3.Connection, delivery: str) -> None:
    """What was under way when its story was merged, and was not posted, goes out as the whole one's, if at all."""
    row = db.execute("SELECT story FROM deliveries WHERE id = ?", (delivery,)).fetchone()
    if row:
        hand_over(db, filing.survivor(db, row["story"]))


def hand_over(db: sqlite3.Connection, story: int) -> None:
    """What waits of a story and of all that were merged into it goes out as its own, once to each channel, and to none
    that has, or may have, one of them already. The note of a correction stays with the message it is about.
    """
    parts = filing.parts(db, story)
    if parts == f"[{story}]":
        return
    of_parts = "story IN (SELECT value FROM json_each(:parts)) AND state = 'pending' AND kind <> 'correction'"
    db.execute(
        f"""DELETE FROM deliveries AS c WHERE {of_parts} AND EXISTS (SELECT 1 FROM deliveries AS f
            WHERE f.story IN (SELECT value FROM json_each(:parts)) AND f.state <> 'pending' AND f.kind = c.kind
            AND {_SAME})""",  # noqa: S608
        {"parts": parts},
    )
    db.execute(f"UPDATE OR IGNORE deliveries SET story = :story WHERE {of_parts}", {"story": story, "parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM deliveries WHERE {of_parts} AND story <> :story", {"story": story, "parts": parts})  # noqa: S608


def follow_up(db: sqlite3.Connection, story: int, now: datetime) -> None:
    """A note of its own under every message posted of the story; under one that has such a note, another."""
    at = rows.moment(now)
    told = db.execute(
        """SELECT DISTINCT platform, space, channel FROM deliveries
            WHERE story = ? AND state = 'sent' AND message <> '' AND kind <> 'correction'""",
        (story,),
    ).fetchall()
    for row in told:
        db.execute(
            """INSERT INTO deliveries (id, story, platform, space, channel, kind, because, state, due, created)
                VALUES (?, ?, ?, ?, ?, 'correction', '[]', 'pending', ?, ?)
                ON CONFLICT (story, platform, space, channel, kind) DO UPDATE SET id = excluded.id, state = 'pending',
                    leased = 0, attempts = 0, due = excluded.due, created = excluded.created, attempted = NULL,
                    settled = NULL, message = '', reason = '' WHERE state IN ('sent', 'refused', 'held')""",
            (secrets.token_hex(12), story, *row, at, at),
        )


def reclaim(db: sqlite3.Connection, now: datetime) -> int:
    return db.execute(
        f"""UPDATE deliveries SET leased = 0, due = min(due, :now),
            state = CASE state WHEN 'sending' THEN 'doubt' ELSE state END
            WHERE leased = 1 AND {_OPEN}""",  # noqa: S608
        {"now": rows.moment(now)},
    ).rowcount


def hold(db: sqlite3.Connection, delivery: str, reason: str, now: datetime) -> None:
    _write(db, delivery, "held", now, reason=reason)


def next_due(db: sqlite3.Connection, platforms: tuple[str, ...], gaps: Mapping[str, timedelta]) -> datetime | None:
    times = [at for platform in platforms for at in _openings(db, platform, gaps.get(platform, timedelta(0)))]
    return min(times, default=None)


def _openings(db: sqlite3.Connection, platform: str, gap: timedelta) -> Iterator[datetime]:
    """For each channel with open rows, when its next one may go."""
    for row in db.execute(
        f"""SELECT c.due,
                (SELECT max(f.due) FROM deliveries AS f WHERE f.leased = 1 AND {_SAME}) AS lease,
                (SELECT max(f.attempted) FROM deliveries AS f WHERE {_SAME}) AS attempted,
                (SELECT max(f.settled) FROM deliveries AS f WHERE f.state = 'sent' AND {_SAME}) AS spoken
            FROM (SELECT platform, space, channel, min(due) AS due FROM deliveries INDEXED BY deliveries_waiting
                WHERE platform = ? AND {_OPEN} GROUP BY platform, space, channel) AS c""",  # noqa: S608
        (platform,),
    ):
        spoken = max(filter(None, (row["attempted"], row["spoken"])), default=None)
        times = [rows.time(row["lease"] or row["due"])]
        yield max([*times, rows.time(spoken) + gap] if spoken else times)


def claim_revisions(
    db: sqlite3.Connection, now: datetime, platforms: tuple[str, ...], until: datetime, limit: int
) -> tuple[tuple[Delivery, Brief], ...]:
    found = [
        row["id"]
        for platform in platforms
        for row in db.execute(
            """SELECT id FROM deliveries WHERE platform = ? AND revise <= ? AND state = 'sent' AND message <> ''
                AND kind <> 'correction'
                ORDER BY revise LIMIT ?""",
            (platform, rows.moment(now), limit),
        )
    ][:limit]
    db.executemany("UPDATE deliveries SET revise = ? WHERE id = ?", [(rows.moment(until), one) for one in found])
    return tuple(_posted(db, "id", one) for one in found)


def settle_revision(db: sqlite3.Connection, delivery: str, until: datetime, again: datetime | None) -> None:
    db.execute(
        "UPDATE deliveries SET revise = ? WHERE id = ? AND revise = ?",
        (rows.maybe_moment(again), delivery, rows.moment(until)),
    )
