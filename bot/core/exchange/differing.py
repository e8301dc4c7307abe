"""What would change if a document were taken over, and how a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.exchange.items import Item, Mute, Setting, content, key
from bot.core.text import shorten
from bot.model import Added, Subscription


@dataclass(frozen=True, slots=True)
class Change:
    """From what is to what is wanted; None where there is nothing."""

    before: Item | None
    after: Item | None

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
    return tuple(sorted((*changed, *gone), key=lambda change: key(change.item)))


def said(change: Change) -> str:
    """ "~ slack:T1:C1 subscription "AI Act": every now → daily 09:00"."""
    line = f"{change.sign} {_named(change.item)}"
    if change.before is None or change.after is None:
        return line
    before, after = content(change.before), content(change.after)
    changes = (
        f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in after if before[name] != after[name]
    )
    return f"{line}: {', '.join(changes)}"


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
