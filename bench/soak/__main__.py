"""The real program for as long as one likes, among everything that goes wrong; what was lost, doubled, late and leaked.

    python -m bench.soak --minutes 30 --rate 20 --channels 500        (make bench-soak)

`regpulse run` is a process of its own; publishers, Slack and Discord are in this one. Half of the channels are on Slack, over
ten workspaces, half on Discord, which may be told 5 a second each and 47 a second in all; a channel takes one a second. Each
channel has a query of its own, for the bills of five of ten countries: a story is told to half of the channels, and comes as
often as makes the rate (20 a second to 500 channels: a story every 12.5 seconds, ten times a real day's, a message in each
channel every 25). A third of the stories have their articles fetched, each comes with an item that is beside the point.

After twenty seconds of calm one storm follows another, by a plan made from the seed: see `bench/soak/weather.py`. After a tenth
of the time the program is asked to stop, after two and after three tenths it is killed (`--calm`, `--no-restarts` do without),
so that the last process lives for most of it. When the last story is out all is left alone until everything has arrived, five
minutes at most.

Lost: a channel that asked for a story and never got it, whatever happened meanwhile. Late: more than a minute from the moment a
feed was asked and answered with the story (one that failed is asked again later) to its message standing in the channel; what
waited for a workspace that had removed the app is counted apart. Memory is flat when the process that lived longest, after its
first third, gains no more than 15 MB an hour, open stories among it, which are kept for eleven days (`bench.soak.month` shows
them leave). Files are flat when its last third comes down to as few as its first: what a storm opens is closed after it, what
leaks is not. Stalls are the program's own measure, twice a second, of how late its event loop comes to what is due; a process
that does nothing is measured beside it. Memory and files are read from /proc. Exit code 1 when a claim fails.
"""

import asyncio
import logging
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet

from bench import asking
from bench.claims import told
from bench.soak import growth, news, reckoning, saying
from bench.soak.beside import Beside
from bench.soak.farside import DiscordInWeather, Publishers, Received, SlackInWeather, places
from bench.soak.news import TEAMS, Story
from bench.soak.program import Program
from bench.soak.weather import Sky, Storm, plan
from bot.model import Channel, Installation, Subscription
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.sealing import Seal, Secrets
from bot.store.sqlite import Sqlite
from tests.standins.local import free_port

OPS = Channel("slack", "T0", "COPS")
SIGNED_WITH = "signing-secret"
SETTLES_WITHIN = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    minutes: float
    rate: float
    channels: int
    seed: int
    calm: bool
    restarts: bool
    census: bool

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def every(self) -> float:
        """Seconds between two stories."""
        return self.channels * news.ASKED / len(news.PLACES) / self.rate


