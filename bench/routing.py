"""What routing costs: one story to ever more subscriptions, beside a loop that asks each of them; memory and building.

    make bench-routing          (python -m bench.routing)

CPU milliseconds on one core, medians; invented queries in the mix that people may want, each size in a process of its own.
"""

import gc
import platform
import random
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from bench.invented import NOW, News
from bot import config
from bot.core import audience, query
from bot.core.routing import Router
from bot.model import Channel, Entry, Story, Subscription, Verdict

SIZES = (100, 10_000, 100_000)
MATCHING = 20
"""Subscriptions of each size that ask for the story, so that what grows is only the number of the others."""

ROUNDS, LOOPS = 201, 5
STATM = Path("/proc/self/statm")
VOCABULARY = config.load(Path(__file__).parent.parent / "config", environment={}).vocabulary

_PRESETS = (
    'instrument:eu-ai-act OR "AI Act"', "jurisdiction:us-fed", "jurisdiction:us-states",
    "topic:copyright OR topic:training_data", "topic:export_controls", "topic:deepfakes",
    "topic:frontier_safety OR topic:loss_of_control", "importance:high", "everything -opinion",
)  # fmt: skip
_WORDS = (
    "training data", "facial recognition", "chatbot", "deepfake", "copyright", "risk assessment", "fine", "liability",
    "frontier model", "export controls", "data centre", "hiring", "minors", "audit", "biometric", "open weights", "sandbox",
    "procurement", "watermark", "compute", "whistleblower", "class action", "guidance", "general-purpose AI", "consultation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Routing:
    """Milliseconds for one story, megabytes, seconds."""

    routed: float
    """With making its text ready."""
    ready: float
    """Of this, making its text ready."""
    looped: float
    """The same text, ready, asked of one subscription after the other."""
    matches: int
    distinct: int
    megabytes: float
    built: float
    one_more: float
    """To tell the router of a new subscription."""


def main() -> None:
    story = the_story()
    print(f"{platform.machine()}, Python {platform.python_version()}, one core; medians of {ROUNDS}")
    print(f"A story of {len(story.entries[0].text):,} characters, asked for by {MATCHING} of the subscriptions:")
    print_rows({many: alone(measured, many, True) for many in SIZES})
    print("\nThe same, asked for by as many as the mix gives:")
    print_rows({many: alone(measured, many, False) for many in SIZES})


def print_rows(rows: dict[int, Routing]) -> None:
    print(" subscriptions  queries  matches      ms  text ready   loop ms  ratio     MB  built s  one more ms")
    for many, one in rows.items():
        ratio = one.looped / max(one.routed - one.ready, 0.01)
        print(f"{many:>14,} {one.distinct:>8,} {one.matches:>8,} {one.routed:>7.2f} {one.ready:>11.2f} {one.looped:>9.1f}"
              f" {ratio:>6.0f} {one.megabytes:>6.0f} {one.built:>8.1f} {one.one_more:>12.2f}")  # fmt: skip
    least, most = rows[SIZES[0]], rows[SIZES[-1]]
    print(f"from {SIZES[0]:,} to {SIZES[-1]:,}: {most.routed / least.routed:.1f} times the time")


def alone(work: Callable[[int, bool], Routing], many: int, fixed: bool) -> Routing:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, many, fixed).result()


def measured(many: int, fixed: bool) -> Routing:
    story = the_story()
    subscriptions = tuple(islice(invented(story, fixed=fixed), many))
    gc.collect()
    before, begun = megabytes(), time.process_time()
    router = Router.of(subscriptions)
    built = time.process_time() - begun
    after = megabytes()
    text = audience.text_of(story, VOCABULARY)
    parsed = [query.parse(one.query) for one in subscriptions]
    matches = len(router.alerts(story, VOCABULARY))
    assert matches == sum(bool(query.matched(one, text)) for one in parsed)  # noqa: S101
    more = replace(subscriptions[0], channel=Channel("slack", "T1", "new"), query='"another act" chatbot')
    return Routing(
        routed=milliseconds(lambda: router.alerts(story, VOCABULARY), ROUNDS),
        ready=milliseconds(lambda: audience.text_of(story, VOCABULARY), ROUNDS),
        looped=milliseconds(lambda: [query.matched(one, text) for one in parsed], LOOPS),
        matches=matches,
        distinct=len({one.query for one in subscriptions}),
        megabytes=after - before,
        built=built,
        one_more=milliseconds(lambda: (router.put(more.channel, (more,)), router.put(more.channel, ())), ROUNDS),
    )


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append((time.process_time() - begun) * 1_000)
    return median(taken)


def megabytes() -> float:
    """Of memory in use now; where the system does not say, the most there ever was."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize() / (1 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def the_story() -> Story:
    news, said = News(7).entries(40), []
    while len(" ".join(said)) < 5_000:
        said.append(f"{news[len(said)].title}. {news[len(said)].text}")
    entry = Entry(
        "eu-ai-office", "1", "Commission fines chatbot maker under the EU AI Act", "https://a.example/1",
        " ".join(said)[:5_000], "AI Office", "primary", "EU", "en", NOW, NOW, id=1,
    )  # fmt: skip
    verdict = Verdict(
        "positive", 0.9, (), ("EU",), ("eu-ai-act",), "enforcement", "enforced", ("gpai", "chatbots"), "confirmed"
    )
    return Story((entry,), verdict, NOW, 1)


def invented(story: Story, *, fixed: bool) -> Iterator[Subscription]:
    """Four subscriptions a channel; `fixed`: the first of them ask for the story, and none of the others does."""
    queries, text = _queries(random.Random(7)), audience.text_of(story, VOCABULARY)  # noqa: S311  # figures, no secrets
    hits = 0
    for number, asked in enumerate(queries):
        if fixed:
            hit = query.matched(query.parse(asked), text) is not None
            if hit != (hits < MATCHING):
                continue
            hits += hit
        # The matching ones in channels of their own, so that matches are alerts.
        channel = number if not fixed or hits < MATCHING else number // 4
        yield Subscription(Channel("slack", "T1", f"C{channel}"), asked, "U1", NOW, number + 1)


def _queries(chance: random.Random) -> Iterator[str]:
    names = [entry.title.split()[0].strip(":,") for entry in News(11).entries(30_000)]
    places, topics = [code.lower() for code in VOCABULARY.places], list(VOCABULARY.topic_names)
    stages, types, laws = list(VOCABULARY.stage_names), list(VOCABULARY.type_names), list(VOCABULARY.instruments)

    def some(values: Sequence[str]) -> str:
        return chance.choice(values)

    def one(kind: int) -> str:
        match kind:
            case 0:
                return some(_PRESETS)
            case 1:
                return f'"{some(names)} {some(names)}" OR "{some(names)} AI" -opinion'
            case 2:
                return f"{some(names)} AI"
            case 3:
                return f"jurisdiction:{some(places)} topic:{some(topics)}"
            case 4:
                return f'"{some(_WORDS)}" stage:{some(stages)},{some(stages)} -type:{some(types)}'
            case 5:
                return f'("{some(_WORDS)}" OR "{some(_WORDS)}") jurisdiction:{some(places)}'
            case 6:
                return f'instrument:{some(laws)} "{some(_WORDS)}" importance:medium'
            case 7:
                return " OR ".join(f'"{some(names)}"' for _ in range(8))
            case _:
                return f'AI "{some(_WORDS)}" "{some(_WORDS)}" {some(names)} since:2026'

    while True:
        yield one(chance.randrange(9))


if __name__ == "__main__":
    main()
