"""What it takes to tell one story to 10,000 channels: against the platforms' own limits, and beside workspaces in trouble.

    make bench-fanout        (python -m bench.fanout [CHANNELS]; two minutes)

The outbox, the database, the cards, the renderers, the clients and the HTTP on the loopback are real, with a far side that
answers after a while. The clock runs on by the CPU time that anything takes (the far side, too), and is put on to the end of
what is only waited for: `tests/standins/clock.py`. The channels hear the story for a hundred different reasons. *Ratio* is the
time taken beside the time that the limits allow. Exit code 1 when it is above 1.1 on a platform, or workspaces in trouble make
the others that much later than they are when all is well; too few channels to take a quarter of a minute show nothing.
"""

import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web
from cryptography.fernet import Fernet

from bench import asking
from bench.claims import Claim
from bench.claims import told as all_told
from bench.measuring import machine, since
from bench.routing import the_story
from bot import config, dispatch, logs
from bot.app import joining
from bot.core.brief import checked
from bot.dispatch import Outbox
from bot.model import Alert, Channel, Installation
from bot.pipeline import newsroom
from bot.platforms.discord.adapter import Discord
from bot.platforms.slack import manifest
from bot.platforms.slack.sealing import Seal, Secrets
from bot.ports import Platform
from bot.store.sqlite import Sqlite
from bot.writers.extract import Extract
from tests.edges.stored import filed, judged
from tests.standins.clock import Skipping, skipping
from tests.standins.desk import ScriptedDesk
from tests.standins.discord.limited import A_SECOND as DISCORD_A_SECOND
from tests.standins.discord.limited import LimitedDiscord
from tests.standins.discord.payloads import Place
from tests.standins.local import LocalServer

CHANNELS, SPACES = 10_000, 100
ANSWERS_AFTER = 0.15
"""Seconds."""

SLACK_A_SECOND = 5
"""Of one workspace. Slack publishes "several hundred messages per minute" and no figure: 300 is what we take it for."""

SLOW, LIMITED = "T0", "T1"
SLOW_ANSWERS_AFTER = 18.0
"""Slack is given 20 before a message is in doubt."""
RETRY_AFTER = 60
WITHIN = 1.1
"""Times what the limits allow, and what others take when all is well."""

SHOWS = 15.0
"""Seconds that the limits must allow for the ratio to say something: what it takes to begin weighs more in less."""

CONFIG = config.load(Path(__file__).parent.parent / "config", environment={})
SCOPES = tuple(scope.name for scope in manifest.SCOPES)


