"""`regpulse export`, `import` and `feeds`: what people chose, and lists of feeds, in and out."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from bot.cli import exchange
from bot.cli.running import configured, load, until_stopped
from bot.core.exchange import Change, said
from bot.core.text import clean, counted

_COLOURS = {"+": "green", "~": "yellow", "-": "red"}


@click.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@configured
def export(file: Path | None, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """All subscriptions, mutes, settings and added feeds as one YAML document, to FILE or to the screen."""
    settings = load(directory, feeds, db, quiet=True)
    _put(until_stopped(exchange.exported(settings)), file)


@click.command("import")
@click.argument("file")
@click.option("--dry-run", "dry", is_flag=True, help="Only show what would change.")
@click.option("--prune", is_flag=True, help="Take away what the file does not have.")
@configured
def take_over(
    file: str, directory: Path | None, feeds: Path | None, db: Path | None, *, dry: bool, prune: bool
) -> None:
    """Make it as FILE says ("-" reads from a pipe): all of it, or nothing where anything in it is wrong."""
    settings = load(directory, feeds, db, quiet=True)
    changes = until_stopped(exchange.imported(file, settings, datetime.now(UTC), prune=prune, dry=dry))
    console = Console(highlight=False, soft_wrap=True)
    for change in changes:
        line = said(change) + exchange.instead(change, settings)
        console.print(Text(clean(line), style=_COLOURS[change.sign]))
    click.echo(_summed_up(changes, dry=dry))


def _summed_up(changes: tuple[Change, ...], *, dry: bool) -> str:
    signs = [change.sign for change in changes]
    names = (("+", "added"), ("~", "changed"), ("-", "removed"))
    parts = ", ".join(f"{signs.count(sign)} {name}" for sign, name in names if sign in signs)
    if not parts:
        return "Nothing to change: all that the file says is so. What it leaves out stays; --prune takes that away."
    return f"Would be {parts}; nothing was changed." if dry else f"Done: {parts}."


@click.group("feeds")
def feeds() -> None:
    """Lists of feeds in and out, as OPML."""


@feeds.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@configured
def export_list(file: Path | None, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Every feed that is listened to, to FILE or to the screen."""
    settings = load(directory, feeds, db, quiet=True)
    _put(until_stopped(exchange.listed(settings)), file)


@feeds.command("import")
@click.argument("file")
@click.option("--dry-run", "dry", is_flag=True, help="Only show what would be added.")
@configured
def import_list(file: str, directory: Path | None, feeds: Path | None, db: Path | None, *, dry: bool) -> None:
    """Add the feeds of an OPML file ("-" reads from a pipe); those already listened to are left alone."""
    settings = load(directory, feeds, db, quiet=True)
    taken = until_stopped(exchange.take_list(file, settings, datetime.now(UTC), dry=dry))
    console = Console(highlight=False, soft_wrap=True)
    for feed in taken.new:
        console.print(Text(clean(f"+ {feed.id}: {feed.name}, pack {feed.pack} ({feed.url})"), style="green"))
    for line in taken.bad:
        console.print(Text(clean(f"✗ {line}"), style="red"))
    click.echo(
        f"{'Would be added' if dry else 'Added'}: {counted(len(taken.new), 'feed')}; "
        f"{len(taken.known)} listened to already; {len(taken.bad)} no good."
    )
    if taken.bad:
        raise SystemExit(1)


def _put(text: str, file: Path | None) -> None:
    if file is None or str(file) == "-":
        click.echo(text, nl=False)
    else:
        exchange.replace(file, text)
