"""What the operator changes for a channel at the shell, said aloud there as people's changes are."""

import secrets
from dataclasses import replace
from datetime import datetime

import structlog

from bot import app
from bot.app import App
from bot.config import Config
from bot.errors import PlatformDown
from bot.model import Button, Card, Channel, Delivery, Reply, Sent
from bot.platforms.terminal.adapter import Terminal
from bot.ports import Desk, Platform

log = structlog.get_logger()

TITLE = "A change here"
FITS = 80
"""Characters of a line that every platform's button carries; a longer one is kept, and the button has its key."""


def platforms(settings: Config, channel: Channel) -> tuple[Platform, ...]:
    """The one that the channel is on, where it is configured."""
    if channel == app.TERMINAL:
        return ()
    return tuple(one for one in app.platforms_of(settings, Terminal(quiet=True)) if one.name == channel.platform)


async def announced(asked: App, reply: Reply, channel: Channel, now: datetime) -> str:
    """What came of it, for the operator; "" where nothing was to be announced. It is tried once: the change is made."""
    if reply.private or channel == app.TERMINAL:
        return ""
    why = await _not_said(asked, reply, channel, now)
    return f"Not announced in {channel}: {why}. Tell them yourself." if why else f"Announced in {channel}."


async def _not_said(asked: App, reply: Reply, channel: Channel, now: datetime) -> str:
    if not asked.platforms:
        return f"{channel.platform} is not configured here"
    (platform,) = asked.platforms
    buttons = tuple([await _carried(asked.desk, one) for one in reply.buttons])
    try:
        await platform.connect()
        outcome = await platform.send(_delivery(channel, now), Card(TITLE, lead=reply.text, buttons=buttons))
    except PlatformDown as error:
        return str(error).rstrip(".")
    except Exception as error:  # weather or a bug, and the change is made
        log.exception("not announced", channel=str(channel))
        return f"{channel.platform} cannot be spoken to ({type(error).__name__})"
    return "" if isinstance(outcome, Sent) else outcome.reason


async def _carried(desk: Desk, button: Button) -> Button:
    return button if len(button.line) <= FITS else replace(button, line=await desk.keep(button.line))


def _delivery(channel: Channel, now: datetime) -> Delivery:
    return Delivery(
        id=f"said-{secrets.token_hex(8)}",
        story=0,
        channel=channel,
        kind="ops",
        because=(),
        state="sending",
        attempts=1,
        due=now,
        created=now,
    )
