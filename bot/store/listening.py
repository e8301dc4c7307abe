"""What was heard: feeds' memories and entries. Each function is the body of one transaction."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.core import novelty
from bot.core.text import fold
from bot.model import Copies, Entry, Heard, Held, Judged, Memory, Recall, Released, Twin, Verdict
from bot.store import alarms, amending, filing, rows, unreadable

_MEMORY = (
    "feed", "configured", "url", "etag", "last_modified", "body_hash", "baseline_at", "polled_at", "ok_at", "next_poll",
    "failures", "reason", "cause", "failing_since", "changed_at", "heard", "elsewhere", "elsewhere_since", "items",
    "hub", "topic", "hint",
)  # fmt: skip
_LIGHT = tuple(name for name in _MEMORY if name not in ("feed", "body_hash", "changed_at", "heard", "items"))
_REMEMBER = f"INSERT OR REPLACE INTO feeds ({', '.join(_MEMORY)}) VALUES ({', '.join('?' * len(_MEMORY))})"  # noqa: S608
_TOUCH = f"UPDATE feeds SET {', '.join(f'{name} = ?' for name in _LIGHT)} WHERE feed = ?"  # noqa: S608  # our columns

TELLING = 150
"""Characters of a text that two items do not share by chance; a weekly column may be announced in the same few words."""

COPIED_FOR = timedelta(days=42)

_ENTRY = (
    "feed", "key", "title", "folded", "link", "text", "page", "page_hash", "page_read", "imprint", "outlet", "tier",
    "jurisdiction", "language", "published", "seen", "author", "standing", "why", "verdict", "relevant",
)  # fmt: skip
_REWRITTEN = tuple(name for name in _ENTRY if name not in ("feed", "key", "outlet", "tier", "jurisdiction", "language"))
_KEEP = f"INSERT INTO entries ({', '.join(_ENTRY)}) VALUES ({', '.join('?' * len(_ENTRY))})"  # noqa: S608

_NO_TIME = "3"
"""Above all times there are: what stands above it is none, and is due."""

_DUE = f"(coalesce(next_poll, '') <= ? OR coalesce(next_poll, '') > '{_NO_TIME}')"


def memories(db: sqlite3.Connection, due: datetime | None) -> Mapping[str, Memory]:
    found = db.execute(
        f"SELECT {', '.join(_MEMORY)} FROM feeds" + (f" WHERE {_DUE}" if due else ""),  # noqa: S608
        (rows.moment(due),) if due else (),
    )
    known = _held(db)
    return {row["feed"]: replace(_remembered(db, row), held=known.get(row["feed"])) for row in found}


_HELD_REMEDY = "None of it is told until a person looks at it and lets it through. All other feeds are told."


def _held(db: sqlite3.Connection) -> dict[str, Held]:
    """By feed id; no row is read of what is not held."""
    found = db.execute(
        """SELECT e.feed, e.seen, e.why, number FROM
                (SELECT min(id) AS first, count(*) AS number FROM entries WHERE standing = 'held' GROUP BY feed)
            CROSS JOIN entries AS e ON e.id = first"""
    )
    return dict(
        unreadable.legible(
            db,
            "held entries of feed",
            found,
            lambda row: (row["feed"], Held(row["number"], rows.time(row["seen"]), row["why"])),
            key="feed",
        )
    )


def _remembered(db: sqlite3.Connection, row: sqlite3.Row) -> Memory:
    return unreadable.one(db, "feeds", row["feed"], partial(rows.memory, row)) or _anew(db, row["feed"])


def _anew(db: sqlite3.Connection, feed: str) -> Memory:
    """Nothing is known of the feed but the entries it brought; its next good answer is remembered in place of this."""
    found = db.execute("SELECT max(seen) AS seen FROM entries WHERE feed = ?", (feed,)).fetchone()
    seen = unreadable.one(db, "entries of feed", feed, partial(rows.maybe_time, found["seen"]))
    return Memory(feed, baseline_at=seen, ok_at=seen)


def polled(db: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row["feed"] for row in db.execute("SELECT feed FROM feeds"))


def memory(db: sqlite3.Connection, feed: str) -> Memory | None:
    row = db.execute(f"SELECT {', '.join(_MEMORY)} FROM feeds WHERE feed = ?", (feed,)).fetchone()  # noqa: S608
    return replace(_remembered(db, row), held=_held(db).get(feed)) if row else None


def next_poll(db: sqlite3.Connection, after: datetime) -> datetime | None:
    found = db.execute(
        "SELECT feed, coalesce(next_poll, '') AS at FROM feeds WHERE coalesce(next_poll, '') BETWEEN ? AND ?"
        " ORDER BY coalesce(next_poll, '') LIMIT 1",
        (rows.moment(after + timedelta.resolution), _NO_TIME),
    ).fetchone()
    return unreadable.one(db, "feeds", found["feed"], partial(rows.time, found["at"])) if found else None


def recall(db: sqlite3.Connection, feed: str, entries: tuple[Entry, ...]) -> Recall:
    # CROSS JOIN keeps the order: look each value up in the index, rather than scan the feed's entries.
    found = db.execute(
        """SELECT DISTINCT 'key' AS by, value, title, text,
                relevant AND EXISTS (SELECT 1 FROM versions WHERE entry = entries.id) AS amended
                FROM json_each(:keys) AS given CROSS JOIN entries
                ON entries.feed = :feed AND entries.key = given.value
            UNION ALL SELECT DISTINCT 'title', value, '', '', 0 FROM json_each(:titles) AS given CROSS JOIN entries
                ON entries.feed = :feed AND entries.folded = given.value""",
        {
            "feed": feed,
            "keys": json.dumps([entry.key for entry in entries]),
            "titles": json.dumps([fold(entry.title) for entry in entries]),
        },
    ).fetchall()
    said = {entry.key: (entry.title, entry.text) for entry in entries}
    links = _links(db, feed, entries)
    known = {row["value"] for row in found if row["by"] == "key"}
    return Recall(
        keys=frozenset(known),
        same=frozenset(
            row["value"]
            for row in found
            if row["by"] == "key" and not row["amended"] and said[row["value"]] == (row["title"], row["text"])
        ),
        links=frozenset(links),
        alone={link: keys[0] for link, keys in links.items() if len(keys) == 1},
        titles=frozenset(row["value"] for row in found if row["by"] == "title"),
        twins=_twins(db, feed, [entry for entry in entries if entry.link in links]),
        copies=_copies(db, [entry for entry in entries if entry.key not in known and len(entry.text) >= TELLING]),
    )


def _links(db: sqlite3.Connection, feed: str, entries: tuple[Entry, ...]) -> dict[str, tuple[str, ...]]:
    """Of the links that the feed has shown, the keys under each: two at most, for all items of a register have one link."""
    found: dict[str, tuple[str, ...]] = {}
    for link in {entry.link for entry in entries if entry.link}:
        keys = db.execute("SELECT key FROM entries WHERE link = ? AND feed = ? LIMIT 2", (link, feed)).fetchall()
        if keys:
            found[link] = tuple(row["key"] for row in keys)
    return found


def _twins(db: sqlite3.Connection, feed: str, entries: Sequence[Entry]) -> dict[tuple[str, str], tuple[Twin, ...]]:
    found: dict[tuple[str, str], tuple[Twin, ...]] = {}
    for link, title in {(entry.link, fold(entry.title)) for entry in entries}:
        twins = db.execute(
            "SELECT key, text FROM entries WHERE feed = ? AND folded = ? AND +link = ?", (feed, title, link)
        ).fetchall()
        if twins:
            found[link, title] = tuple(Twin(row["key"], row["text"]) for row in twins)
    return found


def shares_address(db: sqlite3.Connection, entry: Entry) -> bool:
    return bool(
        db.execute(
            "SELECT 1 FROM entries WHERE link = ? AND feed = ? AND key <> ? LIMIT 1",
            (entry.link, entry.feed, entry.key),
        ).fetchone()
    )


def _copies(db: sqlite3.Connection, entries: Sequence[Entry]) -> dict[str, Copies]:
    found = {}
    for entry in entries:
        row = db.execute(
            "SELECT count(*) AS number, max(seen) AS seen FROM entries"
            " WHERE feed = ? AND folded = ? AND outlet = ? AND text = ? AND seen >= ? AND standing <> 'held'",
            (entry.feed, fold(entry.title), entry.outlet, entry.text, rows.moment(entry.seen - COPIED_FOR)),
        ).fetchone()
        if row["number"]:
            seen = unreadable.one(db, "entries of feed", entry.feed, partial(rows.time, row["seen"]))
            found[entry.key] = Copies(row["number"], seen or entry.seen)
    return found


def record(db: sqlite3.Connection, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
    remember(db, memory)
    return keep(db, judged, now)


def keep(db: sqlite3.Connection, judged: tuple[Judged, ...], now: datetime) -> int:
    """How many of the entries were unseen. Operators are told of a feed of which nothing was held before."""
    if held := next((one for one in judged if one.standing == "held"), None):
        _tell_of_hold(db, held, now)
    before = db.total_changes
    db.executemany(f"{_KEEP} ON CONFLICT (feed, key) DO NOTHING", list(_rows(judged)))
    return db.total_changes - before


def untold(db: sqlite3.Connection, feed: str, keys: tuple[str, ...], since: datetime, most: int) -> tuple[Entry, ...]:
    found = db.execute(
        """SELECT entries.* FROM json_each(?) AS given CROSS JOIN entries
                ON entries.feed = ? AND entries.key = given.value
            WHERE standing = 'new' AND relevant = 0 AND story IS NULL AND verdict <> '' AND seen >= ?
                AND (SELECT count(*) FROM versions WHERE entry = entries.id) < ?""",
        (json.dumps(keys), feed, rows.moment(since), most),
    )
    return tuple(unreadable.legible(db, "entries", found, rows.entry))


def judge_again(db: sqlite3.Connection, judged: Judged, digest: str, now: datetime) -> None:
    number, verdict = judged.entry.id, judged.verdict
    amending.see(db, number, digest, now)
    filing.decide(db, "judged again", verdict.label, "; ".join(verdict.reasons), now, entry=number)
    if verdict.kept:
        anew = ", ".join(f"{name} = excluded.{name}" for name in _REWRITTEN)
        unchanged = "entries.story IS NULL AND entries.relevant = 0"
        db.executemany(
            f"{_KEEP} ON CONFLICT (feed, key) DO UPDATE SET {anew} WHERE {unchanged}",
            list(_rows((judged,))),
        )


def _tell_of_hold(db: sqlite3.Connection, held: Judged, now: datetime) -> None:
    feed = held.entry.feed
    if not db.execute("SELECT 1 FROM entries WHERE standing = 'held' AND feed = ? LIMIT 1", (feed,)).fetchone():
        line = f"{feed}: {held.why}. Look at it, then: sources release {feed}"
        alarms.gather(db, "1 feed is held", "feeds are held", line, _HELD_REMEDY, now)


def record_all(db: sqlite3.Connection, heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
    return tuple(0 if one.light and _touch(db, one.after) else record(db, one.after, one.judged, now) for one in heard)


def remember(db: sqlite3.Connection, memory: Memory) -> None:
    db.execute(_REMEMBER, _written(memory, _MEMORY))


def hear(db: sqlite3.Connection, memory: Memory) -> None:
    """Of the memory, only the days on which the feed was heard."""
    db.execute("UPDATE feeds SET heard = ? WHERE feed = ?", (*_written(memory, ("heard",)), memory.feed))


def _touch(db: sqlite3.Connection, memory: Memory) -> bool:
    """Of a feed with nothing new; False when nothing is remembered of it yet."""
    return db.execute(_TOUCH, (*_written(memory, _LIGHT), memory.feed)).rowcount > 0


def _written(memory: Memory, names: Sequence[str]) -> list[object]:
    values = [getattr(memory, name) for name in names]
    return [
        rows.moment(value)
        if isinstance(value, datetime)
        else json.dumps([rows.moment(at) for at in value])
        if isinstance(value, tuple)
        else value
        for value in values
    ]


def unjudged(db: sqlite3.Connection, limit: int) -> tuple[Entry, ...]:
    found = db.execute(
        f"SELECT * FROM entries WHERE verdict = '' ORDER BY coalesce(published, seen) DESC LIMIT ? + {unreadable.MORE}",  # noqa: S608
        (limit,),
    )
    return tuple(unreadable.legible(db, "entries", found, rows.entry))


def judge(db: sqlite3.Connection, verdicts: Sequence[tuple[int, Verdict]]) -> None:
    db.executemany(
        "UPDATE entries SET verdict = ?, relevant = ? WHERE id = ? AND verdict = ''",
        [(rows.verdict_text(verdict), verdict.kept, entry) for entry, verdict in verdicts],
    )


def _rows(judged: tuple[Judged, ...]) -> Iterator[tuple[object, ...]]:
    seen_at, seen = None, ""
    for one in judged:
        entry = one.entry
        if entry.seen is not seen_at:  # mostly the same of all
            seen_at, seen = entry.seen, rows.moment(entry.seen)
        yield (
            entry.feed, entry.key, entry.title, fold(entry.title), entry.link, entry.text, entry.page,
            rows.digest(entry.page) if entry.page else "", seen if entry.page else None,
            rows.imprint_text(entry.imprint), entry.outlet, entry.tier,
            entry.jurisdiction, entry.language, rows.maybe_moment(entry.published), seen, entry.author,
            one.standing, one.why, rows.verdict_text(one.verdict), one.verdict.kept,
        )  # fmt: skip


_TOO_OLD = "coalesce(published, seen) < :oldest"

_AGE = "round(julianday(:now) - julianday(coalesce(published, seen)), 1)"


def release(db: sqlite3.Connection, feed: str, now: datetime, max_age: timedelta) -> Released:
    given = {"feed": feed, "now": rows.moment(now), "oldest": rows.moment(now - max_age), "old": novelty.OLD}
    db.execute(
        f"""INSERT INTO decisions (entry, at, step, outcome, why)
            SELECT id, :now, 'heard', iif({_TOO_OLD}, 'stale', 'released'), iif({_TOO_OLD},
                printf('%s %g days ago, %s', iif(published IS NULL, 'first seen', 'dated'), {_AGE}, :old),
                'let through by a person')
            FROM entries WHERE feed = :feed AND standing = 'held'""",  # noqa: S608  # our own words
        given,
    )
    held = "WHERE feed = :feed AND standing = 'held'"
    old = db.execute(f"UPDATE entries SET standing = 'stale' {held} AND {_TOO_OLD}", given).rowcount  # noqa: S608
    return Released(db.execute(f"UPDATE entries SET standing = 'new' {held}", given).rowcount, old)  # noqa: S608
