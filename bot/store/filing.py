"""Stories and their briefs: what belongs together, and what was written of it. Each function is one transaction's body."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core import timing
from bot.core.text import counted
from bot.model import Alert, Brief, Entry, Filing, Judged, Story, Verdict
from bot.store import owing, rows, timetable, unreadable

GLANCE = 600
"""Characters of an entry's text that telling events apart needs."""


def unfiled(db: sqlite3.Connection, limit: int) -> tuple[Judged, ...]:
    found = db.execute(
        f"""SELECT * FROM entries WHERE relevant = 1 AND story IS NULL AND standing <> 'held' ORDER BY id
            LIMIT ? + {unreadable.MORE}""",  # noqa: S608
        (limit,),
    )
    return tuple(unreadable.legible(db, "entries", found, rows.judged))


def open_stories(db: sqlite3.Connection, since: datetime) -> tuple[Story, ...]:
    """Their entries carry only the start of their texts."""
    # +id: sort the few that are open, rather than read every story there is in order of id.
    found = db.execute(
        "SELECT * FROM stories WHERE latest >= ? AND part_of IS NULL ORDER BY +id", (rows.moment(since),)
    ).fetchall()
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
    reports = db.execute(
        f"SELECT {columns}, story FROM entries WHERE story IN (SELECT value FROM json_each(?))",  # noqa: S608
        (json.dumps([row["id"] for row in wanted]),),
    )
    for number, entry in unreadable.legible(db, "entries", reports, lambda row: (row["story"], rows.entry(row))):
        entries.setdefault(number, []).append(entry)
    told = (row for row in wanted if row["id"] in entries)
    return tuple(unreadable.legible(db, "stories", told, lambda row: _story(row, entries[row["id"]])))


def _story(row: sqlite3.Row, entries: list[Entry]) -> Story:
    from bot.core import stories  # what tells events apart, too: with the first story, not with the start

    return Story(
        entries=stories.ranked(tuple(entries)),
        verdict=rows.verdict(row["verdict"]),
        created=rows.time(row["created"]),
        id=row["id"],
        told=bool(row["told"]),
        pinned=bool(row["pinned"]),
    )


def story(db: sqlite3.Connection, number: int) -> Story | None:
    found = load(db, db.execute("SELECT * FROM stories WHERE id = ?", (survivor(db, number),)).fetchall())
    return found[0] if found else None


def survivor(db: sqlite3.Connection, number: int) -> int:
    """The story this one was merged into, through any number of merges; itself when it was not."""
    row = db.execute(
        """WITH RECURSIVE chain (id, part_of) AS (SELECT id, part_of FROM stories WHERE id = ?
                UNION SELECT s.id, s.part_of FROM stories AS s JOIN chain ON s.id = chain.part_of)
            SELECT id FROM chain WHERE part_of IS NULL""",
        (number,),
    ).fetchone()
    return int(row["id"]) if row else number


def parts(db: sqlite3.Connection, number: int) -> str:
    """The story and all that were merged into it, as a JSON list."""
    found = db.execute(
        """WITH RECURSIVE parts (id) AS (SELECT ? UNION SELECT s.id FROM stories AS s JOIN parts ON s.part_of = parts.id)
            SELECT id FROM parts""",
        (number,),
    )
    return json.dumps([row["id"] for row in found])


def file(
    db: sqlite3.Connection, filing: Filing, verdict: Verdict, told: bool, text: str, tags: str, now: datetime
) -> Story:
    number = survivor(db, filing.story.id) if filing.story else new_story(db, now)
    owing.weigh(db, number, verdict, filing.entry.when, told=told)
    db.execute("UPDATE entries SET story = ? WHERE id = ?", (number, filing.entry.id))
    owing.doubt(db, number, filing.entry.id, now)
    if filing.story and filing.story.id != number:  # merged since it was read: the verdict is of less than it is now
        retag(db, number)
    _tag(db, number)
    index(db, number, text)
    db.execute("UPDATE story_words SET tags = ? WHERE rowid = ?", (tags, number))
    decide(db, "filed", f"story {number}", filing.why, now, entry=filing.entry.id)
    filed = story(db, number)
    assert filed  # noqa: S101  # written above, in this transaction
    return filed


