"""The real program, killed from outside while it delivers: the short form of `python -m bench.kills`."""

import pytest

from bench.kills import kill


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_killed_process_loses_nothing_and_doubles_nothing(platform: str) -> None:
    count = await kill(platform, kills=2, channels=3, stories=3, seed=1)
    assert count.wanted >= 6, "stories were told"
    assert (count.lost, count.doubled) == (0, 0), str(count)
