"""Puts the parts together and keeps them going: the loops, their supervision, a stop without loose ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot import dispatch, pipeline
from bot.app import clock, hubs, joining, keeping, turning
from bot.app.conversing import Conversation
from bot.app.signs import Signs
from bot.app.steady import finishing
from bot.commands import Desk, Outside
from bot.config import Config
from bot.core import cards, clocks
from bot.core.brief import checked
from bot.detector import coefficients
from bot.dispatch import Outbox
from bot.model import Alert, Brief, Card, Channel, Delivery, Story, Subscription
from bot.pipeline import Newsroom, Tally, newsroom
from bot.platforms.terminal.adapter import Terminal
from bot.ports import Ledger, Platform, Store, Web, Writer
from bot.sources.web import Http
from bot.store import disk, predecessors
from bot.store.holding import held
from bot.store.predecessors import Lost
from bot.store.sqlite import Sqlite
from bot.web.server import Pages
from bot.writers.endpoint import Endpoint
from bot.writers.extract import Extract
from bot.writers.llm import Limits, Llm

log = structlog.get_logger()

TERMINAL = Channel("terminal", "", "terminal")
EVERYTHING = "everything"
LOST = "lost"


@dataclass(slots=True)
class App:
    """The parts, wired. `speaking` holds the platforms that are connected."""

    config: Config
    store: Store
    room: Newsroom
    desk: Desk
    outbox: Outbox
    platforms: tuple[Platform, ...]
    speaking: dict[str, Platform]
    signs: Signs


def _now() -> datetime:
    return datetime.now(UTC)


def platforms_of(config: Config, terminal: Terminal, now: Callable[[], datetime] = _now) -> tuple[Platform, ...]:
    """Those with a token; without any, the terminal."""
    found: list[Platform] = []
    if config.tokens.slack_bot or config.slack.client_id:
        found.append(joining.slack(config, now))
    if config.tokens.discord:
        from bot.platforms.discord.adapter import Discord  # with its library: a tenth of a second where nobody speaks

        found.append(
            Discord(
                config.tokens.discord,
                api_url=config.discord.api_url,
                gateway_url=config.discord.gateway_url,
                guilds=config.discord.guilds,
                now=now,
            )
        )
    return tuple(found) or (terminal,)


def user_agent(config: Config) -> str:
    """Who asks, in the form `product/version (contact)` (RFC 9110 §10.1.5)."""
    contact = f"; {config.http.contact}" if config.http.contact else ""
    return f"RegPulse/0.1 (AI-regulation alert bot{contact})"


@asynccontextmanager
async def assembled(
    config: Config,
    platforms: tuple[Platform, ...],
    *,
    alone: bool,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
    now: Callable[[], datetime] = _now,
) -> AsyncIterator[App]:
    """The app over an open database. `alone` takes the database for polling and sending: one process at a time.

    Raises UserError when the database cannot be used or another process holds it.
    """
    path = Path(config.database.path)
    with held(path, now()) if alone else nullcontext():
        lost = await asyncio.to_thread(predecessors.lost, path, config.database.folder)
        if lost:
            log.warning("starting with a new database", reason=lost.said)
        store = await Sqlite.open(path, backups=config.database.folder, checked=now() if alone else None)
        web = web_of(config)
        try:
            if alone:
                await store.reclaim(now())
                await _seat_the_terminal(store, platforms, now())
                await _note_absent(store, platforms, now())
                if lost:
                    await store.alarm(LOST, lost.notice, now())
            yield wired(config, store, web, platforms, progress=progress, now=now, lost=lost)
        finally:
            for platform in platforms:
                await platform.close()
            await web.close()
            await store.close()


def web_of(config: Config) -> Http:
    """The reader of other people's servers, within the configured bounds."""
    return Http(
        user_agent(config),
        allow_private=config.http.allow_private,
        timeout_seconds=config.http.timeout_seconds,
        max_bytes=int(config.http.max_megabytes * 1_000_000),
        max_redirects=config.http.max_redirects,
        host_gap_seconds=config.http.host_gap_seconds,
        concurrency=config.http.concurrency,
    )


def wired(
    config: Config,
    store: Store,
    web: Web,
    platforms: tuple[Platform, ...],
    *,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
    now: Callable[[], datetime] = _now,
    lost: Lost | None = None,
) -> App:
    """The parts over a given store and web; opens and closes nothing."""
    joining.hand_over(store, platforms)
    extract = Extract(config.vocabulary)
    trained = coefficients.load(Path(config.detection.model) if config.detection.model else None)
    for trouble in trained.troubles:
        log.warning(trouble)
    max_age = timedelta(hours=config.alerts.max_age_hours)
    room = Newsroom(
        store=store,
        web=web,
        writer=extract,
        assistant=assistant_of(config, store, extract, now),
        vocabulary=config.vocabulary,
        detector=trained.detector,
        likeness=trained.likeness,
        thresholds=config.detection.thresholds,
        feeds=config.feeds,
        now=now,
        max_age=max_age,
        keep_pages=timedelta(days=config.articles.keep_days),
        progress=progress,
    )

    async def brief_now(story: Story) -> Brief:
        return await store.brief(story.id) or await pipeline.briefed(room, story)

    speaking: dict[str, Platform] = {}
    outbox = Outbox(store, speaking, config.vocabulary, now, config.alerts.doubt, config.ops.place, config.feeds)
    signs = Signs(
        store,
        speaking,
        now,
        interval=timedelta(seconds=turning.LOOK_EVERY),
        asked=room.kept.polls.asked,
        lost=lambda: predecessors.still(lost),
    )
    database = Path(config.database.path)

    def troubles() -> tuple[str, ...]:
        clock_wrong = clocks.wrong(clock.ahead(speaking, web))
        now_wrong = (disk.scarce(database), clock_wrong)
        return (*trained.troubles, *(trouble for trouble in now_wrong if trouble))

    desk = Desk(
        store=store,
        brief_now=brief_now,
        vocabulary=config.vocabulary,
        feeds=config.feeds,
        now=now,
        outside=Outside(web, extract, lambda entries, feed: pipeline.verdicts_on(room, feed, entries)),
        max_age=max_age,
        troubles=troubles,
        editors=config.people.editors,
        presets=config.presets,
        working=signs.said,
        ops=config.ops.place,
        manage={"slack": config.slack.manage, "discord": config.discord.manage},
        a_person=config.people.lines_a_minute,
        a_space=config.people.space_lines_a_minute,
    )
    return App(config, store, room, desk, outbox, platforms, speaking, signs)