def reports(db: sqlite3.Connection, number: int) -> tuple[Judged, ...]:
    found = db.execute("SELECT * FROM entries WHERE story = ? ORDER BY id", (number,))
    return tuple(unreadable.legible(db, "entries", found, rows.judged))


def retag(db: sqlite3.Connection, number: int) -> None:
    """The story's verdict and time from its reports as they are now; its brief is to be looked at again."""
    from bot.core import regrouping

    told_by = reports(db, number)
    verdict = regrouping.verdict_of(told_by)
    db.execute(
        "UPDATE stories SET verdict = ?, latest = ?, adjacent = ?,"
        " grown = EXISTS (SELECT 1 FROM briefs WHERE briefs.story = stories.id) WHERE id = ?",
        (
            rows.verdict_text(verdict),
            rows.moment(max(one.entry.when for one in told_by)),
            verdict.label == "adjacent",
            number,
        ),
    )
    _tag(db, number)


def _tag(db: sqlite3.Connection, number: int) -> None:
    """By which instruments it is found, and since when."""
    db.execute("DELETE FROM story_instruments WHERE story = ?", (number,))
    db.execute(
        """INSERT OR IGNORE INTO story_instruments SELECT tag.value,
                (SELECT min(coalesce(published, seen)) FROM entries WHERE entries.story = stories.id), stories.id
            FROM stories, json_each(stories.verdict, '$.instruments') AS tag WHERE stories.id = ?""",
        (number,),
    )


def about(db: sqlite3.Connection, instruments: tuple[str, ...], before: datetime, limit: int) -> tuple[Story, ...]:
    found = {
        row["story"]
        for instrument in instruments
        for row in db.execute(
            "SELECT story FROM story_instruments WHERE instrument = ? AND began < ? ORDER BY began DESC LIMIT ?",
            (instrument, rows.moment(before), limit),
        )
    }
    chosen = db.execute(
        "SELECT * FROM stories WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(found)),)
    )
    stories = load(db, chosen, glance=True)
    return tuple(sorted(stories, key=lambda one: min(entry.when for entry in one.entries), reverse=True)[:limit])


def stands(db: sqlite3.Connection, number: int, *, but: int = 0) -> bool:
    """Whether a report of the story does, `but` for one, or all of them were retracted."""
    found = "SELECT 1 FROM entries WHERE story = ? AND amended <> 'retracted' AND id <> ? LIMIT 1"
    return bool(db.execute(found, (survivor(db, number), but)).fetchone())


def new_story(db: sqlite3.Connection, now: datetime) -> int:
    made = db.execute("INSERT INTO stories (verdict, told, created, latest) VALUES ('', 0, ?, '')", (rows.moment(now),))
    return int(made.lastrowid or 0)


def index(db: sqlite3.Connection, number: int, text: str) -> None:
    """Search finds the story by these words, too."""
    known = db.execute("SELECT text FROM story_words WHERE rowid = ?", (number,)).fetchone()
    if known:
        db.execute("UPDATE story_words SET text = ? WHERE rowid = ?", (f"{known['text']}\n{text}", number))
    else:
        db.execute("INSERT INTO story_words (rowid, text, tags) VALUES (?, ?, '')", (number, text))


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
        db.execute(
            f"""SELECT * FROM stories WHERE told = 1 AND briefed IS NULL AND part_of IS NULL ORDER BY id
                LIMIT ? + {unreadable.MORE}""",  # noqa: S608
            (limit,),
        ).fetchall(),
    )


