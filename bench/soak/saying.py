"""What a soak prints: what there was, what came of it, and what it claims."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.claims import Claim
from bench.soak.census import OWN_STALL
from bench.soak.growth import FEW, FLAT, WARM_AFTER, Growth
from bench.soak.program import Program
from bench.soak.reckoning import LATE, Count

STALL = 0.1
"""Seconds that the event loop may be late in 99 of 100 looks."""

A_LINE = 12
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Found:
    count: Count
    program: Program
    met: Mapping[str, int]
    answered: Sequence[float]
    """Seconds a slash command took to its answer."""
    strange: int
    """Messages that tell of nothing we sent."""
    growth: Growth | None
    beside: Sequence[float]
    """How late a process that did nothing was, in order of size."""
    steps: tuple[int, Sequence[float]]
    """Of the last process's loop, and the processor seconds of the long ones."""


def report(found: Found) -> Iterator[str]:
    count, program = found.count, found.program
    yield f"{count.stories} stories, {count.wanted:,} deliveries asked for, {count.arrived:,} arrived"
    yield f"told of nothing we sent {found.strange}"
    yield f"stories taken for another {count.joined}, for beside the point {count.beside}"
    yield from (f"  lost: {number} {why}" for why, number in count.lost.most_common())
    yield f"from publication to arrival: {_shares(count.ages)}"
    yield f"slash commands answered: {len(found.answered)}; {_shares(sorted(found.answered))}"
    yield from _lives(program)
    yield f"stopped within: {', '.join(f'{took:.1f} s' for took in program.stops)}; crashes {sum(program.crashes.values())}"
    yield "not ready: " + (", ".join(f"{n} looks ({why})" for why, n in program.unready.most_common(5)) or "never")
    yield "met: " + ", ".join(f"{what} {number}" for what, number in sorted(found.met.items()))
    yield "in the log:"
    yield from (f"  {number:>6} {level:<8} {event}" for (level, event), number in program.logged().most_common(25))
    yield from _grown(found.growth)
    yield from _lateness(found)


def claims(found: Found) -> tuple[Claim, ...]:
    count, growth = found.count, found.growth
    lost, held = sum(count.lost.values()), count.late - count.waited
    late, looks = found.program.lag(0.99)
    crashes = sum(found.program.crashes.values())
    return (
        Claim("lost", not lost, f"{lost} of {count.wanted:,}"),
        Claim("doubled", not count.doubled, f"{len(count.doubled)}"),
        Claim("unasked", not count.strays, f"{count.strays} told to channels that had not asked"),
        Claim(
            "late",
            not held,
            f"{held} over {LATE:.0f} s, beside {count.waited} that waited for a workspace to install the app again",
        ),
        Claim("memory", growth.is_flat if growth else None, _memory(growth)),
        Claim("files", not growth.keeps_files if growth else None, _files(growth)),
        Claim("stalls", late <= STALL, f"99 % of {looks:,} looks at the loop at most {late * 1_000:.0f} ms late"),
        Claim("crashes", not crashes, f"{crashes}"),
    )


def _memory(growth: Growth | None) -> str:
    if growth is None:
        return "no process lived long enough"
    return f"{growth.an_hour:+.0f} MB an hour; flat is {FLAT:.0f} at most"


def _files(growth: Growth | None) -> str:
    if growth is None:
        return "no process lived long enough"
    first, last = growth.files
    return f"{first:.0f} in the quietest tenth of the first third, {last:.0f} of the last; flat is {FEW} more at most"


def _grown(growth: Growth | None) -> Iterator[str]:
    if growth is None:
        return
    yield f"the longest life: process {growth.life}, {growth.seconds:,.0f} s; megabytes in each minute:"
    for first in range(0, len(growth.minutes), A_LINE):
        yield f"  {_row(growth.minutes[first : first + A_LINE])}"
    yield f"  after its first {WARM_AFTER:.0%}: {growth.an_hour:+.1f} MB an hour"


def _lateness(found: Found) -> Iterator[str]:
    most, looks = found.program.lag(1.0)
    share = found.program.within(STALL)
    yield f"loop late: {share:.1%} of {looks:,} looks by {STALL * 1_000:.0f} ms at most, all by {most * 1_000:.0f} ms"
    if found.beside:
        half, most = (found.beside[int(share * (len(found.beside) - 1))] for share in (0.5, 0.99))
        yield f"  a process beside it that did nothing: half {half * 1_000:.0f} ms, 99 % {most * 1_000:.0f} ms at most"
    steps, long = found.steps
    if steps:
        yield (
            f"  of {steps:,} steps of the last process's loop {len(long)} took more than {OWN_STALL * 1_000:.0f} ms "
            f"of processor time, the longest {max(long, default=0) * 1_000:.0f} ms"
        )
    lives = found.program.samples
    lasted = sum(
        max(one.at for one in lives if one.life == life) - min(one.at for one in lives if one.life == life)
        for life in {one.life for one in lives}
    )
    yield f"  the machine kept the program's main thread waiting {sum(found.program.waited.values()):,.0f} of {lasted:,.0f} s"


def _shares(ordered: Sequence[float]) -> str:
    if not ordered:
        return "none"
    half, most = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"half within {half:.1f} s, 95 % within {most:.1f} s, all within {ordered[-1]:.1f} s"


def _lives(program: Program) -> Iterator[str]:
    """Memory, files and database of each process."""
    for life in sorted({sample.life for sample in program.samples}):
        of = [sample for sample in program.samples if sample.life == life]
        quarters = [of[int(part * (len(of) - 1) / 4)] for part in range(5)]
        yield f"process {life}, {of[-1].at - of[0].at:,.0f} s, at its beginning, three quarters and end:"
        for what in ("megabytes", "files", "database"):
            values = [getattr(one, what) for one in quarters]
            yield f"  {what}: {_row(values)}, most {max(getattr(one, what) for one in of):.0f}"


def _row(values: Iterable[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)
