"""Whether a story is owed to the channels once a report has joined it. Each function is part of one transaction."""

import sqlite3
from datetime import datetime

from bot.model import Verdict
from bot.store import rows

_MAYBE_TOLD = "told = 0 AND briefed IS NOT NULL"
"""Stories that may have been told before a backup was put back; only a person can have them told."""

_ANEW = """(adjacent > :adjacent
    OR NOT EXISTS (SELECT 1 FROM entries WHERE story = stories.id AND amended <> 'retracted'))"""
"""Stories that were only near AI regulation till now, or had no report that stands."""


def weigh(db: sqlite3.Connection, number: int, verdict: Verdict, when: datetime, *, told: bool) -> None:
    """Before the report is in it. `told`: whether the report may be told as new."""
    db.execute(
        f"""UPDATE stories SET verdict = :verdict, latest = max(latest, :when), adjacent = :adjacent,
            told = CASE WHEN {_MAYBE_TOLD} AND NOT {_ANEW} THEN 0 ELSE max(told, :told) END,
            briefed = CASE WHEN {_ANEW} THEN NULL ELSE briefed END,
            grown = EXISTS (SELECT 1 FROM briefs WHERE briefs.story = stories.id) WHERE id = :story""",  # noqa: S608
        {
            "verdict": rows.verdict_text(verdict),
            "when": rows.moment(when),
            "adjacent": verdict.label == "adjacent",
            "told": told,
            "story": number,
        },
    )


def doubt(db: sqlite3.Connection, number: int, entry: int, now: datetime) -> None:
    """A story not told yet that gets a report heard in silence: it may have been told, so no further report has it told."""
    db.execute(
        """UPDATE stories SET told = 0, briefed = ? WHERE id = ? AND briefed IS NULL
            AND EXISTS (SELECT 1 FROM entries WHERE id = ? AND standing = 'silent')""",
        (rows.moment(now), number, entry),
    )
