"""How good predictions are beside labels: precision and recall, pairs and B-cubed, by slice."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    """Of `rows`, `wanted` were right to find."""

    rows: int
    wanted: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        return harmonic(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class Share:
    """Of `of`, `right` were right."""

    right: int
    of: int


def harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def of(rows: Iterable[tuple[bool, bool]]) -> Score:
    """`rows` are (is relevant, was found)."""
    seen = list(rows)
    return Score(
        rows=len(seen),
        wanted=sum(wanted for wanted, _ in seen),
        found=sum(found for _, found in seen),
        right=sum(wanted and found for wanted, found in seen),
    )


@dataclass(frozen=True, slots=True)
class Grouping:
    """Clusters beside events. A merge joins reports of two events; it is mild when both belong to one story."""

    pairs: Score
    cubed_precision: float
    cubed_recall: float
    merges: int
    mild_merges: int
    whole: Mapping[str, tuple[int, int]]
    """By topic: events of several reports that stayed in one cluster, and how many there are."""
    extra: int
    """Alerts too many: clusters beyond the first of each event."""

    @property
    def cubed_f1(self) -> float:
        return harmonic(self.cubed_precision, self.cubed_recall)


@dataclass(frozen=True, slots=True)
class Report:
    """A row of events data with the cluster it was put in."""

    id: str
    event: str
    story: str
    topic: str
    cluster: Hashable


def grouping(reports: Sequence[Report]) -> Grouping:
    """Pairwise and B-cubed (Bagga and Baldwin 1998) scores."""
    events, clusters = Counter(r.event for r in reports), Counter(r.cluster for r in reports)
    both = Counter((r.event, r.cluster) for r in reports)
    story_of = {r.event: r.story for r in reports}
    related: Counter[tuple[str, str, Hashable]] = Counter()
    for (event, cluster), number in both.items():
        related[story_of[event], "" if story_of[event] else event, cluster] += number
    wanted, found, right = _pairs(events), _pairs(clusters), _pairs(both)
    many = max(1, len(reports))
    return Grouping(
        pairs=Score(len(reports), wanted, found, right),
        cubed_precision=sum(both[r.event, r.cluster] / clusters[r.cluster] for r in reports) / many,
        cubed_recall=sum(both[r.event, r.cluster] / events[r.event] for r in reports) / many,
        merges=found - right,
        mild_merges=_pairs(related) - right,
        whole=_whole(reports),
        extra=sum(len(clusters) - 1 for clusters in _clusters_of(reports).values()),
    )


def _pairs(groups: Mapping[Any, int]) -> int:
    """Within the groups of these sizes: counted, for a group of thousands has millions."""
    return sum(comb(size, 2) for size in groups.values())


def _clusters_of(reports: Sequence[Report]) -> Mapping[str, set[Hashable]]:
    found: dict[str, set[Hashable]] = defaultdict(set)
    for report in reports:
        found[report.event].add(report.cluster)
    return found


def _whole(reports: Sequence[Report]) -> Mapping[str, tuple[int, int]]:
    sizes = Counter(report.event for report in reports)
    clusters = _clusters_of(reports)
    counts: dict[str, tuple[int, int]] = {}
    for event, topic in {report.event: report.topic for report in reports}.items():
        if sizes[event] > 1:
            whole, all_ = counts.get(topic, (0, 0))
            counts[topic] = (whole + (len(clusters[event]) == 1), all_ + 1)
    return counts
