"""Tokens and keys, from the environment or from files it names; variables of ours that are none."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import get_type_hints

from bot.config.sections import SECTIONS, Tokens
from bot.errors import ConfigError

KEY_BYTES = 32

LONGEST = 10_000
"""Characters of a file that holds a token or some keys."""

# The second name of each is the one the platform's own documentation uses.
_TOKENS: Mapping[str, tuple[str, ...]] = {
    "slack_bot": ("REGPULSE_SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
    "slack_app": ("REGPULSE_SLACK_APP_TOKEN", "SLACK_APP_TOKEN"),
    "slack_signing": ("REGPULSE_SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET"),
    "slack_client": ("REGPULSE_SLACK_CLIENT_SECRET",),
    "encryption": ("REGPULSE_ENCRYPTION_KEY",),
    "discord": ("REGPULSE_DISCORD_TOKEN", "DISCORD_TOKEN"),
    "llm": ("REGPULSE_LLM_KEY",),
    "web": ("REGPULSE_WEB_TOKEN",),
}


def tokens(env: Mapping[str, str]) -> Tokens:
    values = {key: _secret(key, names, env) for key, names in _TOKENS.items()}
    if values["slack_app"] and not values["slack_bot"]:
        raise ConfigError(
            "environment: REGPULSE_SLACK_BOT_TOKEN: missing, though REGPULSE_SLACK_APP_TOKEN is set. "
            "Slack needs both; see docs/slack.md."
        )
    for key, wrong in (("slack_bot", "xapp-"), ("slack_app", "xoxb-")):
        if values[key].startswith(wrong):
            raise ConfigError(
                f"environment: {_TOKENS[key][0]}: holds the other Slack token ({wrong}…). "
                "Swap the two; see docs/slack.md."
            )
    _check_keys(values["encryption"])
    return Tokens(**values)


def _check_keys(keys: str) -> None:
    """They are looked at before anything else is done, whether this start needs them or not."""
    for key in filter(None, map(str.strip, keys.split(","))):
        try:
            found = urlsafe_b64decode(key)
        except ValueError:
            found = b""
        if len(found) != KEY_BYTES:
            raise ConfigError(
                "environment: REGPULSE_ENCRYPTION_KEY: is no key (32 bytes in URL-safe base64; several apart by commas). "
                "Make one as docs/slack.md shows, with Fernet.generate_key()."
            )


def _secret(key: str, names: tuple[str, ...], env: Mapping[str, str]) -> str:
    for name in names:
        if token := env.get(name, "").strip():
            return _checked(key, token, name, "Put the token alone there")
        if file := env.get(f"{name}_FILE", ""):
            return _checked(
                key, _in_file(f"{name}_FILE", Path(file)), f"{name}_FILE", f"Put the token alone into {file}"
            )
    return ""


def _in_file(name: str, file: Path) -> str:
    """Nothing is read of what has no end, nor waited for what nobody writes."""
    try:
        if file.exists() and not file.is_file():
            raise ConfigError(f"environment: {name}: {file} is no file. Name one that holds the token.")
        with file.open(encoding="utf-8") as opened:
            token = opened.read(LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"environment: {name}: {file} cannot be read. Mount the secret there.") from error
    if not token:
        raise ConfigError(f"environment: {name}: {file} is empty. Put the token in it.")
    if len(token) > LONGEST:
        raise ConfigError(f"environment: {name}: {file} is too large for a token. Name the file that holds it.")
    return token


def _checked(key: str, token: str, name: str, remedy: str) -> str:
    """What cannot be sent as a token is refused here, and not shown: it would end each request in an error of a library."""
    match key:
        case "encryption":  # is looked at by itself
            right = True
        case "web":  # people choose it
            right = token.isprintable()
        case _:
            right = token.isascii() and token.isprintable() and " " not in token
    if not right:
        raise ConfigError(
            f"environment: {name}: is no token: white space, a second line or a letter that no token has stands in it. "
            f"{remedy}, as it was given to you."
        )
    return token


def strangers(env: Mapping[str, str]) -> tuple[str, ...]:
    """Variables that look like ours and are not: told, not refused, because the environment may be shared."""
    known = {f"REGPULSE_{name}_{key}".upper() for name, cls in SECTIONS.items() for key in get_type_hints(cls)}
    known |= {variable for names in _TOKENS.values() for name in names for variable in (name, f"{name}_FILE")}
    return tuple(
        f"environment: {variable}: unknown, ignored. See config/regpulse.toml for the names."
        for variable in sorted(env)
        if variable.startswith("REGPULSE_") and variable not in known
    )
