"""What no single value shows: addresses, ids and settings that need each other."""

import re
from pathlib import Path

from bot.config.sections import Config, Detection, Discord, Ops, People
from bot.config.typed import address
from bot.errors import ConfigError


def check(config: Config, path: Path) -> None:
    """Raises ConfigError."""
    _check_addresses(config, path)
    _check_thresholds(config.detection, path)
    _check_people(config.people, path)
    _check_ops(config.ops, path)
    _check_slack(config, path)
    _check_register(config.discord, path)


def _check_thresholds(detection: Detection, path: Path) -> None:
    for key in ("adjacent", "alert", "unsure_from", "unsure_to"):
        if not 0 <= getattr(detection, key) <= 1:
            raise ConfigError(f"{path}: [detection] {key}: must be from 0 to 1, not {getattr(detection, key)}.")
    for least, most in (("adjacent", "alert"), ("unsure_from", "unsure_to")):
        if getattr(detection, least) > getattr(detection, most):
            raise ConfigError(f"{path}: [detection] {least}: must not be above {most}.")


def _check_people(people: People, path: Path) -> None:
    for name in people.editors:
        if not re.fullmatch(r"slack:\w+:\w+|discord:\d+", name):
            raise ConfigError(
                f"{path}: [people] editors: {name!r} names nobody. Write slack:TEAM:USER or discord:USER, with their ids."
            )


def _check_ops(ops: Ops, path: Path) -> None:
    if ops.channel and not re.fullmatch(r"slack:\w+:\w+|discord:\d+:\d+", ops.channel):
        raise ConfigError(
            f"{path}: [ops] channel: {ops.channel!r} is no channel. Write slack:TEAM:CHANNEL or discord:SERVER:CHANNEL, "
            "with their ids."
        )


def _check_slack(config: Config, path: Path) -> None:
    slack, tokens = config.slack, config.tokens
    if slack.url:
        address(slack.url, f"{path}: [slack] url")
    if slack.mode == "http" and (tokens.slack_bot or slack.client_id) and not tokens.slack_signing:
        raise ConfigError(
            "environment: REGPULSE_SLACK_SIGNING_SECRET: missing, though [slack] mode is http: what Slack sends is known by "
            "it. Copy it from Basic Information, App Credentials; see docs/slack.md."
        )
    if not slack.client_id:
        return
    if tokens.slack_bot:
        raise ConfigError(
            f"{path}: [slack] client_id: is set, and REGPULSE_SLACK_BOT_TOKEN too. Leave one out: the token is for one "
            "workspace, the client id for many; see docs/slack.md."
        )
    if slack.mode != "http" or not slack.url:
        raise ConfigError(
            f'{path}: [slack] client_id: people install it over HTTP: set mode = "http", and url to where the public '
            "reaches it, as https://regpulse.example.org; see docs/slack.md."
        )
    if not tokens.slack_client:
        raise ConfigError(
            "environment: REGPULSE_SLACK_CLIENT_SECRET: missing, though [slack] client_id is set. "
            "Copy it from Basic Information, App Credentials; see docs/slack.md."
        )


def _check_register(discord: Discord, path: Path) -> None:
    if not re.fullmatch(r"global|guild:[0-9]{1,20}(,[0-9]{1,20})*", discord.register):
        raise ConfigError(
            f"{path}: [discord] register: {discord.register!r} is neither. "
            'Write "global", or "guild:" and the ids of servers, as in "guild:197038439483310086".'
        )


def _check_addresses(config: Config, path: Path) -> None:
    address(config.slack.api_url, f"{path}: [slack] api_url")
    if config.discord.api_url:
        address(config.discord.api_url, f"{path}: [discord] api_url")
    if config.llm.base_url:
        address(config.llm.base_url, f"{path}: [llm] base_url")
        if not config.llm.model:
            raise ConfigError(
                f"{path}: [llm] model: missing, though base_url is set. Name the model as its server does."
            )
    if config.websub.url:
        address(config.websub.url, f"{path}: [websub] url")
    if config.discord.gateway_url:
        address(config.discord.gateway_url, f"{path}: [discord] gateway_url", ("ws", "wss"))
    for place in (*config.http.allow_private, config.web.listen, config.websub.listen, config.slack.listen):
        host, _, port = place.rpartition(":")
        if not host or not (port.isascii() and port.isdecimal() and len(port) <= 5) or int(port) > 65535:
            raise ConfigError(f"{path}: {place!r}: must be host:port, like 127.0.0.1:8900.")
