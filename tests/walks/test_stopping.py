"""SIGTERM and Ctrl-C at the real program: it ends by itself, with its code, and leaves nothing in doubt that need not be.

Every other step at which it may be stopped: `test_stopping_anywhere.py`.
"""

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from tests.standins.faults import SERVED
from tests.standins.gate import Gate
from tests.walks.test_cli import starts
from tests.walks.world import NEWS, SLACK, World, world

GRACE = "from bot.cli import running; running.until_stopped.__kwdefaults__['grace'] = 300.0"
FINISH = "; from bot.app import steady; steady.FINISH = 60.0"
"""A machine that is slow does not end these hard: `tests/test_stop.py` tries how soon that is."""


async def prepared(made: World, gate: Gate) -> None:
    """A baseline told to nobody, a subscription, and one new story on the feed; posts go through the gate."""
    made.has_feed("one")
    await made.subscribes(SLACK)
    await made.turns()
    made.publishes("one", NEWS[0])
    made.environment["REGPULSE_WEB_LISTEN"] = "127.0.0.1:0"
    made.environment["REGPULSE_SLACK_API_URL"] = f"http://{gate.address}/api/"


async def asked_to_stop(process: asyncio.subprocess.Process, number: signal.Signals = signal.SIGTERM) -> None:
    """The signal is sent, and the program said that it heard it."""
    assert process.stderr
    process.send_signal(number)
    async with asyncio.timeout(300):
        while b"stopping" not in await process.stderr.readline():
            pass


async def ended(process: asyncio.subprocess.Process, *, hard: bool = False) -> int:
    """Its exit code. It ended by itself, or may have been ended `hard`: how soon that is `tests/test_stop.py` tries."""
    _, err = await asyncio.wait_for(process.communicate(), 300)
    assert hard or (b"stopped" in err and b"stopped hard" not in err), err.decode()
    assert process.returncode is not None
    return process.returncode


def states(made: World) -> dict[str, int]:
    with closing(sqlite3.connect(made.database)) as db:
        return dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))


async def restarted(made: World) -> int:
    """How many messages the channel has after another start."""
    made.environment.pop("REGPULSE_SLACK_API_URL")
    await made.turns()
    assert made.slack
    return len(made.slack.channel("C1").messages)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_while_a_feed_does_not_answer(tmp_path: Path, number: signal.Signals, code: int) -> None:
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        made.feeds.hangs("/one.xml")
        made.environment["REGPULSE_WEB_LISTEN"] = "127.0.0.1:0"
        made.environment["REGPULSE_HTTP_TIMEOUT_SECONDS"] = "60"
        process = await starts(made, "run", first=GRACE + FINISH)
        async with asyncio.timeout(300):
            while not made.feeds.asked["/one.xml"]:  # noqa: ASYNC110  # the stand-in counts, and says nothing
                await asyncio.sleep(0.05)
        await asked_to_stop(process, number)
        assert await ended(process) == code


async def test_while_a_document_is_read_that_takes_seconds(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        SERVED["nested two hundred thousand deep"].arrange(made.feeds, "/one.xml")
        made.environment["REGPULSE_WEB_LISTEN"] = "127.0.0.1:0"
        process = await starts(made, "run", first=GRACE + FINISH)
        async with asyncio.timeout(300):
            while not made.feeds.asked["/one.xml"]:  # noqa: ASYNC110  # the stand-in counts, and says nothing
                await asyncio.sleep(0.05)
        await asked_to_stop(process)
        assert await ended(process, hard=True) == 0


@pytest.mark.parametrize("when", ["before", "after"])
async def test_while_a_message_is_on_its_way_it_is_waited_for(tmp_path: Path, when: Literal["before", "after"]) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        async with Gate(f"http://{made.slack.address}") as gate:
            await prepared(made, gate)
            gate.holds("chat.postMessage", when)
            process = await starts(made, "run", first=GRACE + FINISH)
            await asyncio.wait_for(gate.held.wait(), 300)
            await asked_to_stop(process)
            gate.opens()
            assert await ended(process) == 0
        assert states(made) == {"sent": 1}
        assert await restarted(made) == 1
