"""Joins Slack as the configuration says: one workspace or many, through the socket or over HTTP.

Slack's libraries are loaded where it is joined: they are a tenth of a second of every other command.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.config import Config
from bot.ports import Platform, Vault

if TYPE_CHECKING:
    from bot.platforms.slack.adapter import Slack


def slack(config: Config, now: Callable[[], datetime]) -> Slack:
    """For the one workspace of the bot token, or for all that install it. Raises ConfigError for a bad encryption key."""
    from bot.platforms.slack.adapter import Slack
    from bot.platforms.slack.http import Door
    from bot.platforms.slack.installing import Installing
    from bot.platforms.slack.manifest import INSTALL
    from bot.platforms.slack.oauth import Many
    from bot.platforms.slack.sealing import Seal
    from bot.platforms.slack.states import States
    from bot.platforms.slack.workspaces import Api, One

    api, settings, tokens = Api(config.slack.api_url, now), config.slack, config.tokens
    if not settings.client_id:
        door = Door(settings.listen, tokens.slack_signing) if settings.mode == "http" else None
        one = One(api, tokens.slack_bot)
        return Slack(api, one, app_token=tokens.slack_app, door=door, command=settings.command)
    seal, install_at = Seal(tokens.encryption), settings.url.rstrip("/") + INSTALL
    many = Many(api, settings.client_id, tokens.slack_client, seal, install_at=install_at, now=now)
    installing = Installing(
        api,
        many,
        settings.client_id,
        tokens.slack_client,
        url=settings.url,
        authorize_url=settings.api_url.rstrip("/").removesuffix("/api") + "/oauth/v2/authorize",
        states=States(seal),
        now=now,
    )
    return Slack(api, many, door=Door(settings.listen, tokens.slack_signing, installing), command=settings.command)


def hand_over(vault: Vault, platforms: tuple[Platform, ...]) -> None:
    """The open database, to the platform that keeps its workspaces in it."""
    slack = [platform for platform in platforms if platform.name == "slack"]
    if not slack:
        return
    from bot.platforms.slack.adapter import Slack
    from bot.platforms.slack.oauth import Many

    for platform in slack:
        if isinstance(platform, Slack) and isinstance(platform.workspaces, Many):
            platform.workspaces.vault = vault
