"""Who told it first takes it back, and another report stands: all who were told read it by that, the official one above all."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot.model import Caller, Channel
from tests.walks.test_official_page import CHANNELS, FAIR, PLATFORMS, far_side, listens, publishes
from tests.walks.world import SLACK, World, world

OURS = (f"{FAIR[0]}, officials say", FAIR[1])
BY = pytest.mark.parametrize("by", ["official", "press"])


async def tells(made: World, name: str) -> None:
    """On a page of its own."""
    await publishes(made, name, FAIR if name == "gatherer" else OURS, link=f"https://{name}.invalid/1")


async def retracts(made: World, name: str) -> None:
    first, *others = made.documents[name]
    made.documents[name] = [replace(first, title="Retracted: it was false", summary=""), *others]
    made.feeds.publishes(f"/{name}.xml", made.document(name))
    await made.turns()


def said(made: World, channel: Channel) -> list[str]:
    return [str(message).replace("\\", "") for message in far_side(made).channel(channel.id).messages]


def is_told_by(name: str, alert: str) -> None:
    assert OURS[0] in alert
    assert f"https://{name}.invalid/1" in alert
    assert f"{name} · {'official' if name == 'official' else name} · " in alert
    assert "gatherer.invalid" not in alert
    assert "gatherer retracted its report" in alert
    assert f"{name} reports it" in alert


@PLATFORMS
@BY
async def test_an_alert_whose_report_is_retracted_is_told_by_the_one_that_stands(
    tmp_path: Path, platform: str, by: str
) -> None:
    here = CHANNELS[platform]
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await listens(made, platform)
        await tells(made, "gatherer")
        await tells(made, by)
        (alert,) = said(made, here)
        assert "gatherer.invalid" in alert
        await retracts(made, "gatherer")
        alert, note = said(made, here)
        is_told_by(by, alert)
        assert alert.startswith("Still reported · ")
        assert "2027" in alert, "its points stand on the report that does"
        for words in ("gatherer retracted its report", f"{by} reports it", f"https://{by}.invalid/1"):
            assert words in note
        await made.turns()
        assert said(made, here) == [alert, note]
        assert far_side(made).faults == []


@PLATFORMS
@BY
async def test_what_was_retracted_and_is_reported_anew_is_told_to_who_read_that_it_was_retracted(
    tmp_path: Path, platform: str, by: str
) -> None:
    here = CHANNELS[platform]
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await listens(made, platform)
        await tells(made, "gatherer")
        await retracts(made, "gatherer")
        alert, first = said(made, here)
        assert "Retracted" in alert
        await tells(made, by)
        alert, again, second = said(made, here)
        is_told_by(by, alert)
        assert again == first
        assert second.startswith("Still reported")
        assert f"{by} reports it, and this is told by its report now. It says: “{OURS[0]}”" in second
        assert f"https://{by}.invalid/1" in second
        await made.turns()
        assert said(made, here) == [alert, first, second]
        assert far_side(made).faults == []


async def test_who_wants_no_updates_reads_of_a_retraction_and_of_who_reports_it_all_the_same(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        await tells(made, "gatherer")
        await made.says("settings updates off", SLACK)
        await retracts(made, "gatherer")
        before = len(said(made, SLACK))
        await tells(made, "official")
        assert len(said(made, SLACK)) == before + 1
        assert "official reports it" in said(made, SLACK)[-1]


async def test_look_ups_tell_it_by_the_report_that_stands(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        await tells(made, "gatherer")
        await tells(made, "official")
        await retracts(made, "gatherer")
        async with made.opens() as running:
            asks = Caller(SLACK, "U1", "admin")
            (story,) = (await running.desk.answer("story 1", asks)).cards
            (proof,) = (await running.desk.answer("evidence 1", asks)).cards
            (newest,) = (await running.desk.answer("latest 1", asks)).cards
        assert (story.title, story.link, story.mark) == (OURS[0], "https://official.invalid/1", "Still reported")
        assert (newest.title, newest.mark) == (OURS[0], "")
        assert "(official)" in str(proof)
        assert "(gatherer)" not in str(proof)
        why = await made.says("why 1", SLACK)
        assert "gatherer retracted its report" in await made.says("corrections", SLACK)
        assert "official reports it" in await made.says("corrections", SLACK)
        assert "retracted by gatherer; told by official's report" in why


async def test_the_next_to_retract_leaves_it_to_who_still_stands_and_the_last_to_nobody(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        for name in ("gatherer", "press", "official"):
            await tells(made, name)
        await retracts(made, "gatherer")
        is_told_by("official", said(made, SLACK)[0])
        await retracts(made, "official")
        alert, _, note = said(made, SLACK)
        assert "press reports it" in alert
        assert "https://press.invalid/1" in alert
        assert "official retracted its report" in note
        await retracts(made, "press")
        alert, *_, note = said(made, SLACK)
        assert "Retracted · " in alert
        assert "press retracted its report" in note


async def test_one_told_as_retracted_beside_a_report_that_stands_is_told_by_that_at_the_next_turn(
    tmp_path: Path,
) -> None:
    """Two stories, of which an editor makes one."""
    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        await tells(made, "gatherer")
        await publishes(made, "press", ("Senate passes bill on AI chatbots", "The Senate passed SB 243."), link="")
        await retracts(made, "gatherer")
        await made.says("story merge 2 1")
        await made.turns()
        assert "press reports it" in said(made, SLACK)[0]


async def test_an_official_report_that_is_retracted_while_its_brief_is_written_takes_nobody_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.pipeline import writing

    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        await tells(made, "gatherer")
        await retracts(made, "gatherer")
        before = said(made, SLACK)
        written = writing.written

        async def meanwhile(*given: object) -> object:
            brief = await written(*given)  # type: ignore[arg-type]
            with closing(sqlite3.connect(made.database)) as db, db:
                db.execute("UPDATE entries SET amended = 'retracted' WHERE feed = 'official'")
            return brief

        monkeypatch.setattr(writing, "written", meanwhile)
        await tells(made, "official")
        assert said(made, SLACK) == before


async def test_a_retraction_is_told_also_where_telling_it_by_another_report_meets_a_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.pipeline import writing

    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        await tells(made, "gatherer")
        await tells(made, "press")
        with monkeypatch.context() as broken:
            broken.setattr(writing, "led_anew", AsyncMock(side_effect=ValueError("a bug")))
            await retracts(made, "gatherer")
            for message in said(made, SLACK):
                assert message.startswith("Retracted")
        await made.turns()
        is_told_by("press", said(made, SLACK)[0])
