"""Where a process is killed: before or after a request, at a line of its log, or at any moment."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

Needs = Literal["", "news", "waiting", "grown", "doubt", "outage", "loss", "no backup"]


@dataclass(frozen=True, slots=True)
class Point:
    """A labelled moment. Without request and log line it is any moment at all."""

    name: str
    path: str = ""
    """Part of the request's path."""
    far_side: Literal["platform", "publisher"] = "platform"
    """Who is asked."""
    method: str = ""
    when: Literal["before", "after"] = "before"
    line: str = ""
    """The event of the program's log."""
    needs: Needs = ""
    """Without which it is not met: a new story on the feed, messages to be sent, or to be edited, one in doubt, one in
    doubt for longer than a nonce lasts, an answer that the platform loses, a day without backup."""
    often: bool = False
    """Whether a life meets it more than once."""


ANYWHERE = Point("anywhere")


def _around(
    name: str,
    path: str = "",
    method: str = "",
    needs: Needs = "",
    *,
    often: bool = False,
    far_side: Literal["platform", "publisher"] = "platform",
) -> tuple[Point, Point]:
    """Not heard of yet by the far side, and done by it but not known here."""
    return (
        Point(f"before {name}", path or name, far_side, method, "before", needs=needs, often=often),
        Point(f"after {name}", path or name, far_side, method, "after", needs=needs, often=often),
    )


_OF_BOTH = (
    *_around("a feed answers", "/one.xml", needs="news", far_side="publisher"),
    *_around("an article answers", "/articles/", needs="news", far_side="publisher"),
    Point("log: filed", line="filed", needs="news"),
    Point("log: briefed", line="briefed", needs="news"),
    Point("log: turn", line="turn"),
    Point("log: sent", line="sent", needs="waiting", often=True),
    Point("log: edited", line="edited", needs="grown"),
    Point("log: in doubt", line="in doubt", needs="loss"),
    Point("log: backed up", line="backed up", needs="no backup"),
)
_SLACK = (
    *_around("auth.test"),
    *_around("apps.connections.open"),
    *_around("chat.postMessage", needs="waiting", often=True),
    *_around("chat.update", needs="grown"),
    *_around("conversations.history", needs="doubt"),
)
_DISCORD = (
    *_around("login", "users/@me", "GET"),
    *_around("the commands are asked for", "/commands", "GET"),
    *_around("a message is made", "/messages", "POST", "waiting", often=True),
    *_around("a message is edited", "/messages/", "PATCH", "grown"),
    *_around("a doubt is sent again", "/messages", "POST", needs="doubt"),
)
_DISCORD_HISTORY = _around("the history is read", "/messages", "GET", needs="outage")
_POLICY = {
    "hold": Point("log: held", line="doubt held by policy: look at the channel", needs="doubt"),
    "resend": Point("log: sent again", line="doubt resolved by policy: sending again", needs="doubt"),
}


def points(platform: str, *, readable: bool, doubt: str) -> tuple[Point, ...]:
    """Those that this world can meet."""
    if platform == "discord":
        return (*_OF_BOTH, *_DISCORD, *_DISCORD_HISTORY)
    return (*_OF_BOTH, *_SLACK) if readable else (*_OF_BOTH, *_SLACK, _POLICY[doubt])


class Plan:
    """Which comes next: each as often as the others as far as it can be met, and at every fourth kill none of them."""

    def __init__(self, known: Sequence[Point], chance: Random) -> None:
        self._known, self._chance = known, chance
        self._times = Counter[str]()

    def next(self, there: Collection[Needs]) -> Point:
        """`there` are the needs that are met."""
        if self._chance.random() < 0.25:
            return ANYWHERE
        met = [point for point in self._known if point.needs in there]
        chosen = min(met, key=lambda point: (self._times[point.name], self._chance.random()))
        self._times[chosen.name] += 1
        return chosen
