"""The command line: run · once · demo · ask · why · brief · eval · doctor · backup · restore · forget."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console, RenderableType

from bot import app, briefing, care, config, doctor
from bot.config import Config
from bot.core.cards import evidence as evidence_card
from bot.core.cards import story as story_card
from bot.core.labelled import LABELS
from bot.demo.demo import DemoFeeds
from bot.detector import coefficients
from bot.detector.coefficients import Trained
from bot.errors import UserError
from bot.evaluation import briefs, claims, events, files, relevance, shown
from bot.model import Brief, Caller, Channel, Delivery
from bot.pipeline import Tally
from bot.platforms.terminal import cards
from bot.platforms.terminal.adapter import Terminal
from bot.progress import Steps
from bot.startup import Command
from bot.startup import configured as _configured
from bot.startup import load as _load
from bot.startup import until_stopped as _until_stopped
from bot.steady import store_down


def main() -> None:
    """The console script. A `UserError` is one line on stderr and exit code 2."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except UserError as error:
        click.secho(str(error), fg="red", err=True)
        raise SystemExit(2) from None
    except ExceptionGroup as group:
        weather = store_down(group)
        if weather is None:
            raise
        click.secho(str(weather), fg="red", err=True)
        raise SystemExit(2) from None
    except (click.Abort, KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit(130) from None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """AI-regulation alerts for Slack and Discord: briefed, evidenced, sent once."""


@cli.command()
@_configured
def run(directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Listen and alert until stopped."""
    settings = _load(directory, feeds, db)
    _until_stopped(_run(settings))


async def _run(settings: Config) -> None:
    platforms = app.platforms_of(settings, Terminal())
    with Steps() as progress:
        async with app.assembled(settings, platforms, alone=True, progress=progress) as running:
            await app.run(running)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--all", "everything", is_flag=True, help="Poll every feed now, due or not.")
@_configured
def once(directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool, everything: bool) -> None:
    """One whole turn and a flush, then exit."""
    settings = _load(directory, feeds, db, quiet=True)
    tally, sent = _until_stopped(_once(settings, everything=everything, quiet=as_json))
    if as_json:
        click.echo(json.dumps({**asdict(tally), "sent": [_receipt(*pair) for pair in sent]}, ensure_ascii=False))
    else:
        click.echo(" · ".join(f"{name} {number}" for name, number in asdict(tally).items()) + f" · sent {len(sent)}")


async def _once(settings: Config, *, everything: bool, quiet: bool) -> tuple[Tally, tuple[tuple[Delivery, Brief], ...]]:
    platforms = app.platforms_of(settings, Terminal(quiet=quiet))
    with Steps() as progress:
        async with app.assembled(settings, platforms, alone=True, progress=progress) as running:
            return await app.once(running, everything=everything)


def _receipt(delivery: Delivery, brief: Brief) -> dict[str, object]:
    return {
        "platform": delivery.channel.platform,
        "channel": delivery.channel.id,
        "story": delivery.story,
        "headline": brief.headline,
        "link": brief.link,
    }


@cli.command()
@_configured
def demo(directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """The whole thing offline: invented feeds on this machine, alerts here and on the local page."""
    settings = _load(directory, feeds, db, quiet=True)
    with tempfile.TemporaryDirectory(prefix="regpulse-demo-") as folder:
        _until_stopped(_demo(settings, db or Path(folder) / "demo.db"))


async def _demo(settings: Config, db: Path) -> None:
    async with DemoFeeds() as feeds:
        offline = config.without_platforms(settings, feeds=feeds.feeds, db=db, allow_private=(feeds.address,))
        async with app.assembled(offline, (Terminal(),), alone=True) as running:
            await app.once(running, everything=True)
            click.echo("The demo feeds were read once: a silent baseline. Now they publish.\n")
            feeds.publish()
            await app.once(running, everything=True)
            click.echo(f"\nThe same alerts as a page: http://{offline.web.listen}/   (Ctrl-C stops)")
            await app.run(running)


@cli.command()
@click.argument("line", nargs=-1, required=True)
@click.option("--channel", help="Ask as this channel, PLATFORM:SPACE:ID, as in slack:T024BE7LH:C024BE91L.")
@_configured
def ask(
    line: tuple[str, ...], channel: str | None, directory: Path | None, feeds: Path | None, db: Path | None
) -> None:
    """Type one line at the desk: regpulse ask "search eu ai act"."""
    settings = _load(directory, feeds, db, quiet=True)
    place = _channel(channel) if channel else app.TERMINAL
    _until_stopped(_answer(settings, " ".join(line), place))


@cli.command()
@click.argument("link")
@_configured
def why(link: str, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Why a link was sent, or was not."""
    settings = _load(directory, feeds, db, quiet=True)
    _until_stopped(_answer(settings, f"why {link}", app.TERMINAL))


async def _answer(settings: Config, line: str, channel: Channel) -> None:
    async with app.assembled(settings, (), alone=False) as asked:
        reply = await asked.desk.answer(line, Caller(channel, "operator", rank="manager", operator=True))
    Console(highlight=False).print(cards.reply(reply))


def _channel(text: str) -> Channel:
    platform, _, rest = text.partition(":")
    space, separator, name = rest.rpartition(":")
    if not (platform and separator and name):
        raise UserError(f"--channel {text}: write PLATFORM:SPACE:ID, as in slack:T024BE7LH:C024BE91L.")
    return Channel(platform, space, name)


@cli.command("brief")
@click.argument("target", metavar="LINK|FILE")
@click.option("--writer", type=click.Choice(briefing.WRITERS), default="extract", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@_configured
def brief_one(
    target: str, writer: str, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """Brief one article, page, PDF or link, each claim with its evidence; nothing is stored or sent."""
    settings = _load(directory, feeds, db, quiet=True)
    brief, story = _until_stopped(briefing.of(target, settings, writer, datetime.now(UTC)))
    if as_json:
        click.echo(json.dumps(briefing.as_json(brief, story)))
        return
    console = Console(highlight=False)
    for card in (story_card(brief, story, settings.vocabulary), evidence_card(brief, story.entries)):
        console.print(cards.card(card))


@cli.group("eval")
def evaluate() -> None:
    """Measure detector, grouping, briefs and their check on your own labelled rows (docs/operating.md)."""


def _measured(command: Command) -> Command:
    """The options every evaluation takes."""
    for option in (
        click.option("--predictions", type=click.Path(path_type=Path), help="Write what was decided, a line a row."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@evaluate.command("relevance")
@_measured
@_configured
def evaluate_relevance(
    file: Path, predictions: Path | None, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """How well what is AI regulation is told from what is not."""
    settings = _load(directory, feeds, db, quiet=True)
    rows = files.read(file, "label", LABELS)
    if predictions:
        files.check_writable(predictions, file)
    trained, thresholds = _trained(settings), settings.detection.thresholds
    with Steps() as progress:
        found, verdicts = relevance.measure(rows.rows, settings.vocabulary, trained.detector, thresholds, progress)
    if predictions:
        said = ({"id": name, "relevant": each.relevant, "score": each.score} for name, each in verdicts.items())
        files.write(predictions, said)
    if as_json:
        _echo_json(rows, "relevance.json", trained, {"thresholds": asdict(thresholds), **asdict(found)})
    else:
        _show(rows, "relevance.json", trained, shown.of_relevance(found, thresholds))


@evaluate.command("events")
@click.option("--squeeze", is_flag=True, help="Measure with every date squeezed into one week too.")
@_measured
@_configured
def evaluate_events(
    file: Path,
    predictions: Path | None,
    directory: Path | None,
    feeds: Path | None,
    db: Path | None,
    *,
    as_json: bool,
    squeeze: bool,
) -> None:
    """How well reports of one event are told from reports of others."""
    settings = _load(directory, feeds, db, quiet=True)
    rows = files.read(file, "event")
    if predictions:
        files.check_writable(predictions, file)
    trained, thresholds = _trained(settings), settings.detection.thresholds
    with Steps() as progress:
        found, clusters = events.measure(
            rows.rows, settings.vocabulary, trained.likeness, thresholds, progress, squeeze=squeeze
        )
    if predictions:
        files.write(predictions, ({"id": name, "cluster": str(cluster)} for name, cluster in clusters.items()))
    if as_json:
        _echo_json(rows, "events.json", trained, asdict(found))
    else:
        _show(rows, "events.json", trained, shown.of_events(found))


@evaluate.command("briefs")
@_measured
@_configured
def evaluate_briefs(
    file: Path, predictions: Path | None, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """How near leads and takeaways come to publishers' own summaries: rows of id, title, body and, to be scored, dek."""
    settings = _load(directory, feeds, db, quiet=True)
    rows = files.texts(file, *briefs.NEEDED)
    if predictions:
        files.check_writable(predictions, file)
    with Steps() as progress:
        found, made = briefs.measure(rows, settings.vocabulary, progress)
    if predictions:
        files.write(predictions, (briefs.prediction(row["id"], made[row["id"]]) for row in rows))
    _tell(file, asdict(found), shown.of_briefs(found), as_json=as_json)


@evaluate.command("check")
@_measured
@_configured
def evaluate_check(
    file: Path, predictions: Path | None, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """How many true sentences the check refuses, and how many false ones: rows of id, article, sentence and faithful."""
    _load(directory, feeds, db, quiet=True)
    rows = files.texts(file, *claims.NEEDED)
    if predictions:
        files.check_writable(predictions, file)
    with Steps() as progress:
        found, judged = claims.measure(rows, progress)
    if predictions:
        decided = ((row["id"], judged[row["id"]]) for row in rows)
        files.write(predictions, ({"id": name, "accepted": one.accepted, "rule": one.rule} for name, one in decided))
    _tell(file, asdict(found), shown.of_claims(found), as_json=as_json)


def _tell(file: Path, found: Mapping[str, object], table: RenderableType, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(file), **found}))
    else:
        Console(highlight=False).print(table)


def _trained(settings: Config) -> Trained:
    return coefficients.load(Path(settings.detection.model) if settings.detection.model else None)


def _cross_validated(rows: files.Labelled, name: str) -> Mapping[str, object]:
    """What the shipped file reached on rows it had not seen, when it was trained on these; else nothing."""
    made = coefficients.provenance(name)
    same = made.get("from", {}).get("sha256") == rows.sha256
    return made.get("cross-validated", {}) if same else {}


def _echo_json(rows: files.Labelled, name: str, trained: Trained, found: Mapping[str, object]) -> None:
    said = {
        "file": str(rows.path),
        "rows": len(rows.rows),
        "cross_validated": _cross_validated(rows, name),
        "troubles": trained.troubles,
        **found,
    }
    click.echo(json.dumps(said))  # all ASCII: rows may hold lone surrogates, which no terminal takes


def _show(rows: files.Labelled, name: str, trained: Trained, found: RenderableType) -> None:
    console = Console(highlight=False)
    console.print(f"{rows.path}: {len(rows.rows)} rows", markup=False)
    for trouble in trained.troubles:
        console.print(f"✗ {trouble}", style="yellow", markup=False)
    if cross_validated := _cross_validated(rows, name):
        console.print(shown.of_training(cross_validated))
    console.print(found)


@cli.command("doctor")
@_configured
def examine(directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Check configuration, tokens, database and every feed, and say what to do."""
    settings = _load(directory, feeds, db, quiet=True)
    sick = _until_stopped(_examine(settings))
    raise SystemExit(1 if sick else 0)


async def _examine(settings: Config) -> int:
    console = Console(highlight=False)
    sick = 0
    with Steps() as progress:
        findings = [finding async for finding in doctor.examine(settings, progress)]
    for finding in findings:
        console.print(cards.finding(finding.ok, finding.text, finding.remedy))
        sick += not finding.ok
    return sick


for _command in care.COMMANDS:
    cli.add_command(_command)

if __name__ == "__main__":
    main()
