"""Stories that people split or merge: reports, briefs, search and the outbox follow. Each is one transaction's body."""

import json
import sqlite3
from datetime import datetime

from bot.core.audience import Index
from bot.core.text import counted
from bot.model import Story
from bot.store import digests, filing, outbox, waited


def merge(db: sqlite3.Connection, into: int, gone: int, why: str, index: Index, now: datetime) -> Story | None:
    if into == gone or not (filing.reports(db, into) and filing.reports(db, gone)):
        return None
    db.execute("UPDATE entries SET home = coalesce(home, story), story = ? WHERE story = ?", (into, gone))
    db.execute("UPDATE stories SET part_of = ?, grown = 0 WHERE id = ?", (into, gone))
    db.execute("DELETE FROM story_words WHERE rowid = ?", (gone,))
    db.execute("DELETE FROM story_instruments WHERE story = ?", (gone,))
    _adopt(db, gone, into)
    outbox.hand_over(db, into, now)
    _say_part(db, gone, into, now)
    _renew(db, into, index)
    _decide(db, into, f"story {gone} became part of story {into}: {why}", now)
    return filing.story(db, into)


def _adopt(db: sqlite3.Connection, gone: int, into: int) -> None:
    """What was told of the one was told of both; but one only near AI regulation was told to few or to nobody."""
    db.execute(
        """UPDATE stories SET told = max(stories.told, g.told), briefed = CASE stories.adjacent - g.adjacent
                WHEN 0 THEN coalesce(stories.briefed, g.briefed) WHEN 1 THEN g.briefed ELSE stories.briefed END
            FROM (SELECT told, briefed, adjacent FROM stories WHERE id = ?) AS g WHERE stories.id = ?""",
        (gone, into),
    )
    db.execute(
        "INSERT OR IGNORE INTO briefs (story, brief, written)"
        " SELECT :into, json_set(brief, '$.story', :into), written FROM briefs WHERE story = :gone",
        {"into": into, "gone": gone},
    )


def _say_part(db: sqlite3.Connection, number: int, part_of: int, now: datetime) -> None:
    """Its brief says of which story it is part, 0 for none, and so will the messages posted of it."""
    db.execute("UPDATE briefs SET brief = json_set(brief, '$.part_of', ?) WHERE story = ?", (part_of, number))
    filing.to_edit(db, number, now, growth=True)


def split(db: sqlite3.Connection, number: int, taken: tuple[int, ...], index: Index, now: datetime) -> Story | None:
    known = {one.entry.id for one in filing.reports(db, number)}
    if not taken or not set(taken) < known:
        return None
    home = _home(db, number, taken)
    made = home or filing.new_story(db, now)
    for part in db.execute("SELECT id FROM stories WHERE part_of = ?", (made,)).fetchall():
        if not set(came_with(db, part["id"])) <= set(taken):
            db.execute("UPDATE stories SET part_of = ? WHERE id = ?", (number, part["id"]))
            _say_part(db, part["id"], number, now)
    db.execute(
        """UPDATE entries SET story = :made, home = iif(:home, nullif(home, :made), NULL)
            WHERE id IN (SELECT value FROM json_each(:taken))""",
        {"made": made, "home": home is not None, "taken": json.dumps(taken)},
    )
    if db.execute("UPDATE stories SET part_of = NULL WHERE id = ? AND part_of IS NOT NULL", (made,)).rowcount:
        _say_part(db, made, 0, now)
    _tell_apart(db, number, made)
    for one in (number, made):
        db.execute("UPDATE stories SET pinned = 1 WHERE id = ?", (one,))
        _renew(db, one, index)
    if home:
        waited.come_apart(db, (number, made), now, digests.restored(db))
    moved = counted(len(taken), "report")
    _decide(db, number, f"an editor took {moved} out of story {number} into story {made}", now)
    _decide(db, made, f"an editor took {moved} out of story {number} into story {made}", now)
    return filing.story(db, made)


def came_with(db: sqlite3.Connection, part: int) -> tuple[int, ...]:
    """The reports that this story brought into the one it is part of, and that are still there."""
    found = db.execute(
        "SELECT id FROM entries WHERE story = ? AND home IN (SELECT value FROM json_each(?))",
        (filing.survivor(db, part), filing.parts(db, part)),
    )
    return tuple(row["id"] for row in found)


def _home(db: sqlite3.Connection, number: int, taken: tuple[int, ...]) -> int | None:
    """The story that brought just these into this one, or out of which all of them were merged."""
    for part in json.loads(filing.parts(db, number))[1:]:
        if set(came_with(db, part)) == set(taken):
            return int(part)
    found = db.execute(
        "SELECT DISTINCT home FROM entries WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(taken),)
    ).fetchall()
    home = found[0]["home"] if len(found) == 1 else None
    return home if home is not None and filing.survivor(db, home) == number else None


def _tell_apart(db: sqlite3.Connection, number: int, made: int) -> None:
    """While the one is still to be told, each is as its reports say; after that the other is told only when asked."""
    db.execute(
        """UPDATE stories SET told = (SELECT briefed IS NULL FROM stories WHERE id = :number)
                AND EXISTS (SELECT 1 FROM entries WHERE story = stories.id AND standing = 'new')
            WHERE briefed IS NULL AND id IN (:number, :made)""",
        {"number": number, "made": made},
    )


def _renew(db: sqlite3.Connection, number: int, index: Index) -> None:
    filing.retag(db, number)
    story = filing.story(db, number)
    assert story  # noqa: S101  # it has reports
    text = "\n".join(map(index.words, story.entries))
    db.execute(
        "INSERT OR REPLACE INTO story_words (rowid, text, tags) VALUES (?, ?, ?)", (number, text, index.tags(story))
    )


def _decide(db: sqlite3.Connection, number: int, why: str, now: datetime) -> None:
    """On the trail of each of its reports, which may go their own ways one day."""
    for one in filing.reports(db, number):
        filing.decide(db, "regrouped", f"story {number}", why, now, entry=one.entry.id)


def tell(db: sqlite3.Connection, number: int, now: datetime) -> bool:
    """Also what was to be told, and went to nobody."""
    to_nobody = """briefed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries
        WHERE story IN (SELECT value FROM json_each(:parts)))"""
    told = db.execute(
        f"UPDATE stories SET told = 1, briefed = NULL WHERE id = :story AND (told = 0 OR {to_nobody})",  # noqa: S608
        {"story": number, "parts": filing.parts(db, number)},
    )
    if not told.rowcount:
        return False
    filing.decide(db, "regrouped", "to be told", "an editor wants it told to who asks for it", now, story=number)
    return True
