"""Discord's objects as its API sends them: who and what there is on the stand-in's one server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GUILD = "100"
CHANNEL = "200"
BOT = "900"
BOT_ROLE = "901000"
APPLICATION = "901"
MANAGER = str((1 << 4) | (1 << 10) | (1 << 11))
"""Permissions: manage channels, view channel, send messages."""
MEMBER = str((1 << 10) | (1 << 11))
ADMIN = str(1 << 3)
SEND_MESSAGES, HISTORY, SEND_IN_THREADS = 1 << 11, 1 << 16, 1 << 38
EVERYTHING_ASKED = (1 << 10) | SEND_MESSAGES | (1 << 14) | HISTORY | SEND_IN_THREADS
"""What the bot's role may do: see, send, embed, read the history, send in threads."""

TEXT, DIRECT, ANNOUNCEMENT, THREAD, FORUM = 0, 1, 5, 11, 15


@dataclass
class Place:
    """A channel, or a post in a forum."""

    id: str
    kind: int = TEXT
    name: str = "policy"
    tags: tuple[str, ...] = ()
    """Names; each tag's id is its place in a list of numbers from 5001."""
    moderated: tuple[str, ...] = ()
    requires_tag: bool = False
    parent: str = ""
    owner: str = BOT
    archived: bool = False
    denied: int = 0
    """Permissions taken away here."""
    applied: list[str] = field(default_factory=list)

    @property
    def tag_ids(self) -> dict[str, str]:
        return {str(number): name for number, name in enumerate((*self.tags, *self.moderated), 5001)}

    def payload(self) -> dict[str, Any]:
        made: dict[str, Any] = {"id": self.id, "type": self.kind, "name": self.name, "position": 0, "guild_id": GUILD}
        denied = {"id": GUILD, "type": 0, "allow": "0", "deny": str(self.denied)}
        made["permission_overwrites"] = [denied] if self.denied else []
        if self.kind == FORUM:
            made |= {
                "available_tags": [
                    {"id": number, "name": name, "moderated": name in self.moderated, "emoji_id": None, "emoji_name": None}
                    for number, name in self.tag_ids.items()
                ],
                "flags": 16 if self.requires_tag else 0, "default_auto_archive_duration": 1440,
            }  # fmt: skip
        if self.kind == THREAD:
            stamp = "2026-11-20T00:00:00+00:00"
            metadata = {
                "archived": self.archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": stamp,
                "locked": False,
            }
            made |= {
                "parent_id": self.parent, "owner_id": self.owner, "thread_metadata": metadata, "message_count": 1,
                "member_count": 1, "applied_tags": self.applied, "total_message_sent": 1,
            }  # fmt: skip
        if self.kind == DIRECT:
            made = {"id": self.id, "type": DIRECT, "recipients": [user("7")], "last_message_id": None, "flags": 0}
        return made


def user(number: str, *, bot: bool = False) -> dict[str, Any]:
    return {
        "id": number, "username": f"user{number}", "discriminator": "0", "avatar": None, "bot": bot, "global_name": None,
    }  # fmt: skip


def member(number: str, permissions: str, roles: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "user": user(number, bot=number == BOT), "roles": list(roles), "permissions": permissions, "flags": 0,
        "joined_at": "2025-01-01T00:00:00+00:00", "deaf": False, "mute": False,
    }  # fmt: skip


def role(number: str, name: str, permissions: int = 0) -> dict[str, Any]:
    return {
        "id": number, "name": name, "color": 0, "colors": {"primary_color": 0}, "hoist": False, "position": 0,
        "permissions": str(permissions), "managed": False, "mentionable": True, "flags": 0,
    }  # fmt: skip


def application() -> dict[str, Any]:
    return {
        "id": APPLICATION, "name": "RegPulse", "icon": None, "description": "", "bot_public": True, "flags": 0,
        "bot_require_code_grant": False, "verify_key": "k", "owner": user("1"), "summary": "", "team": None,
    }  # fmt: skip


def guild(places: Mapping[str, Place]) -> dict[str, Any]:
    channels = [place.payload() for place in places.values() if place.kind not in (THREAD, DIRECT)]
    threads = [place.payload() for place in places.values() if place.kind == THREAD and not place.archived]
    return {
        "id": GUILD, "name": "Policy", "icon": None, "owner_id": "1", "emojis": [], "features": [], "channels": channels,
        "roles": [role(GUILD, "@everyone", 1 << 10), role(BOT_ROLE, "RegPulse", EVERYTHING_ASKED)],
        "members": [member(BOT, "0", (BOT_ROLE,))], "member_count": 2, "threads": threads, "stickers": [],
        "voice_states": [], "presences": [], "premium_tier": 0, "joined_at": "2025-01-01T00:00:00+00:00",
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
        "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None, "preferred_locale": "en-US",
        "nsfw_level": 0, "premium_progress_bar_enabled": False, "afk_timeout": 60, "afk_channel_id": None,
        "application_id": None, "large": False, "unavailable": False, "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [], "public_updates_channel_id": None, "description": None, "splash": None, "banner": None,
        "discovery_splash": None, "vanity_url_code": None, "safety_alerts_channel_id": None, "max_members": 1, "lazy": False,
    }  # fmt: skip


def as_registered(command: Mapping[str, Any]) -> dict[str, Any]:
    """As Discord gives a command back: numbered, and without what is empty or false."""
    kept = {key: value for key, value in command.items() if value not in (None, False, [], "")}
    kept["options"] = [_option(option) for option in command.get("options") or ()]
    return kept | {"id": "5", "application_id": APPLICATION, "version": "1", "default_member_permissions": None}


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in option.items() if value not in (None, False, [])}
    return kept | ({"options": [_option(one) for one in option["options"]]} if option.get("options") else {})
