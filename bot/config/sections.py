"""What an operator can decide: one frozen table for each section of regpulse.toml, with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from bot.core.permissions import Policy
from bot.core.thresholds import Thresholds
from bot.core.vocabulary import Vocabulary
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
    concurrency: int = 48


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
class Websub:
    """With no `url` hubs cannot reach us, and feeds are polled only."""

    url: str = ""
    listen: str = "127.0.0.1:3010"


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
    websub: Websub
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


SECTIONS: Mapping[str, type] = {
    "database": Database,
    "http": Http,
    "sources": Sources,
    "ops": Ops,
    "alerts": Alerts,
    "articles": Articles,
    "detection": Detection,
    "people": People,
    "web": Web,
    "websub": Websub,
    "slack": Slack,
    "discord": Discord,
    "llm": Llm,
    "log": Log,
}
