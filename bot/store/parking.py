"""Channels that are closed to us: what is to be told there waits, is tried now and then, and goes when they answer.

So does what is to be edited there.
"""

import sqlite3
from datetime import datetime, timedelta

from bot.core import undecided
from bot.core.novelty import NEWS_FOR, is_news
from bot.model import Channel, ChannelHealth
from bot.model.telling import Closed
from bot.store import alarms, digests, filing, rows, unreadable

FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(days=1)
"""Between two tries: twice as long each time."""

WHOLE = ""
"""In the place of a channel: all channels of its space."""

_PLACE = "platform = :platform AND space = :space"
_WAITING = f"{_PLACE} AND :channel IN (channel, '') AND {rows.OPEN} AND leased = 0"
"""What is to be sent there, and what is in doubt there and can be looked for only when it answers."""

TOO_LATE = "It waited three days for its channel, which is closed to us"
_NO_LOOK = "for three days its channel has been closed to us"
_REMEDY = "What is to be told there waits, three days at most. It goes as soon as the channel answers or is spoken in."


def park(db: sqlite3.Connection, delivery: str, reason: str, closed: Closed, now: datetime) -> bool:
    """The place, with all that waits for it. False for a message that is too old to wait.

    Operators are told of a channel once; whoever closes a whole space has told of that.
    """
    row = db.execute("SELECT * FROM deliveries WHERE id = ?", (delivery,)).fetchone()
    if row is None or row["state"] not in ("sending", "doubt"):
        return False
    if row["state"] == "sending" and row["kind"] != "correction" and not is_news(rows.time(row["created"]), now):
        return False
    channel = rows.channel(row)
    place = _place(channel, WHOLE if closed == "space" else channel.id)
    tried = db.execute(f"SELECT tries FROM parked WHERE {_PLACE} AND channel = :channel", place).fetchone()  # noqa: S608
    again = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tried["tries"] if tried else 0, 12))
    db.execute(
        """INSERT INTO parked (platform, space, channel, since, again, tries, reason)
            VALUES (:platform, :space, :channel, :now, :again, 1, :reason) ON CONFLICT (platform, space, channel)
            DO UPDATE SET again = :again, tries = tries + 1, reason = :reason""",
        {**place, "now": rows.moment(now), "again": rows.moment(again), "reason": reason},
    )
    # As one that was not tried yet: it is its channel's fault that it waits, and nobody's that it waits long.
    db.execute(
        """UPDATE deliveries SET leased = 0, settled = ?, reason = ?, attempts = iif(state = 'doubt', attempts, 0),
            state = iif(state = 'doubt', 'doubt', 'pending') WHERE id = ?""",
        (rows.moment(now), reason, delivery),
    )
    _put_off(db, place, again, reason, now)
    if closed == "channel" and not tried:
        line = f"{named(channel)}: {reason}"
        alarms.gather(db, "A channel is closed to us", "channels are closed to us", line, _REMEDY, now)
    return True


def _put_off(db: sqlite3.Connection, place: dict[str, str], again: datetime, reason: str, now: datetime) -> None:
    db.execute(
        f"""UPDATE deliveries INDEXED BY deliveries_waiting SET due = max(due, :again), reason = :reason,
            attempts = iif(state = 'doubt', attempts, 0) WHERE {_WAITING}""",  # noqa: S608
        {**place, "again": rows.moment(again), "reason": reason},
    )
    late = db.execute(
        f"SELECT id FROM deliveries INDEXED BY deliveries_waiting WHERE {_WAITING} AND created < :old"  # noqa: S608
        " AND kind <> 'correction'",
        {**place, "old": rows.moment(now - NEWS_FOR)},
    )
    give_up(db, [row["id"] for row in late.fetchall()], TOO_LATE, _NO_LOOK, now)


def shut(db: sqlite3.Connection, channel: Channel, reason: str, now: datetime) -> None:
    """It is known to be closed before anything is tried there; what comes is tried once, and waits then."""
    db.execute(
        """INSERT INTO parked (platform, space, channel, since, again, tries, reason)
            VALUES (:platform, :space, :channel, :now, :now, 0, :reason) ON CONFLICT (platform, space, channel)
            DO UPDATE SET reason = :reason""",
        {**_place(channel, channel.id), "now": rows.moment(now), "reason": reason},
    )


def opened(db: sqlite3.Connection, channel: Channel, now: datetime) -> None:
    """Why it was closed is over: what waits for it goes."""
    place = _place(channel, channel.id)
    db.execute(f"DELETE FROM parked WHERE {_PLACE} AND channel = :channel", place)  # noqa: S608
    _wake(db, place, now)


def give_up(db: sqlite3.Connection, late: list[str], reason: str, unseen: str, now: datetime) -> None:
    """These deliveries are news no more. Of each that may have been posted operators are told why nobody looked."""
    for number in late:
        if digests.told_by_it(db, number):
            continue
        row = db.execute(
            """UPDATE deliveries SET state = iif(state = 'doubt', 'held', 'refused'), settled = ?, reason = ? WHERE id = ?
                RETURNING *""",
            (rows.moment(now), reason, number),
        ).fetchone()
        digests.settle(db, number, now, threads=False)
        if row["state"] == "held":
            _tell_of(db, row, unseen, now)


