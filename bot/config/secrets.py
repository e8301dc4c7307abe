"""Tokens and keys, from the environment or from files it names; variables of ours that are none."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import get_type_hints

from bot.config.sections import SECTIONS, Tokens
from bot.errors import ConfigError

KEY_BYTES = 32

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
    values = {key: _secret(names, env) for key, names in _TOKENS.items()}
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


def _secret(names: tuple[str, ...], env: Mapping[str, str]) -> str:
    for name in names:
        if token := env.get(name, "").strip():
            return token
        if file := env.get(f"{name}_FILE", ""):
            try:
                token = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    f"environment: {name}_FILE: {file} cannot be read. Mount the secret there."
                ) from error
            if not token:
                raise ConfigError(f"environment: {name}_FILE: {file} is empty. Put the token in it.")
            return token
    return ""


def strangers(env: Mapping[str, str]) -> tuple[str, ...]:
    """Variables that look like ours and are not: told, not refused, because the environment may be shared."""
    known = {f"REGPULSE_{name}_{key}".upper() for name, cls in SECTIONS.items() for key in get_type_hints(cls)}
    known |= {variable for names in _TOKENS.values() for name in names for variable in (name, f"{name}_FILE")}
    return tuple(
        f"environment: {variable}: unknown, ignored. See config/regpulse.toml for the names."
        for variable in sorted(env)
        if variable.startswith("REGPULSE_") and variable not in known
    )
