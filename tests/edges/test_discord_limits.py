"""The Discord stand-in is as strict as Discord: what breaks a documented limit is a fault that fails the test."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.standins.discord import DiscordServer, limits

SILENT: dict[str, Any] = {"allowed_mentions": {"parse": []}}
BUTTON: dict[str, Any] = {"type": 2, "style": 2, "label": "Evidence", "custom_id": "rp:evidence 1"}
CHOICE = {"label": "One", "value": "1"}
TEXT: dict[str, Any] = {"type": 4, "custom_id": "words", "style": 1}


def row(*items: Mapping[str, Any]) -> dict[str, Any]:
    return {"components": [{"type": 1, "components": list(items)}], "content": "x"} | SILENT


def menu(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "m", "options": [CHOICE]} | changes


def label(component: Mapping[str, Any], text: str = "Words", **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": text, "component": dict(component)} | more


def form(*labels: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {"title": "Subscribe", "custom_id": "rpf:x", "components": list(labels)} | changes


def command(**changes: Any) -> list[dict[str, Any]]:
    return [{"name": "regpulse", "description": "Alerts.", "options": []} | changes]


def option(**changes: Any) -> dict[str, Any]:
    return {"name": "words", "description": "What.", "type": 3} | changes


FOUR = [option(name=f"p{m}", description="y" * 90) for m in range(4)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": "x" * 2_001},
        {"content": "x", "embeds": [{"title": "x"}] * 11},
        {"content": "x", "embeds": [{"description": "x" * 4_000}, {"description": "x" * 2_001}]},
        {"content": "x", "embeds": [{"title": "x" * 257}]},
        {"content": "x", "embeds": [{"description": "x" * 4_097}]},
        {"content": "x", "embeds": [{"title": "x", "footer": {"text": ""}}]},
        {"content": "x", "embeds": [{"title": "x", "author": {"name": ""}}]},
        {"content": "x", "embeds": [{"title": "x", "fields": [{"name": "x", "value": ""}]}]},
        {"content": "x", "embeds": [{"title": "x", "fields": [{"name": "x", "value": "y"}] * 26}]},
        {"content": "x", "embeds": [{"color": 5}]},
        {"content": "x", "embeds": [{"title": "x", "url": "javascript:x"}]},
        {"content": "x", "nonce": "x" * 26},
        {"content": "<@&5> x"},
        {"content": "x", "allowed_mentions": {"parse": ["everyone"]}},
        {"content": "x", "allowed_mentions": None},
        row(),
        row(*({**BUTTON, "custom_id": str(n)} for n in range(6))),
        row(BUTTON, menu()),
        row(BUTTON, BUTTON),
        row({**BUTTON, "label": "x" * 81}),
        row({**BUTTON, "custom_id": "x" * 101}),
        row({**BUTTON, "style": 5}),
        row({**BUTTON, "url": "https://a.example"}),
        row(menu(options=[])),
        row(menu(options=[CHOICE] * 2)),
        row(menu(options=[{"label": str(n), "value": str(n)} for n in range(26)])),
        row(menu(options=[{"label": "x" * 101, "value": "1"}])),
        row(menu(placeholder="x" * 151)),
        row(menu(min_values=2, max_values=1)),
        {"content": "x", "components": [{"type": 1, "components": [BUTTON]}] * 6},
    ],
    ids=str,
)
def test_a_message_that_discord_would_refuse_is_a_fault(body: Mapping[str, Any]) -> None:
    assert limits.message(SILENT | dict(body))


def test_a_message_at_every_limit_is_none() -> None:
    embeds = [{"title": "x" * 256, "description": "x" * 4_096, "footer": {"text": "x" * 1_648}}]
    rows = [{"type": 1, "components": [{**BUTTON, "custom_id": f"{n}{m}"} for m in range(5)]} for n in range(5)]
    assert (
        limits.message({"content": "x" * 2_000, "embeds": embeds, "components": rows, "nonce": "x" * 25} | SILENT) == []
    )
    assert limits.message({"content": "<@&5>", "allowed_mentions": {"parse": [], "roles": ["5"]}}) == []


@pytest.mark.parametrize(
    "body",
    [
        form(),
        form(*(label({**TEXT, "custom_id": str(n)}) for n in range(6))),
        form(label(TEXT), label(TEXT)),
        form(label(TEXT), title="x" * 46),
        form(label(TEXT), custom_id="x" * 101),
        form(label(TEXT, "x" * 46)),
        form(label(TEXT, description="x" * 101)),
        form(label({**TEXT, "label": "twice"})),
        form(label({**TEXT, "value": "x" * 11, "max_length": 10})),
        form(label({**TEXT, "max_length": 4_001})),
        form(label(menu(min_values=0))),
        form(label(BUTTON)),
        form({"type": 1, "components": [TEXT]}),
    ],
    ids=str,
)
def test_a_form_that_discord_would_refuse_is_a_fault(body: Mapping[str, Any]) -> None:
    assert limits.modal(body)
    assert limits.modal(form(label(TEXT), label(menu(min_values=0, required=False)))) == []


@pytest.mark.parametrize(
    "commands",
    [
        command(name="RegPulse"),
        command(name="reg pulse"),
        command(name="x" * 33),
        command(description=""),
        command(description="x" * 101),
        command(options=[option(name=f"o{n}") for n in range(26)]),
        command(options=[option(), option()]),
        command(options=[option(name="a"), option(name="b", required=True)]),
        command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]),
        command(options=[option(choices=[{"name": "x", "value": "x" * 101}])]),
        command(options=[option(choices=[{"name": "x", "value": "x"}], autocomplete=True)]),
        command(options=[option(name=f"o{n}", description="x" * 100, options=FOUR) for n in range(17)]),
    ],
    ids=lambda commands: str(commands)[:60],
)
def test_a_command_that_discord_would_refuse_is_a_fault(commands: list[dict[str, Any]]) -> None:
    assert limits.commands(commands)
    assert limits.commands(command(options=[option(required=True), option(name="every")])) == []


async def test_a_fault_fails_the_test_it_happens_in() -> None:
    with pytest.raises(AssertionError, match="content longer than 2000"):
        async with DiscordServer() as discord:
            discord.check(limits.message({"content": "x" * 2_001} | SILENT))
