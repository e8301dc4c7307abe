"""What to tell a person when SQLite cannot go on: the cause, and what to do about it."""

import os
import shlex
import sqlite3
from contextlib import suppress
from pathlib import Path

from bot.errors import StoreDamaged, StoreDown

_ELSEWHERE = "Name a file that can be written with --db FILE"


def code(error: sqlite3.Error) -> int:
    """The primary result code, its low byte (sqlite.org/rescode.html)."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def at_opening(path: Path, error: sqlite3.Error, last_good: Path | None) -> str:
    """Why the file cannot be used as the database; `last_good` is its newest backup that was proven."""
    match code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path}: another program has locked it. Close that program, then try again."
        case sqlite3.SQLITE_NOTADB:
            return no_database(path, last_good)
        case sqlite3.SQLITE_CORRUPT:
            return damaged(path, last_good)
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


def no_database(path: Path, last_good: Path | None) -> str:
    otherwise = "Name another file with --db FILE; this one was left as it is."
    return f"{path}: is no SQLite database. {_remedy(path, last_good, otherwise)}"


def damaged(path: Path, last_good: Path | None) -> str:
    """The same sentence whether SQLite stumbled or the check found it."""
    return f"{path}: is damaged. {_remedy(path, last_good, 'Put a backup in its place, or name another file with --db FILE.')}"


def _remedy(path: Path, last_good: Path | None, otherwise: str) -> str:
    if last_good is None:
        return otherwise
    return f"The last good backup is {last_good.name}. {putting_back(last_good, path)}"


def putting_back(backup: Path, path: Path) -> str:
    """The end of a sentence, without a stop that would be typed along."""
    return f"To put it back: {command(path, 'restore', backup)}"


def command(path: Path, *words: str | Path) -> str:
    """A line for a shell, wherever it is typed: without the database's name it would be another's."""
    given = ("regpulse", *words, "--db", path)
    return shlex.join([str(one.absolute()) if isinstance(one, Path) else one for one in given])


def see_that_it_is_there(path: Path, file: os.stat_result) -> None:
    """The file that was opened, under its name: SQLite would write on into one that nobody finds again. Raises StoreDown."""
    with suppress(OSError):
        if os.path.samestat(path.stat(), file):
            return
    raise StoreDown(
        f"The database file was taken away from {path}: put it back, or stop RegPulse and restore a backup. "
        "Nothing is told until then."
    )


def at_work(error: sqlite3.Error) -> StoreDown | None:
    """Why the open database cannot be read or written just now; None for what is a bug of ours.

    Nothing is lost by it: the transaction was rolled back, and whatever it was about is taken up again.
    """
    match code(error):
        case sqlite3.SQLITE_FULL:
            return StoreDown("The disk is full: make room on it. Until then nothing can be written. Nothing is lost.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreDown("Another program has locked the database: close it. RegPulse goes on trying.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StoreDown("The database may no longer be written: give RegPulse's user the right to.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreDamaged(
                "The database is damaged: stop RegPulse and put the last good backup back (regpulse restore)."
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_NOMEM:
            return StoreDown(f"The machine fails the database ({error}): look at its disk, memory and open files.")
        case _:
            return None
