"""The slash command: a subcommand for each verb of the table, its options typed, registered only where it changed."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, cast

import discord
import structlog
from discord import app_commands

from bot.core import lines
from bot.core.text import clean, shorten
from bot.model import Choice, Option, Verb

log = structlog.get_logger()

GROUP = "regpulse"
SUMMARY = "AI-regulation alerts: look up, subscribe, ask why"
DESCRIPTION = 100
CHOICES = 25
CHOICE = 100

TAKE_BACK_EVERY = 1.0
"""Seconds between two servers that are asked whether they have commands of their own left."""

SUGGESTED = frozenset({"source", "instrument", "jurisdiction", "subscription", "verb", "query", "time"})
"""What is completed while it is typed."""

NOT_EVERYONE = "@everyone cannot be mentioned by an alert. Choose a role whose members asked for it."

Says = Callable[[discord.Interaction, str], Awaitable[None]]
Tells = Callable[[discord.Interaction, str], Awaitable[None]]
Suggests = Callable[[discord.Interaction, str, str, str], Awaitable[Sequence[Choice]]]
Callback = Callable[..., Coroutine[Any, Any, None]]


def group(verbs: Sequence[Verb], says: Says, tells: Tells, suggests: Suggests) -> app_commands.Group:
    """`/regpulse` for everybody, everywhere: looking up is for all, and who may change what is the desk's to judge.

    `says` takes the line put together, `tells` a sentence for the asker, `suggests` what is typed of an option.
    """
    made = app_commands.Group(
        name=GROUP,
        description=SUMMARY,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )
    for verb in verbs:
        made.add_command(_command(verb, says, tells, suggests))
    return made


def _command(
    verb: Verb, says: Says, tells: Tells, suggests: Suggests
) -> app_commands.Command[app_commands.Group, ..., None]:
    async def callback(interaction: discord.Interaction, **given: Any) -> None:
        values = {option.name: _typed(given.get(_identifier(option))) for option in verb.options}
        if any(
            option.takes == "mention" and values[option.name] == str(interaction.guild_id) for option in verb.options
        ):
            await tells(interaction, NOT_EVERYONE)
        else:
            await says(interaction, lines.line(verb, values))

    made: app_commands.Command[app_commands.Group, ..., None] = app_commands.Command(
        name=verb.name,
        description=shorten(clean(verb.summary), DESCRIPTION),
        callback=_signed(callback, verb),
    )
    for option in verb.options:
        if option.takes in SUGGESTED:
            made.autocomplete(_identifier(option))(_completer(verb, option, suggests))
    return made


def _signed(callback: Callback, verb: Verb) -> Callback:
    """With the parameters the library reads the options from, the required ones first as Discord wants them."""
    parameters = [
        inspect.Parameter(
            _identifier(option),
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_kind(option),
            default=inspect.Parameter.empty if required(verb, option) else None,
        )
        for option in verb.options
    ]
    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY)
    callback.__signature__ = inspect.Signature([first, *parameters])  # type: ignore[attr-defined]
    named = {_identifier(option): option for option in verb.options}
    callback = app_commands.describe(
        **{name: shorten(clean(option.summary), DESCRIPTION) for name, option in named.items()}
    )(callback)
    callback = app_commands.rename(**{name: option.name for name, option in named.items()})(callback)
    fixed = {
        name: [app_commands.Choice(name=shorten(str(one), CHOICE), value=one.value) for one in option.choices[:CHOICES]]
        for name, option in named.items()
        if option.choices
    }
    return app_commands.choices(**fixed)(callback) if fixed else callback


def required(verb: Verb, option: Option) -> bool:
    """A verb that changes something opens its form where what it needs is missing, so it can be sent off bare."""
    return option.required and not verb.manages


def _kind(option: Option) -> Any:
    if option.takes == "mention":
        kind: Any = discord.Role
    elif option.takes == "number" and not option.choices:
        kind = app_commands.Range[int, 1]
    else:
        kind = str
    return kind


def _identifier(option: Option) -> str:
    return option.name.replace("-", "_")


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return str(value.id) if isinstance(value, discord.Role) else str(value)


def _completer(verb: Verb, option: Option, suggests: Suggests) -> Any:
    async def complete(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        found = await suggests(interaction, verb.name, option.name, current)
        return [
            app_commands.Choice(name=shorten(clean(str(one)), CHOICE), value=one.value)
            for one in found
            if 0 < len(one.value) <= CHOICE and clean(str(one))
        ][:CHOICES]

    return complete


# Registration


async def register(tree: app_commands.CommandTree, guilds: Sequence[int]) -> None:
    """For everybody, or for these servers alone, where it shows at once.

    Asked for first and sent only where it differs: Discord counts what is created. What it refuses is logged, because
    commands registered before, and buttons, go on working.
    """
    places = [discord.Object(number) for number in guilds]
    for place in places:
        tree.copy_global_to(guild=place)
    if places:
        tree.clear_commands(guild=None)
    everywhere: tuple[discord.Object | None, ...] = (None, *places)
    for where in everywhere:
        try:
            await _bring_up_to_date(tree, where)
        except (app_commands.CommandSyncFailure, discord.Forbidden, discord.RateLimited) as error:
            log.error("commands not registered", server=where.id if where else "all", reason=str(error)[:300])


async def take_back(tree: app_commands.CommandTree, guilds: Sequence[int]) -> None:
    """Commands of their own that these servers have from a time when they were named: else they show there twice.

    One after another, because alerts go first; without a word where the bot may not ask.
    """
    for number in guilds:
        place = discord.Object(number)
        try:
            if await tree.fetch_commands(guild=place):
                tree.clear_commands(guild=place)
                await tree.sync(guild=place)
                log.info("commands taken back", server=number)
        except (discord.HTTPException, discord.RateLimited) as error:
            log.info("commands not looked at", server=number, reason=str(error)[:300])
        await asyncio.sleep(TAKE_BACK_EVERY)


async def _bring_up_to_date(tree: app_commands.CommandTree, place: discord.Object | None) -> None:
    there = [_normal(command, everywhere=place is None) for command in await tree.fetch_commands(guild=place)]
    wanted = [
        _normal(_as_fetched(command.to_dict(tree)), everywhere=place is None)
        for command in tree.get_commands(guild=place)
    ]
    if there != wanted:
        await tree.sync(guild=place)
        log.info("commands registered", server=place.id if place else "all")


def _as_fetched(payload: Mapping[str, Any]) -> app_commands.AppCommand:
    """Read back by the library as it reads Discord's answer: it takes contexts and installs one off (2.7.1)."""
    return app_commands.AppCommand(data=cast(Any, {**payload, "id": 0, "application_id": 0}), state=cast(Any, None))


def _normal(command: app_commands.AppCommand, *, everywhere: bool) -> dict[str, Any]:
    """Only what we decide: Discord adds ids, versions and empty fields. Contexts hold for global commands alone."""
    said: dict[str, Any] = dict(command.to_dict())
    kept: dict[str, Any] = {"name": command.name, "description": command.description}
    kept["rights"] = command.default_member_permissions
    if everywhere:
        kept |= {"contexts": said.get("contexts"), "installs": said.get("integration_types")}
    return {**kept, "options": [_option(option) for option in said["options"]]}


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: option.get(key) for key in ("name", "description", "type", "min_value")},
        **{key: bool(option.get(key)) for key in ("required", "autocomplete")},
        "choices": [(choice["name"], choice["value"]) for choice in option.get("choices") or ()],
        "options": [_option(inner) for inner in option.get("options") or ()],
    }
