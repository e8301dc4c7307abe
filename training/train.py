"""Rebuilds the coefficient files of bot/detector from labelled JSONL, and prints what they reach on rows they never saw.

    make train RELEVANCE=../shared/eval/relevance.jsonl EVENTS=../shared/eval/events.jsonl

Cross-validation keeps whole stories on one side of a fold: rows of events data by their story, rows of relevance data by
linking what is alike in meaning (cosine ≥ .66 within three weeks, or ≥ .8 at any time) and never separating what is linked.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import click
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot import config
from bot.core import detection, labelled, relevance, scores, stories, traits
from bot.core.likeness import FEATURES, Likeness, Pair
from bot.core.shelf import Shelf
from bot.core.vocabulary import Vocabulary
from bot.detector.minilm import SHA256, MiniLM
from bot.model import Filing, Verdict

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "bot" / "detector"
FOLDS = 5
SHUFFLES = 4

READING = 4.0
"""How much the meaning counts beside the rules' log-odds before regularisation; C is scikit-learn's."""

RELEVANCE_C = 0.1
EVENTS_C = 0.1

Rows = Sequence[labelled.Row]
Array = np.ndarray[Any, np.dtype[np.float64]]


@click.command()
@click.option("--relevance", "relevance_file", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--events", "events_file", type=click.Path(exists=True, path_type=Path), required=True)
def main(relevance_file: Path, events_file: Path) -> None:
    vocabulary = config.load(ROOT / "config").vocabulary
    documents = {
        "relevance.json": train_relevance(relevance_file, vocabulary),
        "events.json": train_events(events_file, vocabulary),
    }
    sums = []
    for name, document in documents.items():
        body = json.dumps(document, ensure_ascii=False, indent=1).encode()
        (FOLDER / name).write_bytes(body)
        sums.append(f"{hashlib.sha256(body).hexdigest()}  {name}")
    (FOLDER / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="ascii")


def read(file: Path) -> Rows:
    lines = file.read_text(encoding="utf-8").splitlines()
    return labelled.rows(((n, json.loads(line)) for n, line in enumerate(lines, 1) if line.strip()), file.name)


def provenance(file: Path, rows: Rows, figures: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "by": "training/train.py",
        "from": {"file": file.name, "rows": len(rows), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
        "cross-validated": figures,
    }


def folds(groups: Sequence[object], shuffle: int) -> Array:
    """A fold for each row, groups kept whole, the largest dealt first to the emptiest fold."""
    names = sorted(set(map(str, groups)))
    sizes = {name: sum(str(group) == name for group in groups) for name in names}
    order = [names[at] for at in np.random.RandomState(shuffle).permutation(len(names))]
    loads, fold = [0] * FOLDS, {}
    for name in sorted(order, key=lambda name: -sizes[name]):
        fold[name] = int(np.argmin(loads))
        loads[fold[name]] += sizes[name]
    return np.array([fold[str(group)] for group in groups])


# Relevance


def train_relevance(file: Path, vocabulary: Vocabulary) -> Mapping[str, object]:
    rows = read(file)
    by_rules = [relevance.judge(row.entry, labelled.FEED, vocabulary) for row in rows]
    meanings = np.array(MiniLM.open()([detection.text_of(row.entry) for row in rows]))
    wanted = np.array([row.text("label") == "ai_regulation" for row in rows])
    hopeless = np.array([verdict.score < detection.HOPELESS for verdict in by_rules])
    odds = np.array([[detection.log_odds(verdict.score)] for verdict in by_rules])
    groups = linked(rows, meanings)

    def unseen(values: Array) -> Array:
        """The mean log-odds of each row over the shuffles, by models that never saw its group."""
        total = np.zeros(len(rows))
        for shuffle in range(SHUFFLES):
            fold = folds(groups, shuffle)
            for k in range(FOLDS):
                trained = logistic(values[fold != k], wanted[fold != k], RELEVANCE_C)
                total[fold == k] += trained.decision_function(values[fold == k])
        return total / SHUFFLES

    both = np.hstack([odds, READING * meanings])
    score = np.where(hopeless, -9.0, unseen(both))
    shift = best_threshold(score, wanted)
    click.echo(
        f"Relevance: {file.name}, {len(rows)} rows in {len(set(groups))} groups, {FOLDS} folds × {SHUFFLES} shuffles"
    )
    figures = {}
    for name, found in (
        ("rules alone (not trained here)", np.array([verdict.relevant for verdict in by_rules])),
        ("meaning alone", (alone := unseen(READING * 2 * meanings)) >= best_threshold(alone, wanted)),
        ("both", score >= shift),
    ):
        click.echo(f"  {name}")
        figures[name] = slices(rows, found, print_it=True)
    final = logistic(both[~hopeless], wanted[~hopeless], RELEVANCE_C)
    intercept, (rules, *weights) = float(final.intercept_[0]) - shift, final.coef_[0].tolist()
    return {
        "provenance": provenance(file, rows, figures),
        "embedding": SHA256,
        "intercept": round(intercept, 5),
        "rules": round(rules, 5),
        "weights": [round(weight * READING, 5) for weight in weights],
    }


def logistic(values: Array, wanted: Array, c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=5000).fit(values, wanted)


def best_threshold(score: Array, wanted: Array) -> float:
    """The log-odds from which F1 is highest."""
    tried = np.arange(-2.0, 2.0, 0.05)
    return float(max(tried, key=lambda t: scores.of(zip(wanted, score >= t, strict=True)).f1))


def slices(rows: Rows, found: Array, *, print_it: bool) -> Mapping[str, object]:
    figures: dict[str, object] = {}
    for name, kept in labelled.slices(rows).items():
        score = scores.of((rows[at].text("label") == "ai_regulation", bool(found[at])) for at in kept)
        figures[name] = {
            "precision": round(score.precision, 3),
            "recall": round(score.recall, 3),
            "f1": round(score.f1, 3),
        }
        if print_it:
            click.echo(
                f"    {name:18} n={score.rows:4} P {score.precision:.3f} R {score.recall:.3f} F1 {score.f1:.3f}"
                f"  false alarms {(score.found - score.right) / max(1, score.rows - score.wanted):.3f}"
            )
    return figures


def linked(rows: Rows, meanings: Array) -> list[int]:
    """A group for each row: what is alike in meaning, and what that is alike to."""
    likeness_ = meanings @ meanings.T
    times = np.array([row.entry.when.timestamp() for row in rows])
    near = np.abs(times[:, None] - times[None, :]) <= timedelta(days=21).total_seconds()
    together = ((likeness_ >= 0.66) & near) | (likeness_ >= 0.8)
    group = list(range(len(rows)))
    for one, other in zip(*np.nonzero(np.triu(together, 1)), strict=True):
        old, new = group[other], group[one]
        if old != new:
            group = [new if each == old else each for each in group]
    return group


# Events


def train_events(file: Path, vocabulary: Vocabulary) -> Mapping[str, object]:
    rows = sorted(read(file), key=lambda row: row.entry.when)
    verdicts = {row.id: relevance.judge(row.entry, labelled.FEED, vocabulary) for row in rows}
    known = counted(rows)
    values, same, owners = pairs(rows, verdicts, Likeness(0.0, {}, known))
    story = {row.id: row.text("story") or row.text("event") for row in rows}
    fold = dict(zip(story, folds(list(story.values()), 0), strict=True))
    sides = np.array([[fold[one], fold[other]] for one, other in owners])
    click.echo(
        f"Events: {file.name}, {len(rows)} rows, {len(same)} pairs of which {int(same.sum())} tell one event, {FOLDS} folds"
    )
    models = {
        (one, other): fitted(values[seen], same[seen], known, 0.0)
        for one, other in combinations_with_replacement(range(FOLDS), 2)
        for seen in [((sides != one) & (sides != other)).all(axis=1)]
    }
    shift, figures = best_join(rows, verdicts, Unseen(models, fold, rows), known)
    squeezed = labelled.squeezed(rows)
    found = grouping(squeezed, verdicts, Unseen(models, fold, squeezed).likeness(known, shift))
    echo_grouping("all dates squeezed into one week", found)
    final = fitted(values, same, known, shift)
    return {
        "provenance": provenance(file, rows, figures),
        "intercept": round(final.intercept, 5),
        "weights": {name: round(weight, 5) for name, weight in final.weights.items()},
        "known": known,
    }


def counted(rows: Rows) -> Mapping[str, float]:
    """What the words that many reports use are worth: 0 for one in all of them, 1 for one in none."""
    counts: dict[str, int] = {}
    for row in rows:
        for word in traits.of(row.entry).whole:
            counts[word] = counts.get(word, 0) + 1
    total = np.log(len(rows) + 1)
    return {
        word: round(float(np.log((len(rows) + 1) / (n + 1)) / total), 2) for word, n in sorted(counts.items()) if n > 2
    }


def pairs(rows: Rows, verdicts: Mapping[str, Verdict], measure: Likeness) -> tuple[Array, Array, list[tuple[str, str]]]:
    """Each report beside those of the stories on the shelf when it came, had all been filed rightly till then."""
    shelf, story_of = Shelf(), {}
    values, same, owners = [], [], []
    for row in rows:
        for story in shelf.near(row.entry):
            elsewhere = stories.elsewhere(verdicts[row.id], story.verdict)
            beside = stories.pairs(row.entry, story, elsewhere, shelf, measure)
            for pair, report in zip(beside, story.entries, strict=False):
                if pair.apart <= stories.WINDOW:
                    values.append([feature(pair) for feature in FEATURES.values()])
                    same.append(story.id == story_of.get(row.text("event")))
                    owners.append((row.id, report.key))
        filed = shelf.get(story_of.get(row.text("event"), 0))
        story = stories.joined(Filing(row.entry, filed, ""), verdicts[row.id])
        story_of.setdefault(row.text("event"), story.id)
        shelf.put(story)
    return np.array(values), np.array(same), owners


def fitted(values: Array, same: Array, known: Mapping[str, float], shift: float) -> Likeness:
    scaler = StandardScaler().fit(values)
    model = logistic(scaler.transform(values), same, EVENTS_C)
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - (weights * scaler.mean_).sum()) - shift
    return Likeness(intercept, dict(zip(FEATURES, weights.tolist(), strict=True)), known)


class Unseen:
    """For each pair of reports the model that saw neither's story. A report is known by its traits, made once a text."""

    def __init__(self, models: Mapping[tuple[int, int], Likeness], fold: Mapping[str, int], rows: Rows) -> None:
        self._models = models
        self._fold = {id(traits.of(row.entry)): fold[row.id] for row in rows}

    def likeness(self, known: Mapping[str, float], shift: float) -> Likeness:
        def weigh(pair: Pair) -> float:
            one, other = sorted((self._fold[id(pair.one)], self._fold[id(pair.other)]))
            return self._models[one, other](pair) - shift

        return Mixed(weigh, known)


