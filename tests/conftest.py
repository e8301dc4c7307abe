"""How tests run here: none is timed by hypothesis, CI tries the same examples each time, and query plans are read."""

import asyncio
import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.detector.minilm import NO_TELEMETRY
from bot.store import opening
from tests import plans
from tests.standins.clock import Still

os.environ[NO_TELEMETRY] = "1"

settings.register_profile(
    "ours", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ours")


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """No deadline passes while a test works, but where it is about the real clock."""
    if item.get_closest_marker("by_the_wall"):
        return {"by the wall": asyncio.new_event_loop}
    return {"still": Still}


@pytest.fixture(autouse=True)
def _logs_are_as_they_were() -> Iterator[None]:
    """A command of ours says for its whole process what is logged, and how."""
    root = logging.getLogger()
    handlers, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook)
    yield
    if structlog.is_configured():
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
        logging.captureWarnings(False)
        structlog.reset_defaults()


@pytest.fixture(autouse=True, scope="session")
def _query_plans_are_read() -> Iterator[None]:
    """Of whatever the store does once it is open: what its migrations do is done once."""
    connect, whole = sqlite3.connect, opening.opened

    def opened(*given: Any) -> sqlite3.Connection:
        db = whole(*given)
        assert isinstance(db, plans.Watched)
        db.watches = True
        return db

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sqlite3, "connect", partial(connect, factory=plans.Watched))
        patched.setattr(opening, "opened", opened)
        yield
