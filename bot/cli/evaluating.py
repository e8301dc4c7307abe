"""`regpulse eval`: detector, grouping, briefs and their check, measured on an operator's own rows.

What measures is loaded with the command that was given: it brings numpy, a sixth of a second of every other one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console, RenderableType

from bot.cli.progress import Steps
from bot.cli.running import Command, configured, load
from bot.config import Config
from bot.core.labelled import LABELS
from bot.core.text import counted
from bot.detector import coefficients
from bot.detector.coefficients import Trained

if TYPE_CHECKING:
    from bot.evaluation import files


@click.group("eval")
def evaluate() -> None:
    """Measure detector, grouping, briefs and their check on your own labelled rows (docs/operating.md)."""


def _measured(command: Command) -> Command:
    """The options every evaluation takes."""
    for option in (
        click.option("--predictions", type=click.Path(path_type=Path), help="Write what was decided, a line a row."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@evaluate.command("relevance")
@_measured
@configured
def evaluate_relevance(
    file: Path, predictions: Path | None, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """How well what is AI regulation is told from what is not."""
    from bot.evaluation import files, relevance, shown

    settings = load(directory, feeds, db, quiet=True)
    rows = files.read(file, "label", LABELS)
    if predictions:
        files.check_writable(predictions, file)
    trained, thresholds = _trained(settings), settings.detection.thresholds
    with Steps() as progress:
        found, verdicts = relevance.measure(rows.rows, settings.vocabulary, trained.detector, thresholds, progress)
    if predictions:
        said = ({"id": name, "relevant": each.relevant, "score": each.score} for name, each in verdicts.items())
        files.write(predictions, said)
    if as_json:
        _echo_json(rows, "relevance.json", trained, {"thresholds": asdict(thresholds), **asdict(found)})
    else:
        _show(rows, "relevance.json", trained, shown.of_relevance(found, thresholds))


@evaluate.command("events")
@click.option("--squeeze", is_flag=True, help="Measure with every date squeezed into one week too.")
@_measured
@configured
def evaluate_events(
    file: Path,
    predictions: Path | None,
    directory: Path | None,
    feeds: Path | None,
    db: Path | None,
    *,
    as_json: bool,
    squeeze: bool,
) -> None:
    """How well reports of one event are told from reports of others."""
    from bot.evaluation import events, files, shown

    settings = load(directory, feeds, db, quiet=True)
    rows = files.read(file, "event")
    if predictions:
        files.check_writable(predictions, file)
    trained, thresholds = _trained(settings), settings.detection.thresholds
    with Steps() as progress:
        found, clusters = events.measure(
            rows.rows, settings.vocabulary, trained.likeness, thresholds, progress, squeeze=squeeze
        )
    if predictions:
        files.write(predictions, ({"id": name, "cluster": str(cluster)} for name, cluster in clusters.items()))
    if as_json:
        _echo_json(rows, "events.json", trained, asdict(found))
    else:
        _show(rows, "events.json", trained, shown.of_events(found))


@evaluate.command("briefs")
@_measured
@configured
def evaluate_briefs(
    file: Path, predictions: Path | None, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """How near leads and takeaways come to publishers' own summaries: rows of id, title, body and, to be scored, dek."""
    from bot.evaluation import briefs, files, shown

    settings = load(directory, feeds, db, quiet=True)
    rows = files.texts(file, *briefs.NEEDED)
    if predictions:
        files.check_writable(predictions, file)
    with Steps() as progress:
        found, made = briefs.measure(rows, settings.vocabulary, progress)
    if predictions:
        files.write(predictions, (briefs.prediction(row["id"], made[row["id"]]) for row in rows))
    _tell(file, asdict(found), shown.of_briefs(found), as_json=as_json)


@evaluate.command("check")
@_measured
@configured
def evaluate_check(
    file: Path, predictions: Path | None, directory: Path | None, feeds: Path | None, db: Path | None, *, as_json: bool
) -> None:
    """How many true sentences the check refuses, and how many false ones: rows of id, article, sentence and faithful."""
    from bot.evaluation import claims, files, shown

    load(directory, feeds, db, quiet=True)
    rows = files.texts(file, *claims.NEEDED)
    if predictions:
        files.check_writable(predictions, file)
    with Steps() as progress:
        found, judged = claims.measure(rows, progress)
    if predictions:
        decided = ((row["id"], judged[row["id"]]) for row in rows)
        files.write(predictions, ({"id": name, "accepted": one.accepted, "rule": one.rule} for name, one in decided))
    _tell(file, asdict(found), shown.of_claims(found), as_json=as_json)


def _tell(file: Path, found: Mapping[str, object], table: RenderableType, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(file), **found}))
    else:
        Console(highlight=False).print(table)


def _trained(settings: Config) -> Trained:
    return coefficients.load(Path(settings.detection.model) if settings.detection.model else None)


def _cross_validated(rows: files.Labelled, name: str) -> Mapping[str, object]:
    """What the shipped file reached on rows it had not seen, when it was trained on these; else nothing."""
    made = coefficients.provenance(name)
    same = made.get("from", {}).get("sha256") == rows.sha256
    return made.get("cross-validated", {}) if same else {}


def _echo_json(rows: files.Labelled, name: str, trained: Trained, found: Mapping[str, object]) -> None:
    said = {
        "file": str(rows.path),
        "rows": len(rows.rows),
        "cross_validated": _cross_validated(rows, name),
        "troubles": trained.troubles,
        **found,
    }
    click.echo(json.dumps(said))  # all ASCII: rows may hold lone surrogates, which no terminal takes


def _show(rows: files.Labelled, name: str, trained: Trained, found: RenderableType) -> None:
    console = Console(highlight=False)
    console.print(f"{rows.path}: {counted(len(rows.rows), 'row')}", markup=False)
    for trouble in trained.troubles:
        console.print(f"✗ {trouble}", style="yellow", markup=False)
    if cross_validated := _cross_validated(rows, name):
        from bot.evaluation import shown

        console.print(shown.of_training(cross_validated))
    console.print(found)
