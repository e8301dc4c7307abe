"""The keeper's commands: backup, restore and forget, for the hand of whoever runs the bot."""

import shlex
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.errors import UserError
from bot.startup import configured, load
from bot.store import backups
from bot.store.holding import held


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
        aside = backups.restore(file, path, now)
    kept = f" The file it replaces is now {aside}; delete it when you do not need it." if aside else ""
    click.echo(
        f"{path}: restored from {file}.{kept}\n"
        "What waited to be sent then is looked for in the channels first. What feeds published since is kept for look-ups "
        "and told to nobody, for some of it was told before: see latest."
    )


COMMANDS = (backup, restore)
