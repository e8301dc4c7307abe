"""Values of TOML and of the environment as what they are to be, or a sentence that names the key."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import tomli

from bot.config import bounds
from bot.errors import ConfigError

Where = Callable[[str, str], str]


def read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomli.load(file)
    except FileNotFoundError:
        raise ConfigError(f"{path}: not found. Name the right place with --config DIR or --feeds FILE.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}.") from error


def known(table: Mapping[str, Any], known: Mapping[str, object], path: str, prefix: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{path}: {prefix}{key}: unknown key. Known: {', '.join(known)}.")


def sources(env: Mapping[str, str], path: Path) -> Where:
    """Names for each section and key the place that its value comes from, as messages begin."""

    def where(section: str, key: str) -> str:
        variable = f"REGPULSE_{section}_{key}".upper()
        return f"environment: {variable}" if variable in env else f"{path}: [{section}] {key}"

    return where


def section(cls: type, table: object, name: str, env: Mapping[str, str], path: Path) -> Any:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {name}: must be a table, [{name}].")
    hints, where = get_type_hints(cls), sources(env, path)
    known(table, hints, str(path), f"[{name}] ")
    values = {}
    for key, kind in hints.items():
        variable = f"REGPULSE_{name}_{key}".upper()
        if variable in env:
            values[key] = _from_text(env[variable], kind, where(name, key))
        elif key in table:
            values[key] = typed(table[key], kind, where(name, key))
        else:
            continue
        bounds.check(values[key], bounds.BOUNDS.get(name, {}).get(key), where(name, key))
    return cls(**values)


def typed(value: object, kind: Any, where: str) -> object:
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
        return float(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
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


def _from_text(text: str, kind: Any, where: str) -> object:
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ConfigError(f"{where}: must be {_NAMES[kind]}, not {text!r}.") from None
    if kind is bool:
        return typed({"true": True, "false": False}.get(text.lower(), text), kind, where)
    return typed(text, kind, where)


def address(url: str, where: str, schemes: tuple[str, ...] = ("http", "https")) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ConfigError(f"{where}: {url!r} is not an address. Write {schemes[-1]}://host/path.")
