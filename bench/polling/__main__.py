"""What a poll costs: RegPulse beside the `reader` library, a plain loop and a bare fetch, over feeds served on this machine.

    make bench-polling       (python -m bench.polling --feeds 1000 --rounds 3; a quarter of an hour)

Each poll is a process of its own, start-up included: cold, then nothing changed (304), then 5 % of the feeds with a new item.
What each asked for, the server counts; a poller that left feeds out, or was not told 304, ends the benchmark.
RegPulse judges by rules alone; what the first documents held it judges after a cold poll, and that is a line of its own.
Medians of all rounds, with the least and the most beside them; the pollers take turns. Exit code 1 when RegPulse needs more than
140 MB, more than a third of `reader`'s CPU in any of the polls, or its event loop is late by more than 20 ms at the 99th
percentile by its own work; where it is late for other reasons, that is not shown.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bench import asking
from bench.claims import Claim, told
from bench.measuring import Spread, machine, spread
from bench.polling.publishers import CHANGED_EVERY, ITEMS, document

ROOT = Path(__file__).parent.parent.parent
READER = Path(os.environ.get("READER_PYTHON", ROOT / ".venv" / "reader" / "bin" / "python"))
PEAK, SHARE, LATE = 140, 1 / 3, 20
"""Megabytes; of `reader`'s CPU; milliseconds."""

POLLS = ("cold", "304", "changed")
POLLERS = {
    "regpulse": (sys.executable, "-m", "bench.polling.regpulse"),
    "reader": (str(READER), "bench/polling/with_reader.py"),
    "loop": (sys.executable, "-m", "bench.polling.loop"),
    "bare": (sys.executable, "-m", "bench.polling.bare"),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and MB."""

    wall: float
    cpu: float
    peak: float


Costs = dict[tuple[str, str], list[Cost]]


def measure(command: list[str]) -> Cost:
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT)  # noqa: S603
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} failed")
    # The system counts its peak from what this process had, which is less than any of them.
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@contextmanager
def publishers(feeds: int, items: int = ITEMS) -> Iterator[str]:
    """Their address."""
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bench.polling.publishers", str(feeds), str(items)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout  # noqa: S101
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.kill()
        server.wait()


def said(address: str) -> str:
    with urlopen(address) as answer:  # noqa: S310
        return str(answer.read().decode())


def one_round(feeds: int, costs: Costs, names: list[str]) -> None:
    with publishers(feeds) as address, TemporaryDirectory() as folder:
        asked = [address, str(feeds), folder]
        for poll in POLLS:
            if poll == "changed":
                said(f"{address}/change")
            for name in names:
                costs.setdefault((name, poll), []).append(measure([*POLLERS[name], *asked]))
                check(name, poll, feeds, said(f"{address}/counts"))
        costs.setdefault(("regpulse", "judged later"), []).append(measure([*POLLERS["regpulse"], *asked, "judging"]))


def check(name: str, poll: str, feeds: int, counts: str) -> None:
    """What it asked of the publishers is what it is measured for."""
    full = {"cold": feeds, "304": 0, "changed": -(-feeds // CHANGED_EVERY)}[poll]
    if counts != f"{full} {feeds - full}":
        expected = f"{full} documents and {feeds - full} times 304"
        sys.exit(f"{name}, {poll}: {expected} were expected, and the server counts {counts.replace(' ', ' and ')}.")


def shown(costs: Costs, names: list[str]) -> None:
    for poll in POLLS:
        print(f"\n{poll:10}{'wall s':>24}{'CPU s':>24}{'peak MB':>9}   RegPulse's wall and CPU to this one's")
        ours = costs["regpulse", poll]
        for name in names:
            theirs = costs[name, poll]
            ratios = (
                spread(getattr(cost, field) for cost in ours).middle
                / spread(getattr(cost, field) for cost in theirs).middle
                for field in ("wall", "cpu")
            )
            print(f"{name:10}{_figures(theirs)}   " + " ".join(f"{ratio:.2f}" for ratio in ratios))
    print("\nRegPulse judges and files what the first documents held")
    print(f"{'regpulse':10}{_figures(costs['regpulse', 'judged later'])}")


def _figures(costs: list[Cost]) -> str:
    wall, cpu = (f"{spread(getattr(cost, field) for cost in costs):.2f}" for field in ("wall", "cpu"))
    return f"{wall:>24}{cpu:>24}{spread(cost.peak for cost in costs).middle:9.0f}"


def stalls(feeds: int, rounds: int) -> tuple[Spread, Spread]:
    """Of cold polls, by a process that looks at itself: how late its loop is, and of that by its own work."""
    found: list[list[float]] = []
    for _ in range(rounds):
        with publishers(feeds) as address, TemporaryDirectory() as folder:
            command = [*POLLERS["regpulse"], address, str(feeds), folder, "beside"]
            answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
            found.append([float(figure) for figure in answer.stdout.split()])
    late, worked, answered = (spread(values) for values in zip(*found, strict=True))
    print(
        "\ncold poll, milliseconds at the 99th percentile\n"
        f"the event loop is late           {f'{late:.2f}':>24}\n"
        f"by its own work                  {f'{worked:.2f}':>24}\n"
        f"a command is answered within     {f'{answered:.2f}':>24}"
    )
    return late, worked


def kept_to(costs: Costs, late: Spread, worked: Spread) -> Iterator[Claim]:
    peak = max(cost.peak for poll in POLLS for cost in costs["regpulse", poll])
    yield Claim(f"a poll needs {PEAK} MB at most", peak <= PEAK, f"{peak:.0f} MB")
    for poll in POLLS:
        ours, theirs = costs["regpulse", poll], costs.get(("reader", poll))
        if theirs is None:
            yield Claim(f"{poll}: at most a third of reader's CPU", None, "reader is not here")
            continue
        share = spread(cost.cpu for cost in ours).middle / spread(cost.cpu for cost in theirs).middle
        yield Claim(f"{poll}: at most a third of reader's CPU", share <= SHARE, f"{share:.2f}")
    busy = late.middle > LATE >= worked.middle  # kept from running by the machine, or by a thread of its own
    yield Claim(
        f"the loop is at most {LATE} ms late in 99 of 100 looks",
        None if busy else late.middle <= LATE,
        f"{late.middle:.1f} ms, {worked.middle:.1f} of them its own work",
    )


def main() -> None:
    parser = asking.parser("polling", __doc__)
    parser.add_argument("--feeds", type=asking.whole(1, 100_000), default=1_000)
    parser.add_argument("--rounds", type=asking.whole(1, 1_000), default=3)
    asked = parser.parse_args()
    feeds, rounds = asked.feeds, asked.rounds
    names = list(POLLERS)
    if not READER.exists():
        names.remove("reader")
        print(f"reader is left out: no {READER} (READER_PYTHON names a Python that has it)")
    costs: Costs = {}
    for number in range(1, rounds + 1):
        one_round(feeds, costs, names)
        print(f"round {number} of {rounds} done", file=sys.stderr)
    print(f"{machine()}; {feeds} feeds of {len(document(0, ITEMS)) / 1000:.0f} kB, {rounds} rounds")
    shown(costs, names)
    sys.exit(told(kept_to(costs, *stalls(feeds, rounds))))


if __name__ == "__main__":
    main()
