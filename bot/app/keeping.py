"""What a running bot does for its database beside its work: a backup a day, and letting go of what is old or waits in vain."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import structlog

from bot.config import Database
from bot.errors import StoreDown, UserError
from bot.ports import Store
from bot.store import backups, disk, predecessors

log = structlog.get_logger()

_Step = Callable[[], Awaitable[object]]

BACKUP_EVERY = timedelta(days=1)
LET_GO_EVERY = 86_400.0
"""Seconds that pass, whatever the clock on the wall says."""

AT_ONCE = 200
"""Entries and stories let go in one transaction, which takes some ten milliseconds."""

LOOK_EVERY = 600.0
"""Seconds between two looks at whether something is due."""

NO_BACKUP, NO_ROOM = "backup", "room"
FAILS, WORKS_AGAIN = "A part of RegPulse fails", "A part of RegPulse works again"
FAILS_ON = f"The log says more; please report it. All else goes on, and this is tried again every {LOOK_EVERY / 60:.0f} minutes."
TRIED_AGAIN = f"It is tried again every {LOOK_EVERY / 60:.0f} minutes; you are told when one is made."


async def backed_up(database: Database, now: datetime) -> Path | None:
    """A dated backup when the newest is a day old or there is none; None when none was due. Raises UserError."""
    path, folder = Path(database.path), database.folder
    if folder is None:
        return None
    with suppress(OSError):  # told of below, when one is to be made there
        backups.redate(path, folder, now)
    try:
        found = await asyncio.to_thread(predecessors.own, path, folder)
        if found and now - backups.made_at(found[-1]) < BACKUP_EVERY:
            await asyncio.to_thread(predecessors.prune, path, folder, database.keep)  # others may make them, by cron
            return None
        target = backups.dated(path, folder, now)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        backups.sweep(path, folder, now)
        size = await _until_stopped(lambda given_up: backups.make(path, target, given_up))
        await asyncio.to_thread(predecessors.prune, path, folder, database.keep)
    except OSError as error:
        raise UserError(
            f"{folder}: backups cannot be made there ({error.strerror}). See [database] backups."
        ) from error
    log.info("backed up", file=str(target), bytes=size)
    return target


async def _until_stopped(work: Callable[[Callable[[], bool]], int]) -> int:
    """On a thread, which is told when it is given up and waited for: nothing half made is left."""
    stop = Event()
    working = asyncio.ensure_future(asyncio.to_thread(work, stop.is_set))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.gather(working, return_exceptions=True)
        raise


async def back_up(store: Store, database: Database, now: datetime) -> None:
    """Operators are told once when none can be made, and once when one can again."""
    try:
        made = await backed_up(database, now)
    except UserError as error:
        log.error("no backup", reason=str(error))
        await store.alarm(NO_BACKUP, ("No backup could be made", str(error), TRIED_AGAIN), now)
    else:
        if made:
            await store.all_clear(NO_BACKUP, ("Backups are made again", str(made), "Nothing need be done."), now)


async def note_room(store: Store, path: Path, now: datetime) -> None:
    """Operators are told once when there is little left, while that can be stored, and once when there is enough again."""
    if little := disk.scarce(path):
        log.error("little room", reason=little)
        await store.alarm(NO_ROOM, ("The disk is nearly full", little, "You are told when there is room again."), now)
    else:
        over = ("There is room on the disk again", str(path), "Nothing need be done.")
        await store.all_clear(NO_ROOM, over, now)


async def let_go(store: Store, before: datetime) -> int:
    """What was never told and last heard of before then, a little at a time: the alerts go on meanwhile."""
    total = 0
    while gone := await store.forget_untold(before, AT_ONCE):
        total += gone
        await asyncio.sleep(0)
    if total:
        log.info("let go", entries=total, heard_before=before.isoformat(timespec="minutes"))
    return total


async def keep(
    store: Store,
    database: Database,
    now: Callable[[], datetime],
    platforms: tuple[str, ...],
    crashed: Callable[[str], None],
) -> None:
    """Until cancelled. `platforms` are those that are configured; `crashed` hears of each bug, which stops no other step."""
    steps: Mapping[str, _Step] = {
        "looking after platforms": lambda: store.configured(platforms, now()),
        "looking the database over": lambda: store.look_over(now()),
        "looking at the disk": lambda: note_room(store, Path(database.path), now()),
        "the daily backup": lambda: back_up(store, database, now()),
        "letting old buttons go": _daily(lambda: store.let_lines_go(now())),
        "letting go of what is old": _daily(lambda: let_go(store, now() - timedelta(days=database.keep_days))),
    }
    while True:
        down = [reason for what, step in steps.items() if (reason := await _taken(what, step, store, now, crashed))]
        if down:
            log.error("keeping waits", reason=down[0])
        await asyncio.sleep(LOOK_EVERY)


def _daily(step: _Step) -> _Step:
    """A step that failed is taken again at the next look."""
    clock, taken_at = asyncio.get_running_loop().time, -math.inf

    async def taken() -> None:
        nonlocal taken_at
        if clock() - taken_at >= LET_GO_EVERY:
            await step()
            taken_at = clock()

    return taken


async def _taken(
    what: str, step: _Step, store: Store, now: Callable[[], datetime], crashed: Callable[[str], None]
) -> str:
    """Why the database cannot be used, where it cannot. Operators are told once that a step fails, and once that it works."""
    alarm = f"keeping: {what}"
    try:
        await step()
        await store.all_clear(alarm, (WORKS_AGAIN, what.capitalize(), "Nothing need be done."), now())
    except StoreDown as error:
        return str(error)
    except Exception as error:  # a bug here must not stop the alerts, nor what else is to be done
        log.exception("keeping crashed", step=what)
        crashed("keeping")
        with suppress(Exception):  # it is in the log, and said at the next look
            await store.alarm(alarm, (FAILS, f"{what.capitalize()}: {type(error).__name__}", FAILS_ON), now())
    return ""
