"""How good predictions are beside labels: precision and recall, pairs and B-cubed, by slice."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


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
    events, clusters = defaultdict(set), defaultdict(set)
    for report in reports:
        events[report.event].add(report.id)
        clusters[report.cluster].add(report.id)
    wanted, found = _pairs(events.values()), _pairs(clusters.values())
    story = {report.id: report.story for report in reports}
    merged = found - wanted
    shares = [
        (len(events[r.event] & clusters[r.cluster]), len(events[r.event]), len(clusters[r.cluster])) for r in reports
    ]
    many = max(1, len(reports))
    return Grouping(
        pairs=Score(len(reports), len(wanted), len(found), len(wanted & found)),
        cubed_precision=sum(both / cluster for both, _, cluster in shares) / many,
        cubed_recall=sum(both / event for both, event, _ in shares) / many,
        merges=len(merged),
        mild_merges=sum(bool(story[one]) and story[one] == story[other] for one, other in merged),
        whole=_whole(reports),
        extra=sum(len(clusters) - 1 for clusters in _clusters_of(reports).values()),
    )


def _pairs(groups: Iterable[set[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def _clusters_of(reports: Sequence[Report]) -> Mapping[str, set[Hashable]]:
    found: dict[str, set[Hashable]] = defaultdict(set)
    for report in reports:
        found[report.event].add(report.cluster)
    return found


def _whole(reports: Sequence[Report]) -> Mapping[str, tuple[int, int]]:
    sizes: dict[str, int] = defaultdict(int)
    for report in reports:
        sizes[report.event] += 1
    clusters = _clusters_of(reports)
    counts: dict[str, tuple[int, int]] = {}
    for event, topic in {report.event: report.topic for report in reports}.items():
        if sizes[event] > 1:
            whole, all_ = counts.get(topic, (0, 0))
            counts[topic] = (whole + (len(clusters[event]) == 1), all_ + 1)
    return counts
