"""The keeper's commands: backup, restore and forget, for the hand of whoever runs the bot."""

import shlex
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.running import configured, load, until_stopped
from bot.core.text import counted
from bot.errors import UserError
from bot.store import backups, forgetting
from bot.store.holding import held
from bot.store.sqlite import Sqlite


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@configured
def backup(file: Path | None, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Copy the database, while it is in use, and prove the copy; without FILE into the folder of [database] backups."""
    settings = load(directory, feeds, db, quiet=True)
    path = Path(settings.database.path)
    target = file or _dated(path, settings.database.folder)
    size = backups.make(path, target)
    click.echo(f"{target}: {size / 1e6:.1f} MB, read through and whole. To put it back: {_restoring(target, db)}")


def _dated(path: Path, folder: Path | None) -> Path:
    if folder is None:
        raise UserError("[database] backups is empty, so name the file: regpulse backup FILE")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}). Name a file: regpulse backup FILE") from error
    return backups.dated(path, folder, datetime.now(UTC))


def _restoring(target: Path, db: Path | None) -> str:
    return shlex.join(["regpulse", "restore", str(target), *(["--db", str(db)] if db else [])])


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@configured
def restore(file: Path, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Put a backup in the database's place, once it is proven; the old file is kept beside it. Stop the bot first."""
    settings = load(directory, feeds, db, quiet=True)
    path, now = Path(settings.database.path), datetime.now(UTC)
    with held(path, now):
        done = backups.restore(file, path, now)
    kept = f" The file it replaces is now {done.aside}; delete it when you do not need it." if done.aside else ""
    click.echo(
        f"{path}: restored from {file}.{kept}\n"
        "What waited to be sent then is looked for in the channels first. What feeds published since is kept for look-ups "
        "and told to nobody, for some of it was told before: see latest."
    )
    for line in _tokens(done):
        click.echo(line)


def _tokens(done: backups.Restored) -> Iterator[str]:
    if done.tokens:
        yield f"The tokens of {counted(done.tokens, 'Slack workspace')} are those of the file it replaces."
    if done.old_tokens:
        yield (
            f"{counted(len(done.old_tokens), 'Slack workspace')} ({', '.join(done.old_tokens)}) may have to install RegPulse "
            "again: tokens are renewed every ten hours, and the backup's are older. What is to be told there waits three days."
        )


@click.command()
@click.argument("whom", metavar="slack:TEAM[:CHANNEL|:PERSON] | discord:ID[:ID]")
@click.option("--yes", is_flag=True, help="Do it; without this, only say what would be deleted.")
@configured
def forget(whom: str, directory: Path | None, feeds: Path | None, db: Path | None, *, yes: bool) -> None:
    """Delete everything about one workspace, channel or person. Stop the bot first."""
    settings = load(directory, feeds, db, quiet=True)
    target, path, now = forgetting.whom(whom), Path(settings.database.path), datetime.now(UTC)
    if not path.is_file():
        raise UserError(f"{path}: there is no such database. Name it with --db FILE.")
    with held(path, now) if yes else nullcontext():
        found = until_stopped(_forget(path, target, now if yes else None))
    if not found:
        click.echo(f"Nothing is held about {target}.")
        return
    click.echo("\n".join(forgetting.describe(found)))
    if not yes:
        click.echo(f"Nothing was deleted yet. To do it, with RegPulse stopped: regpulse forget {target} --yes")
        return
    click.echo(f"Done: the database holds nothing about {target} any more.")
    older = backups.kept(path, settings.database.folder) if settings.database.folder else ()
    if older:
        number = counted(len(older), "backup")
        click.echo(f"{number} in {older[0].parent} may still do: delete them, or wait until newer ones replace them.")


async def _forget(path: Path, target: forgetting.Whom, now: datetime | None) -> tuple[tuple[str, str, int], ...]:
    store = await Sqlite.open(path)
    try:
        return await store.forget(target, now) if now else await store.found(target)
    finally:
        await store.close()


COMMANDS = (backup, restore, forget)