class Mixed(Likeness):
    """A likeness whose model depends on the pair."""

    def __init__(self, weigh: Callable[[Pair], float], known: Mapping[str, float]) -> None:
        super().__init__(0.0, {}, known)
        object.__setattr__(self, "_weigh", weigh)

    def __call__(self, pair: Pair) -> float:
        found: float = self._weigh(pair)  # type: ignore[attr-defined]
        return found


def best_join(
    rows: Rows, verdicts: Mapping[str, Verdict], unseen: Unseen, known: Mapping[str, float]
) -> tuple[float, Mapping[str, object]]:
    """The log-odds from which joining gives the best B-cubed F and, beside it, pairwise precision: it leans to splitting."""
    tried = {
        float(shift): grouping(rows, verdicts, unseen.likeness(known, float(shift)))
        for shift in np.arange(-1.2, 1.21, 0.3)
    }
    best = max(tried, key=lambda shift: tried[shift].cubed_f1 + 0.25 * tried[shift].pairs.precision)
    for shift, found in tried.items():
        echo_grouping(f"join from log-odds {shift:+.1f}{' (chosen)' if shift == best else ''}", found)
    found = tried[best]
    return best, {
        "pairwise precision": round(found.pairs.precision, 3),
        "pairwise recall": round(found.pairs.recall, 3),
        "b-cubed f1": round(found.cubed_f1, 3),
        "events whole": {topic: f"{whole}/{many}" for topic, (whole, many) in found.whole.items()},
    }


def grouping(rows: Rows, verdicts: Mapping[str, Verdict], weigh: Likeness) -> scores.Grouping:
    placed = labelled.grouped([(row, verdicts[row.id]) for row in rows], weigh)
    return scores.grouping([labelled.report(row, placed[row.id][0]) for row in rows])


def echo_grouping(name: str, found: scores.Grouping) -> None:
    whole = ", ".join(f"{topic or 'none'} {whole}/{many}" for topic, (whole, many) in sorted(found.whole.items()))
    click.echo(
        f"  {name:34} pairs P {found.pairs.precision:.3f} R {found.pairs.recall:.3f}  B-cubed P {found.cubed_precision:.3f}"
        f" R {found.cubed_recall:.3f} F {found.cubed_f1:.3f}  whole: {whole}  merges {found.merges}, mild {found.mild_merges}"
    )


if __name__ == "__main__":
    sys.exit(main())
