"""The outbox rows: leased, settled, held. Each function is the body of one transaction.

`due` is when a row next wants attention: a pending row's turn, the end of a leased row's lease.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.core import timing
from bot.model import Brief, Delivery, Doubt, Later, Outcome, Refused, Sent, Traceable
from bot.store import (
    alarms,
    digests,
    filing,
    late,
    lookups,
    notes,
    parking,
    refusals,
    rows,
    timetable,
    unreadable,
    unwanted,
    waited,
    watching,
)

_IN_FLIGHT = "state IN ('sending', 'doubt')"
# The platform's word that it posted outlives a lease: it may come when the row is already waiting for another try.
_NOT_SENT = "state <> 'sent'"
_PUT_BACK = timedelta(minutes=1)
"""So much later than now something may have happened, by a clock put back a little; what says more is no time."""

# Of nothing, where the platform traces everything.
_BLIND = """(:spaces IS NOT NULL AND (space NOT IN (SELECT value FROM json_each(:spaces))
    OR channel IN (SELECT value FROM json_each(:but))))"""
_CLOSED_TRIES = 12
"""As many of an edit's tries in a place that is parked are counted: enough for the longest pause, too few to give it up."""

_SAME = "f.platform = c.platform AND f.space = c.space AND f.channel = c.channel"


def claim(
    db: sqlite3.Connection,
    now: datetime,
    platforms: tuple[str, ...],
    lease: timedelta,
    gaps: Mapping[str, timedelta],
    limit: int,
    share: int,
    traceable: Traceable | None = None,
) -> tuple[tuple[Delivery, Brief], ...]:
    timetable.gather(db, platforms, now)
    while True:
        found = [
            one
            for platform in platforms
            for one in _due(db, platform, now, gaps.get(platform, timedelta(0)), limit, share, traceable)
        ]
        off = [number for _, number in found if timetable.hushed(db, number, now) or parking.waits(db, number, now)]
        if not off:
            break
    leased = (_lease(db, number, now, lease) for _, number in sorted(found)[:limit])
    return tuple(one for one in leased if one)


def _due(
    db: sqlite3.Connection,
    platform: str,
    now: datetime,
    gap: timedelta,
    limit: int,
    share: int,
    traceable: Traceable | None,
) -> list[tuple[int, int]]:
    """The oldest row that is due of each channel with nothing in flight and its pause behind it.

    Each with its place among all of its space that are under way: whoever has the fewest there comes first, so that
    a space that is slow, or has much to be told, keeps no place from the others. What could not be found again is counted
    apart: one at a time of a space.
    """
    # Grouped first, so that a channel is looked at once, however long its backlog and its history.
    found = db.execute(
        f"""WITH busy AS (SELECT space, {_BLIND} AS blind, count(*) AS places FROM deliveries INDEXED BY deliveries_leased
                WHERE leased = 1 AND platform = :platform AND due > :now GROUP BY 1, 2),
            free AS (SELECT space, {_BLIND} AS blind, first FROM (
                SELECT platform, space, channel, min(rowid) AS first FROM deliveries INDEXED BY deliveries_waiting
                WHERE platform = :platform AND {rows.OPEN} AND due <= :now GROUP BY platform, space, channel) AS c
                WHERE NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE f.leased = 1 AND {_SAME} AND f.due > :now)
                AND NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE {_SAME} AND f.attempted > :since
                    AND f.attempted < :soon)
                AND NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE f.state = 'sent' AND {_SAME} AND f.settled > :since
                    AND f.settled < :soon))
            SELECT * FROM (SELECT free.blind AS blind, first, coalesce(busy.places, 0)
                    + row_number() OVER (PARTITION BY free.space, free.blind ORDER BY first) AS place
                FROM free LEFT JOIN busy ON busy.space = free.space AND busy.blind = free.blind)
            WHERE place <= CASE blind WHEN 1 THEN 1 ELSE :share END
            ORDER BY place, first LIMIT :limit""",  # noqa: S608
        {
            "platform": platform,
            "now": rows.moment(now),
            "since": rows.moment(now - gap),
            "soon": rows.moment(now + _PUT_BACK),
            "limit": limit,
            "share": share,
            "spaces": None if traceable is None else json.dumps(list(traceable.spaces)),
            "but": json.dumps(list(traceable.but) if traceable else []),
        },
    )
    return [(row["place"], row["first"]) for row in found]


