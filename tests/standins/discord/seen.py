"""What a person sees in Discord: messages, and forms that opened."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Message:
    """A message as a person sees it; `str()` is all its text."""

    id: str
    channel: str
    body: Mapping[str, Any]
    ephemeral: bool = False
    edits: int = 0

    def __str__(self) -> str:
        parts = [self.body.get("content") or ""]
        for embed in self.body.get("embeds") or ():
            parts.append((embed.get("author") or {}).get("name") or "")
            parts += [embed.get("title") or "", embed.get("description") or "", embed.get("url") or ""]
            parts += [f"{one['name']}\n{one['value']}" for one in embed.get("fields") or ()]
            parts.append((embed.get("footer") or {}).get("text") or "")
        return "\n".join(parts)

    @property
    def plain(self) -> str:
        """Its text without the marks that keep it from being markup."""
        return str(self).replace("\\", "").replace("\u200b", "")

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """By label."""
        return {item["label"]: item for item in self._items() if item["type"] == 2}

    @property
    def choices(self) -> dict[str, str]:
        """What its menus offer, by label."""
        return {one["label"]: one["value"] for item in self._items() if item["type"] == 3 for one in item["options"]}

    @property
    def mentions(self) -> list[str]:
        """The roles it pings."""
        return [str(role) for role in (self.body.get("allowed_mentions") or {}).get("roles") or ()]

    def _items(self) -> Iterator[dict[str, Any]]:
        for row in self.body.get("components") or ():
            yield from row["components"]


@dataclass
class Modal:
    """A form that opened over the channel."""

    body: Mapping[str, Any]
    channel: str

    @property
    def title(self) -> str:
        return str(self.body["title"])

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """By the option's name."""
        return {label["component"]["custom_id"]: label["component"] for label in self.body["components"]}

    @property
    def values(self) -> dict[str, str]:
        """What stands in it."""
        return {name: _standing(component) for name, component in self.fields.items()}


def _standing(component: Mapping[str, Any]) -> str:
    chosen = [one["value"] for one in component.get("options") or () if one.get("default")]
    chosen += [one["id"] for one in component.get("default_values") or ()]
    return str(chosen[0] if chosen else component.get("value") or "")


@dataclass
class Conversation:
    messages: list[Message] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first message."""
    trouble: tuple[int, int, str] | None = None
