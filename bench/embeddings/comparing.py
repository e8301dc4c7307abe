"""Cross-validates each embedding beside the rules and alone, on rows of relevance and of events; prints quality and time."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler

from bot.cli.progress import Steps
from bot.core import detection, labelled, relevance, scores
from bot.core.likeness import Likeness
from bot.detector import minilm
from bot.detector.minilm import MiniLM
from tests.core.vocabulary import SHIPPED
from training import train

Array = np.ndarray[Any, np.dtype[Any]]
Embed = Callable[[Sequence[str]], Array]

SCALES = (1, 2, 4, 8, 16)
PIECES = (64, 48, 32, 24)
COMPONENTS = 256
RARE = 1e-3
"""Pieces seldomer than this share of a text keep their whole weight."""
FIRST_WORD = 999
"""The vocabulary's entries before it are unused places and marks."""

ROOT = Path(__file__).parents[2]
START = """
import sys
import numpy as np
from pathlib import Path
from bench.measuring import peak
from bot.core.wordpieces import WordPieces
pieces = WordPieces(Path("bot/detector/wordpieces.txt").read_text(encoding="utf-8").splitlines())
table = np.load(sys.argv[1])
table[pieces.numbers("Commission opens AI Act probe", 64)].mean(axis=0)
print(peak())
"""


def compare(relevance_file: Path, events_file: Path) -> None:
    model = MiniLM.open()
    table = distilled(model)
    embeddings: dict[str, Embed] = {f"MiniLM, {many} pieces": _reader(model, many) for many in PIECES}
    embeddings["static, 256 × int8"] = lambda texts: static(table, model, texts)
    of_relevance(relevance_file, embeddings)
    of_events(events_file, embeddings)
    of_start(table)


def _reader(model: MiniLM, pieces: int) -> Embed:
    def read(texts: Sequence[str]) -> Array:
        minilm.TOKENS = pieces
        return np.array(model(texts))

    return read


def distilled(model: MiniLM) -> Array:
    """Steps of int8, one row a word piece."""
    many = len(model._pieces._number)
    alone = np.zeros((many, 384), dtype=np.float32)
    with Steps() as progress:
        for start in range(0, many, 64):
            progress("Distilling", start, many)
            ids = np.arange(start, min(many, start + 64))
            alone[ids] = model._meanings([[101, int(piece), 102] for piece in ids])
    centred = alone - alone[FIRST_WORD:].mean(axis=0)
    _, components = np.linalg.eigh(centred[FIRST_WORD:].T @ centred[FIRST_WORD:])
    share = 1 / np.arange(1, many + 1)
    weight = RARE / (RARE + share / share.sum())
    found = centred @ components[:, ::-1][:, :COMPONENTS] * weight[:, None]
    steps: Array = np.round(found / np.abs(found).max() * 127).astype(np.int8)
    return steps


def static(table: Array, model: MiniLM, texts: Sequence[str]) -> Array:
    means = np.array([table[model._pieces.numbers(text, 512)].mean(axis=0) for text in texts])
    units: Array = means / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-9)
    return units


# Relevance


