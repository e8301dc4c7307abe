"""What would change if a document were taken over, and how a person reads it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.core.exchange.items import Item, Mute, Setting, content, key
from bot.core.text import counted, shorten
from bot.model import Added, Subscription


@dataclass(frozen=True, slots=True)
class Change:
    """From what is to what is wanted; None where there is nothing."""

    before: Item | None
    after: Item | None
    lost: int = 0
    """Stories that wait for a subscription that goes, and are then told to nobody."""

    @property
    def sign(self) -> str:
        if self.before is None:
            return "+"
        return "-" if self.after is None else "~"

    @property
    def item(self) -> Item:
        found = self.after or self.before
        assert found is not None  # noqa: S101  # a change has one side at least
        return found


def difference(present: Iterable[Item], wanted: Iterable[Item], *, prune: bool) -> tuple[Change, ...]:
    """The changes that lead from one to the other. What is not wanted goes only where `prune` says so."""
    now, then = {key(item): item for item in present}, {key(item): item for item in wanted}
    changed = [
        Change(now.get(name), item)
        for name, item in then.items()
        if name not in now or content(now[name]) != content(item)
    ]
    gone = [Change(item, None) for name, item in now.items() if prune and name not in then]
    edited = _edited(changed, gone)
    both = {id(one) for change in edited for one in (change.before, change.after)}
    alone = [change for change in (*changed, *gone) if id(change.item) not in both]
    return tuple(sorted((*edited, *alone), key=lambda change: key(change.item)))


def _edited(changed: list[Change], gone: list[Change]) -> list[Change]:
    """A subscription that goes and one that comes are one whose words or place were changed, where only these two can be:
    they have a name in their channel, or their channel, or all but their channel.
    """
    come = [one.after for one in changed if one.before is None and isinstance(one.after, Subscription)]
    went = [one.before for one in gone if isinstance(one.before, Subscription)]
    found: list[Change] = []
    for alike in (_named_there, _there, _elsewhere):
        olds, news = _by(alike, went), _by(alike, come)
        pairs = [(olds[name][0], news[name][0]) for name in olds if len(olds[name]) == len(news.get(name, ())) == 1]
        found += [Change(old, new) for old, new in pairs]
        paired = {id(one) for pair in pairs for one in pair}
        went, come = ([one for one in some if id(one) not in paired] for some in (went, come))
    return found


def _by(
    alike: Callable[[Subscription], tuple[object, ...]], some: list[Subscription]
) -> dict[tuple[object, ...], list[Subscription]]:
    found: dict[tuple[object, ...], list[Subscription]] = {}
    for one in some:
        if name := alike(one):
            found.setdefault(name, []).append(one)
    return found


def _named_there(one: Subscription) -> tuple[object, ...]:
    return (one.channel, one.name) if one.name else ()


def _there(one: Subscription) -> tuple[object, ...]:
    return (one.channel,)


def _elsewhere(one: Subscription) -> tuple[object, ...]:
    return (one.query, *content(one).values())


def said(change: Change) -> str:
    """ "~ slack:T1:C1 subscription "AI Act": every now → daily 09:00"."""
    line = f"{change.sign} {_named(change.item)}"
    if change.lost:
        return f"{line}; {counted(change.lost, 'story', 'stories')} waiting for it will not be told"
    if change.before is None or change.after is None:
        return line
    before, after = _all(change.before), _all(change.after)
    changes = (
        f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in after if before[name] != after[name]
    )
    return f"{line}: {', '.join(changes)}"


def _all(item: Item) -> dict[str, str | bool | int]:
    """What of it may be changed, by name."""
    if isinstance(item, Subscription):
        return {"channel": str(item.channel), "query": item.query, **content(item)}
    return content(item)


def _named(item: Item) -> str:
    match item:
        case Added():
            return f"feed {item.feed.id} ({item.feed.url})"
        case Subscription():
            return f"{item.channel} subscription {item.query}"
        case Mute():
            return f"{item.channel} mute {item.word}"
        case Setting():
            where = f"{item.channel}".removesuffix(":")
            return f"{where} setting {item.name} = {item.value}"


def _shown(value: str | bool | int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shorten(str(value), 60) or "nothing"
