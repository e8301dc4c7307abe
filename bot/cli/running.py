"""What every command does: the options all take, the configuration read, a run that ends when it is asked to."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click
import structlog

from bot import config, logs
from bot.config import Config

log = structlog.get_logger()

T = TypeVar("T")

GRACE = 4.0
"""Seconds a stop may take; the database survives a harder end."""

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


def until_stopped(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until SIGINT or SIGTERM, and then stop within five seconds."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(work)
        stop = _Stop(task)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.asked, number)
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError:
            raise SystemExit(stop.code) from None


class _Stop:
    """Cancels the work; ends hard when it takes too long, or when asked twice.

    A library's worker thread cannot be cancelled, and waiting gains nothing: the next start finishes every step.
    """

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._task = task
        self.code = INTERRUPTED

    def asked(self, number: int) -> None:
        if self._task.cancelling():
            os._exit(self.code)
        self.code = 0 if number == signal.SIGTERM else INTERRUPTED
        log.info("stopping", signal=signal.Signals(number).name)
        self._task.cancel()
        timer = threading.Timer(GRACE, os._exit, (self.code,))
        timer.daemon = True
        timer.start()
