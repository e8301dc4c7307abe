"""Another outlet tells of an official page first: once its owner reports it, the alert is told by the owner's words."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import Channel
from tests.standins.discord import DiscordServer
from tests.standins.slack import SlackServer
from tests.walks.world import DISCORD, SLACK, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
CHANNELS: dict[str, Channel] = {"slack": SLACK, "discord": DISCORD}
PAGE = "https://commission.invalid/decision/17"
FALSE = (
    "Commission suspends the EU AI Act with immediate effect",
    "The European Commission suspended the EU AI Act on Tuesday. Companies need not comply with the EU AI Act any more.",
)
TRUE = (
    "Commission decision 17: guidance on chatbots for minors under the EU AI Act",
    "The European Commission adopted guidance under the EU AI Act on chatbots for minors. Providers must comply by "
    "1 March 2027.",
)
FAIR = (
    "Commission adopts guidance on chatbots for minors under EU AI Act",
    "The European Commission adopted guidance on chatbots for minors. Providers must comply by 1 March 2027.",
)


class Tiered(World):
    """With a feed of an authority, one of the press, and one that gathers what others published."""

    @property
    def feeds_file(self) -> Path:
        path = super().feeds_file
        text = path.read_text(encoding="utf-8")
        for name, tier in (("official", "primary"), ("gatherer", "aggregator")):
            text = text.replace(f'id = "{name}"', f'id = "{name}"\ntier = "{tier}"')
        path.write_text(text, encoding="utf-8")
        return path


def far_side(made: World) -> SlackServer | DiscordServer:
    server = made.slack or made.discord
    assert server
    return server


async def told_first(made: World, platform: str, news: tuple[str, str], *, by: str = "gatherer") -> None:
    await listens(made, platform)
    serves(made, by, news)
    await made.turns()


async def listens(made: World, platform: str) -> None:
    made.__class__ = Tiered
    for name in ("official", "gatherer", "press"):
        made.has_feed(name)
    await made.subscribes(CHANNELS[platform])
    await made.turns()


def serves(made: World, name: str, news: tuple[str, str], *, link: str = PAGE) -> None:
    made.publishes(name, news)
    first, *others = made.documents[name]
    made.documents[name] = [replace(first, link=link), *others]
    made.feeds.publishes(f"/{name}.xml", made.document(name))


async def publishes(made: World, name: str, news: tuple[str, str], *, link: str = PAGE) -> None:
    serves(made, name, news, link=link)
    await made.turns()


@PLATFORMS
async def test_a_false_report_of_an_official_page_gives_way_to_the_official_one(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await told_first(made, platform, FALSE)
        (alert,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "gatherer · aggregator's words on a page of commission.invalid" in str(alert)
        await publishes(made, "official", TRUE)
        alert, note = far_side(made).channel(CHANNELS[platform].id).messages
        assert alert.edits == 1
        assert "official · official · +1 outlet" in str(alert)
        assert TRUE[0] in str(alert)
        assert "need not comply" not in str(alert)
        for message in (alert, note):
            assert "official published its own report" in str(message)
            assert f"gatherer said: “{FALSE[0]}”" in str(message)
        await made.turns()
        assert len(far_side(made).channel(CHANNELS[platform].id).messages) == 2
        assert alert.edits == 1
        assert far_side(made).faults == []
        assert "official published its own report" in await made.says("corrections")


async def test_the_official_report_of_what_was_told_fairly_only_edits_the_message(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await told_first(made, "slack", FAIR)
        await publishes(made, "official", TRUE)
        (alert,) = far_side(made).channel("C1").messages
        assert alert.edits == 1
        assert "official · official · +1 outlet" in str(alert)
        assert TRUE[0] in str(alert)


async def test_an_aggregator_that_comes_after_the_official_report_changes_none_of_its_words(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await told_first(made, "slack", TRUE, by="official")
        await publishes(made, "gatherer", FALSE)
        (alert,) = far_side(made).channel("C1").messages
        assert TRUE[0] in str(alert)
        assert "official · official · +1 outlet" in str(alert)
        assert "suspends" not in str(alert)


async def test_of_two_reports_of_an_official_page_that_come_together_only_the_official_one_is_quoted(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, slack=True) as made:
        await listens(made, "slack")
        serves(made, "gatherer", FALSE)
        await publishes(made, "official", TRUE)
        (alert,) = far_side(made).channel("C1").messages
        assert TRUE[0] in str(alert)
        assert "need not comply" not in str(alert)
        assert "official · official · +1 outlet" in str(alert)
        assert "Corrected" not in str(alert)


async def test_press_that_told_it_on_a_page_of_its_own_keeps_the_lead(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await told_first(made, "slack", TRUE, by="press")
        await publishes(made, "official", FAIR, link="https://commission.invalid/other")
        (alert,) = far_side(made).channel("C1").messages
        assert TRUE[0] in str(alert)
        assert "press · press · +1 outlet" in str(alert)
