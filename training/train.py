"""Rebuilds the coefficient files of bot/detector from labelled JSONL, and prints what they reach on rows they never saw.

    make train RELEVANCE=../shared/eval/relevance.jsonl EVENTS=../shared/eval/events.jsonl

Cross-validation keeps whole stories on one side of a fold: rows of events data by their story, rows of relevance data by
linking what is alike in meaning (cosine ≥ .66 within three weeks, or ≥ .8 at any time) and never separating what is linked.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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
from bot.core.detection import Meaning
from bot.core.likeness import FEATURES, Lengths, Likeness, Pair
from bot.core.shelf import Shelf
from bot.core.vocabulary import Vocabulary
from bot.detector import coefficients
from bot.detector.minilm import SHA256, MiniLM
from bot.detector.remembering import Remembering
from bot.model import Filing, Verdict

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "bot" / "detector"
FOLDS = 5
SHUFFLES = 4

READING = 4.0
"""How much the meaning counts beside the rules' log-odds before regularisation; C is scikit-learn's."""

RELEVANCE_C = 0.1
EVENTS_C = 0.1

COVERED_BY_MEANING = ("alike", "names")
"""Features that say nothing more where texts are read for their meaning, and cost the most."""

JOIN = 0.05
"""Log-odds from which a report joins; above 0, since a second alert costs less than a lost event."""

Rows = Sequence[labelled.Row]
Array = np.ndarray[Any, np.dtype[Any]]


@click.command()
@click.option("--relevance", "relevance_file", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--events", "events_file", type=click.Path(exists=True, path_type=Path), required=True)
def main(relevance_file: Path, events_file: Path) -> None:
    vocabulary = config.load(ROOT / "config").vocabulary
    documents = {
        "relevance.json": train_relevance(relevance_file, read(events_file), vocabulary),
        "events.json": train_events(events_file, read(relevance_file), vocabulary),
    }
    sums = []
    for name, document in documents.items():
        body = json.dumps(document, ensure_ascii=False, indent=1).encode()
        (FOLDER / name).write_bytes(body)
        sums.append(f"{hashlib.sha256(body).hexdigest()}  {name}")
    (FOLDER / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="ascii")


def read(file: Path) -> Rows:
    lines = file.read_text(encoding="utf-8").split("\n")  # splitlines would cut a title at U+2028 too
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


def train_relevance(file: Path, reports: Rows, vocabulary: Vocabulary) -> Mapping[str, object]:
    """From rows labelled for it, and from the reports of events whose topic is known."""
    rows = read(file)
    told = {row.text("url") or row.entry.title for row in rows}
    more = [row for row in reports if row.text("topic") and (row.text("url") or row.entry.title) not in told]
    everything = (*rows, *more)
    by_rules = [relevance.judge(row.entry, labelled.FEED, vocabulary) for row in everything]
    meanings = np.array(MiniLM.open()([detection.text_of(row.entry) for row in everything]))
    wanted = np.array([row.text("label") == "ai_regulation" or row.text("topic") == "ai_policy" for row in everything])
    hopeless = np.array([verdict.score < detection.HOPELESS for verdict in by_rules])
    odds = np.array([[detection.log_odds(verdict.score)] for verdict in by_rules])
    groups = linked(everything, meanings)
    labelled_so = len(rows)

    def unseen(values: Array) -> Array:
        """The mean log-odds of each labelled row over the shuffles, by models that never saw its group."""
        total = np.zeros(len(everything))
        for shuffle in range(SHUFFLES):
            fold = folds(groups, shuffle)
            for k in range(FOLDS):
                trained = logistic(values[fold != k], wanted[fold != k], RELEVANCE_C)
                total[fold == k] += trained.decision_function(values[fold == k])
        return total[:labelled_so] / SHUFFLES

    both = np.hstack([odds, READING * meanings])
    score = np.where(hopeless[:labelled_so], -9.0, unseen(both))
    asked = wanted[:labelled_so]
    shift = best_threshold(score, asked)
    click.echo(
        f"Relevance: {file.name}, {len(rows)} rows and {len(more)} reports in {len(set(groups))} groups,"
        f" {FOLDS} folds × {SHUFFLES} shuffles"
    )
    figures = {}
    for name, found in (
        ("rules alone (not trained here)", np.array([verdict.relevant for verdict in by_rules])[:labelled_so]),
        ("meaning alone", (alone := unseen(READING * meanings)) >= best_threshold(alone, asked)),
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
    """The log-odds from which precision and recall are both as high as they get together."""

    def lesser(threshold: float) -> tuple[float, float]:
        found = scores.of(zip(wanted, score >= threshold, strict=True))
        return min(found.precision, found.recall), found.f1

    return float(max(np.arange(-2.0, 2.0, 0.05), key=lesser))


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


def train_events(file: Path, others: Rows, vocabulary: Vocabulary) -> Mapping[str, object]:
    rows = sorted(read(file), key=lambda row: row.entry.when)
    verdicts = {row.id: relevance.judge(row.entry, labelled.FEED, vocabulary) for row in rows}
    known = counted((*rows, *others))
    click.echo(f"Events: {file.name}, {len(rows)} rows, {FOLDS} folds")
    found = {
        coefficients.WITH_MEANING: weighed(rows, verdicts, known, one_by_one(Remembering(MiniLM.open()))),
        coefficients.WORDS_ALONE: weighed(rows, verdicts, known, None),
    }
    return {
        "provenance": provenance(file, rows, {name: figures for name, (_, figures) in found.items()}),
        "embedding": SHA256,
        **{
            name: {
                "intercept": round(final.intercept, 5),
                "weights": {feature: round(weight, 5) for feature, weight in final.weights.items()},
            }
            for name, (final, _) in found.items()
        },
        "known": known,
    }


def one_by_one(read: Remembering) -> Callable[[str], Meaning]:
    return lambda text: read([text])[0]


def weighed(
    rows: Rows, verdicts: Mapping[str, Verdict], known: Mapping[str, float], meaning: Callable[[str], Meaning] | None
) -> tuple[Likeness, Mapping[str, object]]:
    """The likeness trained on all rows, and what its like reach on rows of stories they never saw."""
    measure = Likeness(0.0, {}, known, meaning)
    values, same, owners = pairs(rows, verdicts, measure)
    left_out = COVERED_BY_MEANING if meaning else ("meaning",)
    names = tuple(name for name in FEATURES if name not in left_out)
    kept = [at for at, name in enumerate(FEATURES) if name in names]
    values = values[:, kept]
    story = {row.id: row.text("story") or row.text("event") for row in rows}
    click.echo(f"  {'with' if meaning else 'without'} meaning: {len(same)} pairs, {int(same.sum())} tell one event")
    found = []
    for shuffle in range(SHUFFLES):
        fold = dict(zip(story, folds(list(story.values()), shuffle), strict=True))
        sides = np.array([[fold[one], fold[other]] for one, other in owners])
        models = {
            (one, other): fitted(values[seen], same[seen], names, measure)
            for one, other in combinations_with_replacement(range(FOLDS), 2)
            for seen in [((sides != one) & (sides != other)).all(axis=1)]
        }
        found.append(models_of(rows, models, fold, measure))
    figures = {
        name: averaged(f"    {name}", [grouping(each, verdicts, unseen) for unseen in found])
        for name, each in (("dated", rows), ("squeezed into one week", labelled.squeezed(rows)))
    }
    return shifted(fitted(values, same, names, measure), JOIN), figures


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
    shelf, story_of = Shelf(), dict[str, int]()
    values, same, owners = [], [], []
    for row in rows:
        for story in shelf.near(row.entry):
            elsewhere = stories.elsewhere(verdicts[row.id], story.verdict)
            beside = stories.pairs(row.entry, story, elsewhere, shelf, measure, Lengths())
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


def fitted(values: Array, same: Array, names: Sequence[str], measure: Likeness) -> Likeness:
    scaler = StandardScaler().fit(values)
    model = logistic(scaler.transform(values), same, EVENTS_C)
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    return replace(measure, intercept=intercept, weights=dict(zip(names, weights.tolist(), strict=True)))


def shifted(likeness: Likeness, join: float) -> Likeness:
    return replace(likeness, intercept=likeness.intercept - join)


def models_of(
    rows: Rows, models: Mapping[tuple[int, int], Likeness], fold: Mapping[str, int], measure: Likeness
) -> Likeness:
    """For each pair of reports the model that saw neither's story. A report is known by its traits, made once a text."""
    fold_of = {id(traits.of(row.entry)): fold[row.id] for row in rows}

    def weigh(pair: Pair) -> float:
        one, other = sorted((fold_of[id(pair.one)], fold_of[id(pair.other)]))
        return models[one, other](pair) - JOIN

    return Mixed(weigh, measure)


