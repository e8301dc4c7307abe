"""One process a database: who holds it, written beside it, so that the second one can say so."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import filelock

from bot.errors import UserError
from bot.store import backups


@contextmanager
def held(path: Path, now: datetime) -> Iterator[None]:
    """The database, held for this process until it ends, however it ends: the kernel lets go of a file lock.

    What another left in the making when it was killed, a whole copy maybe, is taken away.
    Raises UserError with the holder when another process has it.
    """
    lock = filelock.FileLock(f"{path}.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise UserError(
            f"{path}: another RegPulse is running on this database{_holder(path)}. "
            "Stop it, or name another database with --db FILE."
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be used ({error.strerror}). Name a writable place with --db FILE.") from error
    try:
        with suppress(OSError):
            backups.sweep_beside(path)
        _sign(path, now)
        yield
    finally:
        _card(path).unlink(missing_ok=True)
        lock.release()


def _card(path: Path) -> Path:
    # Not in the lock file itself: whoever tries the lock empties that.
    return Path(f"{path}.holder")


def _sign(path: Path, now: datetime) -> None:
    """A courtesy to whoever comes second; the lock holds without it, so a full disk is no reason to stop."""
    said = {"pid": os.getpid(), "host": socket.gethostname(), "since": f"{now:%d %b %Y, %H:%M} UTC"}
    with suppress(OSError):
        _card(path).write_text(json.dumps(said), encoding="utf-8")


def _holder(path: Path) -> str:
    try:
        said = json.loads(_card(path).read_text(encoding="utf-8"))
        return f": process {int(said['pid'])} on {said['host']}, since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
