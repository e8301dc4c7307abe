"""What became of the deliveries, told by the point of each kill and by the kind of message."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.kills.received import KINDS, MESSAGES


@dataclass(slots=True)
class Kill:
    """One of them; `left` are the deliveries that it left in doubt and no earlier one had."""

    point: str
    met: bool
    left: set[str]
    bound: int = 1
    """How many may be in doubt for good by it: one more where the platform also lost an answer."""
    undecided: set[str] = field(default_factory=set)
    """Of these, those that nobody could tell of afterwards: policy decided."""


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the deliveries: each lost or doubled one as the delivery's id."""

    kills: tuple[Kill, ...]
    wanted: Counter[str]
    """By kind."""
    doubts: Counter[str]
    """Those left by a kill, by kind."""
    lost: Counter[str]
    doubled: Counter[str]
    lost_ids: frozenset[str]
    doubled_ids: frozenset[str]
    excused: frozenset[str]
    """Those that policy decided on, and that the operator was told of in every way."""
    allowed: tuple[int, int]
    """Of the lost and doubled those that may be so by policy, each of them told."""
    edits: tuple[int, int]
    """Messages that should say more than when they were posted, and those that do."""
    before: int
    """Messages sent before the last kill."""
    wrong: tuple[str, ...]
    """All that should not be, in sentences."""

    @property
    def deliveries(self) -> int:
        """Messages of their own."""
        return sum(self.wanted[kind] for kind in MESSAGES)


def together(counts: Sequence[Count]) -> Count:
    return Count(
        tuple(kill for count in counts for kill in count.kills),
        sum((count.wanted for count in counts), Counter()),
        sum((count.doubts for count in counts), Counter()),
        sum((count.lost for count in counts), Counter()),
        sum((count.doubled for count in counts), Counter()),
        frozenset().union(*(count.lost_ids for count in counts)),
        frozenset().union(*(count.doubled_ids for count in counts)),
        frozenset().union(*(count.excused for count in counts)),
        (sum(count.allowed[0] for count in counts), sum(count.allowed[1] for count in counts)),
        (sum(count.edits[0] for count in counts), sum(count.edits[1] for count in counts)),
        sum(count.before for count in counts),
        tuple(line for count in counts for line in count.wrong),
    )


def by_point(count: Count, names: Iterable[str]) -> Iterator[str]:
    """A line for each point: kills, those that came to the point, and what they left."""
    yield f"{'point':34} {'kills':>6} {'there':>6} {'in doubt':>9} {'for good':>9} {'lost':>5} {'twice':>6}"
    for name in names:
        here = [kill for kill in count.kills if kill.point == name]
        left = set().union(*(kill.left for kill in here))
        good = sum(len(kill.undecided) for kill in here)
        figures = (sum(kill.met for kill in here), sum(len(kill.left) for kill in here), good)
        lost, twice = len(left & count.lost_ids), len(left & count.doubled_ids)
        yield f"{name:34} {len(here):6} {figures[0]:6} {figures[1]:9} {figures[2]:9} {lost:5} {twice:6}"


def by_kind(count: Count) -> Iterator[str]:
    yield f"{'kind':34} {'wanted':>6} {'in doubt by a kill':>19} {'lost':>5} {'twice':>6}"
    for kind in KINDS:
        figures = count.wanted[kind], count.doubts[kind], count.lost[kind], count.doubled[kind]
        yield f"{kind:34} {figures[0]:6} {figures[1]:19} {figures[2]:5} {figures[3]:6}"


def in_short(count: Count) -> Iterator[str]:
    """The last lines."""
    undecided = [len(kill.undecided) for kill in count.kills]
    most = max(undecided, default=0)
    wanted, right = count.edits
    share = 100 * count.before / max(1, count.deliveries)
    lost, twice = sum(count.lost.values()) - count.allowed[0], sum(count.doubled.values()) - count.allowed[1]
    yield f"{len(count.kills)} kills, {count.deliveries} deliveries: {lost} lost, {twice} twice"
    yield (
        f"in doubt by a kill: {sum(count.doubts.values())}, for good {sum(undecided)}, at most {most} by one kill; operators "
        f"read of {len(count.excused)} deliveries that policy decided on: {count.allowed[0]} missing, {count.allowed[1]} twice"
    )
    yield f"edits: {right} of {wanted} messages of stories that grew or were corrected say so in the end"
    yield f"sent before the last kill: {share:.0f} of 100 deliveries"
