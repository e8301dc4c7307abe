"""Platforms that are not configured: what is to be told there waits as for a closed channel, and operators are told.

Each function is one transaction's body.
"""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from bot.core import places
from bot.core.novelty import NEWS_FOR
from bot.core.text import counted
from bot.store import alarms, late, lookups, parking, rows

_ABSENT, _TOLD = "absent ", "waits for absent "
"""Before the name of a platform, in `alarms`."""

PRESENT = f"NOT EXISTS (SELECT 1 FROM alarms WHERE what = '{_ABSENT}' || d.platform)"  # noqa: S608
"""Of a delivery `d`: that its platform is configured."""

_WAITS = f"platform = ? AND {rows.OPEN}"
_GATHERED = "platform = ? AND state = 'gathered' AND digest IS NULL"


def configured(db: sqlite3.Connection, names: Collection[str], now: datetime) -> None:
    """Take note of which platforms are configured; to be called at the start, and again now and then."""
    for platform in names:
        if _is_absent(db, platform):
            _let_go(db, platform, now)
            alarms.forget(db, _ABSENT + platform)
            text = (f"{platform} is configured again", "What waited for it goes now.", "Nothing need be done.")
            alarms.over(db, _TOLD + platform, text, now)
        late.let_go(db, platform, now)
    for platform in _known(db) - set(names):
        _note(db, platform, now)


def _known(db: sqlite3.Connection) -> set[str]:
    """Those that something is, or was, to be told on; `platforms` knows of a language model, too."""
    spoken_to = ", ".join(f"'{name}'" for name in places.KNOWN)
    found = db.execute(
        f"""SELECT platform FROM platforms WHERE platform IN ({spoken_to}) UNION SELECT platform FROM subscriptions
            UNION SELECT platform FROM deliveries WHERE {rows.OPEN}
            UNION SELECT platform FROM deliveries WHERE state = 'gathered' AND digest IS NULL
            UNION SELECT substr(what, ?) FROM alarms WHERE what GLOB ?""",  # noqa: S608  # our own names
        (len(_ABSENT) + 1, f"{_ABSENT}*"),
    )
    return {row["platform"] for row in found}


def _is_absent(db: sqlite3.Connection, platform: str) -> bool:
    return db.execute("SELECT 1 FROM alarms WHERE what = ?", (_ABSENT + platform,)).fetchone() is not None


def _note(db: sqlite3.Connection, platform: str, now: datetime) -> None:
    alarms.noted(db, _ABSENT + platform, now)
    _let_go(db, platform, now)
    waits = _count(db, _WAITS, platform) + _count(db, _GATHERED, platform)
    asked = db.execute("SELECT 1 FROM subscriptions WHERE platform = ? LIMIT 1", (platform,)).fetchone()
    if not waits and not asked:  # nobody misses it
        alarms.forget(db, _ABSENT + platform)
        alarms.forget(db, _TOLD + platform)
        db.execute("DELETE FROM platforms WHERE platform = ?", (platform,))
        return
    lookups.note_platform(db, platform, False, places.not_configured(platform), now)
    if waits:
        title = (
            f"{counted(waits, 'message')} {'waits' if waits == 1 else 'wait'} for {platform}, which is not configured"
        )
        text = (title, "What is to be told there waits, three days at most.", places.remedy(platform))
        alarms.raised(db, _TOLD + platform, text, now)


def _count(db: sqlite3.Connection, which: str, platform: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM deliveries WHERE {which}", (platform,)).fetchone()[0])  # noqa: S608


def _let_go(db: sqlite3.Connection, platform: str, now: datetime) -> None:
    """What has waited for too long: of what has its hour to come, only what should have gone so long ago."""
    # At a terminal nobody reads later what was to be told earlier.
    old = rows.moment(now - NEWS_FOR if platform != "terminal" else now)
    reason = f"It waited too long for {platform}, which was not configured"
    late = db.execute(
        f"SELECT id FROM deliveries INDEXED BY deliveries_waiting WHERE {_WAITS} AND leased = 0 AND created < ?"  # noqa: S608
        f" UNION ALL SELECT id FROM deliveries WHERE {_GATHERED} AND due < ?",
        (platform, old) * 2,
    )
    parking.give_up(
        db, [row["id"] for row in late.fetchall()], reason, f"{platform} was not configured for too long", now
    )
