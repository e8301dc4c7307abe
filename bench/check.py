"""Measures the check: `python -m bench.check`, on true sentences others wrote and on corruptions made of them.

Prints what is refused, and writes the trade-off to docs/check-curve.svg (or --curve): rules switched on one after the other,
each time the one that refuses most corruptions for the true sentences it costs. Exit code 1 when less than 98 % of the
corruptions or more than 10 % of the true sentences that readers labelled are refused.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import asking
from bench.claims import Claim, told
from bot.core import check, grounding
from tests.core.corruptions import Corrupted, corrupted
from tests.core.test_check import labelled, own, published
from tests.core.vocabulary import SHARED

FAITHFUL, DEKS = (SHARED / "eval" / "briefs" / name for name in ("faithfulness.jsonl", "deks.jsonl"))
CURVE = Path(__file__).parent.parent / "docs" / "check-curve.svg"
WIDTH, HEIGHT, EDGE = 560, 300, 50
MOST_REFUSED, FEWEST_CAUGHT = 0.10, 0.98
"""Of true sentences and of corruptions."""

READERS = "labelled by three readers"
MOST_TRUE = 0.12
"""Right edge of the picture."""

Broken = frozenset[str]


def broken(sentence: str, article: str) -> Broken:
    quotes = [span.text for span in grounding.spans(sentence, article)]
    return frozenset(rule for rule, _ in check.unproved(sentence, quotes, cased=check.names_told(article)))


def share(found: Sequence[Broken], rules: Broken) -> float:
    return sum(bool(each & rules) for each in found) / max(1, len(found))


def curve(true: Sequence[Broken], false: Sequence[Broken]) -> Iterator[tuple[str, float, float]]:
    """(the rule switched on, true sentences refused, corruptions refused) from no rule to all."""
    on: Broken = frozenset()
    left = set().union(*true, *false)
    yield "no rule", 0.0, 0.0
    while left:
        rule = max(sorted(left), key=lambda one: worth(true, false, on, one))
        left.remove(rule)
        on |= {rule}
        yield rule, share(true, on), share(false, on)


def worth(true: Sequence[Broken], false: Sequence[Broken], on: Broken, rule: str) -> float:
    gain = share(false, on | {rule}) - share(false, on)
    cost = share(true, on | {rule}) - share(true, on)
    return gain / (cost + 0.002)


def picture(points: Sequence[tuple[str, float, float]]) -> str:
    def place(cost: float, gain: float) -> tuple[float, float]:
        return EDGE + cost / MOST_TRUE * (WIDTH - 2 * EDGE), HEIGHT - EDGE - gain * (HEIGHT - 2 * EDGE)

    spots = [place(cost, gain) for _, cost, gain in points]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in spots)
    ticks = "".join(
        f'<text x="{place(cost / 100, 0)[0]:.0f}" y="{HEIGHT - EDGE + 18}" text-anchor="middle">{cost} %</text>'
        for cost in (0, 2, 4, 6, 8, 10, 12)
    ) + "".join(
        f'<text x="{EDGE - 8}" y="{place(0, gain / 100)[1] + 4:.0f}" text-anchor="end">{gain} %</text>'
        for gain in (0, 50, 100)
    )
    (aim_x, aim_y), top, middle = place(MOST_REFUSED, FEWEST_CAUGHT), place(0, 1)[1], HEIGHT // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
        f'<rect x="{EDGE}" y="{top:.0f}" width="{aim_x - EDGE:.0f}" height="{aim_y - top:.0f}" fill="#cfe8d5"/>'
        f'<polyline points="{path}" fill="none" stroke="#0b5c6b" stroke-width="2"/>'
        + "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="#0b5c6b"/>' for x, y in spots)
        + f'{ticks}<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">true sentences refused</text>'
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">corruptions refused</text>'
        "</svg>\n"
    )


def kinds(suite: Sequence[Corrupted], found: Sequence[Broken]) -> None:
    made, refused = (
        Counter(one.kind for one in suite),
        Counter(one.kind for one, rules in zip(suite, found, strict=True) if rules),
    )
    for kind, many in sorted(made.items()):
        print(f"  {kind:13} {refused[kind]:5} of {many:5}  {refused[kind] / many:.1%}")


def main() -> None:
    parser = asking.parser("check", __doc__)
    parser.add_argument("--curve", type=Path, default=CURVE, help="where the picture is written")
    curve_file = parser.parse_args().curve
    for needed in (FAITHFUL, DEKS):
        if not needed.is_file():
            parser.error(f"There is no {needed}: the sentences it is measured on are not part of the project.")
    groups = {READERS: labelled(), "of news articles": published(), "our own": own()}
    true = {name: tuple(group) for name, group in groups.items()}
    of_true = {name: [broken(one.sentence, one.article) for one in some] for name, some in true.items()}
    suite = tuple(corrupted([one for some in true.values() for one in some]))
    of_false = [broken(one.sentence, one.article) for one in suite]
    for name, found in of_true.items():
        print(f"true sentences {name}: {sum(map(bool, found))} of {len(found)} refused")
    print(
        f"corruptions: {sum(map(bool, of_false))} of {len(suite)} refused, {sum(map(bool, of_false)) / len(suite):.1%}"
    )
    kinds(suite, of_false)
    points = tuple(curve(of_true[READERS], of_false))
    for rule, cost, gain in points:
        print(f"| {rule} | {cost:.1%} | {gain:.1%} |")
    curve_file.write_text(picture(points), encoding="utf-8")
    refused, caught = (sum(map(bool, found)) / len(found) for found in (of_true[READERS], of_false))
    sys.exit(told((
        Claim(f"at most {MOST_REFUSED:.0%} of the sentences {READERS} are refused", refused <= MOST_REFUSED, f"{refused:.1%}"),
        Claim(f"at least {FEWEST_CAUGHT:.0%} of the corruptions are refused", caught >= FEWEST_CAUGHT, f"{caught:.1%}"),
    )))  # fmt: skip


if __name__ == "__main__":
    main()