class Mixed(Likeness):
    """A likeness whose model depends on the pair."""

    def __init__(self, weigh: Callable[[Pair], float], measure: Likeness) -> None:
        super().__init__(0.0, {}, measure.known, measure.meaning)
        object.__setattr__(self, "_weigh", weigh)

    def __call__(self, pair: Pair) -> float:
        found: float = self._weigh(pair)  # type: ignore[attr-defined]
        return found


def grouping(rows: Rows, verdicts: Mapping[str, Verdict], weigh: Likeness) -> scores.Grouping:
    placed = labelled.grouped([(row, verdicts[row.id]) for row in rows], weigh)
    return scores.grouping([labelled.report(row, placed[row.id][0]) for row in rows])


def averaged(name: str, found: Sequence[scores.Grouping]) -> Mapping[str, object]:
    """The means over the shuffles, printed and kept."""

    def mean(value: Callable[[scores.Grouping], float]) -> float:
        return round(float(np.mean([value(each) for each in found])), 3)

    def whole(topic: str) -> float:
        return mean(lambda each: each.whole[topic][0])

    topics = sorted(found[0].whole)
    figures = {
        "pairwise precision": mean(lambda each: each.pairs.precision),
        "pairwise recall": mean(lambda each: each.pairs.recall),
        "b-cubed precision": mean(lambda each: each.cubed_precision),
        "b-cubed recall": mean(lambda each: each.cubed_recall),
        "b-cubed f1": mean(lambda each: each.cubed_f1),
        "pairs of strangers merged": mean(lambda each: each.merges - each.mild_merges),
        "pairs of sisters merged": mean(lambda each: each.mild_merges),
        **{f"{topic or 'other'} events whole, of {found[0].whole[topic][1]}": whole(topic) for topic in topics},
    }
    click.echo(name + ": " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    return figures


if __name__ == "__main__":
    sys.exit(main())
