"""What the extract writer makes of articles with their publishers' own summaries: likeness to these, beside simple baselines."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

from bot.core import brief as briefs
from bot.core import extract, rouge, sentences
from bot.core.vocabulary import Vocabulary
from bot.model import Brief, Claim, Entry, Story, Verdict
from bot.writers.extract import DISCLOSURE, NAME

Progress = Callable[[str, int, int], None]
Row = Mapping[str, Any]

NEEDED = ("id", "body")
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
DRAWS = 2_000
"""Of the bootstrap."""

MEASURES: Mapping[str, Callable[[str, str], float]] = {"rouge1": rouge.one, "rougeL": rouge.longest}


@dataclass(frozen=True, slots=True)
class Gain:
    """How much more a text has of the summary than the baseline, a row on average, with its 95 % interval."""

    text: str
    baseline: str
    measure: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Briefs:
    """`means` by text and measure; empty where no row holds a summary."""

    rows: int
    with_dek: int
    points: Mapping[int, int]
    """Rows by their number of takeaways."""
    refused: int
    """Claims the check took out."""
    means: Mapping[str, Mapping[str, float]]
    gains: tuple[Gain, ...]


def measure(rows: Sequence[Row], vocabulary: Vocabulary, progress: Progress) -> tuple[Briefs, Mapping[str, Brief]]:
    """The figures, and each row's brief by its id."""
    made: dict[str, Brief] = {}
    refused = 0
    for number, row in enumerate(rows):
        progress("Briefing", number, len(rows))
        brief, taken_out = briefed(row, vocabulary)
        made[row["id"]] = brief
        refused += taken_out
    progress("Briefing", len(rows), len(rows))
    scored = [row for row in rows if isinstance(row.get("dek"), str) and row["dek"]]
    scores = {name: [_scores(text, row["dek"]) for text, row in texts] for name, texts in _texts(scored, made).items()}
    sizes = [len(brief.takeaways) for brief in made.values()]
    return (
        Briefs(
            rows=len(rows),
            with_dek=sum(bool(brief.dek) for brief in made.values()),
            points={size: sizes.count(size) for size in range(briefs.MOST_POINTS + 1)},
            refused=refused,
            means={
                name: {measure: round(fmean(each[measure] for each in some), 3) for measure in MEASURES}
                for name, some in scores.items()
                if some
            },
            gains=tuple(_gains(scores)) if scored else (),
        ),
        made,
    )


def briefed(row: Row, vocabulary: Vocabulary) -> tuple[Brief, int]:
    """The row's checked brief, and how many claims the check took out."""
    published = row.get("published")
    when = (
        datetime.fromisoformat(published).replace(tzinfo=UTC) if isinstance(published, str) and published else UNDATED
    )
    entry = Entry("row", row["id"], title_of(row), "", row["body"], "row", "press", "", "en", when, when, id=1)
    story = Story((entry,), Verdict("positive", 1.0, ()), when, id=1)
    filled = extract.fill(briefs.frame(story, vocabulary, when, writer=NAME, disclosure=DISCLOSURE), story)
    checked = briefs.checked(filled, story)
    return checked, len(_claims(filled)) - len(_claims(checked))


def prediction(name: str, brief: Brief) -> Mapping[str, object]:
    """One line of a file of predictions; the spans count characters of the row's body."""
    return {
        "id": name,
        "dek": _said(brief.dek),
        "takeaways": [
            {"text": claim.text, "evidence": [[proof.start, proof.end] for proof in claim.evidence]}
            for claim in brief.takeaways
        ],
    }


def title_of(row: Row) -> str:
    title = row.get("title")
    return title if isinstance(title, str) else ""


def _claims(brief: Brief) -> tuple[Claim, ...]:
    return (*brief.dek, *brief.takeaways, *brief.watch, *(said for one in brief.long for said in one.sentences))


def _texts(rows: Sequence[Row], made: Mapping[str, Brief]) -> Mapping[str, list[tuple[str, Row]]]:
    found: dict[str, list[tuple[str, Row]]] = {
        "dek": [],
        "first sentence": [],
        "takeaways": [],
        "first three": [],
        "title": [],
    }
    for row in rows:
        brief = made[row["id"]]
        first = [sentence.text for sentence in sentences.split(row["body"])[:3]]
        for name, said in (
            ("dek", _said(brief.dek)),
            ("first sentence", first[0] if first else ""),
            ("takeaways", _said(brief.takeaways)),
            ("first three", " ".join(first)),
            ("title", title_of(row)),
        ):
            found[name].append((said, row))
    return found


def _said(claims: Sequence[Claim]) -> str:
    return " ".join(claim.text for claim in claims)


def _scores(text: str, dek: str) -> Mapping[str, float]:
    return {name: score(text, dek) for name, score in MEASURES.items()}


def _gains(scores: Mapping[str, Sequence[Mapping[str, float]]]) -> list[Gain]:
    found = []
    for text, baseline in (("dek", "first sentence"), ("takeaways", "first three")):
        for measure in MEASURES:
            differences = [
                one[measure] - other[measure] for one, other in zip(scores[text], scores[baseline], strict=True)
            ]
            low, high = interval(differences)
            found.append(Gain(text, baseline, measure, round(fmean(differences), 3), round(low, 3), round(high, 3)))
    return found


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean, the same at every run."""
    chance = random.Random(0)  # noqa: S311 to draw samples, not secrets
    means = sorted(fmean(chance.choices(differences, k=len(differences))) for _ in range(DRAWS))
    return means[round(DRAWS * 0.025)], means[round(DRAWS * 0.975) - 1]
