"""The check-up: configuration, tokens, database and every feed, each with what to do about it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot import app
from bot.app import clock, joining
from bot.config import Config
from bot.core import catalogue, clocks, formats, places, readiness
from bot.core.text import counted
from bot.detector import coefficients
from bot.errors import PlatformDown, Unreached, UserError
from bot.model import Channel, Failed, Feed, Finding, Fresh, Memory
from bot.platforms.discord.adapter import Discord
from bot.platforms.slack.adapter import Slack
from bot.platforms.terminal.adapter import Terminal
from bot.ports import Platform, Web
from bot.sources.web import Http
from bot.store import backups, disk, predecessors, trouble
from bot.store.sqlite import Sqlite
from bot.writers.endpoint import Trouble

UNREACHED = (
    "Look at the network, at a firewall or proxy between (RegPulse connects directly, by https), and at the platform's "
    "own status page. What is to be told there waits."
)


async def examine(config: Config, progress: Callable[[str, int, int], None]) -> AsyncIterator[Finding]:
    """Everything that can be checked without changing anything but an empty database file."""
    known = counted(len(config.feeds), "feed"), counted(len(config.vocabulary.instruments), "instrument")
    yield Finding(True, f"configuration: {', '.join(known)}")
    if not config.http.contact:
        yield Finding(
            False, "configuration: [http] contact is empty", "Set it: some publishers refuse a bot without one."
        )
    for finding in _trained(config):
        yield finding
    yield await _database(Path(config.database.path), config.database.folder)
    speaking = {platform.name: platform for platform in app.platforms_of(config, Terminal(quiet=True))}
    for platform in speaking.values():
        for finding in await _platform(platform, config):
            yield finding
    if config.terminal_only:
        yield Finding(True, "tokens: none, so the terminal is the one channel (docs/slack.md, docs/discord.md)")
    elif config.tokens.slack_bot and config.slack.mode == "socket" and not config.tokens.slack_app:
        yield Finding(
            False,
            "tokens: Slack can be posted to but not spoken to",
            "Set REGPULSE_SLACK_APP_TOKEN; see docs/slack.md.",
        )
    if config.ops.place and config.ops.place.platform not in {
        platform.name for platform in app.platforms_of(config, Terminal(quiet=True))
    }:
        yield Finding(
            False,
            f"configuration: [ops] channel is on {config.ops.place.platform}, which has no token",
            "Set the token, or name a channel of a platform that has one.",
        )
    for finding in (*await _absent(config), *await _working(config)):
        yield finding
    if config.llm.on:
        yield await _model(config)
    web = app.web_of(config)
    for finding in await _feeds(web, await _listened(config), progress):
        yield finding
    yield _clock(clock.ahead(speaking, web))


def _trained(config: Config) -> list[Finding]:
    trained = coefficients.load(Path(config.detection.model) if config.detection.model else None)
    if not trained.troubles:
        return [
            Finding(True, "trained parts: the embedding model and the coefficients are the ones that belong together")
        ]
    return [Finding(False, *_parted(trouble)) for trouble in trained.troubles]


def _parted(trouble: str) -> tuple[str, str]:
    """What is wrong, and what to do: a trouble's last sentence."""
    wrong, _, remedy = trouble.rpartition(". ")
    return wrong, remedy


async def _database(path: Path, folder: Path | None) -> Finding:
    lost = predecessors.lost(path, folder)
    try:
        await (await Sqlite.open(path)).close()
    except UserError as error:
        return Finding(False, "database", str(error))
    if lost:
        return Finding(False, *_parted(lost.said))
    if await asyncio.to_thread(backups.fault, path):
        return Finding(False, "database", trouble.damaged(path, backups.last_good(path, folder)))
    if little := disk.scarce(path):
        wrong, remedy = _parted(little)
        return Finding(False, f"database: {wrong}", remedy)
    return Finding(True, f"database: {path} is whole and can be written")


async def _platform(platform: Platform, config: Config) -> tuple[Finding, ...]:
    try:
        if isinstance(platform, Slack):
            return await _slack(platform, config)
        await platform.connect()
        ready = Finding(True, f"{platform.name}: ready")
        if isinstance(platform, Discord):
            return ready, *await platform.examine(await _channels(config, platform.name))
        return (ready,)
    except PlatformDown as error:
        return (Finding(False, f"{platform.name}: refused", str(error)),)
    except Unreached as error:
        return (Finding(False, f"{platform.name}: {error}", UNREACHED),)
    finally:
        await platform.close()


@asynccontextmanager
async def _stored(config: Config) -> AsyncIterator[Sqlite | None]:
    """The database; None where it cannot be used, which `_database` says."""
    try:
        store = await Sqlite.open(Path(config.database.path))
    except UserError:
        yield None
        return
    try:
        yield store
    finally:
        await store.close()


