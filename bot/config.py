"""What the operator decided: config/*.toml and the environment, read once into frozen values.

Every fault is one `ConfigError` sentence that names the file, the key and the remedy.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from bot.core import audience, vocabulary
from bot.core.permissions import Policy
from bot.core.relevance import Thresholds
from bot.core.vocabulary import Vocabulary
from bot.errors import ConfigError, UserError
from bot.model import Channel, Feed, Preset


@dataclass(frozen=True, slots=True)
class Database:
    path: str = "regpulse.db"
    backups: str = "backups"
    keep: int = 7
    keep_days: float = 730.0

    @property
    def folder(self) -> Path | None:
        """Where the daily backups are, from the database's own folder; None for none."""
        return Path(self.path).parent / self.backups if self.backups else None


@dataclass(frozen=True, slots=True)
class Http:
    contact: str = ""
    allow_private: tuple[str, ...] = ()
    timeout_seconds: float = 20.0
    max_megabytes: float = 10.0
    max_redirects: int = 5
    host_gap_seconds: float = 1.0
    concurrency: int = 16


@dataclass(frozen=True, slots=True)
class Sources:
    packs: tuple[str, ...] = ("core",)


@dataclass(frozen=True, slots=True)
class Ops:
    channel: str = ""

    @property
    def place(self) -> Channel | None:
        """The channel where operators read; None for the log alone."""
        return Channel(*self.channel.split(":")) if self.channel else None


@dataclass(frozen=True, slots=True)
class Alerts:
    max_age_hours: float = 72.0
    doubt: Literal["resend", "hold"] = "hold"


@dataclass(frozen=True, slots=True)
class Articles:
    keep_days: float = 90.0


@dataclass(frozen=True, slots=True)
class Detection:
    alert: float = 0.5
    adjacent: float = 0.3
    unsure_from: float = 0.25
    unsure_to: float = 0.7
    model: str = ""

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.alert, self.adjacent, (self.unsure_from, self.unsure_to))


@dataclass(frozen=True, slots=True)
class People:
    editors: tuple[str, ...] = ()
    lines_a_minute: int = 20
    space_lines_a_minute: int = 120


@dataclass(frozen=True, slots=True)
class Web:
    listen: str = "127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Slack:
    """With a `client_id` people install it in their own workspaces, each with a token of its own."""

    api_url: str = "https://slack.com/api/"
    command: str = "/regpulse"
    manage: Policy = "members"
    mode: Literal["socket", "http"] = "socket"
    listen: str = "127.0.0.1:3000"
    url: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Discord:
    api_url: str = ""
    gateway_url: str = ""
    register: str = "global"
    manage: Policy = "managers"

    @property
    def guilds(self) -> tuple[int, ...]:
        """The servers whose own commands are registered; none where they are registered for all."""
        _, _, ids = self.register.partition("guild:")
        return tuple(int(part) for part in ids.split(",") if part)


@dataclass(frozen=True, slots=True)
class Llm:
    """With no `base_url` there is no language model."""

    enabled: bool = True
    base_url: str = ""
    api: Literal["openai", "anthropic"] = "openai"
    model: str = ""
    monthly_tokens: int = 2_000_000
    monthly_usd: float = 20.0
    usd_per_million_input: float = 0.0
    usd_per_million_output: float = 0.0
    deadline_seconds: float = 45.0
    max_input_characters: int = 24_000
    max_output_tokens: int = 2_500
    concurrency: int = 4

    @property
    def on(self) -> bool:
        return self.enabled and bool(self.base_url)