def of_relevance(file: Path, embeddings: dict[str, Embed]) -> None:
    rows = train.read(file)
    texts = [detection.text_of(row.entry) for row in rows]
    by_rules = [relevance.judge(row.entry, labelled.FEED, SHIPPED) for row in rows]
    wanted = np.array([row.text("label") == "ai_regulation" for row in rows])
    odds = np.array([[detection.log_odds(verdict.score)] for verdict in by_rules])
    hopeless = np.array([verdict.score < detection.HOPELESS for verdict in by_rules])
    groups = train.linked(rows, embeddings["MiniLM, 64 pieces"](texts))

    def unseen(values: Array) -> Array:
        total = np.zeros(len(rows))
        for shuffle in range(train.SHUFFLES):
            fold = train.folds(groups, shuffle)
            for k in range(train.FOLDS):
                trained = train.logistic(values[fold != k], wanted[fold != k], train.RELEVANCE_C)
                total[fold == k] += trained.decision_function(values[fold == k])
        return total

    def best(tried: Sequence[Array]) -> Array:
        return max(tried, key=lambda score: _f1(score, wanted))

    print(f"{file.name}: {len(rows)} rows\n{'':24}{'ms':>6}  {'beside the rules':32}  alone")
    print(f"{'no embedding':24}{'':6}  {_figures(odds[:, 0], wanted)}")
    for name, embed in embeddings.items():
        started = time.process_time()
        meanings = embed(texts)
        took = (time.process_time() - started) / len(texts) * 1_000
        both = best([np.where(hopeless, -99, unseen(np.hstack([odds, scale * meanings]))) for scale in SCALES])
        alone = best([unseen(scale * meanings) for scale in SCALES])
        print(f"{name:24}{took:6.2f}  {_figures(both, wanted)}  {_figures(alone, wanted)}", flush=True)


def _figures(score: Array, wanted: Array) -> str:
    found = scores.of(zip(wanted, score >= train.best_threshold(score, wanted), strict=True))
    average = average_precision_score(wanted, score)
    return f"P {found.precision:.3f} R {found.recall:.3f} F1 {found.f1:.3f} AP {average:.3f}"


def _f1(score: Array, wanted: Array) -> float:
    return scores.of(zip(wanted, score >= train.best_threshold(score, wanted), strict=True)).f1


# Events


def of_events(file: Path, embeddings: dict[str, Embed]) -> None:
    """How well pairs that tell one event are told from others, with the cosines beside what is compared already."""
    rows = sorted(train.read(file), key=lambda row: row.entry.when)
    verdicts = {row.id: relevance.judge(row.entry, labelled.FEED, SHIPPED) for row in rows}
    values, same, owners = train.pairs(rows, verdicts, Likeness(0.0, {}, train.counted(rows)))
    story = {row.id: row.text("story") or row.text("event") for row in rows}
    fold = dict(zip(story, train.folds(list(story.values()), 0), strict=True))
    sides = np.sort(np.array([[fold[one], fold[other]] for one, other in owners]), axis=1)
    at = {row.id: number for number, row in enumerate(rows)}
    ends = np.array([[at[one], at[other]] for one, other in owners])

    def unseen(values: Array) -> Array:
        found = np.zeros(len(same))
        for one, other in combinations_with_replacement(range(train.FOLDS), 2):
            seen, kept = ((sides != one) & (sides != other)).all(axis=1), (sides == [one, other]).all(axis=1)
            if kept.any():
                scaler = StandardScaler().fit(values[seen])
                trained = train.logistic(scaler.transform(values[seen]), same[seen], train.EVENTS_C)
                found[kept] = trained.decision_function(scaler.transform(values[kept]))
        return found

    print(f"\n{file.name}: {len(same)} pairs, {int(same.sum())} of one event; average precision\n{'':24}beside  alone")
    print(f"{'no embedding':24} {average_precision_score(same, unseen(values)):.3f}")
    for name, embed in embeddings.items():
        meanings = [embed([row.entry.title for row in rows]), embed([detection.text_of(row.entry) for row in rows])]
        cosines = np.stack([(each[ends[:, 0]] * each[ends[:, 1]]).sum(axis=1) for each in meanings], axis=1)
        both, alone = (average_precision_score(same, unseen(each)) for each in (np.hstack([values, cosines]), cosines))
        print(f"{name:24} {both:.3f}   {alone:.3f}", flush=True)


def of_start(table: Array) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.npy"
        np.save(file, table)
        started = time.monotonic()
        done = subprocess.run([sys.executable, "-c", START, file], cwd=ROOT, check=True, capture_output=True)  # noqa: S603
        took, size = time.monotonic() - started, file.stat().st_size
    print(f"\nstatic table: {size / 1e6:.1f} MB; numpy and table loaded and one text read: {took:.2f} s, peak", end=" ")
    print(f"{float(done.stdout):.0f} MB")
