"""A story goes on after its alert: later reports edit the posted message, and nothing is posted again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import Channel
from tests.standins.discord import DiscordServer
from tests.standins.slack import SlackServer
from tests.walks.mortal import Killed
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
CHANNELS: dict[str, Channel] = {"slack": SLACK, "discord": DISCORD}
SECOND = {"slack": "C2", "discord": "300"}
TITLE, TEXT = NEWS[0]
FAR = datetime(2100, 1, 1, tzinfo=UTC)
AGAIN = "EU regulator opens first AI Act investigation into chatbot maker Examplar"


def far_side(made: World) -> SlackServer | DiscordServer:
    server = made.slack or made.discord
    assert server
    return server


async def alerted(made: World, platform: str, *others: str) -> None:
    """One alert stands in the channel, and in these others."""
    for name in ("one", "two", "three"):
        made.has_feed(name)
    for name in (CHANNELS[platform].id, *others):
        await made.subscribes(replace(CHANNELS[platform], id=name))
    await made.turns()
    made.publishes("one", NEWS[0])
    await made.turns()


@PLATFORMS
async def test_reports_that_come_after_the_alert_are_counted_in_the_posted_message(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "outlet" not in str(message)
        made.publishes("two", (AGAIN, TEXT))
        made.publishes("three", (TITLE, TEXT))
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+2 outlets" in str(message)
        assert TITLE in str(message)
        assert message.edits == 1
        await made.turns()
        assert message.edits == 1
        assert far_side(made).faults == []


@PLATFORMS
async def test_another_report_of_the_same_outlet_leaves_the_message_alone(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        made.publishes("one", (AGAIN, TEXT))
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert message.edits == 0


@PLATFORMS
async def test_an_edit_that_meets_weather_is_made_by_a_later_turn(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dispatch.editing.EDIT_AGAIN", timedelta(0))
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        far_side(made).fails(503, times=1)
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+1 outlet" in str(message)
        assert far_side(made).faults == []


@PLATFORMS
async def test_a_platform_that_asks_to_slow_down_gets_no_other_edit_until_it_said(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform, SECOND[platform])
        far_side(made).rate_limits(1, retry_after=600)
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        await made.turns()
        both = [far_side(made).channel(name).messages[0] for name in (CHANNELS[platform].id, SECOND[platform])]
        assert [message.edits for message in both] == [0, 0]


@PLATFORMS
async def test_one_message_that_cannot_be_edited_holds_up_no_other(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform, SECOND[platform])
        far_side(made).fails(503, times=1)
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        await made.turns()
        both = [far_side(made).channel(name).messages[0] for name in (CHANNELS[platform].id, SECOND[platform])]
        assert sorted(message.edits for message in both) == [0, 1]


@PLATFORMS
async def test_a_process_killed_between_the_edit_and_its_receipt_edits_once_more_and_posts_nothing(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        made.publishes("two", (AGAIN, TEXT))
        with monkeypatch.context() as patched:
            patched.setattr("bot.dispatch.editing.LEASE", timedelta(0))
            patched.setattr("bot.store.sqlite.Sqlite.settle_revision", killed)
            with pytest.raises((BaseExceptionGroup, Killed)):
                await made.turns()
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+1 outlet" in str(message)
        assert message.edits == 2


async def killed(*args: object, **kwargs: object) -> None:
    raise Killed


@PLATFORMS
async def test_an_edit_the_platform_refuses_is_given_up(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        far_side(made).refuses_edits()
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        async with made.opens() as running:
            left = await running.store.to_revise(FAR, ("slack", "discord"))
        assert left == ()
        assert len(far_side(made).channel(CHANNELS[platform].id).messages) == 1


@PLATFORMS
async def test_a_message_posted_as_plain_text_is_edited_as_plain_text(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        server = far_side(made)
        server.rejects_blocks() if isinstance(server, SlackServer) else server.rejects_embeds()
        await alerted(made, platform)
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        (message,) = server.channel(CHANNELS[platform].id).messages
        assert "+1 outlet" in str(message)
        assert message.edits == 1


async def test_an_edited_message_is_still_found_by_its_delivery_id(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        (message,) = far_side(made).channel("C1").messages
        before = message.metadata  # type: ignore[union-attr]
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        assert (message.edits, message.metadata) == (1, before)  # type: ignore[union-attr]
        assert before["event_payload"]["delivery"]


@PLATFORMS
async def test_a_message_that_was_deleted_is_not_posted_again(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        far_side(made).channel(CHANNELS[platform].id).messages.clear()
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        assert far_side(made).channel(CHANNELS[platform].id).messages == []


WORDINGS = (
    (
        "Commission fines Examplar 15 million euros under the EU AI Act",
        "The European Commission fined Examplar for hiding risk assessments of its chatbot.",
    ),
    (
        "First penalty of Europe's AI law goes to a chatbot firm",
        "Brussels said on Tuesday that risk files of the Examplar chatbot were kept from its inspectors.",
    ),
    (
        "Europe's AI law draws first penalty: Commission fines Examplar 15 million euros over chatbot risk files",
        "The European Commission fined Examplar on Tuesday for keeping risk files of its chatbot from inspectors, the "
        "first penalty under the EU AI Act.",
    ),
)


@PLATFORMS
async def test_two_alerts_that_a_third_report_shows_to_be_one_event_say_so(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        for name in ("one", "two", "three"):
            made.has_feed(name)
        await made.subscribes(CHANNELS[platform])
        await made.turns()
        for name, wording in zip(("one", "two", "three"), WORDINGS, strict=True):
            made.publishes(name, wording)
            await made.turns()
        first, second = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+2 outlets" in str(first)
        assert "+2 outlets" in str(second)
        assert "same event as story 1, and part of it" in " ".join(str(second).split())
        assert "became part of story 1" in await made.says("why 1")
        assert far_side(made).faults == []


async def test_one_agency_s_acts_against_three_parties_are_three_alerts_and_why_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        for name in ("Alphacorp", "Betasoft", "Gammatalk"):
            made.publishes(
                "one", (f"Data watchdog fines {name} over AI chatbot", f"The watchdog fined {name} on Monday.")
            )
            await made.turns()
        assert len(far_side(made).channel("C1").messages) == 3
        assert "(Gammatalk, not Alphacorp)" in await made.says("why 3")