def publish(
    db: sqlite3.Connection, brief: Brief, alerts: tuple[Alert, ...], now: datetime, asked: bool, importance: int = 0
) -> int:
    if survivor(db, brief.story) != brief.story or not _stands(db, brief):
        return 0
    delivered = db.execute(
        "SELECT 1 FROM deliveries WHERE story = ? AND state IN ('sending', 'sent', 'doubt', 'held') LIMIT 1",
        (brief.story,),
    ).fetchone()
    if not delivered and not _is_corrected(db, brief):
        db.execute(
            "INSERT OR REPLACE INTO briefs (story, brief, written) VALUES (?, ?, ?)",
            (brief.story, rows.brief_text(brief), rows.moment(brief.written)),
        )
        db.execute(  # a report that joined while the brief was written
            "UPDATE stories SET grown = 1 WHERE id = ?"
            " AND (SELECT count(DISTINCT outlet) FROM entries WHERE story = stories.id) <> ?",
            (brief.story, len(brief.sources)),
        )
        points = f"{len(brief.takeaways)} of 3 points" + (f"; {brief.note}" if brief.note else "")
        decide(db, "briefed", brief.writer, points, now, story=brief.story)
    if not asked:
        # A story not to be told may become so with its next report: only then is it owed to the channels.
        db.execute(
            "UPDATE stories SET briefed = ? WHERE id = ? AND told = 1 AND briefed IS NULL",
            (rows.moment(now), brief.story),
        )
    known = parts(db, brief.story)
    added = sum(enqueue(db, brief.story, alert, known, now, asked, importance) for alert in alerts)
    decide(
        db,
        "routed",
        counted(added, "delivery", "deliveries"),
        _routed(added, len(alerts), asked),
        now,
        story=brief.story,
    )
    return added


def pass_over(db: sqlite3.Connection, number: int, why: str, now: datetime) -> None:
    db.execute("UPDATE stories SET briefed = ? WHERE id = ?", (rows.moment(now), number))
    decide(db, "routed", "passed over", why, now, story=number)


def _routed(added: int, alerts: int, asked: bool) -> str:
    if asked:
        return "a channel asked for this story"
    return f"{added} new of {counted(alerts, 'matching channel')}" if alerts else "no subscription asks for it"


def _stands(db: sqlite3.Connection, brief: Brief) -> bool:
    """Whether the story still has the reports the brief was written from."""
    entries, outlets, retracted = set[int](), set[str](), set[int]()
    for row in db.execute("SELECT id, outlet, amended FROM entries WHERE story = ?", (brief.story,)):
        (retracted if row["amended"] == "retracted" else entries).add(row["id"])
        outlets.add(row["outlet"])
    if brief.lead in retracted and not brief.retracted:
        return False
    claims = (*brief.dek, *brief.takeaways, *brief.watch)
    proofs = {proof.entry for claim in claims for proof in claim.evidence}
    return proofs <= entries and {source.outlet for source in brief.sources[:1]} <= outlets


