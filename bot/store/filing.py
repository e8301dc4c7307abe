"""Stories and their briefs: what belongs together, and what was written of it. Each function is one transaction's body."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.core import stories
from bot.model import Alert, Brief, Entry, Filing, Judged, Story, Verdict
from bot.store import rows

GLANCE = 600
"""Characters of an entry's text that telling events apart needs."""


def unfiled(db: sqlite3.Connection, limit: int) -> tuple[Judged, ...]:
    found = db.execute(
        "SELECT * FROM entries WHERE relevant = 1 AND story IS NULL AND standing <> 'held' ORDER BY id LIMIT ?",
        (limit,),
    )
    return tuple(rows.judged(row) for row in found)


def open_stories(db: sqlite3.Connection, since: datetime) -> tuple[Story, ...]:
    """Their entries carry only the start of their texts."""
    # +id: sort the few that are open, rather than read every story there is in order of id.
    found = db.execute("SELECT * FROM stories WHERE latest >= ? ORDER BY +id", (rows.moment(since),)).fetchall()
    return load(db, found, glance=True)


def regroupings(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM decisions WHERE step = 'regrouped'").fetchone()[0])


def load(db: sqlite3.Connection, found: Iterable[sqlite3.Row], *, glance: bool = False) -> tuple[Story, ...]:
    """The stories of these rows, in their order, with their entries."""
    wanted = list(found)
    text = f"substr(text, 1, {GLANCE}) AS text" if glance else "text"
    columns = rows.ENTRY.replace(" text,", f" {text},")
    if glance:
        columns = columns.replace(" page,", " '' AS page,").replace(" quotes,", " '' AS quotes,")
    entries: dict[int, list[Entry]] = {}
    for row in db.execute(
        f"SELECT {columns}, story FROM entries WHERE story IN (SELECT value FROM json_each(?))",  # noqa: S608
        (json.dumps([row["id"] for row in wanted]),),
    ):
        entries.setdefault(row["story"], []).append(rows.entry(row))
    return tuple(_story(row, entries[row["id"]]) for row in wanted if row["id"] in entries)


def _story(row: sqlite3.Row, entries: list[Entry]) -> Story:
    return Story(
        entries=stories.ranked(tuple(entries)),
        verdict=rows.verdict(row["verdict"]),
        created=rows.time(row["created"]),
        id=row["id"],
        told=bool(row["told"]),
    )


def story(db: sqlite3.Connection, number: int) -> Story | None:
    found = load(db, db.execute("SELECT * FROM stories WHERE id = ?", (number,)).fetchall())
    return found[0] if found else None


def file(db: sqlite3.Connection, filing: Filing, verdict: Verdict, told: bool, text: str, now: datetime) -> Story:
    number = filing.story.id if filing.story else _new_story(db, now)
    when = rows.moment(filing.entry.when)
    db.execute(
        "UPDATE stories SET verdict = ?, told = max(told, ?), latest = max(latest, ?),"
        " grown = EXISTS (SELECT 1 FROM briefs WHERE briefs.story = stories.id) WHERE id = ?",
        (rows.verdict_text(verdict), told, when, number),
    )
    db.execute("UPDATE entries SET story = ? WHERE id = ?", (number, filing.entry.id))
    index(db, number, text)
    decide(db, "filed", f"story {number}", filing.why, now, entry=filing.entry.id)
    filed = story(db, number)
    assert filed  # noqa: S101  # written above, in this transaction
    return filed


def _new_story(db: sqlite3.Connection, now: datetime) -> int:
    made = db.execute("INSERT INTO stories (verdict, told, created, latest) VALUES ('', 0, ?, '')", (rows.moment(now),))
    return int(made.lastrowid or 0)


def index(db: sqlite3.Connection, number: int, text: str) -> None:
    """Search finds the story by these words, too."""
    known = db.execute("SELECT text FROM story_words WHERE rowid = ?", (number,)).fetchone()
    if known:
        db.execute("UPDATE story_words SET text = ? WHERE rowid = ?", (f"{known['text']}\n{text}", number))
    else:
        db.execute("INSERT INTO story_words (rowid, text) VALUES (?, ?)", (number, text))


def decide(
    db: sqlite3.Connection,
    step: str,
    outcome: str,
    why: str,
    now: datetime,
    *,
    entry: int | None = None,
    story: int | None = None,
) -> None:
    """One line of the trail, of an entry or of a whole story."""
    db.execute(
        "INSERT INTO decisions (entry, story, at, step, outcome, why) VALUES (?, ?, ?, ?, ?, ?)",
        (entry, story, rows.moment(now), step, outcome, why),
    )


def unbriefed(db: sqlite3.Connection, limit: int) -> tuple[Story, ...]:
    return load(
        db,
        db.execute("SELECT * FROM stories WHERE told = 1 AND briefed IS NULL ORDER BY id LIMIT ?", (limit,)).fetchall(),
    )


def publish(db: sqlite3.Connection, brief: Brief, alerts: tuple[Alert, ...], now: datetime, asked: bool) -> int:
    delivered = db.execute(
        "SELECT 1 FROM deliveries WHERE story = ? AND state IN ('sending', 'sent', 'doubt', 'held') LIMIT 1",
        (brief.story,),
    ).fetchone()
    if not delivered:
        db.execute(
            "INSERT OR REPLACE INTO briefs (story, brief, written) VALUES (?, ?, ?)",
            (brief.story, rows.brief_text(brief), rows.moment(brief.written)),
        )
        points = f"{len(brief.takeaways)} of 3 points" + (f"; {brief.note}" if brief.note else "")
        decide(db, "briefed", brief.writer, points, now, story=brief.story)
    if not asked:
        # A story not to be told may become so with its next report: only then is it owed to the channels.
        db.execute(
            "UPDATE stories SET briefed = ? WHERE id = ? AND told = 1 AND briefed IS NULL",
            (rows.moment(now), brief.story),
        )
    added = sum(_enqueue(db, brief.story, alert, now) for alert in alerts)
    decide(db, "routed", f"{added} deliveries", _routed(added, len(alerts), asked), now, story=brief.story)
    return added


def _routed(added: int, alerts: int, asked: bool) -> str:
    if asked:
        return "a channel asked for this story"
    return f"{added} new of {alerts} matching channels" if alerts else "no subscription asks for it"


def _enqueue(db: sqlite3.Connection, number: int, alert: Alert, now: datetime) -> int:
    at = rows.moment(now)
    return db.execute(
        "INSERT INTO deliveries (id, story, platform, space, channel, kind, because, state, due, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT (story, platform, space, channel, kind) DO NOTHING",
        (secrets.token_hex(12), number, *_key(alert), rows.words(alert.because), at, at),
    ).rowcount


def _key(alert: Alert) -> tuple[str, str, str, str]:
    return alert.channel.platform, alert.channel.space, alert.channel.id, alert.kind


def brief(db: sqlite3.Connection, number: int) -> Brief | None:
    row = db.execute("SELECT brief FROM briefs WHERE story = ?", (number,)).fetchone()
    return rows.brief(row["brief"]) if row else None


def grown(db: sqlite3.Connection, limit: int) -> tuple[tuple[Story, Brief], ...]:
    found = db.execute("SELECT * FROM stories WHERE grown = 1 ORDER BY id LIMIT ?", (limit,)).fetchall()
    return tuple((each, written) for each in load(db, found) if (written := brief(db, each.id)))


def revise(db: sqlite3.Connection, brief: Brief, now: datetime, repost: bool, why: str) -> None:
    db.execute("UPDATE briefs SET brief = ? WHERE story = ?", (rows.brief_text(brief), brief.story))
    db.execute("UPDATE stories SET grown = 0 WHERE id = ?", (brief.story,))
    if repost:
        # What is on its way may have been claimed with the brief as it was: it is edited once it is posted.
        db.execute(
            "UPDATE deliveries SET revise = ? WHERE story = ? AND state IN ('sending', 'sent', 'doubt', 'held')",
            (rows.moment(now), brief.story),
        )
        decide(db, "revised", f"{len(brief.sources)} outlets", why, now, story=brief.story)
