"""What every command does: the options all take, the configuration read, a run that ends when it is asked to."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import click
import structlog

from bot import config, logs
from bot.config import Config

log = structlog.get_logger()

T = TypeVar("T")

GRACE = 5.0
"""Seconds a stop may take; after them it is ended hard, which the database survives."""

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells count it. SIGTERM is how a supervisor asks, and ends with 0."""

Command = Callable[..., None]


def configured(command: Command) -> Command:
    """The options every command takes."""
    for option in (
        click.option("--config", "directory", type=click.Path(path_type=Path), help="Where regpulse.toml is."),
        click.option("--feeds", type=click.Path(path_type=Path), help="Another file instead of feeds.toml."),
        click.option("--db", type=click.Path(path_type=Path), help="Another database file."),
    ):
        command = option(command)
    return command


def load(directory: Path | None, feeds: Path | None, db: Path | None, *, quiet: bool = False) -> Config:
    settings = config.load(config.find_directory(directory), feeds=feeds, db=db)
    level = "warning" if quiet and settings.log.level == "info" else settings.log.level
    logs.configure(level=level, json=settings.log.format == "json", secrets=settings.tokens.secrets)
    for warning in settings.warnings:
        log.warning(warning)
    return settings


def until_stopped(work: Coroutine[Any, Any, T], *, grace: float = GRACE) -> T:
    """Run to the end, or until SIGINT or SIGTERM; then it ends within so many seconds, with the code of the signal."""
    stop = _Stop(grace)
    known = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with asyncio.Runner() as runner:
            task = runner.get_loop().create_task(work)
            for number in known:
                signal.signal(number, stop.handler(runner.get_loop(), task))
            return runner.get_loop().run_until_complete(task)
    except asyncio.CancelledError:
        log.info("stopped")
        raise SystemExit(stop.code) from None
    except Exception:
        if not stop.was_asked:
            raise
        log.exception("something failed while stopping")
        raise SystemExit(stop.code) from None
    finally:
        for number, handler in known.items():
            signal.signal(number, handler)


@contextmanager
def cleaning_up() -> Iterator[None]:
    """SIGTERM ends what runs here as an error does, so that nothing half made is left."""

    def ended(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Stop:
    """Cancels the work; ends hard when it takes too long, or when asked twice.

    A library's worker thread cannot be cancelled, and waiting gains nothing: the next start finishes every step. That is
    watched on a thread of its own, and the signal heard outside the loop: a loop that is stuck must end, too.
    """

    def __init__(self, grace: float) -> None:
        self.code = INTERRUPTED
        self.was_asked = False
        self._grace = grace
        self._asked = SimpleQueue[int]()  # safe to put into from a signal handler
        threading.Thread(target=self._watch, name="stop", daemon=True).start()

    def handler(self, loop: asyncio.AbstractEventLoop, task: "asyncio.Task[Any]") -> Callable[[int, object], None]:
        def asked(number: int, frame: object) -> None:
            if not self.was_asked:
                self.was_asked = True
                self.code = 0 if number == signal.SIGTERM else INTERRUPTED
                loop.call_soon_threadsafe(self._begin, number, task)
            self._asked.put(number)

        return asked

    def _begin(self, number: int, task: "asyncio.Task[Any]") -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        task.cancel()

    def _watch(self) -> None:
        self._asked.get()
        try:
            self._asked.get(timeout=self._grace)
            reason = "asked twice"
        except Empty:
            reason = f"not ended within {self._grace:g} seconds"
        log.warning("stopped hard; the next start takes up what was under way", reason=reason)
        os._exit(self.code)