@dataclass(frozen=True, slots=True)
class Log:
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json"] = "auto"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Secrets; never read from TOML, never printed."""

    slack_bot: str = field(default="", repr=False)
    slack_app: str = field(default="", repr=False)
    slack_signing: str = field(default="", repr=False)
    slack_client: str = field(default="", repr=False)
    encryption: str = field(default="", repr=False)
    discord: str = field(default="", repr=False)
    llm: str = field(default="", repr=False)
    web: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Each on its own, for blotting out: of the encryption keys too, which may be several."""
        others = (getattr(self, one.name) for one in fields(self) if one.name != "encryption")
        return tuple(filter(None, (*others, *(key.strip() for key in self.encryption.split(",")))))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the operator decided."""

    database: Database
    http: Http
    sources: Sources
    ops: Ops
    alerts: Alerts
    articles: Articles
    detection: Detection
    people: People
    web: Web
    slack: Slack
    discord: Discord
    llm: Llm
    log: Log
    tokens: Tokens
    feeds: tuple[Feed, ...]
    vocabulary: Vocabulary
    presets: tuple[Preset, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def terminal_only(self) -> bool:
        return not (self.tokens.slack_bot or self.slack.client_id or self.tokens.discord)


_SECTIONS: Mapping[str, type] = {
    "database": Database,
    "http": Http,
    "sources": Sources,
    "ops": Ops,
    "alerts": Alerts,
    "articles": Articles,
    "detection": Detection,
    "people": People,
    "web": Web,
    "slack": Slack,
    "discord": Discord,
    "llm": Llm,
    "log": Log,
}

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


def load(
    directory: Path, *, environment: Mapping[str, str] | None = None, feeds: Path | None = None, db: Path | None = None
) -> Config:
    """Read `directory`/*.toml, then the environment, then the command line's `feeds` and `db`; the last one wins.

    Raises ConfigError.
    """
    env = os.environ if environment is None else environment
    path = directory / "regpulse.toml"
    document = _read(path)
    _known(document, _SECTIONS, str(path), "")
    settings = {name: _section(cls, document.get(name, {}), name, env, path) for name, cls in _SECTIONS.items()}
    if db is not None:
        settings["database"] = replace(settings["database"], path=str(db))
    words = vocabulary.load(_read(directory / "topics.toml"), _read(directory / "instruments.toml"))
    config = Config(
        **settings,
        tokens=_tokens(env),
        feeds=_feeds(feeds or directory / "feeds.toml", settings["sources"].packs, path),
        vocabulary=words,
        presets=_presets(directory / "presets.toml", words) if (directory / "presets.toml").exists() else (),
        warnings=_strangers(env),
    )
    _check_addresses(config, path)
    _check_thresholds(config.detection, path)
    _check_people(config.people, path)
    _check_ops(config.ops, path)
    _check_slack(config, path)
    _check_register(config.discord, path)
    return config


def find_directory(given: Path | None) -> Path:
    """`--config`, else ./config, else the copy beside or inside the installed package."""
    package = Path(__file__).parent
    places = [given] if given else [Path("config"), package.parent / "config", package / "_config"]
    for place in places:
        if (place / "regpulse.toml").is_file():
            return place
    raise ConfigError(f"{places[0]}/regpulse.toml: not found. Name the directory with --config DIR.")


def without_platforms(config: Config, *, feeds: tuple[Feed, ...], db: Path, allow_private: tuple[str, ...]) -> Config:
    """The same configuration with no token, other feeds and another database: what the demo runs on."""
    return replace(
        config,
        feeds=feeds,
        tokens=Tokens(),
        slack=Slack(),
        llm=Llm(),
        database=Database(path=str(db), backups=""),
        http=replace(config.http, allow_private=(*config.http.allow_private, *allow_private)),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError(f"{path}: not found. Name the right place with --config DIR or --feeds FILE.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}.") from error


def _known(table: Mapping[str, Any], known: Mapping[str, object], path: str, prefix: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{path}: {prefix}{key}: unknown key. Known: {', '.join(known)}.")


def _section(cls: type, table: object, name: str, env: Mapping[str, str], path: Path) -> Any:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {name}: must be a table, [{name}].")
    hints = get_type_hints(cls)
    _known(table, hints, str(path), f"[{name}] ")
    values = {}
    for key, kind in hints.items():
        variable = f"REGPULSE_{name}_{key}".upper()
        if variable in env:
            values[key] = _from_text(env[variable], kind, f"environment: {variable}")
        elif key in table:
            values[key] = _typed(table[key], kind, f"{path}: [{name}] {key}")
    return cls(**values)


def _typed(value: object, kind: Any, where: str) -> object:
    """The value as `kind`, or a ConfigError that says what was expected."""
    origin = get_origin(kind)
    if origin is Literal:
        if value in get_args(kind):
            return value
        raise ConfigError(f"{where}: unknown {value!r}. Use one of: {', '.join(map(str, get_args(kind)))}.")
    if origin is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise ConfigError(f'{where}: must be a list of strings, like ["one", "two"].')
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _positive(float(value), where)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return _positive(value, where)
    if kind is str and isinstance(value, str):
        return value
    if kind is bool and isinstance(value, bool):
        return value
    raise ConfigError(f"{where}: must be {_NAMES[kind]}, not {value!r}.")


_NAMES: Mapping[type | UnionType, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _positive(value: float, where: str) -> float:
    if not 0 <= value < 1e9:
        raise ConfigError(f"{where}: must be zero or more, not {value}.")
    return value


def _from_text(text: str, kind: Any, where: str) -> object:
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind in (int, float):
        try:
            return _positive(kind(text), where)
        except ValueError:
            raise ConfigError(f"{where}: must be {_NAMES[kind]}, not {text!r}.") from None
    if kind is bool:
        return _typed({"true": True, "false": False}.get(text.lower(), text), kind, where)
    return _typed(text, kind, where)


def _tokens(env: Mapping[str, str]) -> Tokens:
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
    return Tokens(**values)


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


def _strangers(env: Mapping[str, str]) -> tuple[str, ...]:
    """Variables that look like ours and are not: told, not refused, because the environment may be shared."""
    known = {f"REGPULSE_{name}_{key}".upper() for name, cls in _SECTIONS.items() for key in get_type_hints(cls)}
    known |= {variable for names in _TOKENS.values() for name in names for variable in (name, f"{name}_FILE")}
    return tuple(
        f"environment: {variable}: unknown, ignored. See config/regpulse.toml for the names."
        for variable in sorted(env)
        if variable.startswith("REGPULSE_") and variable not in known
    )


def _feeds(path: Path, packs: tuple[str, ...], chosen_in: Path) -> tuple[Feed, ...]:
    document = _read(path)
    rows = document.get("feed")
    if not isinstance(rows, list):
        raise ConfigError(f"{path}: feed: missing. Describe each feed in a table [[feed]] with an id and a url.")
    feeds = [_feed(row, number, path) for number, row in enumerate(rows, 1)]
    seen: set[str] = set()
    for feed in feeds:
        if feed.id in seen:
            raise ConfigError(f'{path}: feed "{feed.id}": id: used twice. Give each feed an id of its own.')
        seen.add(feed.id)
    known = {*Sources().packs, *(feed.pack for feed in feeds)}
    for pack in packs:
        if pack not in known:
            raise ConfigError(
                f"{chosen_in}: [sources] packs: {path} has no pack {pack!r}. Known: {', '.join(sorted(known))}."
            )
    return tuple(
        feed
        for feed, row in zip(feeds, rows, strict=True)
        if feed.pack in packs and row.get("enabled", True) and row.get("auth", "none") in ("none", "contact_user_agent")
    )


# Fields of a source that tell an operator something and the program nothing.
_REMARKS = ("enabled", "auth", "verified", "liveness", "licence", "note")


def _feed(row: object, number: int, path: Path) -> Feed:
    if not isinstance(row, dict):
        raise ConfigError(f"{path}: feed {number}: must be a table, [[feed]].")
    where = f'{path}: feed "{row.get("id", number)}"'
    hints = get_type_hints(Feed)
    _known(row, {**hints, **dict.fromkeys(_REMARKS)}, where, "")
    for key in ("id", "url"):
        if not row.get(key):
            raise ConfigError(f"{where}: {key}: missing. Every feed needs an id and a url.")
    values = {key: _typed(row[key], kind, f"{where}: {key}") for key, kind in hints.items() if key in row}
    _address(str(values["url"]), f"{where}: url")
    return Feed(**{"name": values["id"], **values})  # type: ignore[arg-type]  # checked against Feed's own hints above


def _presets(path: Path, words: Vocabulary) -> tuple[Preset, ...]:
    """A configuration need not have any."""
    rows = _read(path).get("preset", [])
    if not isinstance(rows, list):
        raise ConfigError(f"{path}: preset: must be tables, [[preset]].")
    presets = tuple(_preset(row, number, path, words) for number, row in enumerate(rows, 1))
    names = [preset.name.casefold() for preset in presets]
    for preset in presets:
        if names.count(preset.name.casefold()) > 1:
            raise ConfigError(f'{path}: preset "{preset.name}": name: used twice. Give each preset a name of its own.')
    return presets


def _preset(row: object, number: int, path: Path, words: Vocabulary) -> Preset:
    if not isinstance(row, dict):
        raise ConfigError(f"{path}: preset {number}: must be a table, [[preset]].")
    where = f'{path}: preset "{row.get("name", number)}"'
    hints = get_type_hints(Preset)
    _known(row, hints, where, "")
    for key in hints:
        if not row.get(key):
            raise ConfigError(f"{where}: {key}: missing. Every preset needs a name, a query and a summary.")
    values = {key: _typed(row[key], kind, f"{where}: {key}") for key, kind in hints.items()}
    try:
        asked = audience.asked(str(values["query"]), words)
    except UserError as error:
        raise ConfigError(f"{where}: query: {error}") from error
    return Preset(str(values["name"]), str(asked), str(values["summary"]))


def _address(url: str, where: str, schemes: tuple[str, ...] = ("http", "https")) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ConfigError(f"{where}: {url!r} is not an address. Write {schemes[-1]}://host/path.")


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
        _address(slack.url, f"{path}: [slack] url")
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
    _address(config.slack.api_url, f"{path}: [slack] api_url")
    if config.discord.api_url:
        _address(config.discord.api_url, f"{path}: [discord] api_url")
    if config.llm.base_url:
        _address(config.llm.base_url, f"{path}: [llm] base_url")
        if not config.llm.model:
            raise ConfigError(
                f"{path}: [llm] model: missing, though base_url is set. Name the model as its server does."
            )
    if config.discord.gateway_url:
        _address(config.discord.gateway_url, f"{path}: [discord] gateway_url", ("ws", "wss"))
    for address in (*config.http.allow_private, config.web.listen, config.slack.listen):
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ConfigError(f"{path}: {address!r}: must be host:port, like 127.0.0.1:8900.")
