"""What routing costs: one story to ever more subscriptions, beside a loop that asks each of them; memory and building.

    make bench-routing          (python -m bench.routing 100 10000 100000; two minutes)

CPU milliseconds on one core, medians; invented queries in the mix that people may want, each size in a process of its own.
*Routed* is with making the story's text ready; *loop* asks one subscription after the other, its query read and the text ready;
*ratio* is the loop beside the routing without making the text ready. Exit code 1 when the largest size takes more than 5 ms, or
three times what the smallest takes.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bench import asking
from bench.claims import Claim, told
from bench.invented import NOW, News
from bench.measuring import Spread, alone, machine, resident, spread, worked
from bot.core import audience, query
from bot.core.routing import Router
from bot.model import Channel, Entry, Story, Subscription, Verdict
from tests.core.vocabulary import SHIPPED

SIZES = (100, 10_000, 100_000)
MATCHING = 20
"""Subscriptions of each size that ask for the story, so that what grows is only the number of the others."""

ROUNDS, LOOPS = 201, 5
QUICK, GROWS = 5.0, 3.0

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

    routed: Spread
    """With making its text ready."""
    ready: Spread
    """Of this, making its text ready."""
    looped: Spread
    """The same text, ready, asked of one subscription after the other."""
    matches: int
    distinct: int
    megabytes: float
    built: float
    one_more: Spread
    """To tell the router of a new subscription."""


def main() -> None:
    parser = asking.parser("routing", __doc__)
    sizes = asking.whole(MATCHING, 1_000_000)
    parser.add_argument(
        "sizes", type=sizes, nargs="*", default=SIZES, help="numbers of subscriptions, the smallest first"
    )
    many = tuple(parser.parse_args().sizes)
    if len(many) < 2 or many != tuple(sorted(set(many))):
        parser.error("two sizes are needed at least, each larger than the one before")
    story = the_story()
    print(f"{machine()}; one core; CPU milliseconds, medians of {ROUNDS} with the least and the most")
    print(f"A story of {len(story.entries[0].text):,} characters, asked for by {MATCHING} of the subscriptions:")
    of_few = {size: alone(measured, size, fixed=True) for size in many}
    print_rows(of_few)
    print("\nThe same, asked for by as many as the mix gives:")
    print_rows({size: alone(measured, size, fixed=False) for size in many})
    sys.exit(told(judged(of_few)))


def print_rows(rows: Mapping[int, Routing]) -> None:
    print(
        f" subscriptions  queries  matches{'routed':>24}{'text ready':>12}{'loop':>24}  ratio     MB  built s  one more"
    )
    for many, one in rows.items():
        ratio = one.looped.middle / max(one.routed.middle - one.ready.middle, 0.01)
        routed, looped = f"{one.routed:.2f}", f"{one.looped:.1f}"
        print(
            f"{many:>14,} {one.distinct:>8,} {one.matches:>8,}{routed:>24}{one.ready.middle:>12.2f}{looped:>24}{ratio:>7.0f}"
            f"{one.megabytes:>7.0f}{one.built:>9.1f}{one.one_more.middle:>10.2f}"
        )


def judged(rows: Mapping[int, Routing]) -> Iterator[Claim]:
    """Of the stories that few ask for: what grows is only the number of the others."""
    least, most = min(rows), max(rows)
    took, times = rows[most].routed.middle, rows[most].routed.middle / rows[least].routed.middle
    yield Claim(f"a story is routed within {QUICK:g} ms", took <= QUICK, f"{took:.2f} ms among {most:,}")
    yield Claim(f"it takes at most {GROWS:g} times as long", times <= GROWS, f"{times:.1f}, {least:,} to {most:,}")


def measured(many: int, *, fixed: bool) -> Routing:
    story = the_story()
    subscriptions = tuple(islice(invented(story, fixed=fixed), many))
    gc.collect()
    before, begun = resident(), time.process_time()
    router = Router.of(subscriptions)
    built = time.process_time() - begun
    after = resident()
    text = audience.text_of(story, SHIPPED)
    parsed = [query.parse(one.query) for one in subscriptions]
    matches = len(router.alerts(story, SHIPPED))
    assert matches == sum(bool(query.matched(one, text)) for one in parsed)  # noqa: S101
    more = replace(subscriptions[0], channel=Channel("slack", "T1", "new"), query='"another act" chatbot')

    def one_more() -> None:
        router.put(more.channel, (more,))
        router.put(more.channel, ())

    return Routing(
        routed=_repeated(lambda: router.alerts(story, SHIPPED), ROUNDS),
        ready=_repeated(lambda: audience.text_of(story, SHIPPED), ROUNDS),
        looped=_repeated(lambda: [query.matched(one, text) for one in parsed], LOOPS),
        matches=matches,
        distinct=len({one.query for one in subscriptions}),
        megabytes=after - before,
        built=built,
        one_more=_repeated(one_more, ROUNDS),
    )


def _repeated(work: Callable[[], object], rounds: int) -> Spread:
    return spread(worked(work) for _ in range(rounds))


def the_story() -> Story:
    news = News(7).entries(40)
    said: list[str] = []
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
    queries, text = _queries(random.Random(7)), audience.text_of(story, SHIPPED)  # noqa: S311  # figures, no secrets
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
    places, topics = [code.lower() for code in SHIPPED.places], list(SHIPPED.topic_names)
    stages, types, laws = list(SHIPPED.stage_names), list(SHIPPED.type_names), list(SHIPPED.instruments)

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
