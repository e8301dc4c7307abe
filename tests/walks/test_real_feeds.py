"""Seventy real feed documents, served here: a silent baseline, then alerts for what is new and relevant, then nothing."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest

from tests.walks.test_cli import runs
from tests.walks.world import DISCORD, NEWS, OTHER, SLACK, World, world

LIVE = Path(__file__).parents[3] / "shared" / "feeds" / "live"
RSS = "application/rss+xml"


def documents() -> dict[str, bytes]:
    if not LIVE.is_dir():
        pytest.skip(f"{LIVE} is not here: the real feed documents are not part of the project")
    return {path.name[-16:]: path.read_bytes() for path in sorted(LIVE.iterdir())}


def serve(made: World, found: dict[str, bytes]) -> None:
    for name, body in found.items():
        made.feeds.publishes(f"/{name}.xml", body, "application/json" if body[:1] == b"{" else RSS)
        made.paths.append(name)


def add(made: World, found: dict[str, bytes], items: Sequence[tuple[str, str]]) -> None:
    """One new item at the top of as many RSS documents, dated now."""
    rss = [name for name, body in found.items() if b"<item>" in body and b"<rss" in body[:2000]]
    for name, (title, text) in zip(rss, items, strict=False):
        item = (
            f"<item><title>{escape(title)}</title><link>https://news.invalid/{name}/new</link>"
            f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate><description>{escape(text)}</description></item><item>"
        )
        body = found[name].replace(b"<item>", item.encode(), 1)
        made.feeds.publishes(f"/{name}.xml", body, RSS)


@pytest.mark.parametrize("platform", ["terminal", "slack", "discord"])
async def test_real_feeds_give_a_silent_baseline_then_only_what_is_new_and_relevant(
    tmp_path: Path, platform: str
) -> None:
    found = documents()
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        serve(made, found)
        if platform != "terminal":
            await made.subscribes(SLACK if platform == "slack" else DISCORD)
        first = json.loads((await runs(made, "once", "--json"))[1])
        assert (first["polled"], first["failed"]) == (len(found), 0)
        assert (first["alerts"], first["briefs"], first["sent"]) == (0, 0, [])
        add(made, found, (*NEWS, *OTHER))
        second = json.loads((await runs(made, "once", "--json", "--all"))[1])
        assert sorted(sent["headline"] for sent in second["sent"]) == sorted(title for title, _ in NEWS)
        assert {sent["platform"] for sent in second["sent"]} == {platform}
        assert second["alerts"] == 3
        third = json.loads((await runs(made, "once", "--json", "--all"))[1])
        assert (third["alerts"], third["sent"]) == (0, [])
