"""The document as plain lists and tables, in an order of its own, so that the same choices are the same bytes."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from bot.core.exchange.items import VERSION, Item, Mute, Setting, content, key
from bot.model import Added, Channel, Feed, Subscription

_USUAL: Mapping[str, object] = {
    "name": "",
    "every": "now",
    "stages_only": False,
    "mention": "",
    "mention_from": "low",
    "created_by": "",
}
_USUAL_FEED: Mapping[str, object] = content(Added(Feed("", "", ""), "", None))  # type: ignore[arg-type]  # no date in it


def plain(items: Iterable[Item]) -> dict[str, Any]:
    """What is as usual is left out."""
    ordered = sorted(items, key=key)
    chosen = [item for item in ordered if not isinstance(item, Added)]
    places = [(channel, list(found)) for channel, found in groupby(chosen, lambda item: item.channel)]
    return {
        "version": VERSION,
        "channels": [_channel(channel, found) for channel, found in places if channel.id],
        "spaces": [_channel(channel, found) for channel, found in places if not channel.id],
        "feeds": [_feed(item) for item in ordered if isinstance(item, Added)],
    }


def _channel(channel: Channel, items: list[Subscription | Mute | Setting]) -> dict[str, Any]:
    written: dict[str, Any] = {"platform": channel.platform, "space": channel.space, "id": channel.id}
    if not channel.id:
        del written["id"]
    if settings := {item.name: item.value for item in items if isinstance(item, Setting)}:
        written["settings"] = settings
    if mutes := [item.word for item in items if isinstance(item, Mute)]:
        written["mutes"] = mutes
    if subscriptions := [_subscription(item) for item in items if isinstance(item, Subscription)]:
        written["subscriptions"] = subscriptions
    return written


def _subscription(item: Subscription) -> dict[str, Any]:
    return {"query": item.query} | {name: value for name, value in content(item).items() if value != _USUAL[name]}


def _feed(item: Added) -> dict[str, Any]:
    said = content(item)
    return {"id": item.feed.id} | {name: value for name, value in said.items() if value != _USUAL_FEED[name]}
