"""The keeper's commands: backup, restore and forget, for the hand of whoever runs the bot."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.app.keeping import BACKUP_EVERY
from bot.cli.running import cleaning_up, configured, load, until_stopped
from bot.config import Config, Database
from bot.core.text import counted
from bot.errors import UserError
from bot.store import backups, forgetting, predecessors, trouble
from bot.store.forgetting import Whom
from bot.store.holding import held
from bot.store.sqlite import Sqlite

MOST_NAMED = 20


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@configured
def backup(file: Path | None, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Copy the database, while it is in use, and prove the copy; without FILE into the folder of [database] backups."""
    settings = load(directory, feeds, db, quiet=True)
    path = Path(settings.database.path)
    target = file or _dated(path, settings.database.folder)
    with cleaning_up():
        size = backups.make(path, target)
    pruned = _pruned(path, target, settings.database)
    click.echo(f"{target}: {size / 1e6:.1f} MB, read through and whole. {pruned}{trouble.putting_back(target, path)}")


def _dated(path: Path, folder: Path | None) -> Path:
    if folder is None:
        raise UserError("[database] backups is empty, so name the file: regpulse backup FILE")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        backups.sweep(path, folder, datetime.now(UTC))
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}). Name a file: regpulse backup FILE") from error
    return backups.dated(path, folder, datetime.now(UTC))


def _pruned(path: Path, target: Path, database: Database) -> str:
    """What became of older ones, where it was written among those that the bot makes."""
    folder = database.folder
    if folder is None or target.resolve().parent != folder.resolve():
        return ""
    try:
        gone = predecessors.prune(path, folder, database.keep)
    except OSError as error:
        return f"Older ones could not be deleted ({error.strerror}). "
    deleted = f"{counted(gone, 'older one')} {'is' if gone == 1 else 'are'} deleted"
    return f"{deleted}, the newest {database.keep} are kept. " if gone else ""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@configured
def restore(file: Path, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Put a backup in the database's place, once it is proven; the old file is kept beside it. Stop the bot first."""
    settings = load(directory, feeds, db, quiet=True)
    path, now = Path(settings.database.path), datetime.now(UTC)
    with cleaning_up(), held(path, now):
        done = backups.restore(file, path, now)
    kept = f" The file it replaces is now {done.aside}; delete it when you do not need it." if done.aside else ""
    click.echo(f"{path}: restored from {file}.{kept}")
    for line in (*_told(done), *_tokens(done), *_chosen(done)):
        click.echo(line)


def _chosen(done: backups.Restored) -> Iterator[str]:
    if done.forgotten:
        yield (
            "Named by the backup, and nowhere by the file it replaces, so taken for forgotten since and forgotten again: "
            f"{_some(done.forgotten)}."
        )
    if done.choices:
        yield "What people chose since is undone:"
    for kind, named in done.choices:
        yield f"- {kind}: {_some(named)}."


def _some(named: tuple[str, ...]) -> str:
    return f"{', '.join(named[:MOST_NAMED])}{', …' if len(named) > MOST_NAMED else ''}"


def _told(done: backups.Restored) -> Iterator[str]:
    told = done.told
    if told.known:
        yield "What was told since is known from the file it replaces: it is told nobody again, and is corrected as ever."
    else:
        since = f" ({done.since:%d %b %Y, %H:%M} UTC)" if done.since else ""
        yield (
            f"What was told since the backup{since} is not known: there is no file to learn it from, or it is damaged, or "
            "not the same database. Those alerts are not followed any more: if their publisher corrects or retracts one, "
            "nobody is told. What waited to be sent then is looked for in the channels first."
        )
    if told.unreadable:
        named = _some(tuple(map(str, told.unreadable)))
        yield (
            f"Of {counted(len(told.unreadable), 'story')} that file cannot be read, so what was told of them since is not "
            f"followed any more: {named}."
        )
    yield (
        "What else feeds published since is kept for look-ups and told to nobody, for it may have been told before: see latest."
    )


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
    with cleaning_up(), held(path, now) if yes else nullcontext():
        found, strangers = until_stopped(_forget(path, target, now if yes else None))
        click.echo("\n".join(forgetting.describe(found)) if found else f"Nothing is held about {target}.")
        if yes:
            _write_anew(path)
    if strangers:
        click.echo(
            f"Of {counted(len(strangers), 'conversation')} it is not known whose direct messages they are, so they stay: "
            f"{_some(tuple(map(str, strangers)))}. If one is theirs, forget it by that name."
        )
    if found and not yes:
        doing = trouble.command(path, "forget", str(target), "--yes")
        click.echo(f"Nothing was deleted yet. To do it, with RegPulse stopped: {doing}")
    if yes:
        click.echo(f"Done: the database holds nothing about {target} any more, nor what was deleted of it earlier.")
        click.echo("\n".join(("What may still name it:", *(f"- {line}" for line in _left(target, settings)))))


async def _forget(
    path: Path, target: Whom, now: datetime | None
) -> tuple[tuple[tuple[str, str, int], ...], tuple[Whom, ...]]:
    store = await Sqlite.open(path)
    try:
        found = await store.forget(target, now) if now else await store.found(target)
        return found, await store.strangers(target)
    finally:
        await store.close()


def _write_anew(path: Path) -> None:
    try:
        backups.rewrite(path)
    except UserError as error:
        raise UserError(
            f"{error} What is listed above is deleted and overwritten; what was deleted earlier may still stand in free "
            "places of the file. Mend that, then say the same again."
        ) from error


def _left(target: Whom, settings: Config) -> Iterator[str]:
    """Where it may still be named, and until when."""
    path, folder = Path(settings.database.path), settings.database.folder
    if folder and (older := predecessors.own(path, folder)):
        last = backups.made_at(older[-1]) + settings.database.keep * BACKUP_EVERY
        yield (
            f"{counted(len(older), 'backup')} in {folder}: delete them, or wait. The newest {settings.database.keep} are kept "
            f"and one is made each day that RegPulse runs, so the last of these goes on {last:%d %b %Y} at the earliest."
        )
    for half in backups.halves(path, folder) if folder else ():
        yield f"{half}: a backup that is being made, or was cut off; delete it if none is being made."
    if folder and (others := predecessors.others(path, folder)):
        number = counted(len(others), "backup")
        yield f"{number} in {folder} of another database before this one: nothing deletes them but you."
    real = path.resolve()
    for aside in sorted(real.parent.glob(f"{real.name}.before-*")):
        yield f"{aside}: a restore put it aside, and nothing deletes it but you."
    if any(_is_of(target, person) for person in settings.people.editors):
        yield "[people] editors, in your configuration: take it out there, or it is written down with the next review."
    if _is_of(target, settings.ops.channel):
        yield "[ops] channel, in your configuration: operators' messages still go there."
    yield "What you copied or exported yourself, and your logs, which name channels by their ids."
    yield f"Messages on {target.platform.capitalize()}, which are deleted there."


def _is_of(target: Whom, named: str) -> bool:
    """Whether a name of the configuration, as in slack:T1:U1, is the target or within it."""
    return f"{named}:".startswith(f"{target}:")


COMMANDS = (backup, restore, forget)
