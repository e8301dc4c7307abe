"""Forms as Discord's modals: at most five fields, everything else riding along, and sent off the line they say.

Nothing is remembered between the two: what a modal is about stands in its custom id.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import discord
import structlog

from bot.core import lines
from bot.core.text import clean, shorten
from bot.model import Choice, Form, Option, Verb
from bot.platforms.discord import embeds

log = structlog.get_logger()

TITLE = 45
LABEL = 45
DESCRIPTION = 100
FIELDS = 5
CHOICES = 25
CHOICE = 100
CUSTOM_ID = 100
LONGEST = 2_000
"""Characters of a field of text: as many as a whole line may have."""

PREFIX = "rpf:"
NONE = "none"
"""What takes a name or a mention away, where the field it stood in was emptied."""

Suggests = Callable[[str, str], Awaitable[Sequence[Choice]]]
"""Of a verb's option: everything it could be, as far as 25 go."""


def ours(custom_id: str) -> bool:
    return custom_id.startswith(PREFIX)


async def modal(form: Form, suggests: Suggests, *, roles: bool) -> discord.ui.Modal:
    """`roles`: whether there are any to choose from."""
    values = {name: value for name, value in form.values if value}
    fields = _shown(form.verb, values, roles=roles)
    made = discord.ui.Modal(title=shorten(clean(form.title), TITLE), custom_id=_custom_id(form.verb, values, fields))
    for option in fields:
        made.add_item(await _label(form.verb, option, values.get(option.name, ""), suggests))
    made.stop()  # the library would wait for it; we listen for the interaction itself
    return made


def _shown(verb: Verb, values: Mapping[str, str], *, roles: bool) -> tuple[Option, ...]:
    """What is needed, then what stands by its place, then what is filled in, the longest first, in the table's order."""
    usable = [option for option in verb.options if roles or option.takes != "mention"]

    def weight(option: Option) -> tuple[bool, bool, int]:
        return (not option.required, option.named, -len(values.get(option.name, "")))

    chosen = {option.name for option in sorted(usable, key=weight)[:FIELDS]}
    return tuple(option for option in verb.options if option.name in chosen)


def _custom_id(verb: Verb, values: Mapping[str, str], fields: Sequence[Option]) -> str:
    """ "rpf:my edit|stages:only|name,mention": the verb as the line opens with it, what is filled in but not shown, and
    what was shown and can be taken away."""
    shown = {option.name for option in fields}
    head = f"{PREFIX}{verb.name}|"
    tail = "|" + ",".join(option.name for option in fields if _removable(option) and values.get(option.name))
    hidden = [option for option in verb.options if option.named and option.name not in shown]
    parts = [lines.line(verb, {option.name: values.get(option.name, "")}) for option in hidden]
    rest = ""
    for part in (part.removeprefix(verb.name).strip() for part in parts):
        if part and len(f"{head}{rest} {part}{tail}") > CUSTOM_ID:
            log.warning("a form's value is left out", verb=verb.name, value=part)
        elif part:
            rest = f"{rest} {part}".strip()
    return head + rest + tail


def _removable(option: Option) -> bool:
    return option.named and not option.required and option.takes in ("text", "mention")


async def _label(verb: Verb, option: Option, value: str, suggests: Suggests) -> discord.ui.Label[discord.ui.View]:
    return discord.ui.Label(
        text=shorten(option.called, LABEL),
        description=shorten(clean(option.summary), DESCRIPTION) or None,
        component=await _field(verb, option, value, suggests),
    )


async def _field(verb: Verb, option: Option, value: str, suggests: Suggests) -> discord.ui.Item[Any]:
    if option.takes == "mention":
        chosen = [discord.Object(int(value), type=discord.Role)] if embeds.is_id(value) else []
        return discord.ui.RoleSelect(
            custom_id=option.name, required=option.required, min_values=int(option.required), default_values=chosen
        )
    choices = option.choices or (
        await suggests(verb.name.rpartition(" ")[2], option.name) if option.takes == "subscription" else ()
    )
    if 0 < len(choices) < CHOICES or option.choices:
        return _select(option, value, choices)
    return discord.ui.TextInput(
        custom_id=option.name,
        style=discord.TextStyle.paragraph if option.takes == "query" else discord.TextStyle.short,
        required=option.required,
        default=value[:LONGEST] or None,
        max_length=LONGEST,
    )


def _select(option: Option, value: str, choices: Sequence[Choice]) -> discord.ui.Select[Any]:
    """Of all there is to choose from; a value that is not among it is added on top."""
    known = tuple(one for one in choices if 0 < len(one.value) <= CHOICE)
    if value and value not in {one.value for one in known} and len(value) <= CHOICE:
        known = (Choice(value), *known)
    return discord.ui.Select(
        custom_id=option.name,
        required=option.required,
        min_values=int(option.required),
        options=[
            discord.SelectOption(
                label=shorten(clean(str(one)), CHOICE) or one.value, value=one.value, default=one.value == value
            )
            for one in known[:CHOICES]
        ],
    )


def line(data: Mapping[str, Any], verbs: Sequence[Verb]) -> str:
    """What a form that was sent off says; "" where its verb is no more."""
    head, rest, filled = (*str(data.get("custom_id", "")).removeprefix(PREFIX).split("|"), "", "")[:3]
    own, _, name = head.rpartition(" ")
    verb = next((verb for verb in verbs if verb.name == name), None)
    if verb is None:
        return ""
    values = dict(_values(data.get("components") or ()))
    emptied = {name: NONE for name in filter(None, filled.split(",")) if not values.get(name)}
    return " ".join(filter(None, (own, lines.line(verb, values | emptied), rest)))


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        if inner := component.get("component"):
            yield from _values((inner,))
        elif "custom_id" in component:
            chosen = component.get("values") or (component.get("value") or "",)
            yield str(component["custom_id"]), str(chosen[0]) if chosen else ""
