"""A verb and its options put together as the line a person would have typed."""

import re
from collections.abc import Mapping

from bot.model import Option, Verb

_QUOTES = str.maketrans({'"': "'"})


def line(verb: Verb, values: Mapping[str, str]) -> str:
    """The line for these values by option name; those left empty are left out."""
    given = [_written(option, " ".join(value.split())) for option in verb.options if (value := values.get(option.name))]
    return " ".join((verb.name, *filter(None, given)))


def named(name: str, value: str) -> str:
    """The option as it is typed, in quotes where it needs them."""
    bare = re.fullmatch(r"[^\s\"“”]+", value)
    return f"{name}:{value}" if bare else f'{name}:"{value.translate(_QUOTES)}"'


def _written(option: Option, value: str) -> str:
    return named(option.name, value) if value and option.named else value
