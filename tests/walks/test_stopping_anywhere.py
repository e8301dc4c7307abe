"""Asked to stop while anything is under way: it ends by itself in time, what was under way is done once, and one line says so.

Only what is waited for takes time here, so that the seconds are those of the program, however quick the machine is.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database
from structlog.testing import capture_logs

from bot import app, pipeline
from bot.app import App, keeping, turning
from bot.cli import running
from bot.dispatch.outbox import LEASE
from bot.model import Subscription
from bot.platforms.discord.adapter import Discord
from bot.platforms.slack.adapter import Slack
from bot.store import backups
from bot.store.migrations import migrations
from bot.store.sqlite import Sqlite
from tests.standins.clock import Still, still
from tests.standins.model import KEY, ModelServer
from tests.walks.weather import CHANNELS, OPS, SECOND
from tests.walks.world import NEWS, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])


@dataclass
class Program:
    """The running program, on a clock by which work takes no time."""

    made: World
    clock: Still
    platform: str
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    said: list[str] = field(default_factory=list)
    per_second: float = 1_000

    def now(self) -> datetime:
        return self.begun + timedelta(seconds=self.clock.time())

    @property
    def far(self):  # type: ignore[no-untyped-def]
        return self.made.slack or self.made.discord

    def posted(self) -> list[str]:
        """The headlines that stand in the channel, as often as they do."""
        texts = [str(one) for one in self.far.channel(CHANNELS[self.platform].id).messages]
        return sorted(title for text in texts for title, _ in NEWS if title in text)

    @asynccontextmanager
    async def opens(self) -> AsyncIterator[App]:
        platforms = self.made.platforms(self.now)
        for one in platforms:
            one.pace = replace(one.pace, per_second=self.per_second)  # type: ignore[misc]
        async with app.assembled(self.made.config(), platforms, alone=True, now=self.now) as whole:
            yield whole

    async def once(self, *, everything: bool = True) -> None:
        async with self.opens() as whole:
            await app.once(whole, everything=everything)

    async def _runs(self) -> None:
        async with self.opens() as whole:
            await app.run(whole)

    async def is_stopped_when(self, reached: Callable[[], Awaitable[object]]) -> None:
        """It runs until then, and ends as after SIGTERM: by itself, within the grace."""
        with capture_logs() as logs:
            task, reaching = asyncio.create_task(self._runs()), asyncio.ensure_future(reached())
            await asyncio.wait((task, reaching), timeout=300, return_when=asyncio.FIRST_COMPLETED)
            assert not task.done(), task.result()
            assert reaching.done(), "it never came to where it is to be stopped"
            await reaching
            begun = self.clock.time()
            task.cancel()
            await asyncio.wait({task}, timeout=300)
        assert task.cancelled()
        assert self.clock.time() - begun < running.GRACE
        self.said = [one["event"] for one in logs if one["log_level"] in ("error", "critical")]

    def asked(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.made.database)) as db:
            return db.execute(statement).fetchall()


async def until(so: Callable[[], object]) -> None:
    while not so():  # noqa: ASYNC110  # what a stand-in was asked is a list
        await asyncio.sleep(0.05)


async def stopping(
    folder: Path, platform: str, walk: Callable[[Program], Awaitable[None]], *, every: str = "now", **environment: str
) -> None:
    """A baseline told to nobody and a channel that hears all; then the walk."""

    sides = {name: name == platform for name in ("slack", "discord")}
    given = {"REGPULSE_WEB_LISTEN": "127.0.0.1:0", "REGPULSE_OPS_CHANNEL": OPS[platform]} | environment
    async with world(folder, **sides, environment=given) as made:
        made.has_feed("one")
        program = Program(made, still(), platform)
        async with program.opens() as whole:
            one = Subscription(CHANNELS[platform], "everything", "tester", program.now(), every=every)
            await whole.store.subscribe(one)
            await app.once(whole, everything=True)
        await walk(program)


@PLATFORMS
async def test_a_message_that_takes_too_long_is_found_and_told_once(tmp_path: Path, platform: str) -> None:
    async def walk(program: Program) -> None:
        program.made.publishes("one", NEWS[0])
        program.far.stores_and_is_slow()
        await program.is_stopped_when(lambda: until(lambda: program.posted()))
        assert program.asked("SELECT state FROM deliveries") == [("sending",)]
        program.far.answers_again()
        await program.once()
        assert program.posted() == [NEWS[0][0]]
        assert program.asked("SELECT state FROM deliveries") == [("sent",)]
        assert program.said == []

    await stopping(tmp_path, platform, walk)


@PLATFORMS
async def test_a_message_that_is_answered_in_time_is_waited_for(tmp_path: Path, platform: str) -> None:
    async def walk(program: Program) -> None:
        program.made.publishes("one", NEWS[0])
        program.far.stores_and_is_slow()

        async def reached() -> None:
            await until(program.posted)
            asyncio.get_running_loop().call_later(1, program.far.answers_again)

        await program.is_stopped_when(reached)
        assert program.asked("SELECT state FROM deliveries") == [("sent",)]
        await program.once()
        assert program.posted() == [NEWS[0][0]]

    await stopping(tmp_path, platform, walk)


@pytest.mark.parametrize("state", ["pending", "doubt"])
async def test_what_waits_its_turn_is_not_begun_and_stays_what_it_was(tmp_path: Path, state: str) -> None:
    platform = "slack"

    async def walk(program: Program) -> None:
        others = [replace(CHANNELS[platform], id=f"{SECOND[platform].id}{number}") for number in range(2)]
        async with program.opens() as whole:
            for channel in others:
                await whole.store.subscribe(Subscription(channel, "everything", "tester", program.now()))
            program.made.publishes("one", NEWS[0])
            await pipeline.turn(whole.room, everything=True)
        ((first,),) = program.asked("SELECT channel FROM deliveries ORDER BY rowid LIMIT 1")
        with closing(sqlite3.connect(program.made.database)) as db, db:
            db.execute("UPDATE deliveries SET state = ? WHERE channel <> ?", (state, first))
        program.per_second = 0.7  # the third has its turn within the three seconds that what is under way is given
        program.far.stores_and_is_slow()

        async def reached() -> None:
            await until(lambda: program.far.channel(first).messages)
            # All three are claimed, as the first is under way: Slack let its history be read before that.
            await until(lambda: program.asked("SELECT count(*) FROM deliveries WHERE leased = 1") == [(3,)])
            asyncio.get_running_loop().call_later(0.1, program.far.answers_again)

        await program.is_stopped_when(reached)
        assert program.asked("SELECT state FROM deliveries ORDER BY rowid") == [("sent",), (state,), (state,)]
        program.per_second = 1_000
        await program.once()
        for channel in (CHANNELS[platform], *others):
            assert len(program.far.channel(channel.id).messages) == 1

    await stopping(tmp_path, platform, walk)


@PLATFORMS
async def test_a_digest_is_found_and_told_once(tmp_path: Path, platform: str) -> None:
    async def walk(program: Program) -> None:
        program.made.publishes("one", *NEWS)
        await program.once()
        assert program.posted() == []
        program.begun += timedelta(days=1)
        program.far.stores_and_is_slow()
        await program.is_stopped_when(lambda: until(program.posted))
        assert program.asked("SELECT state FROM deliveries WHERE kind = 'digest'") == [("sending",)]
        program.far.answers_again()
        await program.once()
        times = 2 if platform == "slack" else 1  # in the digest, and in its thread
        assert program.posted() == sorted([title for title, _ in NEWS] * times)

    # Nothing is told to operators, whose message would be the slow one.
    await stopping(tmp_path, platform, walk, every="daily 09:00", REGPULSE_OPS_CHANNEL="")


@PLATFORMS
async def test_what_operators_are_told_is_told_once(tmp_path: Path, platform: str) -> None:
    async def walk(program: Program) -> None:
        async with program.opens() as whole:
            await whole.store.alarm("trouble", ("Sources are blind", "one line", ""), program.now())
        place = program.far.channel(OPS[platform].rpartition(":")[2])
        program.far.stores_and_is_slow()
        await program.is_stopped_when(lambda: until(lambda: place.messages))
        program.far.answers_again()
        await program.once()
        assert len(place.messages) == 1
        assert program.asked("SELECT state FROM notices") == [("sent",)]

    await stopping(tmp_path, platform, walk)


@PLATFORMS
async def test_an_edit_is_made_at_the_next_start(tmp_path: Path, platform: str) -> None:
    async def walk(program: Program) -> None:
        program.made.publishes("one", NEWS[0])
        await program.once()
        with closing(sqlite3.connect(program.made.database)) as db, db:
            db.execute("UPDATE deliveries SET revise = settled")
        edited = program.far.channel(CHANNELS[platform].id).messages[0]
        with pytest.MonkeyPatch.context() as patched:
            held = asyncio.Event()

            async def holds(*given: object) -> None:
                held.set()
                await asyncio.Event().wait()

            patched.setattr(Discord if platform == "discord" else Slack, "edit", holds)
            await program.is_stopped_when(held.wait)
        program.begun += LEASE
        await program.once()
        assert program.asked("SELECT state, revise FROM deliveries") == [("sent", None)]
        assert (program.posted(), edited.edits) == ([NEWS[0][0]], 1)

    await stopping(tmp_path, platform, walk)


async def test_a_feed_that_does_not_answer_is_asked_at_the_next_start(tmp_path: Path) -> None:
    async def walk(program: Program) -> None:
        feeds = program.made.feeds
        asked = feeds.asked["/one.xml"]
        feeds.hangs("/one.xml")
        await program.is_stopped_when(lambda: until(lambda: feeds.asked["/one.xml"] > asked))
        program.made.publishes("one", NEWS[0])
        await program.once(everything=False)
        assert program.posted() == [NEWS[0][0]]

    await stopping(tmp_path, "slack", walk)


async def test_a_brief_that_a_model_is_asked_for_is_written_at_the_next_start(tmp_path: Path) -> None:
    async def walk(program: Program) -> None:
        async with ModelServer() as model:
            program.made.environment |= {
                "REGPULSE_LLM_BASE_URL": model.base_url,
                "REGPULSE_LLM_MODEL": "examplar-1",
                "REGPULSE_LLM_KEY": KEY,
            }
            program.made.publishes("one", NEWS[0])
            model.hangs()
            await program.is_stopped_when(lambda: until(lambda: model.asked))
            assert program.posted() == []
            model.answers_again()
            await program.once()
            assert len(model.asked) == 2
        assert program.posted() == [NEWS[0][0]]

    await stopping(tmp_path, "slack", walk)


@pytest.mark.parametrize(
    ("platform", "how"), [("slack", "silent"), ("slack", "refused"), ("slack", "never opened"), ("discord", "silent")]
)
async def test_a_socket_that_is_being_opened_anew_holds_nothing_up(tmp_path: Path, platform: str, how: str) -> None:
    async def walk(program: Program) -> None:
        far = program.far
        if how == "never opened":
            far.answers_no_handshake(9)

        async def reached() -> None:
            if how == "never opened":
                return await until(lambda: far.withheld)
            await far.types("/regpulse status")
            if how == "silent":
                far.goes_silent()
            else:
                far.refuses_app_token("internal_error")
                await far.disconnects("warning")
            return await asyncio.sleep(10)

        await program.is_stopped_when(reached)

    await stopping(tmp_path, platform, walk)


@PLATFORMS
async def test_a_person_s_command_is_carried_out_and_answered(tmp_path: Path, platform: str) -> None:
    async def walk(program: Program) -> None:
        with pytest.MonkeyPatch.context() as patched:
            begun = takes_a_second(patched, "mute")
            typed = []

            async def reached() -> None:
                typed.append(asyncio.create_task(program.far.types("/regpulse mute opinion")))
                await begun.wait()

            await program.is_stopped_when(reached)
        assert "muted “opinion”" in str(await typed[0])
        assert program.asked("SELECT word FROM mutes") == [("opinion",)]
        assert program.said == []

    await stopping(tmp_path, platform, walk)


def takes_a_second(patched: pytest.MonkeyPatch, call: str) -> asyncio.Event:
    """The store's call; set once it has begun."""
    real, begun = getattr(Sqlite, call), asyncio.Event()

    async def slow(self: Sqlite, *given: object, **more: object) -> object:
        begun.set()
        await asyncio.sleep(1)
        return await real(self, *given, **more)

    patched.setattr(Sqlite, call, slow)
    return begun


