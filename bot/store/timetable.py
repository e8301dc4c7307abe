"""When alerts go: planned by cadence and quiet hours, gathered until then, released as they are or as one digest.

A row that is *gathered* waits until `due`; once a digest carries it, `digest` names that delivery, and the row is told with
it. Each function is part of one transaction.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from bot.core import importance, timing
from bot.core.timing import Plan, Settings
from bot.model import Channel, Subscription
from bot.store import muting, rows, unreadable

WAITS = "state = 'gathered' AND digest IS NULL"
"""Not told yet, and carried by no digest that is on its way."""

UPDATES_OFF = """EXISTS (SELECT 1 FROM settings AS s WHERE s.platform = deliveries.platform AND s.space = deliveries.space
    AND s.channel = deliveries.channel AND s.name = 'updates' AND s.value = 'off')"""

_WEEK = timedelta(days=8)
"""A week is sometimes an hour longer than seven days."""

_MOST_WORDS = 5

MOST_RELEASED = 50
"""Channels at once: a thousand digests of one hour must not keep everybody else waiting for the store."""


def settings(db: sqlite3.Connection, channel: Channel) -> Settings:
    found = db.execute(f"SELECT channel, name, value FROM settings WHERE {rows.HERE}", rows.here(channel))  # noqa: S608
    read = unreadable.legible(db, "settings of channel", found, lambda row: (row["name"], row["value"]), key="channel")
    return timing.settings(dict(read))


def planned(
    db: sqlite3.Connection, channel: Channel, wanted: tuple[int, ...], points: int, now: datetime
) -> tuple[Plan, str]:
    """When an alert of this importance goes that these subscriptions ask for, and whom it mentions."""
    known, level = subscriptions(db, channel, wanted), importance.level_of(points)
    cadences = [timing.kept_cadence(one.every) for one in known]
    plan = timing.plan(level, cadences, settings(db, channel), now, broken=_broken(db, channel, now))
    return plan, timing.mention(known, level)


def subscriptions(db: sqlite3.Connection, channel: Channel, wanted: tuple[int, ...]) -> tuple[Subscription, ...]:
    """Those of them that the channel has still."""
    found = db.execute(
        f"SELECT * FROM subscriptions WHERE {rows.HERE} AND id IN (SELECT value FROM json_each(?)) ORDER BY id",  # noqa: S608
        (*rows.here(channel), json.dumps(wanted)),
    )
    return tuple(unreadable.legible(db, "subscriptions", found, lambda row: rows.subscription(row, ())))


def _broken(db: sqlite3.Connection, channel: Channel, now: datetime) -> tuple[datetime, ...]:
    found = db.execute(
        f"SELECT id, broke FROM deliveries WHERE {rows.HERE} AND broke > ?",  # noqa: S608
        (*rows.here(channel), rows.moment(now - _WEEK)),
    )
    return tuple(unreadable.legible(db, "deliveries", found, lambda row: rows.time(row["broke"])))


def gather(db: sqlite3.Connection, platforms: tuple[str, ...], now: datetime) -> None:
    """Bring the outbox up to the hour: what was planned otherwise since, and what is due."""
    replan(db, now)
    for platform in platforms:
        _release(db, platform, now)


def replan(db: sqlite3.Connection, now: datetime) -> None:
    """What waits where subscriptions or settings changed (the schema's triggers mark it): from now, as things are now.

    What is due already stays so, or a change in the very second of a digest would put it off by a day.
    """
    for row in db.execute(
        f"SELECT * FROM deliveries INDEXED BY deliveries_replan WHERE replan = 1 AND {WAITS}"  # noqa: S608
    ).fetchall():
        channel = rows.channel(row)
        wanted = unreadable.one(db, "deliveries", row["id"], partial(_wanted, row)) or ()
        left = tuple(one.id for one in subscriptions(db, channel, wanted))
        if wanted and not left:  # gathered only for what nobody asks for any more
            db.execute("DELETE FROM deliveries WHERE id = ?", (row["id"],))
            continue
        if row["due"] <= rows.moment(now):
            db.execute("UPDATE deliveries SET replan = 0 WHERE id = ?", (row["id"],))
            continue
        plan, mention = planned(db, channel, left, row["importance"], now)
        db.execute(
            """UPDATE deliveries SET replan = 0, state = ?, due = ?, slot = ?, timing = ?, broke = ?, mention = ?,
                subscriptions = ? WHERE id = ?""",
            (*planned_columns(plan), mention, json.dumps(left), row["id"]),
        )


def _wanted(row: sqlite3.Row) -> tuple[int, ...]:
    return tuple(json.loads(row["subscriptions"]))


def planned_columns(plan: Plan) -> tuple[str, str, str, str, str | None]:
    """state, due, slot, timing and broke of a row that is to go by this plan."""
    state, due = "gathered" if plan.gathered else "pending", rows.moment(plan.due)
    return state, due, plan.slot, plan.why, due if plan.broke else None


def hushed(db: sqlite3.Connection, number: int, now: datetime) -> bool:
    """Whether this row, due now, must wait as its channel is quiet; then all that is like it there is put off.

    So is what was to go before quiet hours began and did not, an outage long. Not what a person of the channel asked
    for, what breaks through, what stands in a thread, nor what may have been posted.
    """
    row = db.execute("SELECT * FROM deliveries WHERE rowid = ?", (number,)).fetchone()
    if row["state"] != "pending" or row["slot"] == "asked" or row["broke"] or row["thread"]:
        return False
    chosen = settings(db, channel := rows.channel(row))
    ends = chosen.quiet_until(now)
    if ends is None or row["kind"] not in ("alert", "digest", "correction"):
        return False
    _put_off(db, channel, ends, chosen, now)
    return True


def _put_off(db: sqlite3.Connection, channel: Channel, ends: datetime, chosen: Settings, now: datetime) -> None:
    spoken = f"{rows.HERE} AND {rows.PENDING} AND due <= ? AND slot <> 'asked' AND broke IS NULL AND thread = ''"
    key = (*rows.here(channel), rows.moment(now))
    db.execute(
        f"UPDATE deliveries INDEXED BY deliveries_waiting SET due = ? WHERE {spoken} AND kind IN ('digest', 'correction')",  # noqa: S608
        (rows.moment(ends), *key),
    )
    db.execute(
        f"""UPDATE deliveries INDEXED BY deliveries_waiting SET state = 'gathered', slot = 'quiet', due = ?, timing = ?
            WHERE {spoken} AND kind = 'alert'""",  # noqa: S608
        (rows.moment(ends), f"held by quiet hours until {chosen.said(ends)}", *key),
    )


def _release(db: sqlite3.Connection, platform: str, now: datetime) -> None:
    found = db.execute(
        f"SELECT DISTINCT platform, space, channel FROM deliveries WHERE platform = ? AND {WAITS} AND due <= ? LIMIT ?",  # noqa: S608
        (platform, rows.moment(now), MOST_RELEASED),
    ).fetchall()
    for channel in map(rows.channel, found):
        chosen = settings(db, channel)
        if ends := chosen.quiet_until(now):  # their slot came while nobody was there to tell them
            db.execute(
                f"UPDATE deliveries SET due = ?, timing = ? WHERE {rows.HERE} AND {WAITS} AND due <= ?",  # noqa: S608
                (
                    rows.moment(ends),
                    f"held by quiet hours until {chosen.said(ends)}",
                    *rows.here(channel),
                    rows.moment(now),
                ),
            )
        else:
            _silence(db, channel, now)
            _let_go(db, channel, chosen, now)


def _silence(db: sqlite3.Connection, channel: Channel, now: datetime) -> None:
    """What the channel muted while it waited is told no more: looked at only now, so that it may be unmuted till then."""
    for words in list(muting.silenced(db, channel)):
        gone = db.execute(
            f"""DELETE FROM deliveries WHERE {rows.HERE} AND {WAITS} AND due <= ?
                AND story IN (SELECT rowid FROM story_words WHERE story_words MATCH ?) RETURNING story""",  # noqa: S608
            (*rows.here(channel), rows.moment(now), words),
        )
        muting.left_out(db, [row["story"] for row in gone.fetchall()], now)


def _let_go(db: sqlite3.Connection, channel: Channel, chosen: Settings, now: datetime) -> None:
    """One or two as they are; more as one digest, the most important first."""
    items = db.execute(
        f"SELECT * FROM deliveries WHERE {rows.HERE} AND {WAITS} AND due <= ? ORDER BY importance DESC, rowid LIMIT ?",  # noqa: S608
        (*rows.here(channel), rows.moment(now), timing.MOST),
    ).fetchall()
    digest = _digest(db, channel, items, chosen, now) if len(items) >= timing.FEWEST else None
    state, held = ("gathered", digest) if digest else ("pending", None)
    # By itself it is on its way from its hour on; where quiet hours kept it, from before they began.
    begun = "" if digest else ", created = iif(slot = 'quiet', created, max(created, due))"
    db.executemany(
        f"UPDATE deliveries SET state = ?, digest = ?, timing = ''{begun} WHERE id = ?",  # noqa: S608
        [(state, held, item["id"]) for item in items],
    )


def _digest(
    db: sqlite3.Connection, channel: Channel, items: list[sqlite3.Row], chosen: Settings, now: datetime
) -> str | None:
    """The digest that carries them; None where its first story had a digest of its own here before."""
    number = secrets.token_hex(12)
    made = db.execute(
        """INSERT OR IGNORE INTO deliveries (id, story, platform, space, channel, kind, because, state, due, created,
                timing, mention) VALUES (?, ?, ?, ?, ?, 'digest', ?, 'pending', ?, ?, ?, ?)""",
        (
            number,
            items[0]["story"],
            *rows.here(channel),
            rows.words(_because(db, items)),
            rows.moment(now),
            rows.moment(now),
            timing.title((item["slot"] for item in items), chosen, now),
            next((item["mention"] for item in items if item["mention"]), ""),
        ),
    ).rowcount
    return number if made else None


def _because(db: sqlite3.Connection, items: Iterable[sqlite3.Row]) -> tuple[str, ...]:
    given = unreadable.legible(db, "deliveries", items, lambda item: tuple(map(str, json.loads(item["because"]))))
    words = dict.fromkeys(word for words in given for word in words)
    return tuple(words)[:_MOST_WORDS]
