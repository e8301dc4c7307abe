"""What the grouping makes of labelled reports: pairs, events kept whole, and each report it filed wrongly."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core import detection, labelled, scores
from bot.core.labelled import Row
from bot.core.likeness import Likeness
from bot.core.scores import Share
from bot.core.thresholds import Thresholds
from bot.core.vocabulary import Vocabulary
from bot.model import Verdict

Progress = Callable[[str, int, int], None]
Fault = Literal["strangers", "sisters", "split"]


@dataclass(frozen=True, slots=True)
class Line:
    """Some reports of the table. A merge is a pair of reports in one cluster that tell two events."""

    name: str
    reports: int
    pair_precision: float
    pair_recall: float
    cubed_precision: float
    cubed_recall: float
    cubed_f1: float
    whole: Share
    """Of the events with several reports, those in one cluster."""
    merged_strangers: int
    merged_sisters: int
    """Merges of two events of one story."""
    extra: int
    """Alerts too many."""


@dataclass(frozen=True, slots=True)
class Misfiled:
    """A report that joined another event (of strangers, or of its own story), or left its own."""

    line: int
    id: str
    title: str
    event: str
    topic: str
    fault: Fault
    why: str


@dataclass(frozen=True, slots=True)
class Events:
    """`table` holds all reports and those of each topic; `squeezed` the same with all dates within one week."""

    dated: int
    """Rows that say when they were published."""
    table: tuple[Line, ...]
    squeezed: tuple[Line, ...]
    misfiled: tuple[Misfiled, ...]


def measure(
    rows: Sequence[Row],
    vocabulary: Vocabulary,
    likeness: Likeness,
    thresholds: Thresholds,
    progress: Progress,
    *,
    squeeze: bool,
) -> tuple[Events, Mapping[str, int]]:
    """The figures, and the number of the cluster of each row by its id."""
    verdicts = _verdicts(rows, vocabulary, thresholds, progress)
    placed = _placed(rows, verdicts, likeness, progress, "Grouping")
    squeezed = labelled.squeezed(rows) if squeeze else ()
    measured = Events(
        dated=sum(row.entry.published is not None for row in rows),
        table=_table(rows, placed),
        squeezed=_table(squeezed, _placed(squeezed, verdicts, likeness, progress, "Grouping within a week")),
        misfiled=_misfiled(rows, placed),
    )
    return measured, {name: cluster for name, (cluster, _) in placed.items()}


Placed = Mapping[str, tuple[int, str]]
"""Cluster and why, by the row's id, in the order in which they were filed."""


def _verdicts(
    rows: Sequence[Row], vocabulary: Vocabulary, thresholds: Thresholds, progress: Progress
) -> Mapping[str, Verdict]:
    """By rules alone: grouping looks at a verdict's tags, which the trained reading does not touch."""
    found = {}
    for done, row in enumerate(rows):
        progress("Judging", done, len(rows))
        (found[row.id],) = detection.judge([row.entry], labelled.FEED, vocabulary, None, thresholds)
    progress("Judging", len(rows), len(rows))
    return found


def _placed(
    rows: Sequence[Row], verdicts: Mapping[str, Verdict], likeness: Likeness, progress: Progress, step: str
) -> Placed:
    judged = [(row, verdicts[row.id]) for row in rows]
    return labelled.grouped(judged, likeness, lambda done: progress(step, done, len(rows)))


def _table(rows: Sequence[Row], placed: Placed) -> tuple[Line, ...]:
    reports = [labelled.report(row, placed[row.id][0]) for row in rows]
    topics = sorted({report.topic for report in reports if report.topic})
    groups = {"all": reports, **{topic: [each for each in reports if each.topic == topic] for topic in topics}}
    return tuple(_line(name, group) for name, group in groups.items() if group)


def _line(name: str, reports: Sequence[scores.Report]) -> Line:
    found = scores.grouping(reports)
    return Line(
        name=name,
        reports=len(reports),
        pair_precision=round(found.pairs.precision, 3),
        pair_recall=round(found.pairs.recall, 3),
        cubed_precision=round(found.cubed_precision, 3),
        cubed_recall=round(found.cubed_recall, 3),
        cubed_f1=round(found.cubed_f1, 3),
        whole=Share(sum(whole for whole, _ in found.whole.values()), sum(many for _, many in found.whole.values())),
        merged_strangers=found.merges - found.mild_merges,
        merged_sisters=found.mild_merges,
        extra=found.extra,
    )


def _misfiled(rows: Sequence[Row], placed: Placed) -> tuple[Misfiled, ...]:
    """The reports that were filed wrongly when they came, merged strangers first."""
    row_of = {row.id: row for row in rows}
    events: Mapping[int, set[str]] = defaultdict(set)
    stories: Mapping[int, set[str]] = defaultdict(set)
    clusters: Mapping[str, set[int]] = defaultdict(set)
    found = []
    for name, (cluster, why) in placed.items():
        row = row_of[name]
        event, story = row.text("event"), row.text("story")
        if fault := _fault(events[cluster], event, story in stories[cluster], clusters[event]):
            found.append(Misfiled(row.entry.id, row.id, row.entry.title, event, row.text("topic"), fault, why))
        events[cluster].add(event)
        clusters[event].add(cluster)
        if story:
            stories[cluster].add(story)
    order = ("strangers", "sisters", "split")
    return tuple(sorted(found, key=lambda each: (order.index(each.fault), each.topic != "ai_policy")))


def _fault(there: set[str], event: str, is_sister: bool, elsewhere: set[int]) -> Fault | None:
    if there and event not in there:
        return "sisters" if is_sister else "strangers"
    return "split" if elsewhere and not there else None