def _lease(db: sqlite3.Connection, number: int, now: datetime, lease: timedelta) -> tuple[Delivery, Brief] | None:
    """None for what nobody wants any more, what is no news by now, a digest of which nothing is left, and what cannot be read."""
    fresh = db.execute("SELECT * FROM deliveries WHERE rowid = ? AND state = 'pending'", (number,)).fetchone()
    if fresh and fresh["kind"] == "correction" and not notes.to_go(db, fresh, now):
        return None
    if fresh and not unwanted.to_go(db, fresh, now):
        return None
    if fresh and late.is_late(fresh, now):
        late.give_up(db, (fresh,), now)
        return None
    db.execute(
        """UPDATE deliveries SET leased = 1, due = :until,
            attempts = attempts + (state = 'pending'),
            attempted = CASE state WHEN 'pending' THEN :now ELSE attempted END,
            state = CASE state WHEN 'pending' THEN 'sending' ELSE 'doubt' END
            WHERE rowid = :number""",
        {"until": rows.moment(now + lease), "now": rows.moment(now), "number": number},
    )
    row = db.execute("SELECT * FROM deliveries WHERE rowid = ?", (number,)).fetchone()
    if posted := _posted(db, row):
        return posted
    digests.spoil(db, number, now)
    digests.settle(db, row["id"], now, threads=False)
    return None


def _posted(db: sqlite3.Connection, row: sqlite3.Row) -> tuple[Delivery, Brief] | None:
    channel = rows.channel(row)
    carries = digests.carried(db, row["id"], row["attempted"]) if row["kind"] == "digest" else ()
    brief = filing.brief(db, row["story"]) or next(iter(carries), None)
    if brief is None:
        return None
    brief = digests.as_told(brief, row["attempted"] if row["kind"] != "correction" else notes.told_at(db, row))
    brief = replace(brief, earlier=tuple(one for one in brief.earlier if filing.stands(db, one.story)))
    follows, thread = _earlier_message(db, row, brief)
    wanted = tuple(digests.as_wanted(db, one, channel) for one in carries)
    delivery = unreadable.one(db, "deliveries", row["id"], lambda: rows.delivery(row, follows, thread, carries=wanted))
    if delivery is None:
        return None
    asked = delivery.state != "doubt" or unwanted.is_wanted(db, row)
    return replace(delivery, wanted=asked), digests.as_wanted(db, brief, channel)


def _earlier_message(db: sqlite3.Connection, delivery: sqlite3.Row, brief: Brief) -> tuple[str, str]:
    """What this channel was sent of the newest earlier event it was told; for a correction, of what is corrected; and
    in whose thread that stands. Of what only a digest told it is the digest.
    """
    here = rows.here(rows.channel(delivery))
    if delivery["kind"] == "correction":
        told = db.execute(
            f"""SELECT {notes.MESSAGE} AS message, thread FROM deliveries AS f
                WHERE story = ? AND {rows.HERE}
                AND kind <> 'correction' AND state = 'sent' ORDER BY kind LIMIT 1""",  # noqa: S608
            (delivery["story"], *here),
        ).fetchone()
        return (str(told["message"] or ""), str(told["thread"])) if told else ("", "")
    if delivery["kind"] == "digest" or lookups.setting(db, rows.channel(delivery), "updates") == timing.OFF:
        return "", ""
    for earlier in brief.earlier:
        found = db.execute(
            f"""SELECT {notes.MESSAGE} AS told FROM deliveries AS f WHERE story IN (SELECT value FROM json_each(?))
                AND state = 'sent' AND told <> '' AND {rows.HERE}
                ORDER BY settled DESC LIMIT 1""",  # noqa: S608
            (filing.parts(db, earlier.story), *here),
        ).fetchone()
        if found:
            return str(found["told"]), ""
    return "", ""


def settle(
    db: sqlite3.Connection,
    delivery: str,
    outcome: Outcome,
    now: datetime,
    retry: timedelta,
    threads: bool = False,
) -> None:
    match outcome:
        case Sent(message):
            _write(db, delivery, "sent", now, message=message, ends=_NOT_SENT)
            parking.answered(db, delivery, now)
            refusals.arrived(db, delivery)
            late.arrived(db, delivery)
            notes.settled(db, delivery, now)  # the last, for it gives the row another id
        case Later(reason, after):
            _write(db, delivery, "pending", now, due=now + (retry if after is None else after), reason=reason)
            _follow(db, delivery, now)
        case Refused(reason, remedy, closed):
            said = f"{reason}. {remedy}" if remedy else reason
            waits = closed and parking.park(db, delivery, said, closed, now)
            if not waits and _write(db, delivery, "refused", now, reason=said):
                refusals.refused(db, delivery, said, closed, now)
        case Doubt(reason, _, after):
            _write(db, delivery, "doubt", now, due=now + (retry if after is None else after), reason=reason)
        case _:
            assert_never(outcome)
    digests.settle(db, delivery, now, threads)


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
) -> bool:
    """Whether it was one of those that are to be written to."""
    written = db.execute(
        f"""UPDATE deliveries SET state = ?, leased = 0, due = coalesce(?, due), settled = ?, message = ?, reason = ?
            WHERE id = ? AND {ends}""",  # noqa: S608
        (state, rows.maybe_moment(due), rows.moment(now), message, reason, delivery),
    )
    return written.rowcount > 0


