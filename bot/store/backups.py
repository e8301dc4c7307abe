"""Copies of the database: made while it is in use, proven before they count, and put back with the old file kept aside."""

import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile

from bot.errors import UserError
from bot.store import doubting, rows, taking_over, trouble, undone, unreadable
from bot.store.migrations import migrations

ONLY_OURS = 0o600
"""A backup holds what the database holds: who subscribed where."""

STEPS = 10_000
"""Of SQLite's machine, between two questions whether a backup is given up: a millisecond or so."""

LEFT_BEHIND = timedelta(hours=1)
"""After which a copy that is not written to any more is of a process that was killed."""


def dated(path: Path, folder: Path, now: datetime) -> Path:
    """Where today's backup of this database goes."""
    return folder / f"{_called(path)}-{now:%Y%m%d-%H%M%S}.db"


def _called(path: Path) -> str:
    """In the names of its backups: x.db and x.sqlite beside it have their own."""
    return path.name.removesuffix(".db")


def kept(path: Path, folder: Path) -> tuple[Path, ...]:
    """The dated backups of this database, oldest first; other files of the folder are none."""
    form = re.compile(rf"{re.escape(_called(path))}-[0-9]{{8}}-[0-9]{{6}}\.db")
    if not folder.is_dir():
        return ()
    return tuple(sorted(one for one in folder.iterdir() if form.fullmatch(one.name) and _is_dated(one)))


def _is_dated(one: Path) -> bool:
    """A file, and by a day that a month has: a person may have named it."""
    try:
        made_at(one)
    except ValueError:
        return False
    return one.is_file()


def made_at(backup: Path) -> datetime:
    """By its name, which copying does not change."""
    return datetime.strptime(f"{backup.stem[-15:]}+0000", "%Y%m%d-%H%M%S%z")


def redate(path: Path, folder: Path, now: datetime) -> None:
    """Those dated ahead, before the clock was put back, are dated just before now, in their order: the next is the newest."""
    ahead = [one for one in kept(path, folder) if made_at(one) > now]
    for number, one in enumerate(reversed(ahead), 1):
        one.rename(dated(path, folder, now - timedelta(seconds=number)))


def last_good(path: Path, folder: Path | None) -> Path | None:
    """The newest backup of this database that proves whole."""
    found = kept(path, folder) if folder else ()
    return next((one for one in reversed(found) if not fault(one)), None)


def sweep(path: Path, folder: Path, now: datetime) -> None:
    """Take away the halves of backups that a process left when it was killed."""
    for one in halves(path, folder):
        if now.timestamp() - one.stat().st_mtime > LEFT_BEHIND.total_seconds():
            one.unlink(missing_ok=True)


def halves(path: Path, folder: Path) -> tuple[Path, ...]:
    """Of this database's backups, under way or left."""
    return _hidden(rf"{re.escape(_called(path))}-\d{{8}}-\d{{6}}\.db", folder)


def sweep_beside(path: Path) -> None:
    """The same for the database's own place, which only the process that holds it may do."""
    real = path.resolve()
    for one in _hidden(re.escape(real.name), real.parent):
        one.unlink(missing_ok=True)


def _hidden(name: str, folder: Path) -> tuple[Path, ...]:
    """What did not take its name yet."""
    form = re.compile(rf"\.{name}\.[0-9a-f]{{8}}(-journal|-wal|-shm)?")
    return tuple(one for one in folder.iterdir() if form.fullmatch(one.name)) if folder.is_dir() else ()