@dataclass
class Arrivals:
    """When each message came, by channel, and of which space; requests refused, by space."""

    loop: Skipping
    at: dict[str, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    twice: int = 0
    busiest: int = 0
    """Requests of any kind in the second that had most, where they are counted."""

    def note(self, channel: str) -> None:
        self.twice += channel in self.at
        self.at[channel] = self.loop.time()


class SlackAtScale(LocalServer):
    """What posting asks of many workspaces, each by its token; two of them in trouble, if wanted."""

    def __init__(self, arrivals: Arrivals, troubled: bool) -> None:
        self.arrivals, self.troubled = arrivals, troubled
        self.begun = arrivals.loop.time()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/chat.postMessage", self._post),
            web.route(
                "*", "/api/conversations.history", self._history
            ),  # before the first message, whether it may be read
        ]

    async def _history(self, request: web.Request) -> web.Response:
        space = request.headers["Authorization"].rpartition("-")[2]
        await asyncio.sleep(SLOW_ANSWERS_AFTER if self.troubled and space == SLOW else ANSWERS_AFTER)
        return web.json_response({"ok": True, "messages": []})

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json() if request.content_type == "application/json" else dict(await request.post())
        space = request.headers["Authorization"].rpartition("-")[2]
        if self.troubled and space == LIMITED and self.arrivals.loop.time() - self.begun < RETRY_AFTER:
            self.arrivals.refused[space] += 1
            headers = {"Retry-After": str(RETRY_AFTER)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        await asyncio.sleep(SLOW_ANSWERS_AFTER if self.troubled and space == SLOW else ANSWERS_AFTER)
        self.arrivals.note(str(body["channel"]))
        return web.json_response({"ok": True, "ts": f"{self.arrivals.loop.time():.6f}", "channel": body["channel"]})


class DiscordAtScale(LimitedDiscord):
    """With a gateway, by which the bot knows its channels."""

    def __init__(self, arrivals: Arrivals, channels: int) -> None:
        super().__init__(arrivals.loop.time)
        self.arrivals = arrivals
        self.has(*(Place(channel_number(n)) for n in range(channels)))

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        answer = await super()._rest(request)
        self.arrivals.refused["all"] = self.refused
        self.arrivals.busiest = self.busiest
        await asyncio.sleep(ANSWERS_AFTER)
        return answer

    async def _post(self, request: web.Request, channel: str, body: dict[str, Any]) -> web.StreamResponse:
        self.arrivals.note(channel)
        return await super()._post(request, channel, body)


def channel_number(n: int) -> str:
    return str(1_000_000 + n)


@dataclass
class Told:
    """Of one run."""

    arrivals: Arrivals
    seconds: float
    """On the clock that skips waiting."""
    cpu: float
    claims: list[float]
    """CPU milliseconds and waiting of each claim, by the wall."""
    claimed: int


async def discord(loop: Skipping, channels: int, folder: Path) -> Told:
    arrivals = Arrivals(loop)
    async with DiscordAtScale(arrivals, channels) as server:
        platform = Discord("test.token", api_url=server.api_url, gateway_url=server.gateway_url)
        await platform.connect()
        talk = asyncio.create_task(platform.listen(ScriptedDesk()))
        try:
            await asyncio.wait_for(server.ready.wait(), 60)
            everywhere = tuple(Channel("discord", str(n % SPACES), channel_number(n)) for n in range(channels))
            return await told(loop, arrivals, platform, everywhere, folder)
        finally:
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
            await platform.close()


async def slack(loop: Skipping, channels: int, folder: Path, *, troubled: bool) -> Told:
    arrivals = Arrivals(loop)
    async with SlackAtScale(arrivals, troubled) as server:
        key = Fernet.generate_key().decode()
        environment = {
            "REGPULSE_SLACK_API_URL": f"http://{server.address}/api/",
            "REGPULSE_SLACK_MODE": "http",
            "REGPULSE_SLACK_SIGNING_SECRET": "signing-secret",
            "REGPULSE_SLACK_CLIENT_ID": "1.2",
            "REGPULSE_SLACK_CLIENT_SECRET": "client-secret",
            "REGPULSE_SLACK_URL": "http://127.0.0.1:1",
            "REGPULSE_ENCRYPTION_KEY": key,
        }
        settings = config.load(Path(__file__).parent.parent / "config", environment=environment)
        platform = joining.slack(settings, loop.now)
        everywhere = tuple(Channel("slack", f"T{n % SPACES}", f"C{n}") for n in range(channels))
        return await told(loop, arrivals, platform, everywhere, folder, Seal(key))


async def told(
    loop: Skipping,
    arrivals: Arrivals,
    platform: Platform,
    everywhere: tuple[Channel, ...],
    folder: Path,
    seal: Seal | None = None,
) -> Told:
    store = await Sqlite.open(folder / f"{time.monotonic_ns()}.db")
    joining.hand_over(store, (platform,))
    for team in sorted({channel.space for channel in everywhere}) if seal else ():
        sealed = seal.seal(team, Secrets(f"xoxb-{team}")) if seal else b""
        await store.install(Installation(team, team, "https://x.slack.com/", "B1", "U1", SCOPES, sealed, loop.now()))
    story = await filed(store, judged(the_story().entries[0]), at=loop.now())
    brief = checked(await Extract(CONFIG.vocabulary).brief(story, loop.now()), story)
    await store.publish(brief, tuple(map(asked_for, range(len(everywhere)), everywhere)), loop.now())
    claims: list[float] = []
    outbox = Outbox(store, {platform.name: platform}, CONFIG.vocabulary, loop.now, "hold")
    count_claims(store, claims)
    newsroom.settle()  # as the program does when all is loaded
    begun, cpu = loop.time(), time.process_time()
    sent = await dispatch.flush(outbox, patience=timedelta(minutes=10))
    taken = Told(arrivals, max(arrivals.at.values()) - begun, time.process_time() - cpu, claims, len(sent))
    arrivals.at = {channel: at - begun for channel, at in arrivals.at.items()}
    await store.close()
    assert len(sent) == len(everywhere) == len(arrivals.at)  # noqa: S101
    assert not arrivals.twice  # noqa: S101
    return taken


def asked_for(number: int, channel: Channel) -> Alert:
    """A hundred different reasons, so that not every card is the same."""
    return Alert(channel, ("EU AI Act", f"word {number % 100}"))


def count_claims(store: Sqlite, claims: list[float]) -> None:
    claim = store.claim

    async def counted(*given: Any, **more: Any) -> Any:
        begun = time.perf_counter()
        try:
            return await claim(*given, **more)
        finally:
            claims.append(since(begun))

    store.claim = counted  # type: ignore[method-assign]


def run(work: Callable[[Skipping, int, Path], Coroutine[Any, Any, Told]], channels: int) -> Told:
    with TemporaryDirectory() as folder, open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            with redirect_stderr(nowhere):
                logs.configure(level="info", json=True, secrets=())
                return skipping(lambda loop: work(loop, channels, Path(folder)))
        finally:
            logs.configure(level="error", json=False, secrets=())


def main() -> None:
    parser = asking.parser("fanout", __doc__)
    parser.add_argument("channels", type=asking.whole(2 * SPACES, 100_000), nargs="?", default=CHANNELS)
    channels = parser.parse_args().channels
    print(f"{machine()}; one core; one story to {channels:,} channels;")
    print(
        f"the far side answers after {ANSWERS_AFTER * 1_000:.0f} ms. Seconds on a clock that skips what is only waited for.\n"
    )
    print(f"{'':<46} allowed  taken  ratio    CPU  ms a message  claims  ms each")
    one = run(discord, channels)
    allowed = (channels - 1) / DISCORD_A_SECOND
    row(f"Discord, {SPACES} servers, {DISCORD_A_SECOND} a second", allowed, one)
    well = run(lambda *given: slack(*given, troubled=False), channels)
    allowed_slack = (-(-channels // SPACES) - 1) / SLACK_A_SECOND
    row(f"Slack, {SPACES} workspaces, {SLACK_A_SECOND} a second each", allowed_slack, well)
    ill = run(lambda *given: slack(*given, troubled=True), channels)
    print(f"\nbusiest second: Discord {one.arrivals.busiest}, a Slack workspace "
          f"{max(busiest(ats) for ats in by_space(well).values())}; refused: {sum(one.arrivals.refused.values())}")  # fmt: skip
    print(f"\nThe same on Slack, where {SLOW} answers after {SLOW_ANSWERS_AFTER:.0f} s "
          f"and {LIMITED} with 429 for its first {RETRY_AFTER} s:")  # fmt: skip
    calm, stormy = by_space(well), by_space(ill)
    for space in (SLOW, LIMITED):
        print(f"  {space}: last message after {max(stormy[space]):.1f} s (well: {max(calm[space]):.1f} s); "
              f"refused {ill.arrivals.refused[space]}")  # fmt: skip
    last, last_well = others(stormy), others(calm)
    print(f"  the other {len(calm) - 2}: last message after {last:.1f} s (all well: {last_well:.1f} s)")
    ratios = (
        ("Discord", one.seconds, allowed),
        ("Slack", well.seconds, allowed_slack),
        ("the others", last, last_well),
    )
    sys.exit(all_told(kept_to(ratios)))


def kept_to(ratios: Iterable[tuple[str, float, float]]) -> Iterator[Claim]:
    for what, taken, allowed in ratios:
        beside = "they take when all is well" if what == "the others" else "the limits allow"
        holds = taken <= WITHIN * allowed if allowed >= SHOWS else None
        yield Claim(f"{what} within {WITHIN:g} times what {beside}", holds, f"{taken / allowed:.2f}")


def others(found: Mapping[str, list[float]]) -> float:
    """When those that are in no trouble had their last message."""
    return max(max(ats) for space, ats in found.items() if space not in (SLOW, LIMITED))


def row(what: str, allowed: float, one: Told) -> None:
    print(f"{what:<46} {allowed:>7.1f} {one.seconds:>6.1f} {one.seconds / allowed:>6.2f} {one.cpu:>6.1f}"
          f" {one.cpu / one.claimed * 1_000:>13.2f} {len(one.claims):>7} {sum(one.claims) / len(one.claims):>8.1f}")  # fmt: skip


def by_space(one: Told) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for channel, at in one.arrivals.at.items():
        found[f"T{int(channel[1:]) % SPACES}"].append(at)
    return found


def busiest(ats: Iterable[float]) -> int:
    """The most that came within any one second."""
    ordered, first, most = sorted(ats), 0, 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    main()
