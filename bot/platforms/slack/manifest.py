"""The app as Slack is to make it: scopes with their reasons, shortcuts, events; written out as a manifest."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model import Verb

EVENTS = "/slack/events"
INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"

HINT = 1_000
"""Characters of a slash command's usage hint."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Something the app may do, and why it asks for it."""

    name: str
    why: str
    needed: bool = True
    """Whether there is no RegPulse without it."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry in the menu of every message: the verb is asked about the message's first link."""

    callback: str
    name: str
    """At most 24 characters."""
    summary: str
    verb: str


SCOPES = (
    Scope("chat:write", "post alerts in channels it was invited to"),
    Scope("commands", "be asked by the slash command, and from a message's menu"),
    Scope("app_mentions:read", "answer `@RegPulse …`, also in threads"),
    Scope("im:history", "read what is said to it in direct messages"),
    Scope("im:write", "open direct messages with a person who subscribes there by `my subscribe …`", needed=False),
    Scope(
        "users:read",
        "tell guests from members and admins, who may manage what; without it everybody counts as a member",
        needed=False,
    ),
    Scope("usergroups:read", "offer the user groups that a subscription may mention, and name them", needed=False),
    Scope(
        "channels:history",
        "only to look for its own message when a connection broke while posting, so that an alert is neither lost nor "
        "posted twice; without it such a rare message is held, and `status` says so, and one message at a time is sent",
        needed=False,
    ),
    Scope("groups:history", "look for its own message in private channels, too", needed=False),
)

LOOKING = frozenset({"channels:history", "groups:history"})
"""The scopes without which a message in doubt cannot be looked for everywhere."""

SHORTCUTS = (
    Shortcut("brief_link", "Brief this link", "A brief of the page that the message links to", "brief"),
    Shortcut("why_link", "Why was this sent?", "Why the story in the message was sent here, or was not", "why"),
)

BOT_EVENTS = ("app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked")

_FIRST_LINE = "# Create the app at https://api.slack.com/apps: Create New App, From a manifest, paste this."


def missing(granted: frozenset[str]) -> tuple[Scope, ...]:
    return tuple(scope for scope in SCOPES if scope.name not in granted)


def manifest(verbs: Sequence[Verb], *, command: str, url: str = "", rotates: bool = False) -> str:
    """As YAML. With `url`, where the public reaches us, for HTTP; else for Socket Mode. `rotates`: tokens expire."""
    return "\n".join(
        (_FIRST_LINE, "# docs/slack.md goes on from there.", *_yaml(_app(verbs, command, url, rotates)), "")
    )


def _app(verbs: Sequence[Verb], command: str, url: str, rotates: bool) -> Mapping[str, Any]:
    events = url.rstrip("/") + EVENTS
    hint = " | ".join(verb.name for verb in verbs)
    slash: dict[str, Any] = {
        "command": command,
        "description": "Look up, subscribe, ask why",
        "usage_hint": hint[:HINT],
        # User groups arrive with their ids, which is what a subscription mentions them by.
        "should_escape": True,
    }
    oauth: dict[str, Any] = {"scopes": {"bot": [scope.name for scope in SCOPES]}}
    subscribed: dict[str, Any] = {"bot_events": list(BOT_EVENTS)}
    interactive: dict[str, Any] = {"is_enabled": True}
    if url:
        slash["url"] = subscribed["request_url"] = interactive["request_url"] = events
        interactive["message_menu_options_url"] = events
        oauth["redirect_urls"] = [url.rstrip("/") + REDIRECT]
    return {
        "display_information": {
            "name": "RegPulse",
            "description": "AI-regulation alerts, briefed and evidenced",
            "background_color": "#0b5c6b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "RegPulse", "always_online": True},
            "shortcuts": [
                {"name": one.name, "type": "message", "callback_id": one.callback, "description": one.summary}
                for one in SHORTCUTS
            ],
            "slash_commands": [slash],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": subscribed,
            "interactivity": interactive,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": rotates,
        },
    }


def _yaml(value: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    """Mappings, lists and scalars; a JSON scalar is one of YAML too (yaml.org/spec/1.2, §1.3)."""
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield f"{indent}{key}:"
            yield from _yaml(inner, indent + "  ")
        elif isinstance(inner, list):
            yield f"{indent}{key}:"
            for one in inner:
                yield from _item(one, indent + "  ")
        else:
            yield f"{indent}{key}: {json.dumps(inner, ensure_ascii=False)}"


def _item(value: object, indent: str) -> Iterable[str]:
    if not isinstance(value, Mapping):
        yield f"{indent}- {json.dumps(value, ensure_ascii=False)}"
        return
    first, *others = _yaml(value, indent + "  ")
    yield f"{indent}- {first.strip()}"
    yield from others
