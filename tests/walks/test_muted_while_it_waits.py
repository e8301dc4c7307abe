"""News is left out because a word of it was muted while it waited; who unmutes the word and asks is told the reason."""

from pathlib import Path

import pytest

from bot.model import Caller, Subscription
from tests.walks.weather import SECOND, Weather, weather
from tests.walks.world import NEWS

OTHER, TITLE = SECOND["slack"], NEWS[0][0]
LEFT_OUT = "or a word of it was muted here when its turn came"


async def asks(here: Weather, line: str) -> str:
    return (await here.app.desk.answer(line, Caller(OTHER, "tester", "admin"))).text


async def muted_while_it_waits(here: Weather) -> None:
    """For its hour or a closed channel, till its turn came; then unmuted."""
    await asks(here, "mute chatbot")
    here.slack.lets_in_again(OTHER.id)
    await here.sends(hours=3)
    assert TITLE not in here.posted(OTHER)
    assert "“chatbot” is muted here" in await asks(here, "why 1")
    await asks(here, "unmute chatbot")
    await here.sends(hours=3)
    assert TITLE not in here.posted(OTHER)


@pytest.mark.parametrize("kept", ["for its hour", "in a closed channel", "in a digest for a closed channel"])
async def test_why_says_so_after_the_word_is_unmuted(tmp_path: Path, kept: str) -> None:
    async with weather(tmp_path, "slack") as here:
        every = "now" if kept == "in a closed channel" else "hourly"
        await here.app.store.subscribe(Subscription(OTHER, "everything", "tester", here.now, every=every))
        if "closed" in kept:
            here.slack.kicks_the_bot(OTHER.id)
        await here.hears(*([0, 1, 2] if "digest" in kept else [0]))
        await here.sends()
        if "digest" in kept:
            await here.sends(hours=1)
        await muted_while_it_waits(here)
        why = await asks(here, "why 1")
        assert LEFT_OUT in why
        assert "Left out" in why


async def test_where_nothing_was_left_out_why_speaks_of_no_muted_word(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        number = (await here.app.store.subscribe(Subscription(OTHER, "bread", "tester", here.now))).id
        await here.told()
        await asks(here, f"edit {number} everything")
        why = await asks(here, "why 1")
        assert "as things stood when it was told, it did not match" in why
        assert "muted" not in why
