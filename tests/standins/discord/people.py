"""What people do in Discord: run a command, let it complete, press, choose, fill in."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.discord import limits, payloads
from tests.standins.discord.payloads import APPLICATION, CHANNEL, GUILD, MANAGER
from tests.standins.discord.seen import Message, Modal

COMMAND, COMPONENT, TYPING, SUBMISSION = 2, 3, 4, 5
STRING, INTEGER, ROLE = 3, 4, 8


@dataclass
class Exchange:
    """One interaction, from the press of a key to what came of it."""

    number: str
    kind: int
    channel: str
    started: float
    shown: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    """Messages, modals or suggestions, as they come; None for an acknowledgement that shows nothing."""
    answered: int = 0
    private: bool = False
    loading: bool = False
    """Whether "is thinking" still stands there: the next follow-up takes its place, as private as it is."""


class People:
    """The people of the server; a server that hears them mixes this in."""

    commands: dict[str, list[dict[str, Any]]]
    """Registered, by server; "" for all."""
    exchanges: dict[str, Exchange]
    places: dict[str, payloads.Place]
    faults: list[str]
    ready: asyncio.Event
    clock: Callable[[], float]

    async def runs(
        self, verb: str, /, *, channel: str = CHANNEL, user: str = "7", permissions: str = MANAGER, guild: str = GUILD,
        installed: str = "guild", **values: object,
    ) -> Message | Modal:  # fmt: skip
        """`/regpulse search` with its options; what the person sees. `installed`: for the "guild", or for the "user"."""
        await asyncio.wait_for(self.ready.wait(), 300)
        data = self._command(verb, {name.replace("_", "-"): str(value) for name, value in values.items()})
        return await self._one(COMMAND, data, channel, user, permissions, guild, installed=installed)

    async def types(
        self, line: str, *, channel: str = CHANNEL, user: str = "7", permissions: str = MANAGER, guild: str = GUILD
    ) -> Message:
        """`/regpulse search eu ai act`, put into the options as a person would."""
        await asyncio.wait_for(self.ready.wait(), 300)
        verb, _, words = line.removeprefix("/regpulse ").partition(" ")
        data = self._command(verb, self._parted(verb, words))
        return _message(await self._one(COMMAND, data, channel, user, permissions, guild))

    async def completes(self, verb: str, option: str, typed: str, **values: str) -> dict[str, str]:
        """What is suggested while it is typed: value by label."""
        await asyncio.wait_for(self.ready.wait(), 300)
        data = self._command(verb, {**values, option: typed}, typing=option)
        exchange = await self._interacts(TYPING, data, CHANNEL, "7", MANAGER, GUILD)
        choices = await asyncio.wait_for(exchange.shown.get(), 300)
        return {choice["name"]: choice["value"] for choice in choices}

    async def presses(self, message: Message, label: str, *, user: str = "7", permissions: str = MANAGER) -> Message:
        """A button under a message that is answered by one."""
        return _message(await self.clicks(message, label, user=user, permissions=permissions))

    async def clicks(
        self, message: Message, label: str, *, user: str = "7", permissions: str = MANAGER, guild: str = GUILD,
        custom_id: str = "",
    ) -> Message | Modal:  # fmt: skip
        """A button under a message; `custom_id` for one that an older version posted."""
        data = {"component_type": 2, "custom_id": custom_id or message.buttons[label]["custom_id"]}
        return await self._one(COMPONENT, data, message.channel, user, permissions, guild, message=message)

    async def clicks_twice(self, message: Message, label: str, *, then: Callable[[], None]) -> Message | None:
        """So fast that the second comes while the first is answered, which ends with `then`; what the second shows."""
        data = {"component_type": 2, "custom_id": message.buttons[label]["custom_id"]}
        first, second = [
            await self._interacts(COMPONENT, data, message.channel, "7", MANAGER, GUILD, message=message)
            for _ in range(2)
        ]
        shown: Message | None = await asyncio.wait_for(second.shown.get(), 300)
        then()
        await asyncio.wait_for(first.shown.get(), 300)
        return shown

    async def chooses(self, message: Message, label: str) -> Message | Modal:
        """From the menu under a message."""
        data = {"component_type": 3, "custom_id": "rp?", "values": [message.choices[label]]}
        return await self._one(COMPONENT, data, message.channel, "7", MANAGER, GUILD, message=message)

    async def fills(self, modal: Modal | Message, *, guild: str = GUILD, **values: str) -> Message:
        """The form, these fields written over, sent off."""
        assert isinstance(modal, Modal), str(modal)
        given = modal.values | {name.replace("_", "-"): value for name, value in values.items()}
        assert set(given) == set(modal.fields)
        for name, component in modal.fields.items():
            offered = {option["value"] for option in component.get("options") or ()}
            assert not offered or given[name] in offered | {""}, f"{name} does not offer {given[name]!r}"
            assert given[name] or not component.get("required", True), f"Discord would not send it off without {name}"
        labels = [
            {"type": 18, "id": number, "component": _filled(component, given[name])}
            for number, (name, component) in enumerate(modal.fields.items(), 1)
        ]
        data = {"custom_id": modal.body["custom_id"], "components": labels}
        return _message(await self._one(SUBMISSION, data, modal.channel, "7", MANAGER, guild))

    # How it is sent

    def subcommands(self, guild: str = "") -> dict[str, dict[str, Any]]:
        """As registered, by name."""
        (group,) = (command for command in self.commands.get(guild, ()) if command["name"] == "regpulse")
        return {option["name"]: option for option in group["options"]}

    def _parted(self, verb: str, words: str) -> dict[str, str]:
        options = self.subcommands()[verb].get("options") or []
        values = {}
        for name in (option["name"] for option in options):
            if found := re.search(rf'(?:^|\s){name}:("[^"]*"|\S+)', words):
                values[name] = found[1].strip('"')
                words = words.replace(found[0], " ")
        free = [option for option in options if option["name"] not in values]
        if words.strip() and len(free) > 1 and free[0]["type"] == INTEGER:
            values[free.pop(0)["name"]], _, words = words.strip().partition(" ")
        return values | ({free[0]["name"]: words.strip()} if words.strip() else {})

    def _command(self, verb: str, values: Mapping[str, str], *, typing: str = "") -> dict[str, Any]:
        options = {option["name"]: option for option in self.subcommands()[verb].get("options") or ()}
        assert set(values) <= set(options), f"{verb} has no option {set(values) - set(options)}"
        missing = {name for name, option in options.items() if option.get("required")} - set(values)
        assert typing or not missing, f"Discord would not send {verb} without {missing}"
        sent, roles = [], {}
        for name, value in values.items():
            option = options[name]
            offered = {choice["value"] for choice in option.get("choices") or ()}
            assert not offered or value in offered, f"{name} does not offer {value!r}"
            assert name != typing or option.get("autocomplete"), f"{name} is not completed"
            sent.append(
                {"name": name, "type": option["type"], "value": value} | ({"focused": True} if name == typing else {})
            )
            if option["type"] == INTEGER:
                sent[-1]["value"] = int(value)
                assert int(value) >= option.get("min_value", int(value)), f"Discord would not send {name} {value}"
            elif option["type"] == ROLE:
                roles[value] = payloads.role(value, "Policy people")
        data = {"id": "5", "name": "regpulse", "type": 1, "options": [{"name": verb, "type": 1, "options": sent}]}
        return data | ({"resolved": {"roles": roles}} if roles else {})

    async def _one(
        self, kind: int, data: Mapping[str, Any], channel: str, user: str, permissions: str, guild: str, *,
        message: Message | None = None, installed: str = "guild",
    ) -> Message | Modal:  # fmt: skip
        exchange = await self._interacts(kind, data, channel, user, permissions, guild, message, installed)
        shown = await asyncio.wait_for(exchange.shown.get(), 300)
        assert isinstance(shown, Message | Modal), "nothing is shown"
        return shown

    async def _interacts(
        self, kind: int, data: Mapping[str, Any], channel: str, user: str, permissions: str, guild: str,
        message: Message | None = None, installed: str = "guild",
    ) -> Exchange:  # fmt: skip
        await asyncio.wait_for(self.ready.wait(), 300)
        number = self.next()
        place = self.places.get(channel) or payloads.Place(channel, payloads.TEXT if guild else payloads.DIRECT)
        alone = place.kind == payloads.DIRECT and installed == "guild"
        owners = {"0": guild or "0"} if installed == "guild" else {"1": user}
        event: dict[str, Any] = {
            "id": number, "application_id": APPLICATION, "type": kind, "data": data, "channel_id": channel,
            "channel": place.payload() | {"permissions": permissions}, "token": f"t{number}", "version": 1,
            "app_permissions": permissions, "locale": "en-US", "entitlements": [], "attachment_size_limit": 1,
            "authorizing_integration_owners": owners, "context": 0 if guild else 1 if alone else 2,
        }  # fmt: skip
        event |= (
            {"guild_id": guild, "member": payloads.member(user, permissions)}
            if guild
            else {"user": payloads.user(user)}
        )
        if message:
            event["message"] = self.public(message)
        exchange = self.exchanges[f"t{number}"] = Exchange(number, kind, channel, self.clock())
        await self.dispatch("INTERACTION_CREATE", event)
        return exchange

    # What the server does

    def next(self) -> str:
        raise NotImplementedError

    def public(self, message: Message) -> dict[str, Any]:
        raise NotImplementedError

    async def dispatch(self, kind: str, data: object) -> None:
        raise NotImplementedError

    def check(self, faults: list[str]) -> bool:
        """Noted, for the test that ends with them."""
        self.faults += faults
        return not faults

    # What comes of it

    def respond(self, exchange: Exchange, body: Mapping[str, Any]) -> str:
        """The first response; what is wrong with it, as Discord's message says, or "" ."""
        kind, data = body["type"], body.get("data") or {}
        exchange.answered = kind
        if kind == 5:
            exchange.private, exchange.loading = bool(data.get("flags", 0) & 64), True
            self.check(
                ["a deferral carries only EPHEMERAL"] if set(data) - {"flags"} or data.get("flags", 0) & ~64 else []
            )
        elif kind == 6:
            self.check([] if exchange.kind == COMPONENT else ["only a component can be acknowledged without a message"])
            exchange.shown.put_nowait(None)
        elif kind == 4:
            if not self.check(limits.message(data)):
                return "Invalid Form Body"
            self.show(exchange, data)
        elif kind == 8:
            if exchange.kind != TYPING or not self.check(limits.suggestions(data["choices"])):
                return "Invalid Form Body"
            exchange.shown.put_nowait(data["choices"])
        elif kind == 9:
            if exchange.kind == SUBMISSION or not self.check(limits.modal(data)):
                return "Invalid Form Body"
            exchange.shown.put_nowait(Modal(data, exchange.channel))
        return ""

    def show(self, exchange: Exchange, body: Mapping[str, Any]) -> Message:
        """A message that answers: seen by one, or by all in the channel."""
        private = bool(body.get("flags", 0) & 64)
        if exchange.loading:
            self.check(["a public follow-up takes the place of a private one"] if exchange.private > private else [])
            private, exchange.loading = exchange.private, False
        message = Message(self.next(), exchange.channel, body, ephemeral=private)
        if not private:
            self.keeps(message)
        exchange.shown.put_nowait(message)
        return message

    def keeps(self, message: Message) -> None:
        raise NotImplementedError


def _message(shown: Message | Modal) -> Message:
    assert isinstance(shown, Message), f"a form opened: {shown}"
    return shown


def _filled(component: Mapping[str, Any], value: str) -> dict[str, Any]:
    filled = {"type": component["type"], "custom_id": component["custom_id"], "id": 1}
    if component["type"] == 4:
        return filled | {"value": value}
    return filled | {"values": [value] if value else []}
