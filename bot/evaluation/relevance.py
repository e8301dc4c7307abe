"""What the detector makes of labelled rows: by slice and by threshold, beside its two halves, and where it errs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.core import detection, labelled, scores
from bot.core.detection import Detector, Meaning
from bot.core.labelled import Row
from bot.core.scores import Share
from bot.core.thresholds import Thresholds
from bot.core.vocabulary import Vocabulary
from bot.model import Verdict

TRIED = (0.3, 0.4, 0.5, 0.6, 0.7)
BATCH = 25
"""Rows read for their meaning between two signs of progress."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    """Some rows of the table. `false_alarms` is the share of the rows not wanted that were found."""

    name: str
    rows: int
    wanted: int
    found: int
    precision: float
    recall: float
    f1: float
    false_alarms: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was told and should not have been, or the other way round."""

    line: int
    id: str
    title: str
    label: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagMistake:
    line: int
    id: str
    title: str
    tag: str
    wanted: str
    found: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relevance:
    """`meaning` is the trained reading of the words alone, at the threshold that suits these rows best."""

    shipped: tuple[Line, ...]
    rules: tuple[Line, ...]
    meaning: tuple[Line, ...]
    by_threshold: tuple[Line, ...]
    unsure: int
    """Rows whose article a running bot would fetch and judge too."""
    as_labelled: Share
    """Of the rows labelled positive, adjacent or negative, those that were called the same."""
    tags: Mapping[str, Share]
    mistakes: tuple[Mistake, ...]
    """The surest first."""
    tag_mistakes: tuple[TagMistake, ...]


def measure(
    rows: Sequence[Row], vocabulary: Vocabulary, detector: Detector | None, thresholds: Thresholds, progress: Progress
) -> tuple[Relevance, Mapping[str, Verdict]]:
    """The figures, and the verdict on each row by its id."""
    meanings = _meanings(rows, detector, progress) if detector else {}
    if detector:
        detector = replace(detector, meanings=lambda texts: [meanings[text] for text in texts])
    shipped = _judged(rows, vocabulary, detector, thresholds, progress)
    by_rules = _judged(rows, vocabulary, None, thresholds, progress) if detector else shipped
    kinds = [row for row in rows if row.text("label") in ("positive", "adjacent", "negative")]
    tags = [each for row in rows for each in _tags(row, shipped[row.id])]
    measured = Relevance(
        shipped=_table(rows, lambda row: shipped[row.id].relevant),
        rules=_table(rows, lambda row: by_rules[row.id].relevant),
        meaning=_by_meaning(rows, meanings, detector) if detector else (),
        by_threshold=tuple(
            _line(f"{at:g}", rows, [shipped[row.id].score >= at for row in rows])
            for at in sorted({*TRIED, thresholds.alert})
        ),
        unsure=sum(detection.unsure(shipped[row.id], thresholds) for row in rows),
        as_labelled=Share(sum(shipped[row.id].label == row.text("label") for row in kinds), len(kinds)),
        tags={
            name: Share(sum(each.wanted == each.found for each in tags if each.tag == name), many)
            for name in TAGS
            if (many := sum(each.tag == name for each in tags))
        },
        mistakes=_mistakes(rows, shipped, thresholds),
        tag_mistakes=tuple(each for each in tags if each.wanted != each.found),
    )
    return measured, shipped


def _meanings(rows: Sequence[Row], detector: Detector, progress: Progress) -> Mapping[str, Meaning]:
    texts = list(dict.fromkeys(detection.text_of(row.entry) for row in rows))
    found: dict[str, Meaning] = {}
    for at in range(0, len(texts), BATCH):
        progress("Reading", at, len(texts))
        batch = texts[at : at + BATCH]
        found |= zip(batch, detector.meanings(batch), strict=True)
    progress("Reading", len(texts), len(texts))
    return found