def make(path: Path, target: Path, given_up: Callable[[], bool] = lambda: False) -> int:
    """Write a whole copy to `target`, which appears only once it is proven; answers its size in bytes.

    The database may be in use. Raises UserError when there is no such database or the copy cannot be made, and when it is
    given up, which is asked all the while.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such database. Name it with --db FILE.")
    if target.exists():
        raise UserError(f"{target}: exists already. Name a file that does not.")
    with _arriving(target) as part:
        _vacuum_into(path, part, given_up)
        if wrong := fault(part, given_up):
            raise UserError(f"{path}: its copy does not prove whole ({wrong}); no backup was made. Check the disk.")
    return target.stat().st_size


def _vacuum_into(path: Path, part: Path, given_up: Callable[[], bool]) -> None:
    """One read transaction: writers go on beside it. What was deleted is not in the copy."""
    try:
        with closing(sqlite3.connect(uri(path, "rw"), uri=True)) as db:
            db.set_progress_handler(given_up, STEPS)
            db.execute("PRAGMA busy_timeout = 10000")
            _copied(db, part)
    except sqlite3.Error as error:
        if trouble.code(error) == sqlite3.SQLITE_FULL:
            raise UserError(
                f"{part.parent}: the disk is full, no backup was made. Make room, then try again."
            ) from error
        raise UserError(f"{path}: could not be copied ({error}); no backup was made.") from error


def _copied(db: sqlite3.Connection, part: Path) -> None:
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of the copy: this file's changes only by its own VACUUM
    db.execute("VACUUM INTO ?", (str(part),))


def rewrite(path: Path, *, patience: float = 10.0) -> None:
    """The same database in a new file in its place, in whose free places nothing stands that was deleted before.

    Not by SQLite's VACUUM, which needs as much room again in the folder for temporary files, in a container a small one
    in memory. The caller holds the database; another command that has it open is waited for, so many seconds. Raises
    UserError, and then the old file is in its place.
    """
    path = path.resolve()
    try:
        with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as db, _arriving(path) as part:
            _keep_others_out(db)
            _copied(db, part)
            if wrong := fault(part):
                raise UserError(f"{path}: its new file does not prove whole ({wrong}). Check the disk.")
            _belongs_to_whom(path, part)
    except sqlite3.Error as error:
        raise UserError(f"{path}: could not be written anew ({error}).") from error


def _keep_others_out(db: sqlite3.Connection) -> None:
    """Until this connection is closed: what another one wrote meanwhile would be lost, or worse, its log be replayed."""
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("BEGIN EXCLUSIVE")
    db.execute("COMMIT")


def _belongs_to_whom(path: Path, part: Path) -> None:
    """As the file in whose place it comes, or where there is none its folder: an operator may be root, and the bot is not."""
    if path.exists():
        part.chmod(path.stat().st_mode & 0o777)
    elif os.geteuid():
        return
    owner = (path if path.exists() else path.parent).stat()
    if (part.stat().st_uid, part.stat().st_gid) != (owner.st_uid, owner.st_gid):
        os.chown(part, owner.st_uid, owner.st_gid)


@contextmanager
def _arriving(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its name once it is on the disk; nothing is left of one that does not get there."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, ONLY_OURS))
        yield part
        _on_disk(part)
        part.replace(target)
        _on_disk(target.parent)
    except OSError as error:
        raise UserError(f"{target}: cannot be written ({error.strerror}). Name a file in a folder that can.") from error
    finally:
        part.unlink(missing_ok=True)


def _on_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def fault(path: Path, given_up: Callable[[], bool] = lambda: False) -> str:
    """Why this file is no whole database of RegPulse; "" when it is one."""
    if not path.is_file():
        return "there is no such file"
    try:
        with closing(sqlite3.connect(uri(path, "ro"), uri=True)) as raw:
            raw.set_progress_handler(given_up, STEPS)
            return _fault(raw)
    except sqlite3.Error as error:
        return "it is no SQLite database" if trouble.code(error) == sqlite3.SQLITE_NOTADB else str(error)


def _fault(raw: sqlite3.Connection) -> str:
    found = raw.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        return str(found).replace("\n", " ")
    done = set(migrations.done(raw))
    if not done:
        return "it is no database of RegPulse"
    return "" if done <= set(migrations) else "a newer RegPulse wrote it"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of putting a backup back."""

    aside: Path | None
    """Where the file is now that it replaced; None without one."""
    tokens: int
    """Slack workspaces whose tokens are as that file had them, ..."""
    old_tokens: tuple[str, ...]
    """... and those, by name, whose tokens are as old as the backup and run out."""
    told: taking_over.Told
    since: datetime | None
    """When the backup's last turn was, as far as it says."""
    forgotten: tuple[str, ...]
    """Who was forgotten since and stays so."""
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    """What was chosen since and is so no more."""