@dataclass
class Soak:
    asked: Asked
    sky: Sky
    publishers: Publishers
    slack: SlackInWeather
    discord: DiscordInWeather
    received: Received
    program: Program
    door: str
    """Where Slack reaches the program."""
    told: dict[int, tuple[Story, float]] = field(default_factory=dict)
    """By number, with when its feed served it."""
    revoked: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By workspace, from when till when."""
    answered: list[float] = field(default_factory=list)
    """Seconds a slash command took to its answer."""
    beside: Beside | None = None
    steps: tuple[int, tuple[float, ...]] = (0, ())
    """Of the last process, where it is asked for: how many, and the processor seconds of each long one."""


@asynccontextmanager
async def arranged(asked: Asked, folder: Path) -> AsyncIterator[Soak]:
    sky = Sky(random.Random(asked.seed))  # noqa: S311  # the same weather each time
    everywhere = news.channels(asked.channels)
    async with AsyncExitStack() as stack:
        publishers = await stack.enter_async_context(Publishers(sky))
        slack = await stack.enter_async_context(SlackInWeather(sky))
        discord = await stack.enter_async_context(DiscordInWeather(sky))
        publishers.opens()
        discord.has(*places(channel for channel, _ in everywhere))
        feeds = folder / "feeds.toml"
        rows = (
            f'[[feed]]\nid = "{name}"\nurl = "{publishers.url(f"/{name}.xml")}"\npoll_minutes = 0'
            for name in publishers.names
        )
        feeds.write_text("\n".join(rows), encoding="utf-8")
        key, door, page = Fernet.generate_key().decode(), f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        program = Program(folder / "regpulse.db", feeds, folder / "log.jsonl", page, {
            "REGPULSE_HTTP_ALLOW_PRIVATE": publishers.address, "REGPULSE_HTTP_TIMEOUT_SECONDS": "5",
            "REGPULSE_HTTP_HOST_GAP_SECONDS": "0", "REGPULSE_LOG_FORMAT": "json", "REGPULSE_WEB_LISTEN": page,
            "REGPULSE_OPS_CHANNEL": str(OPS), "REGPULSE_SLACK_API_URL": slack.api_url, "REGPULSE_SLACK_MODE": "http",
            "REGPULSE_SLACK_LISTEN": door, "REGPULSE_SLACK_URL": f"http://{door}", "REGPULSE_SLACK_CLIENT_ID": "1.2",
            "REGPULSE_SLACK_CLIENT_SECRET": "client-secret", "REGPULSE_SLACK_SIGNING_SECRET": SIGNED_WITH,
            "REGPULSE_ENCRYPTION_KEY": key, "REGPULSE_DISCORD_TOKEN": "test.token",
            "REGPULSE_DISCORD_API_URL": discord.api_url, "REGPULSE_DISCORD_GATEWAY_URL": discord.gateway_url,
        })  # fmt: skip
        if asked.census:
            program.module = "bench.soak.census"
            program.environment = {**program.environment, "CENSUS": str(folder / "census.jsonl")}
        await _subscribed(program.database, everywhere, Seal(key))
        slack.tokens |= {f"xoxb-{team}": team for team in TEAMS}
        slack.reaches(door, SIGNED_WITH)
        received = Received(slack, discord, tuple(channel for channel, _ in everywhere))
        stack.push_async_callback(program.kill)
        yield Soak(asked, sky, publishers, slack, discord, received, program, door)
        sky.over.set()
        print(*{f"refused by the far side: {fault}" for fault in (*slack.faults, *discord.faults)}, sep="\n")
        slack.faults.clear()
        discord.faults.clear()


async def _subscribed(database: Path, everywhere: tuple[tuple[Channel, str], ...], seal: Seal) -> None:
    store, now = await Sqlite.open(database), datetime.now(UTC)
    for channel, query in everywhere:
        await store.subscribe(Subscription(channel, query, "soak", now))
    for team in TEAMS:
        sealed, scopes = seal.seal(team, Secrets(f"xoxb-{team}")), tuple(scope.name for scope in SCOPES)
        await store.install(
            Installation(team, f"Team {team}", "https://x.slack.com/", "B1", "U0BOT", scopes, sealed, now)
        )
    await store.close()


async def soaked(soak: Soak) -> None:
    """Publishes, storms and restarts, each at its time; ends when all is out, and everything arrived or will not."""
    await soak.program.start()
    soak.beside = await Beside.begins()
    watching = [asyncio.create_task(each) for each in (soak.program.keep_sampling(), soak.received.keep_looking())]
    await _listening(soak)
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(_publishes(soak))
        group.create_task(_asks(soak, begun))
        group.create_task(_shows(soak))
        if not soak.asked.calm:
            group.create_task(_storms(soak, group, begun))
        if soak.asked.restarts:
            group.create_task(_restarts(soak, begun))
    await _settled(soak)
    if soak.asked.census:
        soak.steps = await soak.program.told_steps()
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    await soak.program.stop()


async def _listening(soak: Soak) -> None:
    """The baselines are taken, so that what comes from now on is news."""
    async with asyncio.timeout(120):
        await soak.discord.ready.wait()
        while not all(  # noqa: ASYNC110  # counted by a stand-in, which tells nobody
            soak.publishers.asked[f"/{name}.xml"] > 1 for name in soak.publishers.names
        ):
            await asyncio.sleep(0.2)


async def _publishes(soak: Soak) -> None:
    begun = time.monotonic()
    for number in range(min(news.MOST, int(soak.asked.seconds / soak.asked.every))):
        await asyncio.sleep(max(0.0, begun + number * soak.asked.every - time.monotonic()))
        story = news.story(number, soak.asked.seed)
        soak.publishers.tells(story)
        soak.told[number] = story, time.time()


async def _shows(soak: Soak) -> None:
    for minute in range(1, int(soak.asked.minutes) + 1):
        await asyncio.sleep(60)
        print(f"{minute} min, {len(soak.told)} stories, {len(soak.received.at):,} arrived", file=sys.stderr, flush=True)


async def _storms(soak: Soak, group: asyncio.TaskGroup, begun: float) -> None:
    for storm in plan(soak.asked.seed, soak.asked.seconds):
        await asyncio.sleep(max(0.0, begun + storm.at - time.monotonic()))
        group.create_task(_storm(soak, storm))


async def _storm(soak: Soak, storm: Storm) -> None:
    match storm.what:
        case "gateway hangs up":
            soak.discord.hangs_up()
            soak.sky.counts(storm.what)
        case "10,000 items":
            soak.publishers.floods()
            soak.sky.counts(storm.what)
        case _:
            since = time.time()
            soak.sky.now.append(storm)
            await asyncio.sleep(storm.lasts)
            soak.sky.now.remove(storm)
            if storm.what == "revoked":
                await _installs_again(soak, storm.where)
                soak.revoked.setdefault(storm.where, []).append((since, time.time()))


async def _installs_again(soak: Soak, team: str) -> None:
    """A person does, and tries again where the program is just not there, or says that it did not work."""
    for _ in range(60):
        try:
            if "is installed" in await soak.slack.installs(team, soak.door):
                return
        except Exception:  # noqa: S110  # whatever a browser would show
            pass
        await asyncio.sleep(1)


async def _restarts(soak: Soak, begun: float) -> None:
    for share, end in ((0.1, soak.program.stop), (0.2, soak.program.kill), (0.3, soak.program.kill)):
        await asyncio.sleep(max(0.0, begun + share * soak.asked.seconds - time.monotonic()))
        await end()
        await soak.program.start()


async def _asks(soak: Soak, begun: float) -> None:
    """A person asks something every ten seconds, as long as the program is there to hear it."""
    while time.monotonic() - begun < soak.asked.seconds:
        await asyncio.sleep(10)
        asked = time.monotonic()
        try:
            await soak.slack.types("/regpulse search norway", channel="C0", team="T0")
        except Exception:  # it is being restarted, or Slack is in a storm itself
            soak.sky.counts("asked in vain")
        else:
            soak.answered.append(time.monotonic() - asked)


async def _settled(soak: Soak) -> None:
    until = time.monotonic() + SETTLES_WITHIN
    while time.monotonic() < until and reckoning.owed(  # noqa: ASYNC110  # by what another process writes
        soak.program.database, soak.told, soak.received.at, soak.asked.channels
    ):
        await asyncio.sleep(2)
    await asyncio.sleep(3)  # for what would come twice


def main() -> None:
    parser = asking.parser("soak", __doc__)
    parser.add_argument("--minutes", type=asking.number(0.5), default=30.0)
    parser.add_argument("--rate", type=asking.number(0.1), default=20.0, help="deliveries a second")
    parser.add_argument("--channels", type=asking.whole(20), default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="without storms")
    parser.add_argument("--no-restarts", action="store_true")
    parser.add_argument("--census", action="store_true", help="SIGUSR1 has the program write what it holds in memory")
    parser.add_argument("--keep", type=Path, help="a folder for database and log, to look at afterwards")
    given = parser.parse_args()
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # who is cut off, or killed, is not news here
    asked = Asked(
        given.minutes, given.rate, given.channels, given.seed, given.calm, not given.no_restarts, given.census
    )
    with tempfile.TemporaryDirectory(prefix="regpulse-soak-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        sys.exit(asyncio.run(_run(asked, folder)))


async def _run(asked: Asked, folder: Path) -> int:
    async with arranged(asked, folder) as soak:
        await soaked(soak)
        program = soak.program
        count = reckoning.count(
            program.database,
            soak.told,
            soak.publishers.served,
            soak.received.at,
            soak.asked.channels,
            soak.revoked,
        )
        grown = growth.longest(program.samples)
        idle = await soak.beside.ends() if soak.beside else ()
        found = saying.Found(
            count, program, soak.sky.met, soak.answered, soak.received.strange, grown, idle, soak.steps
        )
        print("\n".join(saying.report(found)))
        return told(saying.claims(found))


if __name__ == "__main__":
    main()
