"""Feeds and presets: what is written down one table after another."""

from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from bot.config import bounds
from bot.config.sections import Sources
from bot.config.typed import address, known, read, typed
from bot.core import audience
from bot.core.vocabulary import Vocabulary
from bot.errors import ConfigError, UserError
from bot.model import Feed, Preset


def feeds(path: Path, packs: tuple[str, ...], chosen_in: str) -> tuple[Feed, ...]:
    document = read(path)
    rows = document.get("feed")
    if not isinstance(rows, list):
        raise ConfigError(f"{path}: feed: missing. Describe each feed in a table [[feed]] with an id and a url.")
    feeds = [_feed(row, number, path) for number, row in enumerate(rows, 1)]
    seen: set[str] = set()
    for feed in feeds:
        if feed.id in seen:
            raise ConfigError(f'{path}: feed "{feed.id}": id: used twice. Give each feed an id of its own.')
        seen.add(feed.id)
    packed = {*Sources().packs, *(feed.pack for feed in feeds)}
    for pack in packs:
        if pack not in packed:
            raise ConfigError(f"{chosen_in}: {path} has no pack {pack!r}. Known: {', '.join(sorted(packed))}.")
    return tuple(
        feed
        for feed, row in zip(feeds, rows, strict=True)
        if feed.pack in packs and row.get("enabled", True) and row.get("auth", "none") in ("none", "contact_user_agent")
    )


@cache
def _fields(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


# Fields of a source that tell an operator something and the program nothing.
_REMARKS = ("enabled", "auth", "verified", "liveness", "licence", "note")


def _feed(row: object, number: int, path: Path) -> Feed:
    if not isinstance(row, dict):
        raise ConfigError(f"{path}: feed {number}: must be a table, [[feed]].")
    where = f'{path}: feed "{row.get("id", number)}"'
    hints = _fields(Feed)
    known(row, {**hints, **dict.fromkeys(_REMARKS)}, where, "")
    for key in ("id", "url"):
        if not row.get(key):
            raise ConfigError(f"{where}: {key}: missing. Every feed needs an id and a url.")
    values = {key: typed(row[key], kind, f"{where}: {key}") for key, kind in hints.items() if key in row}
    address(str(values["url"]), f"{where}: url")
    for key, limits in bounds.FEED.items():
        bounds.check(values.get(key), limits, f"{where}: {key}")
    return Feed(**{"name": values["id"], **values})  # type: ignore[arg-type]  # checked against Feed's own hints above


def presets(path: Path, words: Vocabulary) -> tuple[Preset, ...]:
    """A configuration need not have any."""
    rows = read(path).get("preset", [])
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
    hints = _fields(Preset)
    known(row, hints, where, "")
    for key in hints:
        if not row.get(key):
            raise ConfigError(f"{where}: {key}: missing. Every preset needs a name, a query and a summary.")
    values = {key: typed(row[key], kind, f"{where}: {key}") for key, kind in hints.items()}
    try:
        asked = audience.asked(str(values["query"]), words)
    except UserError as error:
        raise ConfigError(f"{where}: query: {error}") from error
    return Preset(str(values["name"]), str(asked), str(values["summary"]))
