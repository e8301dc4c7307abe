"""Shows on stderr how far a long step is: a bar in a terminal, a line every few seconds elsewhere."""

import time
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

LINE_EVERY = 2.0
"""Seconds between two lines where there is no terminal to draw a bar in."""


class Steps:
    """A callable (step, done, total), and the context manager around the work it reports.

    Without `lines` it is silent where there is no terminal: a log for machines is one object a line.
    """

    def __init__(self, *, lines: bool = True) -> None:
        console = Console(stderr=True)
        self._terminal = console.is_terminal
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
        )
        self._tasks: dict[str, TaskID] = {}
        self._lines = lines
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        if self._terminal:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._terminal:
            self._bars.stop()

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._terminal:
            task = self._tasks.setdefault(step, self._bars.add_task(step) if step not in self._tasks else TaskID(0))
            self._bars.update(task, completed=done, total=total, visible=done < total)
        elif done == 0:
            self._told = time.monotonic()
        elif self._lines and time.monotonic() - self._told >= LINE_EVERY:
            self._told = time.monotonic()
            click.echo(f"{step}: {done} of {total}", err=True)
