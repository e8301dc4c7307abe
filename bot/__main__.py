"""The command line: run · once · demo · ask · why · brief · export · import · feeds · eval · doctor · manifest
· backup · restore · forget."""

import asyncio
import json
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from bot import app, config
from bot.app import memory
from bot.app.steady import store_down
from bot.cli import announcing, briefing, care, carrying
from bot.cli.evaluating import evaluate
from bot.cli.progress import Steps
from bot.cli.running import configured, load, until_stopped
from bot.commands import VERBS
from bot.config import Config
from bot.core import places
from bot.core.cards import evidence as evidence_card
from bot.core.cards import story as story_card
from bot.demo.demo import DemoFeeds
from bot.errors import UserError
from bot.model import Brief, Caller, Channel, Delivery
from bot.pipeline import Tally
from bot.platforms.slack.manifest import manifest as of_app
from bot.platforms.terminal import cards
from bot.platforms.terminal.adapter import Terminal


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
@configured
def run(directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Listen and alert until stopped."""
    settings = load(directory, feeds, db)
    until_stopped(_run(settings))


async def _run(settings: Config) -> None:
    memory.give_back()
    platforms = app.platforms_of(settings, Terminal())
    with Steps(lines=settings.log.format != "json") as progress:
        async with app.assembled(settings, platforms, alone=True, progress=progress) as running:
            await app.run(running)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--all", "everything", is_flag=True, help="Poll every feed now, due or not.")
@configured
def once(directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool, everything: bool) -> None:
    """One whole turn and a flush, then exit."""
    settings = load(directory, feeds, db, quiet=True)
    tally, sent = until_stopped(_once(settings, everything=everything, quiet=as_json))
    if as_json:
        click.echo(json.dumps({**asdict(tally), "sent": [_receipt(*pair) for pair in sent]}, ensure_ascii=False))
    else:
        click.echo(" · ".join(f"{name} {number}" for name, number in asdict(tally).items()) + f" · sent {len(sent)}")


async def _once(settings: Config, *, everything: bool, quiet: bool) -> tuple[Tally, tuple[tuple[Delivery, Brief], ...]]:
    platforms = app.platforms_of(settings, Terminal(quiet=quiet))
    with Steps(lines=settings.log.format != "json") as progress:
        async with app.assembled(settings, platforms, alone=True, progress=progress) as running:
            return await app.once(running, everything=everything)


def _receipt(delivery: Delivery, brief: Brief) -> dict[str, object]:
    return {
        "platform": delivery.channel.platform,
        "channel": delivery.channel.id,
        "story": brief.story,
        "headline": brief.headline,
        "link": brief.link,
    }


@cli.command()
@configured
def demo(directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """The whole thing offline: invented feeds on this machine, alerts here and on the local page."""
    settings = load(directory, feeds, db, quiet=True)
    with tempfile.TemporaryDirectory(prefix="regpulse-demo-") as folder:
        until_stopped(_demo(settings, db or Path(folder) / "demo.db"))


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
@configured
def ask(
    line: tuple[str, ...], channel: str | None, directory: Path | None, feeds: Path | None, db: Path | None
) -> None:
    """Type one line at the desk: regpulse ask "search eu ai act"."""
    settings = load(directory, feeds, db, quiet=True)
    place = _channel(channel) if channel else app.TERMINAL
    until_stopped(_answer(settings, " ".join(line), place))


@cli.command()
@click.argument("link")
@configured
def why(link: str, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Why a link was sent, or was not."""
    settings = load(directory, feeds, db, quiet=True)
    until_stopped(_answer(settings, f"why {link}", app.TERMINAL))


async def _answer(settings: Config, line: str, channel: Channel) -> None:
    async with app.assembled(settings, announcing.platforms(settings, channel), alone=False) as asked:
        if (wrong := places.fault(channel)) and not await asked.store.subscriptions(channel):
            raise UserError(f"--channel {channel}: {wrong}.")
        reply = await asked.desk.answer(line, Caller(channel, "operator", rank="manager", operator=True))
        Console(highlight=False).print(cards.reply(reply))
        if said := await announcing.announced(asked, reply, channel, datetime.now(UTC)):
            click.echo(said)


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
@configured
def brief_one(
    target: str, writer: str, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """Brief one article, page, PDF or link, each claim with its evidence; nothing is stored or sent."""
    settings = load(directory, feeds, db, quiet=True)
    brief, story = until_stopped(briefing.of(target, settings, writer, datetime.now(UTC)))
    if as_json:
        click.echo(json.dumps(briefing.as_json(brief, story)))
        return
    console = Console(highlight=False)
    for card in (story_card(brief, story, settings.vocabulary), evidence_card(brief, story.entries)):
        console.print(cards.card(card))


for command in (carrying.export, carrying.take_over, carrying.feeds, evaluate):
    cli.add_command(command)


@cli.command()
@click.argument("platform", type=click.Choice(["slack"]))
@configured
def manifest(platform: str, directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Print the manifest a Slack app is made from, as the configuration wants it."""
    slack = load(directory, feeds, db, quiet=True).slack
    url = slack.url if slack.mode == "http" else ""
    click.echo(of_app(VERBS, command=slack.command, url=url, rotates=bool(slack.client_id)), nl=False)


@cli.command("doctor")
@configured
def examine(directory: Path | None, feeds: Path | None, db: Path | None) -> None:
    """Check configuration, tokens, database and every feed, and say what to do."""
    settings = load(directory, feeds, db, quiet=True)
    sick = until_stopped(_examine(settings))
    raise SystemExit(1 if sick else 0)


async def _examine(settings: Config) -> int:
    from bot.cli import doctor  # with the libraries of both platforms

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
