"""What people ask the store, and what it knows of its own health. Each function is one transaction's body."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.model import (
    UNJUDGED,
    Asking,
    Census,
    Channel,
    ChannelHealth,
    Decision,
    Delay,
    Delivery,
    Feedback,
    Judged,
    PlatformHealth,
    Story,
    Subscription,
)
from bot.store import directs, filing, muting, parking, rows, unreadable, watching

MEASURED = 500
"""Alerts whose age is looked at."""

AMONG = 10 * MEASURED
"""The newest deliveries, among which they are looked for: where nearly all go as digests, fewer are found."""

_PERSON = re.compile(r" \((?:slack|discord|terminal):[^()\s]*\)$")
"""Behind the name of a reviewer, their id."""

# Subscriptions


def subscriptions(db: sqlite3.Connection, channel: Channel | None) -> tuple[Subscription, ...]:
    where, values = (f"WHERE {rows.HERE}", rows.here(channel)) if channel else ("", ())
    muted: dict[Channel, list[str]] = {}
    for mute in muting.read(db, db.execute(f"SELECT * FROM mutes {where} ORDER BY word", values)):  # noqa: S608
        muted.setdefault(mute[0], []).append(mute[1])
    found = db.execute(f"SELECT * FROM subscriptions {where} ORDER BY id", values)  # noqa: S608
    return tuple(
        unreadable.legible(
            db, "subscriptions", found, lambda row: rows.subscription(row, tuple(muted.get(rows.channel(row), ())))
        )
    )


def subscriptions_changed(db: sqlite3.Connection, since: int, limit: int) -> tuple[Asking, ...]:
    changed = db.execute("SELECT * FROM asking WHERE number > ? ORDER BY number LIMIT ?", (since, limit)).fetchall()
    return tuple(
        Asking(row["number"], channel, subscriptions(db, channel))
        for row in changed
        for channel in (rows.channel(row),)
    )


def subscribe(db: sqlite3.Connection, subscription: Subscription) -> Subscription:
    key = (*rows.here(subscription.channel), subscription.query)
    db.execute(
        """INSERT INTO subscriptions (platform, space, channel, query, created_by, created, name, every, stages_only,
            mention, mention_from) VALUES (?,?,?,?,?,?,?,?,?,?,?)
            ON CONFLICT (platform, space, channel, query) DO UPDATE SET name = excluded.name, every = excluded.every,
                stages_only = excluded.stages_only, mention = excluded.mention, mention_from = excluded.mention_from""",
        (
            *key,
            subscription.created_by,
            rows.moment(subscription.created),
            subscription.name,
            subscription.every,
            subscription.stages_only,
            subscription.mention,
            subscription.mention_from,
        ),
    )
    directs.note(db, subscription.channel, subscription.created_by)
    row = db.execute(f"SELECT * FROM subscriptions WHERE {rows.HERE} AND query = ?", key).fetchone()  # noqa: S608
    return rows.subscription(row, muting.words(db, subscription.channel))


def change(db: sqlite3.Connection, subscription: Subscription) -> bool:
    values = (
        subscription.query,
        subscription.name,
        subscription.every,
        subscription.stages_only,
        subscription.mention,
        subscription.mention_from,
    )
    changed = db.execute(
        f"""UPDATE OR IGNORE subscriptions SET query = ?, name = ?, every = ?, stages_only = ?, mention = ?,
            mention_from = ? WHERE {rows.HERE} AND id = ?""",  # noqa: S608
        (*values, *rows.here(subscription.channel), subscription.id),
    )
    return changed.rowcount > 0


def subscribed_by(db: sqlite3.Connection, platform: str, space: str, person: str) -> tuple[Channel, ...]:
    found = db.execute(
        "SELECT platform, space, channel FROM subscriptions WHERE platform = ? AND space = ? AND created_by = ?"
        " GROUP BY channel ORDER BY min(id)",
        (platform, space, person),
    )
    return tuple(map(rows.channel, found))


def setting(db: sqlite3.Connection, channel: Channel, name: str) -> str:
    found = f"SELECT value FROM settings WHERE {rows.HERE} AND name = ?"  # noqa: S608
    row = db.execute(found, (*rows.here(channel), name)).fetchone()
    return str(row["value"]) if row else ""


def set_setting(db: sqlite3.Connection, channel: Channel, name: str, value: str, by: str = "") -> None:
    directs.note(db, channel, by)
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?, ?, ?)", (*rows.here(channel), name, value))


# Feedback


def give_feedback(db: sqlite3.Connection, feedback: Feedback) -> None:
    directs.note(db, feedback.channel, feedback.person)
    db.execute(
        "INSERT OR REPLACE INTO feedback (story, platform, space, channel, person, opinion, at) VALUES (?,?,?,?,?,?,?)",
        (feedback.story, *rows.here(feedback.channel), feedback.person, feedback.opinion, rows.moment(feedback.at)),
    )


def feedback(
    db: sqlite3.Connection, channel: Channel, story: int | None, since: datetime | None
) -> tuple[Feedback, ...]:
    of_story = "AND story IN (SELECT value FROM json_each(?))" if story is not None else ""
    found = db.execute(
        f"SELECT * FROM feedback WHERE {rows.HERE} AND at >= ? {of_story} ORDER BY at",  # noqa: S608
        (
            *rows.here(channel),
            rows.moment(since) if since else "",
            *((filing.parts(db, story),) if story is not None else ()),
        ),
    )
    return tuple(unreadable.legible(db, "feedback on story", found, _feedback, key="story"))


def _feedback(row: sqlite3.Row) -> Feedback:
    return Feedback(row["story"], rows.channel(row), row["person"], row["opinion"], rows.time(row["at"]))


# Stories


def latest(db: sqlite3.Connection, limit: int, offset: int, adjacent: bool) -> tuple[Story, ...]:
    where = "" if adjacent else "AND adjacent = 0"
    found = db.execute(
        f"SELECT * FROM stories WHERE part_of IS NULL {where} ORDER BY latest DESC, id DESC LIMIT ? OFFSET ?",  # noqa: S608
        (limit, offset),
    )
    return filing.load(db, found.fetchall())


def search(db: sqlite3.Connection, fts: str, limit: int, offset: int) -> tuple[Story, ...]:
    """Tags choose and do not rank: of the words for a range of days, those of a quiet day would count most."""
    found = db.execute(
        "SELECT stories.* FROM story_words JOIN stories ON stories.id = story_words.rowid"
        " WHERE story_words MATCH ? AND rank MATCH 'bm25(1.0, 0.0)' ORDER BY round(rank, 1), latest DESC LIMIT ? OFFSET ?",
        (fts, limit, offset),
    )
    return filing.load(db, found.fetchall())


def find(db: sqlite3.Connection, link: str) -> tuple[tuple[Judged, int | None], ...]:
    found = db.execute("SELECT * FROM entries WHERE link = ? ORDER BY id", (link,))
    return tuple(unreadable.legible(db, "entries", found, lambda row: (rows.judged(row), row["story"])))


def trail(db: sqlite3.Connection, entry: int) -> tuple[Decision, ...]:
    """Platforms are counted, never channels named, and people only as they sign: whoever asks may not know of the others.

    `deliveries` and `decisions` have them.
    """
    row = db.execute("SELECT * FROM entries WHERE id = ?", (entry,)).fetchone()
    if row is None:
        return ()
    parts = filing.parts(db, row["story"])
    decided = db.execute(
        "SELECT id, at, step, outcome, why FROM decisions"
        " WHERE entry = ? OR story IN (SELECT value FROM json_each(?)) ORDER BY id",
        (entry, parts),
    ).fetchall()
    released = any(line["step"] == "heard" for line in decided)
    lines = (
        *(unreadable.one(db, "entries", entry, partial(_heard_and_judged, row, released=released)) or ()),
        *unreadable.legible(db, "decisions", decided, _decision),
        *_delivered(db, parts),
    )
    return tuple(sorted(lines, key=lambda line: line.at))


def _decision(line: sqlite3.Row) -> Decision:
    why = _PERSON.sub("", line["why"]) if line["step"] == "revised" else line["why"]
    return Decision(rows.time(line["at"]), line["step"], line["outcome"], why)


def _heard_and_judged(row: sqlite3.Row, *, released: bool) -> tuple[Decision, ...]:
    """Read off the entry itself, so that the many that are irrelevant cost no row of their own."""
    seen, verdict = rows.time(row["seen"]), rows.verdict(row["verdict"])
    reasons = "; ".join(verdict.reasons) or "nothing spoke for it"
    heard = Decision(seen, "heard", "held" if released else row["standing"], row["why"])
    if verdict == UNJUDGED:
        return (heard,)
    return (
        heard,
        Decision(seen, "judged", verdict.label, f"score {verdict.score:.2f}: {reasons}"),
    )


def _delivered(db: sqlite3.Connection, parts: str) -> Iterator[Decision]:
    found = db.execute(
        """SELECT platform, state, kind, count(*) AS number, max(coalesce(settled, attempted)) AS at, max(id) AS id
            FROM deliveries WHERE story IN (SELECT value FROM json_each(?))
            AND +state IN ('sent', 'refused', 'doubt', 'held')
            AND kind <> 'digest' GROUP BY platform, state, kind""",
        (parts,),
    )
    return unreadable.legible(db, "deliveries like", found, _told)


def _told(line: sqlite3.Row) -> Decision:
    channels = "1 channel" if line["number"] == 1 else f"{line['number']} channels"
    kind = "" if line["kind"] == "alert" else f", as a {line['kind']}"
    return Decision(rows.time(line["at"]), "delivered", line["state"], f"{channels} on {line['platform']}{kind}")


def deliveries(db: sqlite3.Connection, story: int) -> tuple[Delivery, ...]:
    found = db.execute(
        "SELECT * FROM deliveries WHERE story IN (SELECT value FROM json_each(?)) AND kind <> 'digest' ORDER BY rowid",
        (filing.parts(db, story),),
    )
    return tuple(unreadable.legible(db, "deliveries", found, rows.delivery))


def told_in(db: sqlite3.Connection, channel: Channel, since: datetime) -> frozenset[int]:
    found = db.execute(
        f"""SELECT DISTINCT coalesce(part_of, story) AS story FROM deliveries JOIN stories ON stories.id = story
            WHERE {rows.HERE} AND state = 'sent' AND settled >= ?""",  # noqa: S608
        (*rows.here(channel), rows.moment(since)),
    )
    return frozenset(row["story"] for row in found)


# Health


def note_platform(db: sqlite3.Connection, platform: str, ok: bool, reason: str, now: datetime) -> None:
    """`since` moves only when the state does."""
    db.execute(
        """INSERT INTO platforms (platform, ok, reason, since) VALUES (?, ?, ?, ?) ON CONFLICT (platform) DO UPDATE SET
            since = CASE WHEN ok = excluded.ok AND reason = excluded.reason THEN since ELSE excluded.since END,
            ok = excluded.ok, reason = excluded.reason""",
        (platform, ok, reason, rows.moment(now)),
    )


def platforms(db: sqlite3.Connection) -> tuple[PlatformHealth, ...]:
    found = db.execute("SELECT * FROM platforms ORDER BY ok, platform")
    return tuple(unreadable.legible(db, "platforms", found, _platform, key="platform"))


def _platform(row: sqlite3.Row) -> PlatformHealth:
    return PlatformHealth(row["platform"], bool(row["ok"]), row["reason"], rows.time(row["since"]))


def troubled_channels(db: sqlite3.Connection) -> tuple[ChannelHealth, ...]:
    """A refusal is over with the next message sent, or when nothing is subscribed there any more; a doubt or a held
    message stays until it is resolved itself.
    """
    found = db.execute(
        """SELECT platform, space, channel, state, reason, max(at) AS at FROM (
                SELECT platform, space, channel, state, reason, max(coalesce(settled, attempted)) AS at
                FROM deliveries INDEXED BY deliveries_trouble
                WHERE state IN ('refused', 'doubt', 'held') GROUP BY platform, space, channel, state) AS d
            WHERE state <> 'refused' OR NOT EXISTS (SELECT 1 FROM deliveries AS s WHERE s.state = 'sent'
                AND s.platform = d.platform AND s.space = d.space AND s.channel = d.channel AND s.settled > d.at)
                AND EXISTS (SELECT 1 FROM subscriptions AS s
                    WHERE s.platform = d.platform AND s.space = d.space AND s.channel = d.channel)
            GROUP BY platform, space, channel ORDER BY at DESC"""
    )
    parked = parking.channels(db)
    closed = {one.channel for one in parked}
    troubled = unreadable.legible(db, "deliveries in channel", found, _channel, key="channel")
    return (*parked, *(one for one in troubled if one.state != "refused" or not _places(one.channel) & closed))


def _places(channel: Channel) -> set[Channel]:
    """Itself, and its whole space."""
    return {channel, replace(channel, id=parking.WHOLE)}


def _channel(row: sqlite3.Row) -> ChannelHealth:
    return ChannelHealth(rows.channel(row), row["state"], row["reason"], rows.time(row["at"]))


def census(db: sqlite3.Connection) -> Census:
    def number(table: str) -> int:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608

    states = db.execute(
        "SELECT state, sum(number) AS number FROM delivery_counts GROUP BY state HAVING sum(number) > 0"
    )
    oldest = db.execute(f"SELECT min(created) FROM deliveries WHERE {rows.OPEN}").fetchone()  # noqa: S608
    turn = db.execute("SELECT at FROM marks WHERE name = 'turn'").fetchone()
    return Census(
        entries=number("entries"),
        stories=number("stories WHERE part_of IS NULL"),
        briefs=number("briefs"),
        subscriptions=number("subscriptions"),
        deliveries={row["state"]: row["number"] for row in states},
        oldest_pending=unreadable.one(db, "deliveries", "open", lambda: rows.maybe_time(oldest[0])),
        last_turn=unreadable.one(db, "marks", "turn", lambda: rows.time(turn["at"])) if turn else None,
        bytes=size(db),
        delays=delays(db),
        unreadable=unreadable.places(db),
        unheard=watching.unheard(db),
    )


def size(db: sqlite3.Connection) -> int:
    pages, each = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * each)


def delays(db: sqlite3.Connection) -> tuple[Delay, ...]:
    """Those queued when their story was first told, to be told at once; what a channel asked for later is no news, and
    what it wanted with a digest or after its quiet hours is not late.
    """
    found = db.execute(
        """SELECT d.settled, (SELECT min(seen) FROM entries WHERE story = d.story) AS seen,
                (SELECT min(published) FROM entries WHERE story = d.story) AS published, d.story
            FROM (SELECT story, created, settled, state, kind, slot FROM deliveries ORDER BY rowid DESC LIMIT ?) AS d
                CROSS JOIN stories ON stories.id = d.story AND stories.briefed = d.created
            WHERE d.state = 'sent' AND d.kind = 'alert' AND d.slot = 'now' LIMIT ?""",
        (AMONG, MEASURED),
    )
    told = (row for row in found if row["seen"])
    return tuple(unreadable.legible(db, "deliveries of story", told, _delay, key="story"))


def _delay(row: sqlite3.Row) -> Delay:
    posted = rows.time(row["settled"])
    return Delay(posted - rows.time(row["seen"]), posted - rows.time(row["published"]) if row["published"] else None)
