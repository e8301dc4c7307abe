"""A later event of an instrument: its alert stands in the channel for all to see, and leads to what came before."""

from dataclasses import replace
from pathlib import Path

from bot.model import Caller
from tests.standins.discord import Message as Embedded
from tests.walks.test_growing_story import CHANNELS, PLATFORMS, far_side
from tests.walks.world import NEWS, World, world

PROBE = NEWS[0]
VOTE = (
    "European Parliament adopts amendment to the EU AI Act on general-purpose models",
    "The European Parliament adopted an amendment to the EU AI Act on Thursday by 410 votes to 180. "
    "Providers of general-purpose AI models must publish a summary of their training data by 2 August 2027.",
)
HEADING = "Earlier on EU AI Act"


async def told_of_the_probe(made: World, platform: str) -> None:
    """The channel has one alert about the act, half a day old; another event waits in the feed."""
    await told_of_the_probe_alone(made, platform)
    made.publishes("two", VOTE)


async def told_of_the_probe_alone(made: World, platform: str) -> None:
    for name in ("one", "two"):
        made.has_feed(name)
    await made.subscribes(CHANNELS[platform])
    await made.turns()
    made.publishes("one", PROBE, days_ago=0.5)
    await made.turns()


def messages(made: World, platform: str) -> list[str]:
    return [str(message) for message in far_side(made).channel(CHANNELS[platform].id).messages]


@PLATFORMS
async def test_an_alert_shows_what_came_before_it(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await told_of_the_probe(made, platform)
        await made.turns()
        first, second = messages(made, platform)
        assert HEADING not in first
        assert HEADING in second
        assert f"{PROBE[0]} (story 1)" in second.replace("\\", "")
        assert far_side(made).faults == []


async def test_a_story_looked_up_shows_what_came_before_it(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await told_of_the_probe(made, "slack")
        await made.turns()
        async with made.opens() as running:
            (card,) = (await running.desk.answer("story 2", Caller(CHANNELS["slack"], "U1", rank="member"))).cards
            (first,) = (await running.desk.answer("story 1", Caller(CHANNELS["slack"], "U1", rank="member"))).cards
        assert card.earlier[0].startswith(HEADING)
        assert card.earlier[1].endswith(f"{PROBE[0]} (story 1)")
        assert first.earlier == ()


async def test_in_slack_it_stands_in_the_channel_and_links_to_the_earlier_message(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await told_of_the_probe(made, "slack")
        await made.turns()
        first, second = made.slack.channel("C1").messages
        assert second.thread_ts == ""
        assert f"https://x.slack.com/archives/C1/p{first.ts.replace('.', '')}" in str(second)


async def test_in_discord_it_replies_to_the_earlier_message_and_pings_nobody(tmp_path: Path) -> None:
    async with world(tmp_path, discord=True) as made:
        assert made.discord
        await told_of_the_probe(made, "discord")
        await made.turns()
        first, second = made.discord.channel("200").messages
        assert str(second.body["message_reference"]["message_id"]) == first.id
        assert second.body["allowed_mentions"] == {"parse": []}


@PLATFORMS
async def test_where_the_earlier_message_was_deleted_the_alert_comes_all_the_same(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await told_of_the_probe(made, platform)
        far_side(made).channel(CHANNELS[platform].id).messages.clear()
        await made.turns()
        (only,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert HEADING in str(only)
        assert only.body["embeds"] if isinstance(only, Embedded) else only.blocks


@PLATFORMS
async def test_where_the_history_may_not_be_read_the_alert_comes_all_the_same(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await told_of_the_probe(made, platform)
        far_side(made).forbids_history()
        await made.turns()
        second = far_side(made).channel(CHANNELS[platform].id).messages[-1]
        assert HEADING in str(second)
        assert second.buttons


@PLATFORMS
async def test_a_channel_that_was_not_told_of_the_earlier_event_reads_of_it_and_is_led_nowhere(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one", [*NEWS])
        made.has_feed("two")
        await made.turns()
        await made.subscribes(CHANNELS[platform])
        made.publishes("two", VOTE)
        await made.turns()
        (only,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert HEADING in str(only)
        assert "archives" not in str(only)
        if platform == "discord":
            assert "message_reference" not in only.body  # type: ignore[union-attr]


async def retracts_the_probe(made: World) -> None:
    first, *others = made.documents["one"]
    made.documents["one"] = [replace(first, title="Retracted: it was false", summary=""), *others]
    made.feeds.publishes("/one.xml", made.document("one"))


@PLATFORMS
async def test_an_event_that_was_retracted_is_nothing_that_came_before(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await told_of_the_probe_alone(made, platform)
        await retracts_the_probe(made)
        await made.turns()
        made.publishes("two", VOTE)
        await made.turns()
        later = far_side(made).channel(CHANNELS[platform].id).messages[-1]
        assert VOTE[0] in str(later)
        assert HEADING not in str(later)
        assert "archives" not in str(later)
        if platform == "discord":
            assert "message_reference" not in later.body  # type: ignore[union-attr]


@PLATFORMS
async def test_an_alert_loses_an_earlier_event_that_is_retracted_after_it_and_has_it_again_as_it_stands_again(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await told_of_the_probe(made, platform)
        await made.turns()
        assert HEADING in messages(made, platform)[1]
        await retracts_the_probe(made)
        await made.turns()
        assert VOTE[0] in messages(made, platform)[1]
        assert HEADING not in messages(made, platform)[1]
        first, *others = made.documents["one"]
        made.documents["one"] = [replace(first, title=PROBE[0], summary=PROBE[1]), *others]
        made.feeds.publishes("/one.xml", made.document("one"))
        await made.turns()
        assert HEADING in messages(made, platform)[1]