async def _slack(slack: Slack, config: Config) -> tuple[Finding, ...]:
    """Over the database, where its workspaces are when there are many."""
    async with _stored(config) as store:
        if store is None:
            return (Finding(False, "slack: not looked at", "Mend the database first."),)
        joining.hand_over(store, (slack,))
        await slack.connect()
        return await slack.examine(config.ops.place)


async def _subscribed(config: Config) -> tuple[Channel, ...]:
    """Channels with a subscription; none where the database cannot be used."""
    async with _stored(config) as store:
        return tuple(dict.fromkeys(one.channel for one in await store.subscriptions())) if store else ()


async def _channels(config: Config, platform: str) -> tuple[Channel, ...]:
    """Those with a subscription, and the operators'."""
    told = [config.ops.place] if config.ops.place else []
    heard = dict.fromkeys((*await _subscribed(config), *told))
    return tuple(channel for channel in heard if channel.platform == platform)


async def _absent(config: Config) -> tuple[Finding, ...]:
    """What is subscribed on platforms that are not configured."""
    configured = {platform.name for platform in app.platforms_of(config, Terminal(quiet=True))}
    known = {*configured, "terminal"}
    missed = Counter(channel.platform for channel in await _subscribed(config) if channel.platform not in known)
    return tuple(
        Finding(
            False,
            f"{name}: not configured, though {counted(number, 'channel')} of it asked for news",
            places.remedy(name),
        )
        for name, number in sorted(missed.items())
    )


async def _working(config: Config) -> tuple[Finding, ...]:
    """That no turn ends, and what the operators' channel did not take; nothing where the database cannot be used."""
    async with _stored(config) as store:
        if store is None:
            return ()
        census = await store.census()
    start = "Start it with “regpulse run”; where it does run, its log and /readyz say what keeps it."
    found = [Finding(False, stopped, start) for stopped in readiness.stopped(census.last_turn, datetime.now(UTC))]
    if config.ops.place and census.unheard:
        remedy = "When it is open, what waits comes within ten minutes; what is older than three days does not."
        found.append(Finding(False, readiness.unheard(config.ops.place, census.unheard), remedy))
    return tuple(found)


async def _model(config: Config) -> Finding:
    """By the list of its models, which costs nothing."""
    llm = config.llm
    name = f"language model {llm.model} at {urlsplit(llm.base_url).hostname}"
    try:
        async with asyncio.timeout(config.http.timeout_seconds):
            offered = await app.endpoint_of(config).models()
    except TimeoutError:
        offered = Trouble("the model's server does not answer")
    if isinstance(offered, Trouble):
        return Finding(
            False, f"{name}: {offered.reason}", "Check [llm] base_url, and REGPULSE_LLM_KEY where it wants a key."
        )
    if offered and llm.model not in offered:
        return Finding(False, f"{name}: not offered there", f"Set [llm] model to one of: {', '.join(offered[:8])}")
    if not (llm.usd_per_million_input or llm.usd_per_million_output):
        return Finding(True, f"{name}: ready; no prices are set, so only monthly_tokens bounds what it costs")
    return Finding(True, f"{name}: ready")


async def _listened(config: Config) -> tuple[Feed, ...]:
    """The configured feeds and those that people added, where the database can be used."""
    async with _stored(config) as store:
        return catalogue.together(config.feeds, await store.added_feeds() if store else ())


def _clock(ahead: Mapping[str, timedelta]) -> Finding:
    if wrong := clocks.wrong(ahead):
        return Finding(False, *_parted(wrong))
    return Finding(
        True, "clock: as those who answered have it" if ahead else "clock: nobody who answered said the time"
    )


async def _feeds(web: Http, feeds: tuple[Feed, ...], progress: Callable[[str, int, int], None]) -> list[Finding]:
    findings: list[Finding] = []

    async def look(feed: Feed) -> None:
        findings.append(await _feed(web, feed))
        progress("Asking feeds", len(findings), len(feeds))

    progress("Asking feeds", 0, len(feeds))
    try:
        async with asyncio.TaskGroup() as group:
            for feed in feeds:
                group.create_task(look(feed))
    finally:
        await web.close()
    return sorted(findings, key=lambda finding: (not finding.ok, finding.text))


async def _feed(web: Web, feed: Feed) -> Finding:
    polled = await web.poll(feed, Memory(feed.id))
    name = f'feed "{feed.id}"'
    if isinstance(polled, Fresh):
        try:
            entries = await asyncio.to_thread(
                formats.entries, feed, polled.body, polled.content_type, polled.url, datetime.now(UTC)
            )
        except formats.NotAFeed as error:
            polled = Failed(str(error))
        else:
            return Finding(True, f"{name}: {counted(len(entries), 'entry', 'entries')}")
    if isinstance(polled, Failed):
        return Finding(False, f"{name}: {polled.reason}", f"Open {feed.url} in a browser; correct or disable it.")
    return Finding(True, f"{name}: unchanged")
