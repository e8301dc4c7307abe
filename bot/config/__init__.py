"""What the operator decided: config/*.toml and the environment, read once into frozen values.

Every fault is one `ConfigError` sentence that names the file, the key and the remedy.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.config.checks import check
from bot.config.lists import feeds as feeds_of
from bot.config.lists import presets
from bot.config.secrets import strangers, tokens
from bot.config.sections import SECTIONS, Config, Database, Llm, Slack, Tokens
from bot.config.typed import known, read, section, sources
from bot.core import vocabulary
from bot.errors import ConfigError
from bot.model import Feed

__all__ = ["Config", "Database", "Llm", "Tokens", "find_directory", "load", "presets", "without_platforms"]


def load(
    directory: Path, *, environment: Mapping[str, str] | None = None, feeds: Path | None = None, db: Path | None = None
) -> Config:
    """Read `directory`/*.toml, then the environment, then the command line's `feeds` and `db`; the last one wins.

    Raises ConfigError.
    """
    env = os.environ if environment is None else environment
    path = directory / "regpulse.toml"
    document = read(path)
    known(document, SECTIONS, str(path), "")
    where = sources(env, path)
    settings = {name: section(cls, document.get(name, {}), name, env, path) for name, cls in SECTIONS.items()}
    if db is not None:
        settings["database"] = replace(settings["database"], path=str(db))
    words = vocabulary.load(read(directory / "topics.toml"), read(directory / "instruments.toml"))
    config = Config(
        **settings,
        tokens=tokens(env),
        feeds=feeds_of(feeds or directory / "feeds.toml", settings["sources"].packs, where("sources", "packs")),
        vocabulary=words,
        presets=presets(directory / "presets.toml", words) if (directory / "presets.toml").exists() else (),
        warnings=strangers(env),
    )
    check(config, where)
    return config


def find_directory(given: Path | None) -> Path:
    """`--config`, else ./config, else the copy beside or inside the installed package."""
    package = Path(__file__).parent.parent
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
