"""The slash command in Discord: registered from the table of verbs, within every limit, and typed."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from bot.commands.verbs import VERBS
from bot.model import Choice, Option, Verb
from bot.platforms.discord import checkup, commands
from tests.edges.clerk import TABLE, Clerk, listening
from tests.standins.discord import DiscordServer, Message, limits
from tests.standins.discord.people import INTEGER, ROLE, STRING

KINDS = {"number": INTEGER, "mention": ROLE}


@pytest.mark.parametrize("table", [VERBS, TABLE], ids=["the desk's", "one with every kind of option"])
async def test_what_is_registered_is_the_table_of_verbs(table: tuple[Verb, ...]) -> None:
    async with DiscordServer() as discord, listening(discord, Clerk(table)):
        registered = discord.subcommands()
        assert list(registered) == [verb.name for verb in table]
        for verb in table:
            command = registered[verb.name]
            assert command["description"] == verb.summary
            options = {option["name"]: option for option in command.get("options", ())}
            assert set(options) == {option.name for option in verb.options}
            for option in verb.options:
                _compare(options[option.name], option, verb)


def _compare(registered: dict[str, Any], option: Option, verb: Verb) -> None:
    assert registered["type"] == (STRING if option.choices else KINDS.get(option.takes, STRING))
    assert registered["description"] == option.summary
    assert bool(registered.get("required")) == (option.required and not verb.manages)
    assert [choice["value"] for choice in registered.get("choices", ())] == [one.value for one in option.choices]
    assert bool(registered.get("autocomplete")) == (option.takes in commands.SUGGESTED)


async def test_the_command_is_for_everybody_everywhere() -> None:
    async with DiscordServer() as discord, listening(discord, Clerk()):
        (command,) = discord.commands[""]
        assert sorted(command["contexts"]) == [0, 1, 2]
        assert sorted(command["integration_types"]) == [0, 1]
        assert command["default_member_permissions"] is None


async def test_the_command_is_within_eight_thousand_characters_with_room_for_more() -> None:
    async with DiscordServer() as discord, listening(discord, Clerk(VERBS)):
        (command,) = discord.commands[""]
        assert limits.weight(command) < limits.COMMAND_CHARACTERS


async def test_what_is_registered_already_is_not_sent_again() -> None:
    async with DiscordServer() as discord:
        for _ in range(2):
            async with listening(discord, Clerk()):
                pass
        assert discord.registrations == [""]
        async with listening(discord, Clerk(TABLE[:-1])):
            pass
        assert discord.registrations == ["", ""]


async def test_registered_for_one_server_it_is_taken_back_from_all() -> None:
    async with DiscordServer() as discord:
        async with listening(discord, Clerk()):
            pass
        for _ in range(2):
            async with listening(discord, Clerk(), guilds=(100,)):
                assert discord.commands[""] == []
                assert list(discord.subcommands("100")) == [verb.name for verb in TABLE]
        assert discord.registrations == ["", "", "100"]


async def test_registered_for_all_again_it_is_taken_back_from_the_servers_named_before() -> None:
    async with DiscordServer() as discord:
        async with listening(discord, Clerk(), guilds=(100,)):
            assert discord.commands["100"]
        async with listening(discord, Clerk()):
            async with asyncio.timeout(300):
                while discord.commands["100"]:  # noqa: ASYNC110  # it is done beside the conversation
                    await asyncio.sleep(0.01)
            assert list(discord.subcommands()) == [verb.name for verb in TABLE]
        async with listening(discord, Clerk()) as bot:
            assert "You said: status" in str(await discord.runs("status"))
            assert not bot.down
        assert discord.registrations == ["100", "", "100"]


async def test_a_registration_that_discord_refuses_ends_no_conversation() -> None:
    wrong = Verb("latest", "", "x", "latest", options=tuple(Option(f"o{n}", "y" * 100) for n in range(25)))
    many = tuple(Verb(f"verb-{n}", "", "z" * 100, "z", options=wrong.options) for n in range(4))
    discord = DiscordServer()
    async with discord:
        async with listening(discord, Clerk()):
            pass
        async with listening(discord, Clerk((*TABLE, *many))):
            message = await discord.runs("status")
            assert "You said: status" in str(message)
        (fault,) = discord.faults
        assert "may have 8000" in fault
        discord.faults.clear()


@pytest.mark.parametrize(
    ("verb", "values", "line"),
    [
        ("status", {}, "status"),
        ("latest", {"number": 7}, "latest 7"),
        ("search", {"words": '"EU AI Act" -opinion'}, 'search "EU AI Act" -opinion'),
        (
            "subscribe",
            {"words": "ai", "every": "daily 09:00", "mention": "4242", "mention_from": "high", "stages": "only"},
            'subscribe ai every:"daily 09:00" mention:4242 mention-from:high stages:only',
        ),
    ],
)
async def test_options_are_put_together_as_the_line_a_person_would_type(
    verb: str, values: dict[str, object], line: str
) -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk()):
        await discord.runs(verb, **values)  # type: ignore[arg-type]
        assert clerk.lines == [line]


async def test_options_are_completed_as_they_are_typed() -> None:
    found = (Choice("eu-ai-act", "EU AI Act"), Choice("x" * 101), Choice("long", "y" * 200))
    async with DiscordServer() as discord, listening(discord, clerk := Clerk(choices=found)):
        shown = await discord.completes("search", "words", "eu ai")
        assert clerk.asked == [("search", "words", "eu ai")]
        assert list(shown.values()) == ["eu-ai-act", "long"]
        clerk.choices = tuple(Choice(f"value {n}") for n in range(40))
        assert len(await discord.completes("unsubscribe", "subscription", "")) == 25


async def test_no_alert_is_made_to_mention_everyone() -> None:
    async with DiscordServer() as discord, listening(discord, clerk := Clerk()):
        refused = await discord.runs("subscribe", words="ai", mention="100")
        assert isinstance(refused, Message)
        assert refused.ephemeral
        assert "@everyone cannot be mentioned" in str(refused)
        assert clerk.lines == []


def test_the_documents_ask_for_the_permissions_the_code_asks_for() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "discord.md").read_text(encoding="utf-8")
    table = text.partition("| permission | why |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([A-Z][^|]+) \|", table, re.MULTILINE) == list(checkup.ASKED.values())
    assert [int(number) for number in re.findall(r"permissions=(\d+)", text)] == [checkup.PERMISSIONS.value]
    assert f"scope={'+'.join(checkup.SCOPES)}&" in text


async def test_a_command_that_is_no_more_is_answered_with_a_sentence() -> None:
    async with DiscordServer() as discord, listening(discord, Clerk()):
        discord.commands[""][0]["options"].append({"name": "gone", "type": 1, "description": "An old one."})
        assert "Reload Discord" in str(await discord.runs("gone"))
