"""Kills the real program while it works and prints what each kind of kill left; exit code 1 if anything is wrong.

make bench-kills       (python -m bench.kills --platform slack --kills 300 and three more; twenty minutes each)
"""

import argparse
import asyncio
import math
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench import asking
from bench.kills.counting import Count, by_kind, by_point, in_short, together
from bench.kills.points import ANYWHERE
from bench.kills.walk import Asked, kill
from bot import logs

SHOWN = 20
"""Faults that are printed; the folder has them all."""

NOT_COUNTED = "not counted: previews, which go to the terminal alone; what the desk answers, which is no delivery"


class Progress:
    """On stderr: how many of all kills are done, and how long the rest takes."""

    def __init__(self, kills: int) -> None:
        self._kills, self._done, self._begun = kills, 0, time.monotonic()

    def __call__(self) -> None:
        self._done += 1
        left = (time.monotonic() - self._begun) / self._done * (self._kills - self._done)
        print(f"\r{self._done} of {self._kills} kills, {left / 60:.1f} minutes left  ", end="", file=sys.stderr)


async def _all(asked: Asked, jobs: int, folder: Path) -> Count:
    """In so many worlds at once, each with its share."""
    progress, runs = Progress(asked.kills), []
    for job in range(jobs):
        share = replace(
            asked,
            kills=_share(asked.kills, job, jobs),
            stories=_share(asked.stories, job, jobs),
            seed=asked.seed + job,
        )
        (folder / str(share.seed)).mkdir(parents=True)
        runs.append(kill(share, folder / str(share.seed), progress))
    return together(await asyncio.gather(*runs))


def _share(number: int, job: int, jobs: int) -> int:
    return (number + job) // jobs


def _arguments() -> argparse.Namespace:
    parser = asking.parser("kills", __doc__)
    parser.add_argument("--platform", choices=("slack", "discord"), default="slack")
    parser.add_argument("--kills", type=asking.whole(1, 100_000), default=300)
    parser.add_argument("--channels", type=asking.whole(1, 1_000), default=20)
    parser.add_argument("--stories", type=asking.whole(1, 10_000), default=110, help="each goes to every channel")
    parser.add_argument("--history", choices=("readable", "unreadable"), default="readable")
    parser.add_argument("--doubt", choices=("hold", "resend"), default="hold", help="[alerts] doubt")
    parser.add_argument("--minutes", type=asking.number(0), default=math.inf, help="after which no more are killed")
    parser.add_argument("--jobs", type=asking.whole(1, 64), default=2, help="worlds at once")
    parser.add_argument("--seed", type=asking.whole(0), default=int(time.time()) % 100_000)
    return parser.parse_args()


def main() -> None:
    given = _arguments()
    asked = Asked(
        given.platform,
        given.kills,
        given.channels,
        given.stories,
        given.seed,
        readable=given.history == "readable",
        doubt=given.doubt,
        minutes=given.minutes,
    )
    logs.configure(level="error", json=False, secrets=())
    folder = Path(tempfile.mkdtemp(prefix="regpulse-kills-"))
    head = (
        f"{given.platform}, history {given.history}, [alerts] doubt {given.doubt}, seed {given.seed}, {given.jobs} jobs"
    )
    print(head)
    begun = time.monotonic()
    try:
        count = asyncio.run(_all(asked, given.jobs, folder))
    except BaseException:
        print(f"\nWhat there is of it: {folder}", file=sys.stderr)
        raise
    print(file=sys.stderr)
    print("\n".join([*by_point(count, (*asked.names, ANYWHERE.name)), "", *by_kind(count), ""]))
    print("\n".join(count.wrong[:SHOWN]))
    print(f"{head}, {(time.monotonic() - begun) / 60:.1f} minutes:")
    print("\n".join(in_short(count)))
    print(NOT_COUNTED)
    if count.wrong:
        print(f"Databases, logs and what each channel received: {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
