"""A database that is damaged at work: what was met of it is said until the restart, though all else goes on."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import keeping, turning
from bot.app.outcry import Outcry
from bot.app.steady import attempted
from bot.cli import doctor
from bot.errors import StoreDown
from bot.store.sqlite import Sqlite
from tests.walks.weather import weather
from tests.walks.world import world


def damage(path: Path, table: str) -> None:
    """Every page at which the table or an index of it begins; the others can be read."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = db.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = ? AND rootpage", (table,)).fetchall()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        for (page,) in roots:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)


async def test_damage_met_by_whoever_asks_is_told_and_stays_red_while_all_else_goes_on(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        signs, store = here.app.signs, here.app.store
        assert isinstance(store, Sqlite)
        outcry = Outcry(here.app.outbox, signs.pulse)

        async def goes_on(seconds: int) -> None:
            here.ahead += timedelta(seconds=seconds)
            await attempted("turn", partial(turning.turn, here.app.room, signs), signs)
            await outcry.look()

        with capture_logs() as logs:
            await goes_on(0)
            damage(here.made.database, "decisions")
            await store._read(lambda db: db.execute("PRAGMA shrink_memory"))
            await goes_on(0)
            assert "damaged" not in str(await signs.not_ready()), "nothing of it was met yet"
            with pytest.raises(StoreDown, match="regpulse restore"):
                await signs.metrics("")
            for seconds in (1, 31, 60):
                await goes_on(seconds)
                assert "The database is damaged: stop RegPulse" in str(await signs.not_ready())
            (told,) = await here.operators()
        assert "The database is damaged: stop RegPulse" in str(told)
        assert [one["event"] for one in logs if "the database" in one["event"]] == ["the database is damaged"]


async def test_the_check_up_reads_the_database_through_and_names_the_backup_to_put_back(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        backup = await keeping.backed_up(made.config().database, datetime.now(UTC))
        damage(made.database, "decisions")
        found = [str(one) async for one in doctor.examine(made.config(), lambda step, done, total: None)]
        (said,) = [one for one in found if "database" in one]
        assert "is damaged" in said
        assert f"regpulse restore {backup}" in said
