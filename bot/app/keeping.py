"""What a running bot does for its database beside its work: a backup a day, and letting go of what is old or waits in vain."""

import asyncio
import math
from collections.abc import Callable
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

BACKUP_EVERY = timedelta(days=1)
LET_GO_EVERY = 86_400.0
"""Seconds that pass, whatever the clock on the wall says."""

AT_ONCE = 200
"""Entries and stories let go in one transaction, which takes some ten milliseconds."""

LOOK_EVERY = 600.0
"""Seconds between two looks at whether something is due."""

NO_BACKUP, NO_ROOM = "backup", "room"
TRIED_AGAIN = f"It is tried again every {LOOK_EVERY / 60:.0f} minutes; you are told when one is made."


async def backed_up(database: Database, now: datetime) -> Path | None:
    """A dated backup when the newest is a day old or there is none; None when none was due. Raises UserError."""
    path, folder = Path(database.path), database.folder
    if folder is None:
        return None
    with suppress(OSError):  # told of below, when one is to be made there
        backups.redate(path, folder, now)
    found = await asyncio.to_thread(predecessors.own, path, folder)
    if found and now - backups.made_at(found[-1]) < BACKUP_EVERY:
        return None
    target = backups.dated(path, folder, now)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        backups.sweep(path, folder, now)
        size = await _until_stopped(lambda given_up: backups.make(path, target, given_up))
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}). See [database] backups.") from error
    await asyncio.to_thread(predecessors.prune, path, folder, database.keep)
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


async def keep(store: Store, database: Database, now: Callable[[], datetime], platforms: tuple[str, ...]) -> None:
    """Until cancelled. `platforms` are those that are configured."""
    clock, let_go_at = asyncio.get_running_loop().time, -math.inf
    while True:
        try:
            await store.configured(platforms, now())
            await store.look_over(now())
            await note_room(store, Path(database.path), now())
            await back_up(store, database, now())
            if clock() - let_go_at >= LET_GO_EVERY:
                await store.let_lines_go(now())
                await let_go(store, now() - timedelta(days=database.keep_days))
                let_go_at = clock()
        except StoreDown as error:
            log.error("keeping waits", reason=str(error))
        except Exception:  # a bug here must not stop the alerts
            log.exception("keeping crashed")
        await asyncio.sleep(LOOK_EVERY)
