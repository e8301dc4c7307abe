"""A database that is gone while backups of it exist: it is said, and they are never pruned to make room for its successor's.

Whose a backup is its first migration tells, which was taken when its database was begun and is in every copy.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.store import backups, digests, trouble
from bot.store.steps import TABLE

_TITLE = "The database is gone, and there are backups of it"
_BELOW = "Stop RegPulse before you put one back. Until then it works with a new database, which knows no subscriptions."


@dataclass(frozen=True, slots=True)
class Lost:
    backup: Path
    """The newest good one of what is gone."""
    said: str
    """What is wrong, what else may be meant, and the command, which is the end."""

    @property
    def notice(self) -> tuple[str, ...]:
        return _TITLE, self.said, _BELOW


def still(lost: Lost | None) -> tuple[str, ...]:
    """Whoever takes the backups away has decided for the new database."""
    return (lost.said,) if lost and lost.backup.exists() else ()


def lost(path: Path, folder: Path | None) -> Lost | None:
    """Where the database is not there, holds nothing, or was begun after another of which there are backups."""
    if folder is None or not (what := _what(path, folder)):
        return None
    good = next((one for one in reversed(others(path, folder)) if not backups.fault(one)), None)
    return Lost(good, _sentence(path, what, good)) if good else None


def _what(path: Path, folder: Path) -> str:
    if not path.exists():
        return "is not there, but it has backups"
    if _is_empty(path):
        return "is empty, but it has backups"
    born = _born(path)
    older = born and any("" < other < born for other in map(_born, others(path, folder)))
    return "is new, but the one before it has backups" if older and not _was_restored(path) else ""


def _sentence(path: Path, what: str, good: Path) -> str:
    return (
        f"{path}: {what}: the newest good one is {good.name}. Nothing deletes them but you: take them out of {good.parent} "
        f"if the new database is what you want. {trouble.putting_back(good, path)}"
    )


def own(path: Path, folder: Path) -> tuple[Path, ...]:
    """The backups of this very database, oldest first; damaged ones count, those that may not be read do not."""
    born = _born(path)
    readable = (one for one in backups.kept(path, folder) if os.access(one, os.R_OK))
    return tuple(one for one in readable if _born(one) in ("", born)) if born else ()


def others(path: Path, folder: Path) -> tuple[Path, ...]:
    """Those of one that had its place before, oldest first; all of them where it is not there or holds nothing."""
    mine = own(path, folder)
    return tuple(one for one in backups.kept(path, folder) if one not in mine)


def prune(path: Path, folder: Path, keep: int) -> int:
    """Leave the newest `keep` of this very database, and all of another; answers how many went."""
    older = own(path, folder)[: -keep or None]
    for one in older:
        one.unlink(missing_ok=True)
    return len(older)


def _is_empty(path: Path) -> bool:
    """Without a byte, or only just made: nothing was heard or asked for yet."""
    if path.is_file() and not path.stat().st_size:
        return True
    nothing = "SELECT NOT EXISTS (SELECT 1 FROM feeds UNION ALL SELECT 1 FROM subscriptions)"
    return bool(_asked(path, nothing))


def _born(path: Path) -> str:
    """The moment, to a millionth of a second; "" where it cannot be read."""
    return str(_asked(path, f"SELECT applied_at FROM {TABLE} ORDER BY id LIMIT 1") or "")  # noqa: S608


def _was_restored(path: Path) -> bool:
    """By a person, who saw what else there is."""
    return bool(_asked(path, f"SELECT 1 FROM marks WHERE name = '{digests.RESTORED}'"))  # noqa: S608


def _asked(path: Path, question: str) -> object:
    """None where there is no answer: what is wrong with a file is told when it is opened."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(backups.uri(path, "ro"), uri=True)) as db:
            row = db.execute(question).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None
