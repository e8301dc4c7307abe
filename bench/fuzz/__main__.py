"""Tries what nobody would write: what broke is printed and kept in a file, and the exit code is 1.

python -m bench.fuzz TARGET --seconds 1200
"""

import hashlib
import random
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

from bench import asking
from bench.fuzz.targets import NAMES, Target, target
from bench.measuring import peak

SLOW = 3.0
"""Processor seconds one input of at most 60 kB may take: the machine may be busy with others."""

HANGS = 60
ROOM = 300
"""Megabytes by which one input may raise what the process needs."""


def fuzz(name: str, seconds: float, seed: int, folder: Path) -> int:
    chosen, chance, found = target(name), random.Random(seed), set[str]()  # noqa: S311  # the same inputs each time
    signal.signal(signal.SIGALRM, _hung)
    begun, worked, tried, slowest = time.monotonic(), time.process_time(), 0, 0.0
    while time.monotonic() - begun < seconds:
        case = chosen.make(chance)
        wrong, took = _tried(chosen, case)
        tried, slowest = tried + 1, max(slowest, took)
        if wrong and (short := wrong.splitlines()[0]) not in found:
            found.add(short)
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{name}-{hashlib.sha256(case).hexdigest()[:12]}"
            file.write_bytes(case)
            print(f"{file}: {wrong}", flush=True)
    took, at_work = time.monotonic() - begun, time.process_time() - worked
    print(
        f"{name}: {tried:,} inputs in {took:.0f} s, {at_work:.0f} of them at work, the slowest {slowest:.2f} s of CPU, "
        f"{peak():.0f} MB at most, {len(found)} findings"
    )
    return len(found)


def _tried(chosen: Target, case: bytes) -> tuple[str, float]:
    """What is wrong, "" for nothing, and the processor seconds it took."""
    cpu, memory = time.process_time(), peak()
    signal.alarm(HANGS)
    wrong = ""
    try:
        chosen.run(case)
    except Exception as error:  # whatever it is, it is a finding
        last = traceback.extract_tb(error.__traceback__)[-1]
        wrong = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:300]}"
        wrong += f"\n{traceback.format_exc()[-1_500:]}"
    finally:
        signal.alarm(0)
    took = time.process_time() - cpu
    if not wrong and took > SLOW:
        wrong = f"slow: {took:.1f} s of CPU for {len(case):,} bytes"
    if not wrong and peak() - memory > ROOM:
        wrong = f"memory: {peak() - memory:.0f} MB more for {len(case):,} bytes"
    return wrong, took


def _hung(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer within {HANGS} s")


def main() -> None:
    parser = asking.parser("fuzz", __doc__)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--seconds", type=asking.number(0, 1_000_000), default=1_200.0)
    parser.add_argument("--seed", type=asking.whole(0), default=1)
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-findings"), help="folder for inputs that broke something"
    )
    asked = parser.parse_args()
    sys.exit(bool(fuzz(asked.target, asked.seconds, asked.seed, asked.keep)))


if __name__ == "__main__":
    main()
