"""A verb and its options put together as the line a person would have typed."""

from collections.abc import Mapping

from bot.model import Option, Verb


def line(verb: Verb, values: Mapping[str, str]) -> str:
    """The line for these values by option name; those left empty are left out."""
    given = [_written(option, " ".join(value.split())) for option in verb.options if (value := values.get(option.name))]
    return " ".join((verb.name, *filter(None, given)))


def _written(option: Option, value: str) -> str:
    if not value or not option.named:
        return value
    return f'{option.name}:"{value}"' if " " in value else f"{option.name}:{value}"
