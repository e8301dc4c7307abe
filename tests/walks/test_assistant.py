"""With a language model configured: what channels are shown, who is spared it, and what it costs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.cli import doctor
from bot.model import Caller, Channel
from tests.standins.model import KEY, ModelServer
from tests.walks.world import DISCORD, NEWS, SLACK, World, world


@asynccontextmanager
async def assisted(folder: Path) -> AsyncIterator[tuple[World, ModelServer]]:
    """News for Slack and for Discord, drafted by a model."""
    async with ModelServer() as model, world(folder, slack=True, discord=True) as made:
        made.environment |= {
            "REGPULSE_LLM_BASE_URL": model.base_url,
            "REGPULSE_LLM_MODEL": "examplar-1",
            "REGPULSE_LLM_KEY": KEY,
        }
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.subscribes(DISCORD)
        await made.turns()
        yield made, model


def posted(made: World) -> tuple[str, str]:
    assert made.slack
    assert made.discord
    (slack,), (discord,) = made.slack.channel(SLACK.id).messages, made.discord.channel(DISCORD.id).messages
    return str(slack), str(discord)


async def small_print(made: World, line: str, channel: Channel) -> str:
    async with made.opens() as running:
        reply = await running.desk.answer(line, Caller(channel, "U1", rank="manager"))
    return "\n".join(note for card in reply.cards for note in card.notes)


async def test_a_channel_that_wants_no_model_gets_extracts_of_the_same_story(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, model):
        assert "extracts of the sources, no AI" in await made.says("settings model off", DISCORD)
        made.publishes("one", NEWS[0])
        await made.turns()
        slack, discord = posted(made)
        assert "AI-assisted, unreviewed." in slack
        assert "no AI" in discord
        assert "AI-assisted" not in discord
        assert len(model.asked) == 1
        assert "Drafted by examplar-1" in await small_print(made, "evidence 1", SLACK)
        assert "Drafted by" not in await small_print(made, "evidence 1", DISCORD)
        assert made.slack
        assert made.slack.faults == []


async def test_an_edit_keeps_to_what_the_channel_chose(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, _):
        made.has_feed("two")
        await made.turns()
        await made.says("settings model off", DISCORD)
        made.publishes("one", NEWS[0])
        await made.turns()
        made.publishes("two", NEWS[0])
        await made.turns()
        slack, discord = posted(made)
        assert "+1 outlet" in slack
        assert "+1 outlet" in discord
        assert "AI-assisted" in slack
        assert "AI-assisted" not in discord


async def test_only_those_who_manage_a_channel_change_its_settings(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, _), made.opens() as running:
        reply = await running.desk.answer("settings model off", Caller(SLACK, "U2", rank="guest"))
        assert reply.text.startswith("Only members, not guests, can change")
        reply = await running.desk.answer("settings", Caller(SLACK, "U2", rank="member"))
        assert "settings model off" in reply.text


async def test_switched_off_it_is_never_asked(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, model):
        made.environment["REGPULSE_LLM_ENABLED"] = "false"
        made.publishes("one", NEWS[0])
        await made.turns()
        assert model.asked == []
        assert "no AI" in posted(made)[0]


async def test_people_at_the_desk_cause_no_call(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, model):
        made.publishes("one", NEWS[0], days_ago=30)
        await made.turns()
        assert "no AI" in await small_print(made, "story 1", SLACK)
        assert model.asked == []


async def test_status_tells_what_ails_the_model(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, model):
        model.fails(401)
        made.publishes("one", NEWS[0])
        await made.turns()
        assert "✗ language model: the model's server refuses the key (401)" in await made.says("status")
        assert "no AI" in posted(made)[0]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [("", "ready"), ("key", "refuses the key"), ("model", "not offered there"), ("gone", "cannot be reached")],
)
async def test_the_doctor_asks_for_the_list_of_models(tmp_path: Path, trouble: str, said: str) -> None:
    async with assisted(tmp_path) as (made, model):
        if trouble == "key":
            model.fails(401)
        if trouble == "model":
            made.environment["REGPULSE_LLM_MODEL"] = "other"
        if trouble == "gone":
            made.environment["REGPULSE_LLM_BASE_URL"] = "http://127.0.0.1:9/v1"
        found = [one async for one in doctor.examine(made.config(), lambda step, done, total: None)]
        (line,) = (one for one in found if "language model" in one.text)
        assert said in line.text
        assert line.ok == (trouble == "")
        assert KEY not in str(found)


async def pressed(made: World, platform: str, user: str) -> str:
    """What this person reads who presses the button under the alert."""
    if platform == "slack":
        assert made.slack
        (posting,) = made.slack.channel(SLACK.id).messages
        return str(await made.slack.presses(posting, "Mark as reviewed", user=user))
    assert made.discord
    (message,) = made.discord.channel(DISCORD.id).messages
    return str(await made.discord.presses(message, "Mark as reviewed", user=user))


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_an_editor_s_button_marks_every_copy_as_reviewed(tmp_path: Path, platform: str) -> None:
    """Pressed on one platform, it is seen on both; who presses it without being an editor is told why not."""
    async with assisted(tmp_path) as (made, _):
        made.environment["REGPULSE_PEOPLE_EDITORS"] = "slack:T1:U7, discord:7"
        made.publishes("one", NEWS[0])
        await made.turns()
        assert made.slack
        assert made.discord
        server = made.slack if platform == "slack" else made.discord
        async with made.opens() as running:
            (client,) = (one for one in running.platforms if one.name == platform)
            await client.connect()
            talk = asyncio.create_task(client.listen(running.desk))
            strangers, editors = ("U1", "U7") if platform == "slack" else ("1", "7")
            assert "only the editors" in await pressed(made, platform, strangers)
            assert "AI-assisted, reviewed by user" in await pressed(made, platform, editors)
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
        await made.turns()
        for text in posted(made):
            assert "AI-assisted, reviewed by user" in text
            assert "unreviewed" not in text
            assert "Mark as reviewed" not in text
        assert server.faults == []


async def test_extracts_need_no_review(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, _):
        made.environment["REGPULSE_LLM_ENABLED"] = "false"
        made.publishes("one", NEWS[0])
        await made.turns()
        assert "Mark as reviewed" not in "".join(posted(made))
        async with made.opens() as running:
            reply = await running.desk.answer("review 1", Caller(SLACK, "U1", rank="manager", operator=True))
        assert "No language model had a part" in reply.text


async def test_a_review_outlives_the_reports_that_come_after_it(tmp_path: Path) -> None:
    async with assisted(tmp_path) as (made, _):
        made.has_feed("two")
        await made.turns()
        made.publishes("one", NEWS[0])
        await made.turns()
        async with made.opens() as running:
            await running.desk.answer("review 1", Caller(SLACK, "U1", rank="manager", operator=True, name="Ann"))
        made.publishes("two", NEWS[0])
        await made.turns()
        for text in posted(made):
            assert "+1 outlet" in text
            assert "reviewed by Ann," in text
