"""Corrections by publishers: what was told, and what became of it. Each function is one transaction's body."""

import json
import sqlite3
from datetime import datetime
from functools import partial

from bot.core.text import shorten
from bot.model import Brief, Correction, Entry
from bot.store import filing, notes, rows, unreadable, unwanted

SAYS = 200
"""Characters of what a publisher says that stand in the trail."""


def told(
    db: sqlite3.Connection, feed: str, keys: tuple[str, ...], since: datetime
) -> tuple[tuple[Entry, Brief | None], ...]:
    """A report of a story that became part of another stands behind the briefs of both."""
    found = db.execute(
        """SELECT entries.*, briefs.brief, briefs.story AS told FROM json_each(?) AS given CROSS JOIN entries
            ON entries.feed = ? AND entries.key = given.value
            LEFT JOIN briefs ON briefs.story IN (entries.story, entries.home)
            WHERE entries.relevant = 1 AND coalesce(briefs.written, entries.seen) >= ?""",
        (json.dumps(keys), feed, rows.moment(since)),
    )
    read = (
        (entry, unreadable.one(db, "briefs", told, partial(rows.brief, text)) if text is not None else None, text)
        for entry, told, text in unreadable.legible(
            db, "entries", found, lambda row: (rows.entry(row), row["told"], row["brief"])
        )
    )
    return tuple((entry, brief) for entry, brief, text in read if brief or text is None)


def is_told(db: sqlite3.Connection, story: int) -> bool:
    found = "SELECT 1 FROM deliveries WHERE story = ? AND state IN ('sending', 'sent', 'doubt', 'held') LIMIT 1"
    return bool(db.execute(found, (story,)).fetchone())


def known(db: sqlite3.Connection, entry: int, digest: str) -> bool:
    return bool(db.execute("SELECT 1 FROM versions WHERE entry = ? AND digest = ?", (entry, digest)).fetchone())


def last(db: sqlite3.Connection, entry: int) -> str:
    found = db.execute("SELECT digest FROM versions WHERE entry = ? ORDER BY at DESC LIMIT 1", (entry,)).fetchone()
    return str(found["digest"]) if found else ""


def see(db: sqlite3.Connection, entry: int, digest: str, now: datetime) -> None:
    if not digest:
        db.execute("DELETE FROM versions WHERE entry = ?", (entry,))
        return
    db.execute(
        "INSERT INTO versions (entry, digest, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
        (entry, digest, rows.moment(now)),
    )


def correct(
    db: sqlite3.Connection,
    correction: Correction,
    brief: Brief,
    digest: str,
    now: datetime,
    *,
    also: tuple[Correction, ...] = (),
) -> None:
    """Nothing where the report that is to take another's place was retracted meanwhile."""
    newest = (correction, *brief.corrections)[-1]
    if newest.instead_of and _taken_back(db, brief.lead):
        return
    see(db, correction.entry, digest, now)
    for one in (correction, *also):
        _keep(db, brief.story, one, now)
    if not correction.instead_of:
        _mark(db, correction.entry, "retracted" if correction.retracted else brief.amended(correction.entry))
    why = f"{_did(correction)} by {correction.outlet}"
    if correction.retracted and newest.stands:
        _list(db, brief.story, newest)
        why += f"; told by {newest.outlet}'s report"
    filing.revise(db, brief, now, repost=True, why=why)
    if not _stands_there(db, correction):
        notes.follow_up(db, brief.story, correction, now)
        if correction.restored:
            _owe(db, brief.story)
    if correction.retracted:
        unwanted.retracted(db, brief.story, now)


def _did(correction: Correction) -> str:
    if correction.instead_of:
        return "told anew"
    if correction.retracted:
        return "retracted"
    return "restored" if correction.restored else "put back" if correction.undone else "corrected"


def _owe(db: sqlite3.Connection, story: int) -> None:
    """Who waited for it when it was retracted, or would have been told, is told it now."""
    db.execute(
        """UPDATE stories SET briefed = NULL WHERE id = ? AND (NOT EXISTS (SELECT 1 FROM briefs WHERE story = stories.id)
            OR EXISTS (SELECT 1 FROM decisions WHERE story = stories.id AND step = 'taken back'))""",
        (filing.survivor(db, story),),
    )