async def test_a_backup_is_given_up_leaves_no_half_and_is_made_by_the_next_start(tmp_path: Path) -> None:
    async def walk(program: Program) -> None:
        folder = program.made.database.parent / "backups"
        program.begun += timedelta(days=2)
        halves: list[str] = []
        with pytest.MonkeyPatch.context() as patched:
            begun = asyncio.Event()
            loop = asyncio.get_running_loop()

            class Waiting(threading.Event):
                def is_set(self) -> bool:
                    halves[:] = os.listdir(folder)
                    loop.call_soon_threadsafe(begun.set)
                    return self.wait(60)

            patched.setattr(backups, "STEPS", 1)  # the database of a test takes few
            patched.setattr(keeping, "Event", Waiting)
            await program.is_stopped_when(begun.wait)
        assert [one.startswith(".regpulse-") for one in halves] == [True]
        assert os.listdir(folder) == []
        assert program.said == []
        await program.is_stopped_when(lambda: until(lambda: [one for one in os.listdir(folder) if one[0] != "."]))

    await stopping(tmp_path, "slack", walk)


async def test_a_baseline_that_is_being_judged_is_judged_on_by_the_next_start(tmp_path: Path) -> None:
    async def walk(program: Program) -> None:
        program.made.has_feed("two", [(f"The council of town {n} meets", f"It met on day {n}.") for n in range(30)])
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(turning, "STUDIED", 10)
            begun = takes_a_second(patched, "judge")
            await program.is_stopped_when(begun.wait)
        left = program.asked("SELECT count(*) FROM entries WHERE verdict = ''")
        assert left > [(0,)]
        await program.once()
        assert program.asked("SELECT count(*) FROM entries WHERE verdict = ''") == [(0,)]
        assert program.posted() == []

    await stopping(tmp_path, "slack", walk)


