"""Trouble beside a message under way: a database that fails, a bug, a platform given up. The message ends as it would have."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import dispatch
from bot.store.sqlite import Sqlite
from tests.walks.weather import Weather, weather
from tests.walks.world import NEWS

FIRST, NEXT = NEWS[0][0], NEWS[1][0]


def states(here: Weather) -> list[str]:
    with closing(sqlite3.connect(here.made.database)) as db:
        return [state for (state,) in db.execute("SELECT state FROM deliveries ORDER BY state")]


def after(monkeypatch: pytest.MonkeyPatch, call: str, then: Callable[[], object]) -> None:
    """Of the store: each time it has answered."""
    real = getattr(Sqlite, call)

    async def called(self: Sqlite, *given: Any, **named: Any) -> Any:
        answer = await real(self, *given, **named)
        then()
        return answer

    monkeypatch.setattr(Sqlite, call, called)


@pytest.mark.parametrize("call", ["claim", "to_revise", "claim_notice"])
async def test_platforms_given_up_while_their_work_is_looked_for_crashes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    async with weather(tmp_path, "slack", also="discord") as here:
        await here.told(0)
        with closing(sqlite3.connect(here.made.database)) as db, db:
            db.execute("UPDATE deliveries SET revise = settled")
        await here.hears(1)
        await here.app.store.alarm("trouble", ("A title", "a line", ""), here.now)
        after(monkeypatch, call, here.app.speaking.clear)
        await here.sends()
        await dispatch.retell(here.app.outbox)
        await dispatch.inform(here.app.outbox)
        assert not here.app.speaking
