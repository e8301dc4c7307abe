"""One thing that somebody chose, and what makes two of them the same one."""

from dataclasses import dataclass

from bot.model import Added, Channel, Subscription

VERSION = 1
"""Of the document. A document of a later one is refused."""


@dataclass(frozen=True, slots=True)
class Mute:
    channel: Channel
    word: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Of a channel, or of a whole workspace or server, whose channel has no id."""

    channel: Channel
    name: str
    value: str


Item = Subscription | Mute | Setting | Added


def key(item: Item) -> tuple[str, ...]:
    """By what it is known: where, what, which. Sorts a document."""
    match item:
        case Added():
            return ("~", "", "", "feed", item.feed.id)
        case Subscription():
            return (*_place(item.channel), "subscription", item.query)
        case Mute():
            return (*_place(item.channel), "mute", item.word)
        case Setting():
            return (*_place(item.channel), "setting", item.name)


def _place(channel: Channel) -> tuple[str, str, str]:
    return channel.platform, channel.space, channel.id


def content(item: Item) -> dict[str, str | bool | int]:
    """What else it says, by name; what nobody chose, such as a number or a date, is left out."""
    match item:
        case Subscription():
            return {
                "name": item.name,
                "every": item.every,
                "stages_only": item.stages_only,
                "mention": item.mention,
                "mention_from": item.mention_from,
                "created_by": item.created_by,
            }
        case Mute():
            return {}
        case Setting():
            return {"value": item.value}
        case Added():
            feed = item.feed
            return {
                "url": feed.url,
                "name": feed.name,
                "kind": feed.kind,
                "tier": feed.tier,
                "jurisdiction": feed.jurisdiction,
                "language": feed.language,
                "on_topic": feed.on_topic,
                "filter": feed.filter,
                "pack": feed.pack,
                "poll_minutes": feed.poll_minutes,
                "added_by": item.by,
            }
