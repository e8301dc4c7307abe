"""The coefficient files and their hashes: read, checked whole, and turned into what the core weighs with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.likeness import FEATURES, UNTRAINED, Likeness
from bot.detector.minilm import SHA256, MiniLM
from bot.detector.remembering import Remembering
from bot.errors import Unusable

if TYPE_CHECKING:
    from bot.core.detection import Detector, Meaning

FOLDER = Path(str(files("bot.detector")))
SUMS = "SHA256SUMS"
"""As `sha256sum` writes it; `make train` does."""

WITH_MEANING, WORDS_ALONE = "words and meaning", "words alone"
"""The two sets of weights in events.json."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What may be used, and a sentence for each part that may not."""

    detector: Detector | None
    likeness: Likeness
    troubles: tuple[str, ...]


def load(model: Path | None = None, folder: Path = FOLDER) -> Trained:
    """Never raises: what is missing or broken is left out and named."""
    troubles: list[str] = []
    try:
        detector = _detector(_read(folder, "relevance.json"), lambda: Remembering(MiniLM.open(model)))
    except Unusable as error:
        detector = None
        troubles.append(f"Judging by rules alone: {error}")
    try:
        likeness = _likeness(_read(folder, "events.json"), detector)
    except Unusable as error:
        likeness = UNTRAINED
        troubles.append(f"Telling events apart by resemblance alone: {error}")
    return Trained(detector, likeness, tuple(troubles))


def provenance(name: str, folder: Path = FOLDER) -> Mapping[str, Any]:
    """From which rows the file was made, and what it reached on rows it had not seen; {} when it cannot be used."""
    try:
        return _table(_read(folder, name).get("provenance"))
    except Unusable:
        return {}


def _read(folder: Path, name: str) -> Mapping[str, Any]:
    """The file's document, if its hash is the one listed. Raises Unusable."""
    try:
        body = (folder / name).read_bytes()
        sums = (folder / SUMS).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{error.filename if isinstance(error, OSError) else SUMS} cannot be read. {_REMEDY}") from error
    if f"{hashlib.sha256(body).hexdigest()}  {name}" not in sums:
        raise Unusable(f"{name} is not what {SUMS} says it is. {_REMEDY}")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{name} is no JSON. {_REMEDY}") from error
    if not isinstance(document, dict):
        raise Unusable(f"{name} holds no coefficients. {_REMEDY}")
    return document


_LARGEST = 1000.0

_REMEDY = "Install RegPulse again, or run: make train"


def _detector(
    document: Mapping[str, Any], opened: Callable[[], Callable[[Sequence[str]], Sequence[Meaning]]]
) -> Detector:
    if document.get("embedding") != SHA256:
        raise Unusable(f"relevance.json was trained on another embedding model. {_REMEDY}")
    intercept, rules, *weights = _numbers(
        "relevance.json", [document.get("intercept"), document.get("rules"), *_list(document.get("weights"))]
    )
    if len(weights) != 384:
        raise Unusable(f"relevance.json has {len(weights)} weights where 384 belong. {_REMEDY}")
    meanings = opened()
    import numpy as np  # the model has it loaded by now

    from bot.core.detection import Detector

    return Detector(intercept, rules, np.asarray(weights, dtype=np.float32), meanings)


def _likeness(document: Mapping[str, Any], detector: Detector | None) -> Likeness:
    """With what was found for words alone where there is nobody to read for meaning."""
    if detector and document.get("embedding") != SHA256:
        raise Unusable(f"events.json was trained on another embedding model. {_REMEDY}")
    found = _table(document.get(WITH_MEANING if detector else WORDS_ALONE))
    weights, known = _table(found.get("weights")), _table(document.get("known"))
    if unknown := sorted(set(weights) - set(FEATURES)):
        raise Unusable(f"events.json weighs “{unknown[0]}”, which nothing measures. {_REMEDY}")
    (intercept,) = _numbers("events.json", [found.get("intercept")])
    return Likeness(
        intercept,
        dict(zip(weights, _numbers("events.json", list(weights.values())), strict=True)),
        dict(zip(known, _numbers("events.json", list(known.values())), strict=True)),
        (lambda text: detector.meanings([text])[0]) if detector else None,
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _numbers(name: str, values: Sequence[object]) -> list[float]:
    """Raises Unusable for anything that is no number, or beyond any that training finds: it would spoil every verdict
    in silence, or overflow in one."""
    numbers = [float(value) for value in values if isinstance(value, float | int) and abs(value) <= _LARGEST]
    if not values or len(numbers) < len(values):
        raise Unusable(f"{name} holds a coefficient that is no number. {_REMEDY}")
    return numbers
