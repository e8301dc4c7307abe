"""Measures the extract writer: `python -m bench.briefs seed|deks|speed|memory`, on articles kept beside the project.

seed    its takeaways against the three points of one published brief, beside simple baselines
deks    leads and takeaways against publishers' own summaries, news and the rest apart
speed   milliseconds a story, on one core
memory  megabytes held after each tenth of ten thousand briefs

The seed and the deks claim nothing. Exit code 1 when a story takes more than 150 ms of one core, or memory grows by more than
a twentieth after the first tenth of the briefs.
"""

import json
import re
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

from bench import asking, lexrank
from bench.claims import Claim, told
from bench.measuring import peak, resident, worked
from bot.core import rouge, sentences
from bot.evaluation import briefs
from tests.core.vocabulary import SHARED, SHIPPED

ARTICLE = SHARED / "seed" / "article.txt"
DEKS = SHARED / "eval" / "briefs" / "deks.jsonl"
QUICK = 150.0
"""Milliseconds a story on one core."""

FLAT = 1.05
"""Times the memory after the first tenth."""

SEED_TITLE = "Trump delays AI security executive order, saying language ‘could have been a blocker’"


def seed(_: int) -> list[Claim]:
    article = ARTICLE.read_text(encoding="utf-8")
    body = article.split("linked below.")[1].split("Why it matters")[0].strip()
    reference = " ".join(re.findall(r"• 0\d(.*)", article.split("Why it matters")[1]))
    brief, _ = briefs.briefed({"id": "seed", "title": SEED_TITLE, "body": body}, SHIPPED)
    whole = [sentence.text for sentence in sentences.split(body)]
    best = max(combinations(whole, 3), key=lambda three: rouge.one(" ".join(three), reference))
    for name, text in (
        ("extract", " ".join(claim.text for claim in brief.takeaways)),
        ("first three", " ".join(whole[:3])),
        ("LexRank", " ".join(lexrank.best(whole, 3))),
        ("best possible by ROUGE-1", " ".join(best)),
    ):
        print(f"{name:26} ROUGE-1 {rouge.one(text, reference):.3f}  ROUGE-L {rouge.longest(text, reference):.3f}")
    print()
    for mark, claims in (("lead", brief.dek), ("point", brief.takeaways), ("watch", brief.watch)):
        for claim in claims:
            print(f"{mark:6} {claim.text}")
    return []


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in DEKS.read_text(encoding="utf-8").splitlines()]


def deks(_: int) -> list[Claim]:
    for name, some in (
        ("all", rows()),
        ("news", [row for row in rows() if row["news"]]),
        ("other", [row for row in rows() if not row["news"]]),
    ):
        found = briefs.measure(some, SHIPPED, lambda step, done, total: None)[0]
        print(f"{name}: {found.rows} rows, takeaways {dict(found.points)}")
        for text, means in found.means.items():
            print(f"  {text:15} ROUGE-1 {means['rouge1']:.3f}  ROUGE-L {means['rougeL']:.3f}")
        for gain in found.gains:
            print(
                f"  {gain.text} above {gain.baseline}, {gain.measure}: {gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
            )
    return []


def speed(_: int) -> list[Claim]:
    found = [worked(partial(briefs.briefed, row, SHIPPED)) for row in rows()]
    mean, slow, most = statistics.mean(found), quantile(found), max(found)
    print(f"{mean:.1f} ms a story on average, {slow:.1f} ms for the slowest of twenty, {most:.1f} ms at most")
    return [Claim(f"a story takes {QUICK:g} ms at most", most <= QUICK, f"{most:.1f} ms")]


def quantile(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def memory(many: int) -> list[Claim]:
    some, held = rows(), list[float]()
    for number in range(many):
        briefs.briefed(some[number % len(some)], SHIPPED)
        if (number + 1) % (many // 10) == 0:
            held.append(resident())
            print(f"{number + 1:6} briefs: {held[-1]:.0f} MB now, {peak():.0f} MB at most", flush=True)
    grown = held[-1] / held[0]
    return [Claim(f"memory at most {FLAT:g} times what it was after a tenth", grown <= FLAT, f"{grown:.2f}")]


MEASURES: Mapping[str, tuple[Callable[[int], list[Claim]], Path]] = {
    "seed": (seed, ARTICLE),
    "deks": (deks, DEKS),
    "speed": (speed, DEKS),
    "memory": (memory, DEKS),
}
"""With what each reads."""


def main() -> None:
    parser = asking.parser("briefs", __doc__)
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--many", type=asking.whole(10, 1_000_000), default=10_000, help="briefs, for memory")
    asked = parser.parse_args()
    measure, needed = MEASURES[asked.what]
    if not needed.is_file():
        parser.error(f"There is no {needed}: the articles it is measured on are not part of the project.")
    sys.exit(told(measure(asked.many)))


if __name__ == "__main__":
    main()