def restore(backup: Path, path: Path, now: datetime) -> Restored:
    """Put a proven copy of the backup in the database's place.

    The caller holds the database. A crash at any moment leaves the old file in its place or the new one, never none.
    The tokens of workspaces, what was agreed with hubs and all that is known of what was told are those of the file it
    replaces, where that can be read. Else what waited to be sent may have been sent since, and is looked for before it is
    sent. What was heard and not told yet is told to nobody, and the first look at each feed is silent again. New stories
    have numbers that no message has yet. Raises UserError, and then nothing was changed.
    """
    if wrong := fault(backup):
        raise UserError(f"{backup}: cannot be restored, {wrong}. Nothing was changed.")
    if path.exists() and backup.samefile(path):
        raise UserError(f"{backup}: is the database itself. Name one of its backups.")
    path = path.resolve()
    aside = _aside(path, now)
    with _arriving(path) as part:
        _copy_with_log(backup, part)
        if wrong := fault(part):
            raise UserError(f"{backup}: was not copied whole ({wrong}). Nothing was changed.")
        had = path.exists()
        done = _made_ready(part, path, aside if had else None, now)
        _belongs_to_whom(path, part)
        if had:
            _set_aside(path, aside)
    return done


def _aside(path: Path, now: datetime) -> Path:
    """A name that no file has: two restores may come in one second."""
    aside = path.with_name(f"{path.name}.before-{now:%Y%m%d-%H%M%S}")
    return _aside(path, now + timedelta(seconds=1)) if aside.exists() else aside


def _copy_with_log(backup: Path, part: Path) -> None:
    """A file that a killed process left, or that was put aside, has its last changes in a log beside it."""
    try:
        with (
            closing(sqlite3.connect(uri(backup, "ro"), uri=True)) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise UserError(f"{backup}: could not be copied ({error}). Nothing was changed.") from error


def _made_ready(part: Path, path: Path, aside: Path | None, now: datetime) -> Restored:
    """First its tables are brought up to date: one of an older RegPulse has not all that is asked here."""
    try:
        with closing(sqlite3.connect(uri(part, "rw"), uri=True)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA recursive_triggers = ON")
            migrations.take(db)
            unreadable.prepare(db)
            taking_over.attach(db, uri(path, "ro"))
            forgotten = () if fault(path) else undone.forget_again(db, now)
            taken, old = _tokens(db)
            with db:
                doubting.doubt_what_was_open(db, now)
                doubting.number_on(db)
            return Restored(aside, taken, old, taking_over.told(db), _last_turn(db), forgotten, undone.choices(db))
    except sqlite3.Error as error:
        raise UserError(f"{path}: the backup could not be made ready ({error}). Nothing was changed.") from error


def _tokens(db: sqlite3.Connection) -> tuple[int, tuple[str, ...]]:
    taken = taking_over.agreed(db)
    old = [
        name
        for team, name in db.execute("SELECT team, name FROM slack_installations WHERE expires <> '' ORDER BY name")
        if team not in taken
    ]
    return len(taken), tuple(old)


def _last_turn(db: sqlite3.Connection) -> datetime | None:
    row = db.execute("SELECT at FROM main.marks WHERE name = 'turn'").fetchone()
    return unreadable.one(db, "marks", "turn", lambda: rows.time(row["at"])) if row else None


def _set_aside(path: Path, aside: Path) -> None:
    """The old file under another name with its log; the log must be gone from the old name before another file takes it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as db:  # a damaged one keeps its log
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _keep_as(path, aside)
    log = Path(f"{path}-wal")
    if log.exists():
        _keep_as(log, Path(f"{aside}-wal"))
        log.unlink()
    Path(f"{path}-shm").unlink(missing_ok=True)


def _keep_as(old: Path, new: Path) -> None:
    try:
        os.link(old, new)
    except OSError:  # a file system without links
        copyfile(old, new)
        new.chmod(ONLY_OURS)
    _on_disk(new)


def uri(path: Path, mode: str) -> str:
    """By which SQLite opens the file, whatever its name (sqlite.org/uri.html)."""
    quoted = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}?mode={mode}"