def endpoint_of(config: Config) -> Endpoint:
    """The language model's."""
    llm = config.llm
    return Endpoint(llm.base_url, llm.api, llm.model, config.tokens.llm, most_written=llm.max_output_tokens)


def assistant_of(config: Config, ledger: Ledger, extract: Writer, now: Callable[[], datetime]) -> Writer | None:
    """The writer that asks a language model, where the operator configured one."""
    llm = config.llm
    if not llm.on:
        return None
    limits = Limits(
        deadline_seconds=llm.deadline_seconds,
        max_input_characters=llm.max_input_characters,
        monthly_tokens=llm.monthly_tokens,
        monthly_usd=llm.monthly_usd,
        usd_per_million_input=llm.usd_per_million_input,
        usd_per_million_output=llm.usd_per_million_output,
        concurrency=llm.concurrency,
    )
    return Llm(extract, endpoint_of(config), ledger, limits, now)


async def _note_absent(store: Store, platforms: tuple[Platform, ...], now: datetime) -> None:
    names = [platform.name for platform in platforms]
    await store.configured(names, now)
    for one in await store.platforms():
        if one.platform not in names:
            log.warning("platform absent", platform=one.platform, reason=one.reason)


async def _seat_the_terminal(store: Store, platforms: tuple[Platform, ...], now: datetime) -> None:
    """The terminal hears everything while it is the only channel, and nothing once there is another."""
    seated = await store.subscriptions(TERMINAL)
    if any(platform.name == TERMINAL.platform for platform in platforms):
        if not seated:
            await store.subscribe(Subscription(TERMINAL, EVERYTHING, "regpulse", now))
    else:
        for subscription in seated:
            await store.unsubscribe(TERMINAL, subscription.id, now)


# One turn


async def once(app: App, *, everything: bool) -> tuple[Tally, tuple[tuple[Delivery, Brief], ...]]:
    """One whole turn and a flush."""
    newsroom.settle()
    for platform in app.platforms:
        await _talk(app, platform).reach()
    tally = await pipeline.turn(app.room, everything=everything)
    while studied := await pipeline.study(app.room, turning.STUDIED):
        tally += studied
    await app.store.configured([platform.name for platform in app.platforms], app.room.now())
    sent = await finishing(dispatch.flush(app.outbox, patience=timedelta(minutes=1)), app.outbox.stop)
    await dispatch.retell(app.outbox)
    await dispatch.inform(app.outbox)
    return tally, sent


# Running


async def run(app: App) -> None:
    """Until cancelled: turns, deliveries, a conversation per platform, and the local page."""
    newsroom.settle()
    pages = Pages(
        app.desk,
        listen=app.config.web.listen,
        briefs=lambda n, skip: latest_cards(app, n, skip),
        signs=app.signs,
        listening_to=len(await pipeline.listened(app.room)),
        token=app.config.tokens.web,
    )
    preview = Alert(TERMINAL, (EVERYTHING,), "preview") if app.config.terminal_only else None
    platforms = tuple(platform.name for platform in app.platforms)
    await pages.start()
    log.info("page", address=f"http://{app.config.web.listen}/")
    try:
        async with hubs.listening(app.room, app.config, app.signs) as loops, asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop)
            for loop in turning.loops(app.room, app.outbox, app.signs, preview=preview):
                group.create_task(loop)
            group.create_task(app.signs.listen())
            group.create_task(keeping.keep(app.store, app.config.database, app.room.now, platforms, app.signs.crashed))
            for platform in app.platforms:
                group.create_task(_conversation(app, platform))
    finally:
        await pages.close()


async def _conversation(app: App, platform: Platform) -> None:
    await _talk(app, platform).hold()


def _talk(app: App, platform: Platform) -> Conversation:
    return Conversation(platform, app.store, app.desk, app.speaking, app.room.now)


# The local page


async def latest_cards(app: App, limit: int, offset: int) -> tuple[Card, ...]:
    """The newest stories as full cards; those never alerted are marked as earlier than our listening."""
    return tuple([await _full_card(app, story) for story in await app.store.latest(limit, offset)])


async def _full_card(app: App, story: Story) -> Card:
    """From what is stored already: looking at a page must not make requests to other people's servers."""
    brief = await app.store.brief(story.id) or checked(await app.room.writer.brief(story, app.room.now()), story)
    mark = cards.taken_back(story) or ("" if story.told else "Earlier")
    return cards.alert(brief, app.config.vocabulary, mark=mark, managed=False)
