"""Slack workspaces that installed the app, their tokens sealed, and the states that were used of late; a transaction each."""

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime

from bot.model import Channel, Installation
from bot.store import alarms, parking, rows, unreadable


def installations(db: sqlite3.Connection) -> tuple[Installation, ...]:
    found = db.execute("SELECT * FROM slack_installations ORDER BY installed, team")
    return tuple(unreadable.legible(db, "slack_installations", found, _read, key="team"))


def installation(db: sqlite3.Connection, team: str) -> Installation | None:
    row = db.execute("SELECT * FROM slack_installations WHERE team = ?", (team,)).fetchone()
    return unreadable.one(db, "slack_installations", team, lambda: _read(row)) if row else None


def install(db: sqlite3.Connection, one: Installation) -> None:
    db.execute(
        "INSERT OR REPLACE INTO slack_installations (team, name, url, bot, bot_user, scopes, sealed, installed, expires)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.team, one.name, one.url, one.bot, one.bot_user, json.dumps(one.scopes), one.sealed,
            rows.moment(one.installed), rows.maybe_moment(one.expires),
        ),
    )  # fmt: skip
    parking.revive(db, Channel("slack", one.team, parking.WHOLE), one.installed)


def reseal(db: sqlite3.Connection, team: str, was: bytes, sealed: bytes, expires: datetime | None) -> bool:
    changed = db.execute(
        "UPDATE slack_installations SET sealed = ?, expires = ? WHERE team = ? AND sealed = ?",
        (sealed, rows.maybe_moment(expires), team, was),
    )
    return changed.rowcount > 0


def note_tokens(
    db: sqlite3.Connection, opened: Collection[str], shut: Collection[str], reason: str, now: datetime
) -> None:
    for team in shut:
        parking.shut(db, Channel("slack", team, parking.WHOLE), reason, now)
    for space in parking.spaces(db, "slack") & set(opened):
        parking.opened(db, Channel("slack", space, parking.WHOLE), now)


def uninstall(db: sqlite3.Connection, team: str, text: tuple[str, ...], now: datetime) -> bool:
    if not db.execute("DELETE FROM slack_installations WHERE team = ?", (team,)).rowcount:
        return False
    alarms.tell(db, text, now)
    return True


def redeem(db: sqlite3.Connection, state: str, until: datetime, now: datetime) -> bool:
    """In one statement, so that of two who come with the same state one is too late."""
    db.execute("DELETE FROM slack_states WHERE until < ?", (rows.moment(now),))
    used = db.execute(
        "INSERT INTO slack_states (state, until) VALUES (?, ?) ON CONFLICT DO NOTHING", (state, rows.moment(until))
    )
    return used.rowcount > 0


def _read(row: sqlite3.Row) -> Installation:
    return Installation(
        team=row["team"],
        name=row["name"],
        url=row["url"],
        bot=row["bot"],
        bot_user=row["bot_user"],
        scopes=tuple(json.loads(row["scopes"])),
        sealed=row["sealed"],
        installed=rows.time(row["installed"]),
        expires=rows.maybe_time(row["expires"]),
    )