def _taken_back(db: sqlite3.Connection, entry: int) -> bool:
    return bool(db.execute("SELECT 1 FROM entries WHERE id = ? AND amended = 'retracted'", (entry,)).fetchone())


def _stands_there(db: sqlite3.Connection, correction: Correction) -> bool:
    """Whether its note may have been posted before a backup was put back: it was seen with the silent look after that."""
    found = """SELECT 1 FROM entries JOIN feeds USING (feed) WHERE entries.id = :entry
        AND ((feeds.baseline_at IS NULL AND feeds.ok_at IS NOT NULL) OR (:instead_of <> '' AND standing = 'silent'))"""
    given = {"entry": correction.entry, "instead_of": correction.instead_of}
    return bool(db.execute(found, given).fetchone())


def amend(db: sqlite3.Connection, story: int | None, correction: Correction, digest: str, now: datetime) -> None:
    """Its messages are looked at again as when a report joins: who retracted its own is one less that tells it."""
    see(db, correction.entry, digest, now)
    _keep(db, story, correction, now)
    _mark(db, correction.entry, "retracted" if correction.retracted else "" if correction.undone else "corrected")
    if story is not None:
        db.execute("UPDATE stories SET grown = 1 WHERE id = ?", (filing.survivor(db, story),))
    elif correction.restored and not _stands_there(db, correction):
        row = db.execute("SELECT story FROM entries WHERE id = ? AND story IS NOT NULL", (correction.entry,)).fetchone()
        if row:
            _owe(db, row["story"])


def _keep(db: sqlite3.Connection, story: int | None, correction: Correction, now: datetime) -> None:
    if correction.retracted:
        says = f"it says: “{shorten(correction.now, SAYS)}”"
        filing.decide(db, "retracted", f"by {correction.outlet}", says, now, entry=correction.entry)
    if correction.restored:
        filing.decide(
            db, "stands again", f"by {correction.outlet}", "took back its retraction", now, entry=correction.entry
        )
    if correction.retracted or correction.restored:
        _came_before(db, correction.entry, now)
    _list(db, story, correction)


def _list(db: sqlite3.Connection, story: int | None, correction: Correction) -> None:
    """Of what was sent."""
    db.execute(
        """INSERT INTO corrections (story, entry, outlet, retracted, was, now, at, instead_of)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM deliveries WHERE story = ?1)""",
        (story, correction.entry, correction.outlet, correction.retracted, correction.was, correction.now,
         rows.moment(correction.at), correction.instead_of),
    )  # fmt: skip


def _mark(db: sqlite3.Connection, entry: int, amended: str) -> None:
    db.execute("UPDATE entries SET amended = ? WHERE id = ?", (amended, entry))


def _came_before(db: sqlite3.Connection, entry: int, now: datetime) -> None:
    """Where no other report of its story stands, later alerts lose it from what came before, or have it again."""
    row = db.execute("SELECT story FROM entries WHERE id = ? AND story IS NOT NULL", (entry,)).fetchone()
    if row is None or filing.stands(db, row["story"], but=entry):
        return
    later = db.execute(
        """SELECT DISTINCT briefs.story FROM story_instruments AS mine
            JOIN story_instruments AS later ON later.instrument = mine.instrument AND later.began > mine.began
            JOIN briefs ON briefs.story = later.story
            JOIN json_each(iif(json_valid(briefs.brief), briefs.brief, '{}'), '$.earlier') AS one
            WHERE mine.story = :story AND json_extract(one.value, '$.story') IN (SELECT value FROM json_each(:parts))""",
        {"story": row["story"], "parts": filing.parts(db, row["story"])},
    ).fetchall()
    for each in later:
        filing.to_edit(db, each["story"], now, growth=False)


def corrections(db: sqlite3.Connection, limit: int) -> tuple[tuple[int, Correction], ...]:
    found = db.execute("SELECT * FROM corrections ORDER BY id DESC LIMIT ?", (limit,))
    return tuple(unreadable.legible(db, "corrections", found, _correction))


def _correction(row: sqlite3.Row) -> tuple[int, Correction]:
    return row["story"], Correction(
        row["entry"],
        row["outlet"],
        bool(row["retracted"]),
        row["was"],
        row["now"],
        rows.time(row["at"]),
        row["instead_of"],
    )
