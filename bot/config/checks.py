"""What no single value shows: addresses, ids and settings that need each other."""

import re

from bot.config.sections import Config, Detection, Discord, Ops, People
from bot.config.typed import Where, address
from bot.errors import ConfigError


def check(config: Config, where: Where) -> None:
    """Raises ConfigError. `where` names the place a key's value comes from."""
    _check_addresses(config, where)
    _check_thresholds(config.detection, where)
    _check_people(config.people, where)
    _check_ops(config.ops, where)
    _check_slack(config, where)
    _check_register(config.discord, where)


def _check_thresholds(detection: Detection, where: Where) -> None:
    for least, most in (("adjacent", "alert"), ("unsure_from", "unsure_to")):
        if getattr(detection, least) > getattr(detection, most):
            raise ConfigError(f"{where('detection', least)}: must not be above {where('detection', most)}.")


def _check_people(people: People, where: Where) -> None:
    for name in people.editors:
        if not re.fullmatch(r"slack:\w+:\w+|discord:\d+", name, re.A):
            raise ConfigError(
                f"{where('people', 'editors')}: {name!r} names nobody. Write slack:TEAM:USER or discord:USER, with their ids."
            )


def _check_ops(ops: Ops, where: Where) -> None:
    if ops.channel and not re.fullmatch(r"slack:\w+:\w+|discord:\d+:\d+", ops.channel, re.A):
        raise ConfigError(
            f"{where('ops', 'channel')}: {ops.channel!r} is no channel. Write slack:TEAM:CHANNEL or discord:SERVER:CHANNEL, "
            "with their ids."
        )


def _check_slack(config: Config, where: Where) -> None:
    slack, tokens = config.slack, config.tokens
    if slack.url:
        address(slack.url, f"{where('slack', 'url')}")
    if slack.mode == "http" and (tokens.slack_bot or slack.client_id) and not tokens.slack_signing:
        raise ConfigError(
            "environment: REGPULSE_SLACK_SIGNING_SECRET: missing, though [slack] mode is http: what Slack sends is known by "
            "it. Copy it from Basic Information, App Credentials; see docs/slack.md."
        )
    if not slack.client_id:
        return
    if tokens.slack_bot:
        raise ConfigError(
            f"{where('slack', 'client_id')}: is set, and REGPULSE_SLACK_BOT_TOKEN too. Leave one out: the token is for one "
            "workspace, the client id for many; see docs/slack.md."
        )
    if slack.mode != "http" or not slack.url:
        raise ConfigError(
            f'{where("slack", "client_id")}: people install it over HTTP: set mode = "http", and url to where the public '
            "reaches it, as https://regpulse.example.org; see docs/slack.md."
        )
    if not tokens.slack_client:
        raise ConfigError(
            "environment: REGPULSE_SLACK_CLIENT_SECRET: missing, though [slack] client_id is set. "
            "Copy it from Basic Information, App Credentials; see docs/slack.md."
        )


def _check_register(discord: Discord, where: Where) -> None:
    if not re.fullmatch(r"global|guild:[0-9]{1,20}(,[0-9]{1,20})*", discord.register):
        raise ConfigError(
            f"{where('discord', 'register')}: {discord.register!r} is neither. "
            'Write "global", or "guild:" and the ids of servers, as in "guild:197038439483310086".'
        )


def _check_addresses(config: Config, where: Where) -> None:
    address(config.slack.api_url, f"{where('slack', 'api_url')}")
    if config.discord.api_url:
        address(config.discord.api_url, f"{where('discord', 'api_url')}")
    if config.llm.base_url:
        address(config.llm.base_url, f"{where('llm', 'base_url')}")
        if not config.llm.model:
            raise ConfigError(
                f"{where('llm', 'model')}: missing, though base_url is set. Name the model as its server does."
            )
    if config.websub.url:
        address(config.websub.url, f"{where('websub', 'url')}")
    if config.discord.gateway_url:
        address(config.discord.gateway_url, f"{where('discord', 'gateway_url')}", ("ws", "wss"))
    listens = ((name, getattr(config, name).listen) for name in ("web", "websub", "slack"))
    for named, place in (
        *((where("http", "allow_private"), private) for private in config.http.allow_private),
        *((where(name, "listen"), listen) for name, listen in listens),
    ):
        host, _, port = place.rpartition(":")
        if not host or not (port.isascii() and port.isdecimal() and len(port) <= 5) or int(port) > 65535:
            raise ConfigError(f"{named}: {place!r} must be host:port, like 127.0.0.1:8900.")
