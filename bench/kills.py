"""Kills the real program again and again while it delivers, and counts what each channel received.

python -m bench.kills --platform slack --kills 300 --channels 100 --stories 20
"""

import argparse
import asyncio
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.model import Channel
from tests.standins.gate import Gate
from tests.walks.test_cli import free_port, starts
from tests.walks.world import SLACK, World, world

_BODIES = ("regulator", "ministry", "court", "parliament", "ombudsman", "privacy authority", "competition office")
_PLACES = ("Norwegian", "Kenyan", "Chilean", "Irish", "Korean", "Canadian", "Estonian", "Indian", "Polish", "Danish")
_ACTS = ("fines a chatbot maker", "orders an audit of hiring AI", "bans facial recognition", "opens a deepfake inquiry",
         "delays rules for frontier AI models")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the deliveries."""

    kills: int
    wanted: int
    lost: int
    doubled: int

    def __str__(self) -> str:
        return f"{self.kills} kills, {self.wanted} deliveries: {self.lost} lost, {self.doubled} twice"


async def kill(platform: str, *, kills: int, channels: int, stories: int, seed: int) -> Count:
    chance = random.Random(seed)  # noqa: S311  # the same kills each time
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="regpulse-kills-")))
        made = await stack.enter_async_context(world(folder, slack=platform == "slack", discord=platform == "discord"))
        server = made.slack or made.discord
        assert server is not None  # noqa: S101  # one of the two was asked for
        gate = await stack.enter_async_context(Gate(f"http://{server.address}"))
        places = tuple(_places(platform, channels))
        await _prepared(made, places)
        made.environment |= _through(made, gate) | {"REGPULSE_WEB_LISTEN": f"127.0.0.1:{free_port()}"}
        left = [_title(number) for number in range(stories)]
        for done in range(kills):
            _publish(made, left, stories // max(1, kills) + 1)
            await _killed(made, gate, chance)
            print(f"\r{done + 1} of {kills} kills", end="", file=sys.stderr)
        _publish(made, left, len(left))
        gate.holds("", "before")
        await made.turns()
        return _counted(made, places, kills)


def _places(platform: str, channels: int) -> Iterator[Channel]:
    for number in range(channels):
        yield (
            Channel("slack", SLACK.space, f"C{number}")
            if platform == "slack"
            else Channel("discord", "100", f"{200 + number}")
        )


async def _prepared(made: World, places: tuple[Channel, ...]) -> None:
    made.has_feed("one")
    for place in places:
        await made.subscribes(place)
    await made.turns()


def _through(made: World, gate: Gate) -> dict[str, str]:
    if made.slack:
        return {"REGPULSE_SLACK_API_URL": f"http://{gate.address}/api/"}
    assert made.discord  # noqa: S101  # the other of the two
    return {"REGPULSE_DISCORD_API_URL": made.discord.api_url.replace(made.discord.address, gate.address)}


def _title(number: int) -> str:
    """Invented, and each another event."""
    body, place = _BODIES[number % len(_BODIES)], _PLACES[number // len(_BODIES) % len(_PLACES)]
    return f"{place} {body} {_ACTS[number % len(_ACTS)]} under AI Act case {1_000 + 37 * number}"


def _publish(made: World, left: list[str], number: int) -> None:
    for title in [left.pop(0) for _ in range(min(number, len(left)))]:
        made.publishes(
            "one", (title, f"{title}. The duty about AI systems applies from 1 March 2027, it said on Tuesday.")
        )


async def _killed(made: World, gate: Gate, chance: random.Random) -> None:
    """At a post that is not heard of yet, at one that was done but not answered, or anywhere at all."""
    where = chance.choice(("before", "after", "anywhere"))
    if where != "anywhere":
        gate.holds("messages" if made.discord else "chat.postMessage", "before" if where == "before" else "after")
    process = await starts(made, "run")
    with suppress(TimeoutError):  # when nothing is left to send it is killed while it waits
        await asyncio.wait_for(gate.held.wait(), chance.uniform(2, 8) if where == "anywhere" else 20)
    process.kill()
    await process.communicate()
    gate.opens()
    gate.holds("", "before")


def _counted(made: World, places: tuple[Channel, ...], kills: int) -> Count:
    """Every story that was told, in every channel."""
    server = made.slack or made.discord
    assert server is not None  # noqa: S101  # one of the two was asked for
    with closing(sqlite3.connect(made.database)) as db:
        told = [row[0] for row in db.execute("SELECT json_extract(brief, '$.headline') FROM briefs")]
    wanted = [(place.id, title) for place in places for title in told]
    texts = {place.id: [str(message) for message in server.channel(place.id).messages] for place in places}
    found = [sum(title in text for text in texts[place]) for place, title in wanted]
    return Count(kills, len(wanted), sum(not times for times in found), sum(times > 1 for times in found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", choices=("slack", "discord"), default="slack")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--channels", type=int, default=100)
    parser.add_argument("--stories", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    count = asyncio.run(
        kill(asked.platform, kills=asked.kills, channels=asked.channels, stories=asked.stories, seed=asked.seed)
    )
    print(f"\n{asked.platform}: {count}")
    sys.exit(bool(count.lost or count.doubled))


if __name__ == "__main__":
    main()
