"""What the check makes of sentences about articles: how many true ones it refuses, how many false ones it lets through."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core import check, grounding

Progress = Callable[[str, int, int], None]
Row = Mapping[str, Any]

NEEDED = ("id", "article", "sentence")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`rule` is the first that the sentence breaks; "" when it is accepted."""

    accepted: bool
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    refused: int
    of: int


@dataclass(frozen=True, slots=True)
class Refusal:
    id: str
    sentence: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Claims:
    """`true` and `false` are rows that say whether they are faithful: refused, of how many."""

    rows: int
    true: Refused
    false: Refused
    by_rule: Mapping[str, Mapping[str, int]]
    """Refusals of true and of false sentences by the first rule they break."""
    by_kind: Mapping[str, Refused]
    """For rows with a `kind`: refused, of how many."""
    refused_though_true: tuple[Refusal, ...]


def measure(rows: Sequence[Row], progress: Progress) -> tuple[Claims, Mapping[str, Judgement]]:
    """The figures, and what was decided on each row by its id."""
    judged: dict[str, Judgement] = {}
    for number, row in enumerate(rows):
        progress("Checking", number, len(rows))
        judged[row["id"]] = judge(row["sentence"], row["article"])
    progress("Checking", len(rows), len(rows))
    sides = {side: [row for row in rows if row.get("faithful") is (side == "true")] for side in ("true", "false")}
    rules = {side: Counter(judged[row["id"]].rule for row in some) for side, some in sides.items()}
    kinds = Counter(str(row["kind"]) for row in rows if row.get("kind"))
    refused = Counter(str(row["kind"]) for row in rows if row.get("kind") and not judged[row["id"]].accepted)
    return (
        Claims(
            rows=len(rows),
            true=_refused(sides["true"], judged),
            false=_refused(sides["false"], judged),
            by_rule={
                side: {rule: count for rule, count in counts.most_common() if rule} for side, counts in rules.items()
            },
            by_kind={kind: Refused(refused[kind], many) for kind, many in sorted(kinds.items())},
            refused_though_true=tuple(
                Refusal(row["id"], row["sentence"], judged[row["id"]].rule, judged[row["id"]].detail)
                for row in sides["true"]
                if not judged[row["id"]].accepted
            ),
        ),
        judged,
    )


def judge(sentence: str, article: str) -> Judgement:
    """The check on a sentence that names no evidence: it is given the spans that hold most of its words."""
    quotes = tuple(span.text for span in grounding.spans(sentence, article))
    broken = next(iter(check.unproved(sentence, quotes, cased=check.names_told(article))), None)
    return Judgement(broken is None, *(broken or ("", "")))


def _refused(rows: Sequence[Row], judged: Mapping[str, Judgement]) -> Refused:
    return Refused(sum(not judged[row["id"]].accepted for row in rows), len(rows))
