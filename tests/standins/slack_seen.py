"""What a person sees in Slack: messages, modals, the App Home, with their buttons and fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.blockkit import texts


@dataclass
class Message:
    """A message as a person sees it; `str()` is all its text."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: Mapping[str, Any]
    thread_ts: str = ""
    private_to: str = ""
    broadcast: bool = False
    edits: int = 0

    def __str__(self) -> str:
        return "\n".join([self.text, *texts(self.blocks)])

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """By what a screen reader says of them; each knows the block it stands in."""
        return {
            element.get("accessibility_label") or element["text"]["text"]: element
            | {"block_id": block.get("block_id", "b")}
            for block in self.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        }


@dataclass
class Modal(Message):
    """A window over Slack; it changes in place."""

    view: dict[str, Any] = field(default_factory=dict)
    user: str = ""
    team: str = ""
    shown: int = 1
    """How often something new was shown in it."""

    @property
    def title(self) -> str:
        return str(self.view["title"]["text"])

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The input elements, by the name of their block."""
        return {block["block_id"]: block["element"] for block in self.blocks if block["type"] == "input"}

    @property
    def filled(self) -> dict[str, str]:
        """What stands in the fields already."""
        starts = {name: one.get("initial_value") or one.get("initial_option") for name, one in self.fields.items()}
        return {name: one["value"] if isinstance(one, dict) else one for name, one in starts.items() if one}

    def becomes(self, view: dict[str, Any]) -> None:
        self.view, self.blocks = view, view["blocks"]
        self.shown += 1


@dataclass
class Conversation:
    messages: list[Message] = field(default_factory=list)
    error: str = ""