async def test_a_first_start_ends_with_the_schema_and_is_gone_on_with(tmp_path: Path) -> None:
    """What takes longer is killed, in one of its steps: `tests/edges/test_store_migrations.py`."""

    async with world(tmp_path, slack=True) as made:
        program = Program(made, still(), "slack")
        made.has_feed("one")
        first = next(iter(migrations))
        with pytest.MonkeyPatch.context() as patched:
            step = Held(migrations._steps[first])
            patched.setitem(migrations._steps, first, step)
            starting = asyncio.create_task(program.once())
            await asyncio.to_thread(step.begun.wait, 60)
            starting.cancel()
            step.ends.set()
            await asyncio.wait({starting})
        assert starting.cancelled()
        made_by_then = schema(made.database)
        at_one_go = await Sqlite.open(tmp_path / "at one go.db")
        await at_one_go.close()
        assert made_by_then == schema(tmp_path / "at one go.db")
        await program.once()


class Held:
    """A step of the schema that is told when to go on."""

    def __init__(self, step: Callable[[Database], None]) -> None:
        self.__name__ = step.__name__
        self.begun, self.ends = threading.Event(), threading.Event()
        self._step = step

    def __call__(self, db: Database) -> None:
        self.begun.set()
        self.ends.wait(60)
        self._step(db)


def schema(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