def put_off(db: sqlite3.Connection, platform: str, space: str, until: datetime) -> None:
    db.execute(
        f"""UPDATE deliveries INDEXED BY deliveries_waiting SET due = :until WHERE platform = :platform AND space = :space
            AND {rows.PENDING} AND due < :until""",  # noqa: S608
        {"platform": platform, "space": space, "until": rows.moment(until)},
    )


def _follow(db: sqlite3.Connection, delivery: str, now: datetime) -> None:
    """What was under way when its story was merged, and was not posted, goes out as the whole one's, if at all."""
    row = db.execute("SELECT story FROM deliveries WHERE id = ?", (delivery,)).fetchone()
    if row:
        hand_over(db, filing.survivor(db, row["story"]), now)


def hand_over(db: sqlite3.Connection, story: int, now: datetime) -> None:
    """What waits of a story and of all that were merged into it goes out as its own, once to each channel, and to none
    that has, or may have, one of them already. The note of a correction stays with the message it is about.
    """
    parts = filing.parts(db, story)
    if parts == f"[{story}]":
        return
    of_parts = f"story IN (SELECT value FROM json_each(:parts)) AND {waited.WAITS}"  # noqa: S608
    waited.keep(db, db.execute(f"SELECT * FROM deliveries WHERE {of_parts}", {"parts": parts}), now)  # noqa: S608
    db.execute(
        f"""DELETE FROM deliveries AS c WHERE {of_parts} AND EXISTS (SELECT 1 FROM deliveries AS f
            WHERE f.story IN (SELECT value FROM json_each(:parts)) AND f.kind = c.kind AND {_SAME}
            AND NOT (f.state = 'pending' OR (f.state = 'gathered' AND f.digest IS NULL)))""",  # noqa: S608
        {"parts": parts},
    )
    waiting: dict[tuple[str, ...], list[sqlite3.Row]] = {}
    for row in db.execute(f"SELECT * FROM deliveries WHERE {of_parts} ORDER BY due, rowid", {"parts": parts}):  # noqa: S608
        waiting.setdefault((row["platform"], row["space"], row["channel"], row["kind"]), []).append(row)
    for first, *others in waiting.values():
        db.executemany("DELETE FROM deliveries WHERE id = ?", [(other["id"],) for other in others])
        db.execute(
            "UPDATE deliveries SET story = ?, subscriptions = ?, importance = ?, mention = ? WHERE id = ?",
            (story, *_together(db, [first, *others]), first["id"]),
        )


def _together(db: sqlite3.Connection, same: list[sqlite3.Row]) -> tuple[str, int, str]:
    """All that ask for it, the greatest importance, whom to mention. One that nobody in particular asks for stays so."""
    wanted = list(unreadable.legible(db, "deliveries", same, lambda row: json.loads(row["subscriptions"])))
    both = list(dict.fromkeys(number for numbers in wanted for number in numbers)) if all(wanted) else []
    mention = next((row["mention"] for row in same if row["mention"]), "")
    return json.dumps(both), max(row["importance"] for row in same), mention


def reclaim(db: sqlite3.Connection, now: datetime) -> int:
    watching.reclaim(db, now)
    return db.execute(
        f"""UPDATE deliveries SET leased = 0, due = min(due, :now),
            state = CASE state WHEN 'sending' THEN 'doubt' ELSE state END
            WHERE leased = 1 AND {rows.OPEN}""",  # noqa: S608
        {"now": rows.moment(now)},
    ).rowcount


def hold(db: sqlite3.Connection, delivery: str, reason: str, now: datetime, notice: tuple[str, ...]) -> None:
    _write(db, delivery, "held", now, reason=reason)
    digests.settle(db, delivery, now, threads=False)
    if notice:
        alarms.tell(db, notice, now)


