"""The catalogue: every source that the domain's own list holds is listened to or named with what stands in the way."""

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot import config

ROOT = Path(__file__).parent.parent
LIST = ROOT.parent / "shared" / "domain" / "sources.toml"
PACKS = {"REGPULSE_SOURCES_PACKS": "core,extended,spare"}

needs_the_list = pytest.mark.skipif(not LIST.is_file(), reason="the domain's list of sources is not here")


def listed() -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["source"]
    return sources


@needs_the_list
def test_every_source_with_a_feed_is_in_the_catalogue_as_it_is_listed() -> None:
    feeds = {feed.id: feed for feed in config.load(ROOT / "config", environment=PACKS).feeds}
    usable = [one for one in listed() if one["kind"] in ("rss", "atom", "rdf")]
    assert len(usable) == 160
    for one in usable:
        feed = feeds[one["id"]]
        for key in ("url", "kind", "tier", "jurisdiction", "language", "on_topic", "poll_minutes"):
            assert getattr(feed, key) == one[key], (feed.id, key)
        assert feed.filter == one.get("filter", "")
        assert (feed.pack == "core") == (one["pack"] == "core")


@needs_the_list
def test_every_other_source_is_read_or_named_with_the_reason_why_not() -> None:
    feeds = {feed.id for feed in config.load(ROOT / "config", environment=PACKS).feeds}
    named = set(re.findall(r"`([a-z0-9-]+)`", (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")))
    left_out = {one["id"] for one in listed()} - feeds
    assert len(left_out) == 18
    assert left_out <= named


@needs_the_list
def test_no_address_that_is_known_to_be_dead_is_asked() -> None:
    dead = {row["url"] for row in tomllib.loads(LIST.read_text(encoding="utf-8"))["do_not_use"]}
    assert not {feed.url for feed in config.load(ROOT / "config", environment=PACKS).feeds} & dead


def test_no_two_feeds_of_the_catalogue_ask_the_same_address() -> None:
    feeds = config.load(ROOT / "config", environment=PACKS).feeds
    addresses = [urlsplit(feed.url)._replace(scheme="") for feed in feeds]
    assert len(set(addresses)) == len(addresses)


def test_every_feed_of_the_catalogue_governs_a_jurisdiction_of_ours() -> None:
    settings = config.load(ROOT / "config", environment=PACKS)
    known = set(settings.vocabulary.places)
    assert {feed.jurisdiction for feed in settings.feeds} <= known
