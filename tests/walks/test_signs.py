"""What a running bot says of itself: metrics of what it did, and the dashboard that draws them."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from bot import app
from bot.app import turning
from bot.app.metrics import Metrics
from bot.model import Channel
from bot.pipeline import Tally
from bot.ports import Platform
from tests.walks.world import DISCORD, NEWS, OTHER, SLACK, World, world

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"


async def scraped(running: app.App) -> dict[str, float]:
    """Each sample by its name and labels, as a scraper parses it."""
    body, content_type = await running.signs.metrics("text/plain")
    assert content_type.startswith("text/plain")
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


async def worked(made: World, running: app.App) -> None:
    """What `run` does in a turn and a flush."""
    await turning.turn(running.room, running.signs)
    await turning.flush(running.outbox, running.signs)


async def test_the_metrics_count_what_was_done(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        for name in ("one", "two"):
            made.has_feed(name)
        for channel in (SLACK, DISCORD):
            await made.subscribes(channel)
        async with made.opens() as running:
            for platform in running.platforms:
                await app._talk(running, platform).connect()
            await worked(made, running)
            made.publishes("one", *NEWS, OTHER[0])
            made.feeds.is_broken("/two.xml", 503)
            await worked(made, running)
            found = await scraped(running)
    assert [found[f"regpulse_polls_total {one}"] for one in ("fresh", "unchanged", "failed")] == [3, 0, 1]
    assert found["regpulse_entries_total relevant"] == 3
    assert found["regpulse_entries_total other"] == 12 + 12 + 1
    assert found["regpulse_alerts_total"] == 6
    assert found["regpulse_deliveries slack sent"] == found["regpulse_deliveries discord sent"] == 3
    assert found["regpulse_briefs extract"] == 3
    assert found["regpulse_turn_seconds_count"] == 2
    assert found["regpulse_alert_age_seconds_count seen"] == found["regpulse_alert_age_seconds_count published"] == 6
    assert found["regpulse_alert_age_seconds_bucket 300.0 seen"] == 6
    assert found["regpulse_platform_up slack"] == 1
    assert found["regpulse_oldest_pending_seconds"] == 0
    assert found["regpulse_database_bytes"] == made.database.stat().st_size
    assert found["process_open_fds"] > 0


async def test_a_message_that_waits_shows_in_metrics_and_turns_ready_red(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        made.publishes("one", NEWS[0])
        async with made.opens() as running:
            await turning.turn(running.room, running.signs)
            running.signs._now = lambda: datetime.now(UTC) + timedelta(minutes=40)
            running.signs.turned(Tally(), timedelta(0))
            found = await scraped(running)
            assert found["regpulse_deliveries slack pending"] == 1
            assert 39 * 60 < found["regpulse_oldest_pending_seconds"] < 41 * 60
            (reason,) = await running.signs.not_ready()
            assert reason.startswith("the oldest message to be sent has waited since")


async def until_heard(platform: Platform) -> None:
    async with asyncio.timeout(300):
        while platform.heard is None:  # noqa: ASYNC110  # the socket is a library's, and says nothing itself
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("channel", [SLACK, DISCORD])
async def test_a_socket_is_heard_while_people_are_answered_and_its_silence_turns_ready_red(
    tmp_path: Path, channel: Channel
) -> None:
    async with world(tmp_path, slack=channel == SLACK, discord=channel == DISCORD) as made:
        made.has_feed("one")
        async with made.opens() as running:
            (platform,) = running.platforms
            assert platform.heard is None
            talking = asyncio.create_task(app._conversation(running, platform))
            await until_heard(platform)
            running.signs.listened()
            running.signs.turned(Tally(), timedelta(0))
            assert await running.signs.not_ready() == ()
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
            running.signs.listened()
            running.signs._now = lambda: datetime.now(UTC) + timedelta(minutes=3)
            running.signs.turned(Tally(), timedelta(0))
            (reason,) = await running.signs.not_ready()
            assert reason.startswith(f"{platform.name} has given no sign of life since")


def test_the_dashboard_names_only_metrics_that_there_are() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    known = {name for names in registry._collector_to_names.values() for name in names} | {
        f"{name}_bucket" for names in registry._collector_to_names.values() for name in names
    }
    known |= {"process_resident_memory_bytes", "process_open_fds", "process_max_fds"}
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    named = {name for expr in asked for name in re.findall(r"\b(?:regpulse|process)_\w+", expr)}
    assert len(named) > 10
    assert named <= known
