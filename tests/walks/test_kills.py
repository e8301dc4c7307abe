"""The real program, killed from outside while it works: the short form of `python -m bench.kills`."""

from pathlib import Path

import pytest

from bench.kills.walk import Asked, kill


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_killed_process_loses_nothing_and_doubles_nothing(tmp_path: Path, platform: str) -> None:
    count = await kill(Asked(platform, kills=2, channels=3, stories=3, seed=1), tmp_path)  # type: ignore[arg-type]
    assert count.deliveries >= 9, "stories were told"
    assert count.wrong == ()


async def test_where_history_is_closed_a_kill_leaves_one_doubt_at_most_and_the_operator_knows(tmp_path: Path) -> None:
    count = await kill(Asked("slack", kills=2, channels=3, stories=3, seed=2, readable=False), tmp_path)
    assert count.deliveries >= 9, "stories were told"
    assert count.wrong == ()
