"""Opening the database file: its settings, its schema, and what to tell a person when it cannot be used."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from bot.errors import UserError
from bot.store.migrations import migrations

BUSY = 10_000
"""Milliseconds to wait for another process's write, `regpulse ask` beside `regpulse run`."""


def opened(path: Path) -> Database:
    """On the store's thread: a connection belongs to the thread that made it."""
    if path.is_dir():
        raise UserError(f"{path}: is a folder, not a database file. Name a file in it with --db FILE.")
    try:
        db = Database(path, execute_plugins=False)
    except sqlite3.Error as error:
        raise UserError(_trouble(path, error)) from error
    try:
        _prepare(db, path)
    except BaseException as error:
        db.close()
        if isinstance(error, sqlite3.Error):
            raise UserError(_trouble(path, error)) from error
        raise
    return db


def _prepare(db: Database, path: Path) -> None:
    db.conn.row_factory = sqlite3.Row
    db.conn.execute(f"PRAGMA busy_timeout = {BUSY}")
    _check_ours(db, path)
    db.conn.execute("PRAGMA journal_mode = WAL")
    # FULL: a "sent" lost to a power cut would be sent again (in WAL, NORMAL may lose the last commits:
    # sqlite.org/pragma.html#pragma_synchronous).
    db.conn.execute("PRAGMA synchronous = FULL")
    db.conn.execute("PRAGMA foreign_keys = ON")
    migrations.apply(db)
    # A file that can only be read opens without a word, and even begins; only a statement that writes is refused.
    db.conn.execute("BEGIN IMMEDIATE")
    db.conn.execute("DELETE FROM marks WHERE name = ''")
    db.rollback()


def _check_ours(db: Database, path: Path) -> None:
    """Before anything is written: a mistyped --db must not cost another program its database."""
    done = {migration.name for migration in migrations.applied(db)}
    known = _known()
    if done - known:
        raise UserError(
            f"{path}: was written by a newer RegPulse. Update this one, or name another file with --db FILE."
        )
    if not done and set(db.table_names()) - {migrations.migrations_table}:
        raise UserError(f"{path}: is the database of another program. Name another file with --db FILE.")


def _known() -> set[str]:
    empty = Database(memory=True, execute_plugins=False)
    try:
        return {migration.name for migration in migrations.pending(empty)}
    finally:
        empty.close()


_ELSEWHERE = "Name a file that can be written with --db FILE"


def _trouble(path: Path, error: sqlite3.Error) -> str:
    # The low byte is the primary result code (sqlite.org/rescode.html).
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path}: another program has locked it. Close that program, then try again."
        case sqlite3.SQLITE_NOTADB:
            return f"{path}: is no SQLite database. Name another file with --db FILE; this one was left as it is."
        case sqlite3.SQLITE_CORRUPT:
            return f"{path}: is damaged. Put a backup in its place, or name another file with --db FILE."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN if path.exists():
            return f"{path}: may not be written by this user. Change its owner or rights, or those of its folder."
        case sqlite3.SQLITE_CANTOPEN if not path.parent.is_dir():
            return f"{path}: its folder does not exist. Make the folder, or name another file with --db FILE."
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"{path}: may not be made in that folder by this user. {_ELSEWHERE}."
        case sqlite3.SQLITE_FULL:
            return f"{path}: the disk is full. Make room, then try again."
        case _:
            return f"{path}: cannot be used as the database ({error}). {_ELSEWHERE}."
