"""Modals: a verb to be filled in, and what came of it in the same window."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from bot.core.text import clean, shorten
from bot.model import Button, Choice, Form, Option, Reply
from bot.platforms.slack import blocks
from bot.platforms.slack.blocks import Block

FORM = "form"
"""The callback id of a modal that is sent off; one that only shows something has none that we listen to."""

SHOWN = "shown"
FIELD = "field_"
SUGGESTED = "suggest_"
"""Before the ids of fields whose choices are asked of us while a person types."""

TITLE = 24
LABEL = 75
CHOICE_VALUE = 150
TEXT = 3_000
MOST_CHOICES = 100

_SUGGESTED = {"verb", "subscription", "source", "instrument", "jurisdiction", "mention", "time"}
_DOES = {"subscribe": "Try it", "edit": "Save", "unsubscribe": "Stop"}
"""What sending off a form does, where the verb's own name does not say it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a modal was opened from: carried along in it, because Slack does not say so when it is sent off."""

    channel: str
    verb: str = ""
    title: str = "RegPulse"
    url: str = ""
    """The response_url of what opened it; "" where there was none."""

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self:
        return cls(**json.loads(view["private_metadata"]))


def form(asked: Form, place: Place, groups: Mapping[str, str] | None = None) -> Block:
    """The verb with a field for each of its options. `groups` are the labels of user groups that stand in it, by their ids."""
    given = dict(asked.values)
    shown = [_explained(asked)]
    for option in asked.verb.options:
        value = given.get(option.name, "")
        shown.append(_field(option, value, (groups or {}).get(value, "") if option.takes == "mention" else ""))
    name = asked.verb.name.rpartition(" ")[2]
    does = _DOES.get(name, name.capitalize())
    sending = {"submit": blocks.label(does, TITLE)} if asked.verb.options else {}
    return _view(place, FORM, shown) | sending | {"close": blocks.label("Cancel")}


def result(reply: Reply, place: Place, again: str = "") -> Block:
    """What was answered. `again` is the line that opens the form once more, for a change or a second try."""
    offered = reply.buttons or ((Button("Change it", again),) if again else ())
    _, shown = blocks.answer(Reply(reply.text, reply.cards, offered))
    return _view(place, SHOWN, shown or [_said(blocks.NOTHING_TO_SAY)])


def waiting(place: Place) -> Block:
    return _view(place, SHOWN, [_said("Working on it …")])


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by the option's name."""
    found = {}
    for name, fields in view["state"]["values"].items():
        for field in fields.values():
            chosen = field.get("selected_option") or {}
            found[name] = str(field.get("value") or chosen.get("value") or "")
    return found


def suggestions(choices: Iterable[Choice]) -> list[Block]:
    return [_option(one) for one in list(choices)[:MOST_CHOICES] if 0 < len(one.value) <= CHOICE_VALUE]


def _view(place: Place, callback: str, shown: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": blocks.label(place.title, TITLE),
        "close": blocks.label("Close"),
        "private_metadata": str(place),
        "blocks": shown,
    }


def _explained(asked: Form) -> Block:
    return _said(f"{asked.verb.summary} In one line you would say: {asked.verb.example}")


def _said(text: str) -> Block:
    return {"type": "section", "text": blocks.label(text, blocks.SECTION)}


def _field(option: Option, value: str, called: str) -> Block:
    return {
        "type": "input",
        "block_id": option.name,
        "optional": not option.required,
        "label": blocks.label(option.called, LABEL),
        "hint": blocks.label(option.summary, 100),
        "element": _element(option, value, called),
    }


def _element(option: Option, value: str, called: str) -> Block:
    if option.takes == "choice" and option.choices:
        return _chosen(option, value)
    if option.takes in _SUGGESTED:
        start = {"initial_option": _option(Choice(value, called))} if 0 < len(value) <= CHOICE_VALUE else {}
        element = {"type": "external_select", "action_id": f"{SUGGESTED}{option.name}", "min_query_length": 0}
        return element | {"placeholder": blocks.label("Type to choose")} | start
    if option.takes == "number":
        element = {"type": "number_input", "action_id": f"{FIELD}{option.name}", "is_decimal_allowed": False}
        return element | ({"initial_value": value} if value.isascii() and value.isdigit() else {})
    element = {"type": "plain_text_input", "action_id": f"{FIELD}{option.name}", "max_length": TEXT}
    return element | ({"initial_value": value[:TEXT]} if value else {})


def _chosen(option: Option, value: str) -> Block:
    offered = suggestions(option.choices)
    start = [one for one in offered if one["value"] == value]
    element = {"type": "static_select", "action_id": f"{FIELD}{option.name}", "options": offered}
    return element | {"placeholder": blocks.label("Choose")} | ({"initial_option": start[0]} if start else {})


def _option(choice: Choice) -> Block:
    return {"text": blocks.label(shorten(clean(str(choice)), LABEL), LABEL), "value": choice.value}
