"""Measures the extract writer: `python -m bench.briefs seed|deks|speed|memory`, on articles kept beside the project.

seed    its takeaways against the three points of one published brief, beside simple baselines
deks    leads and takeaways against publishers' own summaries, news and the rest apart
speed   milliseconds a story, on one core
memory  megabytes held after each thousand of ten thousand briefs
"""

import json
import re
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from bench import lexrank
from bot.core import rouge, sentences
from bot.evaluation import briefs
from tests.core.vocabulary import SHARED, SHIPPED

SEED_TITLE = "Trump delays AI security executive order, saying language ‘could have been a blocker’"


def seed() -> None:
    article = (SHARED / "seed" / "article.txt").read_text(encoding="utf-8")
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


def rows() -> list[dict[str, Any]]:
    path = SHARED / "eval" / "briefs" / "deks.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def deks() -> None:
    for name, some in (
        ("all", rows()),
        ("news", [row for row in rows() if row["news"]]),
        ("other", [row for row in rows() if not row["news"]]),
    ):
        found, _ = briefs.measure(some, SHIPPED, lambda step, done, total: None)
        print(f"{name}: {found.rows} rows, takeaways {dict(found.points)}")
        for text, means in found.means.items():
            print(f"  {text:15} ROUGE-1 {means['rouge1']:.3f}  ROUGE-L {means['rougeL']:.3f}")
        for gain in found.gains:
            print(
                f"  {gain.text} above {gain.baseline}, {gain.measure}: {gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
            )


def speed() -> None:
    found = []
    for row in rows():
        start = time.process_time()
        briefs.briefed(row, SHIPPED)
        found.append((time.process_time() - start) * 1_000)
    mean, slow, most = statistics.mean(found), quantile(found), max(found)
    print(f"{mean:.1f} ms a story on average, {slow:.1f} ms for the slowest of twenty, {most:.1f} ms at most")


def quantile(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def memory() -> None:
    some = rows()
    for number in range(10_000):
        briefs.briefed(some[number % len(some)], SHIPPED)
        if number % 1_000 == 999:
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
            print(f"{number + 1:6} briefs: {held():.0f} MB now, {most:.0f} MB at most", flush=True)


def held() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1_048_576


if __name__ == "__main__":
    {"seed": seed, "deks": deks, "speed": speed, "memory": memory}[sys.argv[1]]()
