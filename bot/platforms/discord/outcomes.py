"""What became of a message: Discord's errors as outcomes, each refusal with what a person can do about it."""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp
import discord

from bot.errors import PlatformDown
from bot.model import Doubt, Later, Outcome, Refused

WEATHER = (aiohttp.ClientError, discord.HTTPException, discord.RateLimited, TimeoutError, ConnectionError)

LOCKED_OUT = "Discord refuses the token. Reset it under Bot in the developer portal and set REGPULSE_DISCORD_TOKEN."

ACKNOWLEDGED = 40060
"""Discord's code for an interaction that was answered already."""

CANNOT_REPLY = 160002
"""Discord's code where the bot may not read the history of the channel it would reply in."""

OF_THE_MESSAGE = (10008, 50005)
"""Discord's codes where a message was deleted, or is of another bot: they say nothing of its channel."""

LONGEST_WAIT = timedelta(days=1)


class LockedOut(PlatformDown):
    """The token is refused: nothing can be posted, and nobody answered."""

    def __init__(self) -> None:
        super().__init__(LOCKED_OUT)


# The codes of Discord's documentation (opcodes-and-status-codes.mdx).
_REMEDIES: Mapping[int, str] = {
    10003: "The channel is gone: subscribe another one.",
    50007: "The person shut out direct messages: they must allow them from members of a server you share, or unblock the bot.",
    50083: "The thread is archived: open it again, or subscribe another channel.",
    160005: "The thread is locked: unlock it, or subscribe another channel.",
    40067: "The forum demands a tag and has none the bot may set: add a tag that not only moderators may use.",
}
_PERMISSIONS = (
    "Give the bot View Channel, Send Messages and Embed Links in that channel, "
    "and Send Messages in Threads for a thread or forum."
)
_FAULT = "This is a fault of RegPulse; see its log."


def of(error: Exception) -> Outcome:
    """Of a message that was being posted or edited."""
    match error:
        case discord.HTTPException(code=code) if code in OF_THE_MESSAGE:
            return Refused(_said(error, "unknown message"), "")
        case discord.Forbidden():
            return Refused(_said(error, "forbidden"), _REMEDIES.get(error.code, _PERMISSIONS), "channel")
        case discord.NotFound():
            return Refused(_said(error, "unknown channel"), _REMEDIES[10003], "channel")
        case discord.RateLimited():
            return Later("Discord asks us to slow down", _wait(error.retry_after))
        case discord.HTTPException(status=401):
            return Later("the token is refused")
        case discord.HTTPException(status=429):
            return Later("Discord asks us to slow down", _retry_after(error))
        case discord.HTTPException(status=status) if status < 500:
            known = _REMEDIES.get(error.code)
            return Refused(_said(error, str(status)), known or _FAULT, "channel" if known else "")
        case aiohttp.ClientConnectorError():
            return Later("Discord cannot be reached")
        case _:
            return Doubt(f"the connection to Discord broke while posting ({type(error).__name__})")


def before_posting(error: Exception) -> Outcome:
    """Of a look-up that comes before the message: nothing can have been posted."""
    found = of(error)
    return Later(found.reason) if isinstance(found, Doubt) else found


def _said(error: discord.HTTPException, otherwise: str) -> str:
    return f"Discord says: {error.text or otherwise}"


def _retry_after(error: discord.HTTPException) -> timedelta | None:
    wait = error.response.headers.get("Retry-After", "")
    return _wait(float(wait)) if wait.isascii() and wait.replace(".", "", 1).isdigit() else None


def _wait(seconds: float) -> timedelta:
    return timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