def resend(db: sqlite3.Connection, delivery: str, reason: str, now: datetime, notice: tuple[str, ...]) -> None:
    db.execute("UPDATE deliveries SET resent = 1 WHERE id = ?", (delivery,))
    settle(db, delivery, Later(reason, timedelta(0)), now, timedelta(0))
    alarms.tell(db, notice, now)


def next_due(db: sqlite3.Connection, platforms: tuple[str, ...], gaps: Mapping[str, timedelta]) -> datetime | None:
    times = [at for platform in platforms for at in _openings(db, platform, gaps.get(platform, timedelta(0)))]
    return min([*times, *_slots(db, platforms)], default=None)


def _slots(db: sqlite3.Connection, platforms: tuple[str, ...]) -> Iterator[datetime]:
    """For each platform, when the next of what is gathered goes."""
    for platform in platforms:
        first = db.execute(
            f"SELECT min(due) AS due FROM deliveries WHERE platform = ? AND {timetable.WAITS}",  # noqa: S608
            (platform,),
        ).fetchone()
        if first["due"]:
            yield rows.time(first["due"])


def _openings(db: sqlite3.Connection, platform: str, gap: timedelta) -> Iterator[datetime]:
    """For each channel with open rows, when its next one may go."""
    found = db.execute(
        f"""SELECT c.due, c.space || ' ' || c.channel AS place,
                (SELECT max(f.due) FROM deliveries AS f WHERE f.leased = 1 AND {_SAME}) AS lease,
                (SELECT max(f.attempted) FROM deliveries AS f WHERE {_SAME}) AS attempted,
                (SELECT max(f.settled) FROM deliveries AS f WHERE f.state = 'sent' AND {_SAME}) AS spoken
            FROM (SELECT platform, space, channel, min(due) AS due FROM deliveries INDEXED BY deliveries_waiting
                WHERE platform = ? AND {rows.OPEN} GROUP BY platform, space, channel) AS c""",  # noqa: S608
        (platform,),
    )
    return unreadable.legible(db, f"deliveries in {platform}", found, lambda row: _opening(row, gap), key="place")


def _opening(row: sqlite3.Row, gap: timedelta) -> datetime:
    spoken = max(filter(None, (row["attempted"], row["spoken"])), default=None)
    times = [rows.time(row["lease"] or row["due"])]
    return max([*times, rows.time(spoken) + gap] if spoken else times)


def to_revise(db: sqlite3.Connection, now: datetime, platforms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = db.execute(
        """SELECT DISTINCT platform, space FROM deliveries WHERE platform IN (SELECT value FROM json_each(?))
            AND revise <= ? AND +state = 'sent' AND message <> '' AND kind <> 'correction'""",
        (json.dumps(platforms), rows.moment(now)),
    )
    return tuple((row["platform"], row["space"]) for row in found)


def claim_revisions(
    db: sqlite3.Connection, now: datetime, platform: str, space: str, until: datetime, limit: int
) -> tuple[tuple[Delivery, Brief], ...]:
    found = db.execute(
        """SELECT * FROM deliveries WHERE platform = ? AND space = ? AND revise <= ? AND state = 'sent'
            AND message <> '' AND kind <> 'correction' ORDER BY revise LIMIT ?""",
        (platform, space, rows.moment(now), limit),
    ).fetchall()
    read = [(row["id"], _posted(db, row)) for row in found]
    db.executemany(  # what cannot be read stays posted as it is
        "UPDATE deliveries SET revise = ? WHERE id = ?",
        [(rows.moment(until) if posted else None, number) for number, posted in read],
    )
    return tuple(posted for _, posted in read if posted)


def settle_revision(
    db: sqlite3.Connection,
    delivery: str,
    until: datetime,
    again: datetime | None,
    failed: bool,
    closed: bool,
    reason: str,
) -> None:
    parked = parking.tried_again(db, delivery) if again and closed else None
    db.execute(
        """UPDATE deliveries SET revise = max(:again, coalesce(:parked, :again)), reason = :reason,
            edit_tries = iif(:parked IS NULL, edit_tries + :failed, min(edit_tries + :failed, :most))
            WHERE id = :delivery AND revise = :until""",
        {
            "again": rows.maybe_moment(again),
            "parked": rows.maybe_moment(parked),
            "failed": failed,
            "most": _CLOSED_TRIES,
            "reason": reason,
            "delivery": delivery,
            "until": rows.moment(until),
        },
    )