def _judged(
    rows: Sequence[Row],
    vocabulary: Vocabulary,
    detector: Detector | None,
    thresholds: Thresholds,
    progress: Progress,
) -> Mapping[str, Verdict]:
    step = "Judging" if detector else "Judging by rules alone"
    found: dict[str, Verdict] = {}
    for at in range(0, len(rows), BATCH):
        progress(step, at, len(rows))
        batch = rows[at : at + BATCH]
        entries = [row.entry for row in batch]
        verdicts = detection.judge(entries, labelled.FEED, vocabulary, detector, thresholds)
        found |= zip((row.id for row in batch), verdicts, strict=True)
    progress(step, len(rows), len(rows))
    return found


def is_wanted(row: Row) -> bool:
    return labelled.LABELS[row.text("label")]


def _table(rows: Sequence[Row], found: Callable[[Row], bool]) -> tuple[Line, ...]:
    """All rows, and the slices that hold fewer."""
    return tuple(
        _line(name, [rows[at] for at in kept], [found(rows[at]) for at in kept])
        for name, kept in labelled.slices(rows).items()
        if name == "all" or len(kept) < len(rows)
    )


def _line(name: str, rows: Sequence[Row], found: Sequence[bool]) -> Line:
    score = scores.of((is_wanted(row), one) for row, one in zip(rows, found, strict=True))
    return Line(
        name=name,
        rows=score.rows,
        wanted=score.wanted,
        found=score.found,
        precision=round(score.precision, 3),
        recall=round(score.recall, 3),
        f1=round(score.f1, 3),
        false_alarms=round((score.found - score.right) / max(1, score.rows - score.wanted), 3),
    )


def _by_meaning(rows: Sequence[Row], meanings: Mapping[str, Meaning], detector: Detector) -> tuple[Line, ...]:
    read = {row.id: float(np.dot(detector.weights, meanings[detection.text_of(row.entry)])) for row in rows}
    best = _best_cut([(read[row.id], is_wanted(row)) for row in rows])
    return _table(rows, lambda row: read[row.id] >= best)


def _best_cut(rows: Sequence[tuple[float, bool]]) -> float:
    """The value from which on F1 is highest."""
    wanted, right = sum(is_wanted for _, is_wanted in rows), 0
    best, cut = -1.0, 0.0
    for found, (value, is_right) in enumerate(sorted(rows, reverse=True), 1):
        right += is_right
        if 2 * right / (found + wanted) > best:
            best, cut = 2 * right / (found + wanted), value
    return cut


def _mistakes(rows: Sequence[Row], verdicts: Mapping[str, Verdict], thresholds: Thresholds) -> tuple[Mistake, ...]:
    wrong = [row for row in rows if verdicts[row.id].relevant != is_wanted(row)]
    wrong.sort(key=lambda row: -abs(verdicts[row.id].score - thresholds.alert))
    return tuple(
        Mistake(
            line=row.entry.id,
            id=row.id,
            title=row.entry.title,
            label=row.text("label"),
            score=verdicts[row.id].score,
            reasons=verdicts[row.id].reasons,
        )
        for row in wrong
    )


TAGS: Mapping[str, tuple[Callable[[Row], str], Callable[[Verdict], str]]] = {
    "jurisdiction": (lambda row: row.text("jurisdiction"), lambda verdict: next(iter(verdict.jurisdictions), "")),
    "type": (lambda row: row.text("type"), lambda verdict: verdict.type),
    "stage": (lambda row: row.text("stage"), lambda verdict: verdict.stage),
    "topics": (lambda row: _set(row.texts("topics")), lambda verdict: _set(verdict.topics)),
}
"""Of each tag, what the row says and what the verdict says. The first jurisdiction is that of the body that acted."""


def _set(words: Sequence[str]) -> str:
    return ", ".join(sorted(words))


def _tags(row: Row, verdict: Verdict) -> list[TagMistake]:
    """Each tag the row carries, beside the one it was given."""
    return [
        TagMistake(row.entry.id, row.id, row.entry.title, name, wanted(row), found(verdict), verdict.reasons)
        for name, (wanted, found) in TAGS.items()
        if wanted(row)
    ]
