"""An evaluation as a person reads it: tables, the thresholds in force, and the worst errors with their reasons."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.core.labelled import LABELS
from bot.core.scores import Share
from bot.core.text import clean, shorten
from bot.core.thresholds import Thresholds
from bot.evaluation import briefs, claims, events, relevance

WORST = 10
"""Errors shown of each kind; --json holds them all."""

_LONGEST = 240
_MEANING = "The trained reading of meaning without the rules, at the threshold that suits these rows best"
_FAULTS: Mapping[events.Fault, str] = {
    "strangers": "Merged with another event",
    "sisters": "Merged with another event of the same story",
    "split": "Parted from their event",
}


def of_relevance(found: relevance.Relevance, thresholds: Thresholds) -> RenderableType:
    least, most = thresholds.unsure
    parts: list[RenderableType] = [
        _slices("As shipped: rules and meaning together", found.shipped),
        _slices("Rules alone", found.rules) if found.meaning else "",
        _slices(_MEANING, found.meaning) if found.meaning else "",
        _slices("If [detection] alert were …", found.by_threshold, first="alert"),
        Text(
            f"In force: alert {thresholds.alert:g}, adjacent {thresholds.adjacent:g}. {found.unsure} rows lie between"
            f" unsure_from {least:g} and unsure_to {most:g}: a running bot reads their articles before it decides."
        ),
    ]
    rows = found.shipped[0].rows
    parts.append(Text(f"Told or not as labelled: {rows - len(found.mistakes)}/{rows}"))
    if found.as_labelled.of:
        parts.append(Text(f"Called positive, adjacent or negative as labelled: {_share(found.as_labelled)}"))
    told = [each for each in found.mistakes if not LABELS[each.label]]
    missed = [each for each in found.mistakes if LABELS[each.label]]
    parts += _worst("False alarms", [(_mistake(each), each.reasons) for each in told])
    parts += _worst("Missed", [(_mistake(each), each.reasons) for each in missed])
    if found.tags:
        parts.append(_title(f"Tags as labelled: {', '.join(f'{n} {_share(s)}' for n, s in found.tags.items())}"))
        of_one_row = groupby(found.tag_mistakes, key=lambda each: each.line)
        parts += [_tag_mistakes(tuple(mistakes)) for _, mistakes in of_one_row]
    return Group(*parts)


def of_events(found: events.Events) -> RenderableType:
    parts: list[RenderableType] = [_groupings("Events", found.table)]
    if found.squeezed:
        parts.append(_groupings("The same with every date squeezed into one week", found.squeezed))
    if not found.dated:
        parts.append(Text("No row says when it was published: grouped in the file's order, as if all came at once."))
    for fault, title in _FAULTS.items():
        kept = [each for each in found.misfiled if each.fault == fault]
        parts += _worst(
            title, [(f"line {each.line} {each.id} ({each.event}): {each.title}", (each.why,)) for each in kept]
        )
    return Group(*parts)


def of_briefs(found: briefs.Briefs) -> RenderableType:
    sizes = " · ".join(f"{size}: {rows}" for size, rows in found.points.items())
    parts: list[RenderableType] = [
        Text(
            f"Rows with a lead: {found.with_dek} of {found.rows}. Rows by takeaways: {sizes}. Claims refused: {found.refused}."
        )
    ]
    if found.means:
        table = _table("Likeness to the publisher's own summary", "text", "ROUGE-1", "ROUGE-L")
        for name, means in found.means.items():
            table.add_row(name, *map(_number, means.values()))
        parts.append(table)
        parts += [
            Text(
                f"{gain.text} above {gain.baseline}, {gain.measure}: {gain.mean:+.3f} (95 %: {gain.low:+.3f} to {gain.high:+.3f})"
            )
            for gain in found.gains
        ]
    return Group(*parts)


def of_claims(found: claims.Claims) -> RenderableType:
    parts: list[RenderableType] = [
        Text(f"Refused of the true sentences: {_refused(found.true)}. Of the false ones: {_refused(found.false)}."),
        *(
            Text(f"First rule broken by {side} ones: {', '.join(f'{rule} {count}' for rule, count in counts.items())}")
            for side, counts in found.by_rule.items()
            if counts
        ),
        *(Text(f"{kind}: {_refused(share)}") for kind, share in found.by_kind.items()),
    ]
    worst = [(f"{each.id}: {each.sentence}", (f"{each.rule}: {each.detail}",)) for each in found.refused_though_true]
    return Group(*parts, *_worst("Refused though true", worst))


def _refused(share: claims.Refused) -> str:
    return f"{share.refused} of {share.of} ({share.refused / max(1, share.of):.1%})"


def of_training(cross_validated: Mapping[str, Any]) -> RenderableType:
    """For rows the shipped coefficients were trained on."""
    warning = (
        "The shipped coefficients were trained on these very rows, so the figures below flatter them. On rows kept out"
        " of training (cross-validated when they were made):"
    )
    return Group(Text(warning, style="yellow"), *(Text(f"  {line}") for line in _flat(cross_validated)), "")


def _flat(figures: Mapping[str, Any], under: str = "") -> Iterable[str]:
    plain = {name: value for name, value in figures.items() if not isinstance(value, Mapping)}
    if any(plain.values()):
        yield f"{under}: ".lstrip(": ") + " · ".join(f"{name} {value}" for name, value in plain.items())
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{under}, {name}" if under else name)


def _slices(title: str, lines: Sequence[relevance.Line], *, first: str = "rows that are") -> Table:
    table = _table(title, first, "rows", "to tell", "told", "P", "R", "F1", "false alarms")
    for line in lines:
        judged = [_number(value) if line.wanted else "–" for value in (line.precision, line.recall, line.f1)]
        alarms = f"{line.false_alarms:.1%}" if line.rows > line.wanted else "–"
        table.add_row(line.name, str(line.rows), str(line.wanted), str(line.found), *judged, alarms)
    return table


def _groupings(title: str, lines: Sequence[events.Line]) -> Table:
    table = _table(
        title, "topic", "rows", "pairs\nP", "pairs\nR", "B³ P", "B³ R", "B³ F", "whole",
        "merged\nstrangers", "merged\nsisters", "extra\nalerts",
    )  # fmt: skip
    table.padding = (0, 0)  # so that every figure stands in 80 columns
    for line in lines:
        figures = (line.pair_precision, line.pair_recall, line.cubed_precision, line.cubed_recall, line.cubed_f1)
        counts = (line.merged_strangers, line.merged_sisters, line.extra)
        table.add_row(
            line.name, str(line.reports), *map(_number, figures), f"{line.whole.right}/{line.whole.of}",
            *map(str, counts),
        )  # fmt: skip
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=Text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _number(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def _share(share: Share) -> str:
    return f"{share.right}/{share.of}"


def _mistake(each: relevance.Mistake) -> str:
    return f"line {each.line} {each.id} (labelled {each.label}, score {each.score:.2f}): {each.title}"


def _tag_mistakes(mistakes: Sequence[relevance.TagMistake]) -> RenderableType:
    first = mistakes[0]
    tags = "; ".join(f"{each.tag} {each.found or 'none'}, labelled {each.wanted}" for each in mistakes)
    return _error(f"line {first.line} {first.id}: {tags}: {first.title}", first.reasons)


def _worst(title: str, errors: Sequence[tuple[str, Sequence[str]]]) -> list[RenderableType]:
    if not errors:
        return []
    shown = f", the worst {WORST}" if len(errors) > WORST else ""
    return [_title(f"{title}: {len(errors)}{shown}"), *(_error(*error) for error in errors[:WORST])]


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _error(said: str, reasons: Sequence[str]) -> RenderableType:
    because = " · ".join(_plain(reason, _LONGEST) for reason in reasons)
    return Group(Text(_plain(said, _LONGEST)), Padding(Text(because, style="dim"), (0, 0, 0, 4), expand=False))


def _plain(text: str, limit: int) -> str:
    """A lone surrogate, which JSON can hold, can be written to no terminal."""
    return shorten(clean(text.encode("utf-8", "replace").decode("utf-8")), limit)
