"""What a channel chose, and who may change what it hears; every change is said aloud and can be undone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import hours
from bot.commands.asking import Asked, Handler, Means, aloud
from bot.commands.permitting import of_space
from bot.core import assisted, permissions, report
from bot.core.permissions import POLICIES
from bot.errors import UserError
from bot.model import Reply

ONLY_ADMINS = (
    "Only admins of the workspace or server decide who may change what its channels hear. Ask one of them to say it."
)

_EXAMPLE = re.compile(r"(?<=: )settings\b|(?<=\()settings\b")
"""The word where a line to type begins."""


@dataclass(frozen=True, slots=True)
class Settings:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"settings": self.settings}

    async def settings(self, asked: Asked) -> Reply:
        """What it says to type is about the same messages as what was asked: the channel's, or the person's own."""
        try:
            reply = await self._answered(asked)
        except UserError as error:
            raise UserError(_EXAMPLE.sub(asked.line("settings"), str(error))) from error
        return replace(reply, text=_EXAMPLE.sub(asked.line("settings"), reply.text))

    async def _answered(self, asked: Asked) -> Reply:
        name, _, value = asked.rest.partition(" ")
        match name.lower():
            case "":
                return await self._shown(asked)
            case "model":
                return await self._model(value.strip().lower(), asked)
            case "manage":
                return await self._manage(value.strip().lower(), asked)
            case _ if hours.takes(asked.rest):
                return await hours.change(self.means, asked)
            case _:
                raise UserError("Say: settings, which shows them all; or one, as in: settings quiet 20:00-07:00")

    async def _shown(self, asked: Asked) -> Reply:
        chosen = await self.means.store.setting(asked.caller.channel, assisted.SETTING)
        lines = [await hours.shown(self.means.store, asked.caller.channel, self.means.now())]
        if not _alone(asked):
            policy = await self.means.gate.policy(asked.caller.channel)
            first, *more = (one for one in POLICIES if one != policy)
            lines.append(
                f"{permissions.said(policy)} An admin may change that: settings manage {first} (or {', '.join(more)})"
            )
        lines.append(report.settings(model=chosen != assisted.OFF))
        return Reply("\n".join(lines))

    async def _model(self, value: str, asked: Asked) -> Reply:
        if value not in ("on", "off"):
            raise UserError("Say: settings, or: settings model off, or: settings model on")
        await self.means.gate.check(asked.caller, "my settings model off")
        before = "off" if await self._setting(asked) == assisted.OFF else "on"
        if value == before:
            return Reply(f"It is so already. {report.settings(model=value == 'on')}")
        await self.means.store.set(asked.caller.channel, assisted.SETTING, value, by=asked.caller.user)
        undo = asked.line(f"settings model {before}")
        return aloud(asked, f"{asked.who} set: model {value}. {report.settings(model=value == 'on')}", undo)

    async def _setting(self, asked: Asked) -> str:
        return await self.means.store.setting(asked.caller.channel, assisted.SETTING)

    async def _manage(self, value: str, asked: Asked) -> Reply:
        caller, policy = asked.caller, permissions.known(value)
        if _alone(asked):
            raise UserError(
                "Here there is nobody but you: everything may be changed. "
                "Who may change what channels hear, an admin says in one of them."
            )
        if policy is None:
            raise UserError(f"Say who may, as in: settings manage members. There are: {', '.join(POLICIES)}.")
        if not (caller.operator or caller.rank == "admin"):
            raise UserError(ONLY_ADMINS)
        before = await self.means.gate.policy(caller.channel)
        if policy == before:
            return Reply(f"It is so already. {permissions.said(policy)}")
        await self.means.store.set(of_space(caller.channel), permissions.SETTING, policy)
        return aloud(
            asked, f"{asked.who} set, for all channels: {permissions.said(policy)}", f"settings manage {before}"
        )


def _alone(asked: Asked) -> bool:
    """Whether nobody but they hears what is set: everybody is an admin there, but of no workspace."""
    return asked.own or asked.caller.channel.alone
