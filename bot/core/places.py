"""Where RegPulse can speak: the platforms it knows, and the form of their ids."""

import re
from collections.abc import Mapping

from bot.model import Channel

KNOWN = ("slack", "discord", "terminal")

_SPACES: Mapping[str, tuple[str, str]] = {
    "slack": ("[TE][A-Z0-9]+", "a team's id, as in T024BE7LH"),
    "discord": (r"(\d{1,20})?", "a server's id, which is a number; left out for direct messages"),
    "terminal": ("", "left out"),
}
_CHANNELS: Mapping[str, tuple[str, str]] = {
    "slack": ("[CGD][A-Z0-9]+", "a channel's id, as in C024BE91L: it stands at the end of “About this channel”"),
    "discord": (r"\d{1,20}", "a channel's id, which is a number: “Copy Channel ID”, with developer mode on"),
    "terminal": ("terminal", "terminal"),
}

_REMEDIES: Mapping[str, str] = {
    "slack": "Set REGPULSE_SLACK_BOT_TOKEN and REGPULSE_SLACK_APP_TOKEN, or unsubscribe its channels.",
    "discord": "Set REGPULSE_DISCORD_TOKEN, or unsubscribe its channels.",
}


def unknown(platform: str) -> str:
    """Why nothing can be told on a platform of this name; "" where it can."""
    if platform in KNOWN:
        return ""
    return f"RegPulse knows no platform “{platform}”; it knows {', '.join(KNOWN[:-1])} and {KNOWN[-1]}"


def space_fault(platform: str, space: str) -> str:
    """What the id of the workspace or server must be; "" where it is so."""
    return _fault(_SPACES, platform, space)


def channel_fault(platform: str, channel: str) -> str:
    """What the id of the channel must be; "" where it is so."""
    return _fault(_CHANNELS, platform, channel)


def _fault(forms: Mapping[str, tuple[str, str]], platform: str, found: str) -> str:
    form, wanted = forms.get(platform, (".*", ""))
    return "" if re.fullmatch(form, found, re.A) else f"must be {wanted}, not “{found[:40]}”"


def fault(channel: Channel) -> str:
    """Why nothing can be told there, whoever may read it; "" where something can."""
    if stranger := unknown(channel.platform):
        return stranger
    for what, wrong in (
        ("space", space_fault(channel.platform, channel.space)),
        ("channel", channel_fault(channel.platform, channel.id)),
    ):
        if wrong:
            return f"{channel} is no place on {channel.platform}: its {what} {wrong}"
    return ""


def not_configured(platform: str) -> str:
    """What `status` says of a platform that is subscribed to and has no token."""
    return f"not configured: what is to be told there waits, three days at most. {remedy(platform)}"


def remedy(platform: str) -> str:
    if unknown(platform):
        return (
            f"{unknown(platform)}. Unsubscribe its channels: regpulse ask --channel {platform}:SPACE:ID 'unsubscribe 1'"
        )
    return _REMEDIES.get(platform, "")