def enqueue(
    db: sqlite3.Connection, number: int, alert: Alert, parts: str, now: datetime, asked: bool, importance: int
) -> int:
    """Planned as the channel wants it; 0 where it was given one of these parts of the story already."""
    channel = alert.channel
    known = db.execute(
        f"""SELECT * FROM deliveries WHERE story IN (SELECT value FROM json_each(?))
            AND {rows.HERE} AND kind = ? LIMIT 1""",  # noqa: S608
        (parts, *rows.here(channel), alert.kind),
    ).fetchone()
    if known:
        waits = known["state"] == "gathered" and known["digest"] is None
        return _sooner(db, known, alert, now, asked, importance) if waits else 0
    plan, mention = timing.Plan(now, "asked"), ""
    if not asked:
        plan, mention = timetable.planned(db, channel, alert.subscriptions, importance, now)
    return db.execute(
        """INSERT INTO deliveries (id, story, platform, space, channel, kind, because, created, subscriptions, importance,
                mention, state, due, slot, timing, broke) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            secrets.token_hex(12),
            number,
            channel.platform,
            channel.space,
            channel.id,
            alert.kind,
            rows.words(alert.because),
            rows.moment(now),
            json.dumps(alert.subscriptions),
            importance,
            mention,
            *timetable.planned_columns(plan),
        ),
    ).rowcount


def _sooner(
    db: sqlite3.Connection, waiting: sqlite3.Row, alert: Alert, now: datetime, asked: bool, importance: int
) -> int:
    """What waits here already goes now when a person asks for it, and else when all that ask for it by now want it."""
    if asked:
        return db.execute(
            "UPDATE deliveries SET state = 'pending', due = ?, slot = 'asked', timing = '' WHERE id = ?",
            (rows.moment(now), waiting["id"]),
        ).rowcount
    wanted = unreadable.one(db, "deliveries", waiting["id"], lambda: json.loads(waiting["subscriptions"]))
    both = list(dict.fromkeys((*wanted, *alert.subscriptions))) if wanted else []
    db.execute(
        "UPDATE deliveries SET subscriptions = ?, importance = max(importance, ?), replan = 1 WHERE id = ?",
        (json.dumps(both), importance, waiting["id"]),
    )
    return 0


def brief(db: sqlite3.Connection, number: int) -> Brief | None:
    row = db.execute("SELECT brief FROM briefs WHERE story = ?", (number,)).fetchone()
    return unreadable.one(db, "briefs", number, lambda: rows.brief(row["brief"])) if row else None


def grown(db: sqlite3.Connection, limit: int) -> tuple[tuple[Story, Brief], ...]:
    found = db.execute(
        f"SELECT * FROM stories WHERE grown = 1 ORDER BY id LIMIT ? + {unreadable.MORE}",  # noqa: S608
        (limit,),
    ).fetchall()
    return tuple(
        (each, written)
        for each in load(db, found)
        for number in reversed(json.loads(parts(db, each.id)))  # its own last: till then it counts as grown
        if (written := brief(db, number))
    )


def revise(
    db: sqlite3.Connection, brief: Brief, now: datetime, repost: bool, why: str, *, growth: bool = False
) -> None:
    db.execute(
        "UPDATE briefs SET brief = ? WHERE story = ?", (rows.brief_text(_still_reviewed(db, brief)), brief.story)
    )
    if growth:
        db.execute("UPDATE stories SET grown = 0 WHERE id = ?", (brief.story,))
    else:  # the brief may have been read before the last report came, or that is still to be counted
        db.execute("UPDATE stories SET grown = 1 WHERE id = ?", (survivor(db, brief.story),))
    if repost:
        to_edit(db, brief.story, now, growth=growth)
        decide(db, "revised", counted(len(brief.sources), "outlet"), why, now, story=brief.story)


def to_edit(db: sqlite3.Connection, story: int, now: datetime, *, growth: bool) -> None:
    """The messages posted of it, and the digests it stands in, are to be edited; a correction's note never is.

    For `growth` (it has more reports, or is part of another story) a digest is not, nor is anything where a channel
    wants no updates.
    """
    # What is on its way may have been claimed with the brief as it was: it is edited once it is posted.
    db.execute(
        f"""UPDATE deliveries SET revise = :at, edit_tries = 0 WHERE id IN (SELECT id FROM deliveries WHERE story = :story
                UNION ALL SELECT digest FROM deliveries WHERE story = :story AND digest IS NOT NULL)
            AND +state IN ('sending', 'sent', 'doubt', 'held') AND (state <> 'sent' OR message <> '') AND kind <> 'correction'
            AND NOT (:growth AND (kind = 'digest' OR {timetable.UPDATES_OFF}))""",  # noqa: S608
        {"at": rows.moment(now), "story": story, "growth": growth},
    )


def _is_corrected(db: sqlite3.Connection, new: Brief) -> bool:
    """Whether there is one by the same report that knows of its correction: a new one is of the words as they were at first."""
    old = brief(db, new.story)
    return bool(old and old.lead == new.lead and old.amended(new.lead) == "corrected")


def _still_reviewed(db: sqlite3.Connection, new: Brief) -> Brief:
    """A review given while the new form was being written is of the same words, and stays."""
    old = brief(db, new.story)
    same = old and old.review and not new.review and (old.dek, old.takeaways) == (new.dek, new.takeaways)
    return replace(new, review=old.review, disclosure=old.disclosure) if old and same else new
