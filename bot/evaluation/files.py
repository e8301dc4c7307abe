"""The files of an evaluation: labelled rows read whole and checked, predictions written whole or not at all."""

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core import labelled
from bot.core.labelled import Row
from bot.errors import UserError

MOST_BYTES = 64_000_000
"""Of one file: some 80,000 rows, which take minutes to judge and a gigabyte to hold."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file's rows, and the hash by which the file is known again."""

    path: Path
    sha256: str
    rows: tuple[Row, ...]


def read(path: Path, key: str, known: Collection[str] = ()) -> Labelled:
    """JSON Lines of which every row says `key`, with one of the `known` words. Raises UserError, naming the line."""
    body = _body(path)
    rows = labelled.rows(_lines(body, path), str(path))
    labelled.require(rows, key, str(path), known)
    return Labelled(path, hashlib.sha256(body).hexdigest(), rows)


def texts(path: Path, *keys: str) -> tuple[Mapping[str, Any], ...]:
    """JSON Lines of objects in which each of these keys holds a string. Raises UserError, naming the line."""
    found = []
    for number, row in _lines(_body(path), path):
        if not isinstance(row, dict):
            raise UserError(f"{path}: line {number}: must be an object with {', '.join(keys)}.")
        for key in keys:
            if not isinstance(row.get(key), str):
                raise UserError(f'{path}: line {number}: "{key}" is missing, or no string.')
        found.append(row)
    if not found:
        raise UserError(f"{path}: holds no rows.")
    return tuple(found)


def _body(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}). Name a file of JSON lines.") from error
    if len(body) > MOST_BYTES:
        raise UserError(f"{path}: is larger than {MOST_BYTES // 1_000_000} MB. Measure a part of it at a time.")
    return body


def _lines(body: bytes, path: Path) -> Iterator[tuple[int, object]]:
    # Split as bytes: as text it would also be cut at U+2028, which may stand inside a JSON string.
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line.decode("utf-8"))
            except UnicodeDecodeError as error:
                raise UserError(f"{path}: line {number}: is not UTF-8 text.") from error
            except json.JSONDecodeError as error:
                raise UserError(f"{path}: line {number}: is not JSON: {error.msg} at column {error.colno}.") from error
            except (ValueError, RecursionError) as error:
                raise UserError(f"{path}: line {number}: is not JSON that can be read here.") from error


def check_writable(target: Path, source: Path) -> None:
    """Asked before the work rather than after it. Raises UserError."""
    if target.exists() and not target.is_file():
        raise UserError(f"--predictions {target}: is not a file. Name one to write.")
    if target.exists() and target.samefile(source):
        raise UserError(f"--predictions {target}: holds the labelled rows themselves. Name another file.")
    if not os.access(target.parent, os.W_OK):
        raise UserError(f"--predictions {target}: cannot be written there. Name a file in a folder that can.")


def write(target: Path, predictions: Iterable[Mapping[str, object]]) -> None:
    """Each prediction a line; the old file, if any, stays until the new one is whole. Raises UserError."""
    target = target.resolve()
    part = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="ascii", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            part = file.name
            file.writelines(json.dumps(each) + "\n" for each in predictions)
        Path(part).chmod(0o644)
        os.replace(part, target)
    except OSError as error:
        if part:
            Path(part).unlink(missing_ok=True)
        raise UserError(f"--predictions {target}: cannot be written ({error.strerror}).") from error
