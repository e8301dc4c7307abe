"""What a bench is asked for: usage for --help, a plain sentence and exit code 2 for what cannot be done."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

N = TypeVar("N", int, float)


def parser(name: str, said: str | None) -> argparse.ArgumentParser:
    """Of the command `python -m bench.NAME`; `said` is its module's docstring, shown as it is written."""
    return argparse.ArgumentParser(
        prog=f"python -m bench.{name}", description=said, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """For `type=`."""
    return _number(int, "a whole number", least, most)


def number(least: float, most: float | None = None) -> Callable[[str], float]:
    """For `type=`."""
    return _number(float, "a number", least, most)


def _number(made: Callable[[str], N], what: str, least: N, most: N | None) -> Callable[[str], N]:
    wanted = f"{what}, {least:,} or more" if most is None else f"{what} from {least:,} to {most:,}"

    def read(text: str) -> N:
        try:
            value = made(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"“{text}” is not {wanted}.") from None
        if not least <= value or (most is not None and value > most):  # so that nan is none, too
            raise argparse.ArgumentTypeError(f"“{text}” is not {wanted}.")
        return value

    return read


def file(text: str) -> Path:
    """For `type=`: one that is there."""
    if not (path := Path(text)).is_file():
        raise argparse.ArgumentTypeError(f"There is no file {path}.")
    return path


def folder(text: str) -> Path:
    """For `type=`: one that is there."""
    if not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"There is no folder {path}.")
    return path