def _tell_of(db: sqlite3.Connection, held: sqlite3.Row, unseen: str, now: datetime) -> None:
    brief = filing.brief(db, held["story"])
    if delivery := unreadable.one(db, "deliveries", held["id"], lambda: rows.delivery(held)):
        alarms.tell(db, undecided.notice(delivery, brief.headline if brief else "", unseen, again=False), now)


def waits(db: sqlite3.Connection, number: int, now: datetime) -> bool:
    """Whether this row, due now, is for a place that is parked and not to be tried yet; then all of it is put off."""
    found = db.execute(
        """SELECT parked.* FROM deliveries AS d JOIN parked ON parked.platform = d.platform AND parked.space = d.space
            AND parked.channel IN (d.channel, '') WHERE d.rowid = ? AND d.state <> 'sending' AND d.leased = 0
            AND parked.again > ?""",
        (number, rows.moment(now)),
    ).fetchone()
    again = unreadable.one(db, "parked", found["channel"], lambda: rows.time(found["again"])) if found else None
    if found is None or again is None:
        return False
    channel = rows.channel(found)
    _put_off(db, _place(channel, channel.id), again, found["reason"], now)
    return True


def answered(db: sqlite3.Connection, delivery: str, now: datetime) -> None:
    """A message was posted: the place is open, and all that waits for it goes."""
    for row in db.execute(
        """SELECT parked.* FROM deliveries AS d JOIN parked ON parked.platform = d.platform AND parked.space = d.space
            AND parked.channel IN (d.channel, '') WHERE d.id = ?""",
        (delivery,),
    ).fetchall():
        channel = rows.channel(row)
        opened(db, channel, now)
        if channel.id != WHOLE:
            line = f"{named(channel)}. What waited for it goes now."
            alarms.gather(db, "A channel answers again", "channels answer again", line, "", now)


def is_parked(db: sqlite3.Connection, channel: Channel) -> bool:
    """The channel, or any of its space where it names none."""
    place = _place(channel, channel.id)
    found = db.execute(f"SELECT 1 FROM parked WHERE {_PLACE} AND :channel IN (channel, '')", place)  # noqa: S608
    return found.fetchone() is not None


def revive(db: sqlite3.Connection, channel: Channel, now: datetime) -> None:
    """Word from the channel, or from its whole space where it names none: what waits for it is tried at once.

    Its pauses begin anew, so that however much is said while it stays closed puts nothing off.
    """
    place = _place(channel, channel.id)
    for row in db.execute(f"SELECT * FROM parked WHERE {_PLACE} AND :channel IN (channel, '')", place).fetchall():  # noqa: S608
        there = _place(rows.channel(row), row["channel"])
        db.execute(
            f"UPDATE parked SET again = :now, tries = 0 WHERE {_PLACE} AND channel = :channel",  # noqa: S608
            {**there, "now": rows.moment(now)},
        )
        _wake(db, there, now)


def _wake(db: sqlite3.Connection, place: dict[str, str], now: datetime) -> None:
    here = {**place, "now": rows.moment(now)}
    db.execute(
        f"UPDATE deliveries INDEXED BY deliveries_waiting SET due = min(due, :now) WHERE {_WAITING}",  # noqa: S608
        here,
    )
    db.execute(
        f"""UPDATE deliveries SET revise = :now, edit_tries = 0 WHERE {_PLACE} AND :channel IN (channel, '')
            AND revise > :now AND edit_tries > 0""",  # noqa: S608
        here,
    )


def tried_again(db: sqlite3.Connection, delivery: str) -> datetime | None:
    """When the place of this delivery is to be tried; None for one that is not parked."""
    found = db.execute(
        """SELECT parked.again, parked.channel FROM deliveries AS d JOIN parked ON parked.platform = d.platform
            AND parked.space = d.space AND parked.channel IN (d.channel, '') WHERE d.id = ?""",
        (delivery,),
    )
    times = unreadable.legible(db, "parked", found, lambda row: rows.time(row["again"]), key="channel")
    return max(times, default=None)


def spaces(db: sqlite3.Connection, platform: str) -> set[str]:
    """Those that are parked whole."""
    found = db.execute("SELECT space FROM parked WHERE platform = ? AND channel = ''", (platform,))
    return {row["space"] for row in found}


def channels(db: sqlite3.Connection) -> tuple[ChannelHealth, ...]:
    """Those that are parked and still subscribed, whole spaces among them, the latest first."""
    found = db.execute(
        """SELECT * FROM parked AS p WHERE EXISTS (SELECT 1 FROM subscriptions AS s
            WHERE s.platform = p.platform AND s.space = p.space AND p.channel IN (s.channel, '')) ORDER BY since DESC"""
    )
    return tuple(unreadable.legible(db, "parked", found, _health, key="channel"))


def _health(row: sqlite3.Row) -> ChannelHealth:
    return ChannelHealth(rows.channel(row), "parked", row["reason"], rows.time(row["since"]))


def _place(channel: Channel, name: str) -> dict[str, str]:
    return {"platform": channel.platform, "space": channel.space, "channel": name}


def named(channel: Channel) -> str:
    where = f" of {channel.space}" if channel.space else ""
    return f"{channel.platform} channel {channel.id}{where}"
