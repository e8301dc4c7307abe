"""What a start loads: what only news, a platform or one command needs waits until it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

LIBRARIES = (
    "cryptography",
    "discord",
    "feedparser",
    "lxml",
    "numpy",
    "onnxruntime",
    "slack_bolt",
    "slack_sdk",
    "trafilatura",
)
NEWS = (
    "bot.core.assisted",
    "bot.core.brief",
    "bot.core.formats",
    "bot.core.relevance",
    "bot.core.stories",
    "bot.core.traits",
)


@pytest.mark.parametrize(
    ("start", "unwanted"),
    [
        ("bench.polling.regpulse", ("rich", *LIBRARIES, *NEWS)),
        ("bot.__main__", LIBRARIES),
    ],
    ids=("a poll that brings nothing", "any command"),
)
def test_a_start_loads_nothing_that_it_may_not_need(start: str, unwanted: tuple[str, ...]) -> None:
    """Half of what is ours, and libraries of a tenth of a second each (docs/architecture.md, *The start is short*)."""
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"import sys, {start}; print(*sys.modules)"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(unwanted) & set(found.stdout.split())
