"""regpulse eval: figures on anybody's rows, predictions whole or not at all, one sentence for a faulty file."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.core import labelled
from bot.core.detection import Detector
from bot.core.thresholds import Thresholds
from bot.errors import UserError
from bot.evaluation import files, relevance
from tests.core.test_relevance import labelled as shared_rows
from tests.core.vocabulary import CONFIG, SHARED, SHIPPED

RELEVANCE = (
    {"id": "a", "title": "Commission fines Examplar under the EU AI Act", "label": "ai_regulation", "summary": None},
    {"id": "b", "title": "Governor signs bill on frontier AI safety reports", "label": "ai_regulation", "hard": True},
    {"id": "c", "title": "Examplar ships a faster chatbot", "label": "ai_other", "summary": "It answers sooner."},
    {"id": "d", "title": "Parliament votes on fishing quotas", "label": "reg_other"},
    {"id": "e", "title": "Harbour library opens", "label": "other"},
)
WRONG = {"id": "w", "title": "Commission opens AI Act probe into Examplar", "label": "other"}
TAGGED = (
    {
        "id": "p1", "label": "positive", "title": "Governor of California signs AI bill SB-53", "jurisdiction": "US-CA",
        "type": "bill", "stage": "vetoed", "topics": [],
    },
    {"id": "p2", "label": "negative", "title": "Webinar: is your bank ready for the EU AI Act?", "stage": ""},
)  # fmt: skip
EVENTS = (
    {"id": "1", "title": "EU fines Examplar €15 million over chatbot", "event": "fine", "published": "2026-09-01"},
    {"id": "2", "title": "Examplar fined €15 million by EU over chatbot", "event": "fine", "published": "2026-09-01"},
    {"id": "3", "title": "Harbour museum opens on Sunday", "event": "museum", "published": "2026-09-02"},
    {"id": "4", "title": "Watchdog's sanction hits Norwegian robot firm", "event": "fine", "published": "2026-09-02"},
    {"id": "5", "title": "Harbour museum opens on Sunday", "event": "other", "published": "2026-09-02"},
)


def written(folder: Path, rows: Sequence[object]) -> Path:
    file = folder / "mine.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def runs(*arguments: object) -> Result:
    """As the program, in this process."""
    return CliRunner().invoke(cli, ["eval", *map(str, arguments), "--config", str(CONFIG)], terminal_width=200)


def test_rows_are_measured_by_slice_beside_rules_and_meaning_alone(tmp_path: Path) -> None:
    shown = runs("relevance", written(tmp_path, RELEVANCE)).output
    for words in (
        "As shipped",
        "Rules alone",
        "without the rules",
        "not hard",
        "title only",
        "reg_other",
        "alert were",
    ):
        assert words in shown
    assert "alert 0.5, adjacent 0.3" in shown
    assert "trained on these very rows" not in shown


def test_an_error_is_shown_with_its_line_and_reasons(tmp_path: Path) -> None:
    shown = " ".join(runs("relevance", written(tmp_path, (*RELEVANCE, WRONG))).output.split())
    assert "Told or not as labelled: 5/6" in shown
    assert "False alarms: 1" in shown
    assert "line 6 w (labelled other, score" in shown
    assert shown.split(WRONG["title"])[1].startswith(" AI in the title: AI · ")


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    found = json.loads(runs("relevance", written(tmp_path, (*RELEVANCE, WRONG)), "--json").output)
    (everything,) = (line for line in found["shipped"] if line["name"] == "all")
    assert (everything["rows"], everything["wanted"], everything["found"], everything["recall"]) == (6, 2, 3, 1.0)
    assert [mistake["id"] for mistake in found["mistakes"]] == ["w"]
    assert [line["name"] for line in found["by_threshold"]] == ["0.3", "0.4", "0.5", "0.6", "0.7"]
    assert found["thresholds"]["alert"] == 0.5
    assert found["cross_validated"] == {}


def test_a_threshold_of_the_configuration_is_the_one_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGPULSE_DETECTION_ADJACENT", "0")
    monkeypatch.setenv("REGPULSE_DETECTION_ALERT", "0")
    found = json.loads(runs("relevance", written(tmp_path, RELEVANCE), "--json").output)
    assert found["thresholds"]["alert"] == 0
    assert found["shipped"][0]["found"] == 5
    assert found["by_threshold"][0]["name"] == "0"


def test_meaning_alone_is_shown_where_it_does_best() -> None:
    """Rules would find none of these; the reading ranks the wanted ones first."""
    rows = labelled.rows(
        ((n, {"id": str(n), "title": "x" * n, "label": "other" if n < 4 else "ai_regulation"}) for n in range(1, 7)),
        "f",
    )
    one = np.ones(1, dtype=np.float32)
    by_length = Detector(0.0, 1.0, one, lambda texts: [len(text) * one for text in texts])
    found, _ = relevance.measure(rows, SHIPPED, by_length, Thresholds(), lambda *_: None)
    assert (found.meaning[0].precision, found.meaning[0].recall, found.rules[0].found) == (1, 1, 0)


def test_labels_and_tags_of_hard_cases_are_compared_and_each_mistake_listed(tmp_path: Path) -> None:
    shown = " ".join(runs("relevance", written(tmp_path, TAGGED)).output.split())
    assert "Called positive, adjacent or negative as labelled: 2/2" in shown
    assert "jurisdiction 1/1" in shown
    assert "stage 0/1" in shown
    assert "stage signed, labelled vetoed" in shown


def test_predictions_are_a_line_a_row(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    runs("relevance", written(tmp_path, RELEVANCE), "--predictions", out)
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(each["id"], each["relevant"]) for each in found] == [
        ("a", True), ("b", True), ("c", False), ("d", False), ("e", False)
    ]  # fmt: skip
    assert all(0 <= each["score"] <= 1 for each in found)
    runs("events", written(tmp_path, EVENTS), "--predictions", out)
    clusters = {each["id"]: each["cluster"] for each in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert clusters["1"] == clusters["2"] != clusters["3"] == clusters["5"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.jsonl", "out.jsonl"]


def test_events_are_measured_and_each_misfiled_report_says_why(tmp_path: Path) -> None:
    result = runs("events", written(tmp_path, EVENTS), "--squeeze")
    shown = " ".join(result.output.split())
    assert "Merged with another event: 1 line 5 5 (other): Harbour museum opens on Sunday" in shown
    assert "likely the same event as “Harbour museum opens on Sunday”" in shown
    assert "Parted from their event: 1 line 4 4 (fine)" in shown
    assert "squeezed into one week" in shown
    found = json.loads(runs("events", tmp_path / "mine.jsonl", "--json").output)
    assert (found["table"][0]["merged_strangers"], found["table"][0]["extra"], found["squeezed"]) == (1, 1, [])


def test_the_table_of_events_shows_every_figure_in_80_columns(tmp_path: Path) -> None:
    rows = [{**row, "id": f"{n}-{row['id']}", "topic": "ai_policy"} for n in range(40) for row in EVENTS]
    table = runs("events", written(tmp_path, rows)).output.partition("Merged with")[0]
    assert "strangers" in table
    assert "ai_policy" in table
    assert "…" not in table


def test_events_without_any_date_are_grouped_and_it_is_said(tmp_path: Path) -> None:
    rows = [{**row, "published": None} for row in EVENTS]
    assert "No row says when it was published" in runs("events", written(tmp_path, rows), "--squeeze").output


def test_the_rows_the_shipped_files_were_trained_on_are_known_again() -> None:
    shared_rows("events.jsonl")  # skips where it is not
    shown = runs("events", SHARED / "eval" / "events.jsonl").output
    assert "trained on these very rows" in shown
    assert "b-cubed" in shown


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "holds no rows."),
        (b"\n \n", "holds no rows."),
        (b'{"id": "a", "title": "T", "label": "other"}\n{"id": ', "line 2: is not JSON: Expecting value at column 8."),
        (b'\n{"id": "a", "title": "T"}', 'line 2: "label" is missing.'),
        (b'{"id": "\xff"}', "line 1: is not UTF-8 text."),
        (b"[" * 100_000, "line 1: is not JSON that can be read here."),
        (b'{"id": "a", "title": "T", "label": "spam"}', 'line 1: unknown label "spam".'),
    ],
)
def test_a_faulty_file_is_one_sentence_with_its_line(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "mine.jsonl").write_bytes(body)
    with pytest.raises(UserError) as error:
        files.read(tmp_path / "mine.jsonl", "label", ("other",))
    assert str(error.value).startswith(f"{tmp_path}/mine.jsonl: {said}")
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_or_is_too_large_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.jsonl: cannot be read \(No such file or directory\)"):
        files.read(tmp_path / "none.jsonl", "label")
    with pytest.raises(UserError, match=r"cannot be read \(Is a directory\)"):
        files.read(tmp_path, "label")
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(UserError, match="is larger than 64 MB"):
        files.read(huge, "label")


def test_a_windows_file_with_a_byte_order_mark_and_odd_line_ends_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_bytes('\ufeff{"id": "a", "title": "one\u2028two", "label": "other"}\r\n'.encode())
    (row,) = files.read(file, "label", ("other",)).rows
    assert row.entry.title == "one\u2028two"


def test_predictions_never_destroy_anything(tmp_path: Path) -> None:
    rows = written(tmp_path, RELEVANCE)
    before = rows.read_bytes()
    for target in (rows, tmp_path, tmp_path / "none" / "out.jsonl"):
        result = runs("relevance", rows, "--predictions", target)
        assert isinstance(result.exception, UserError)
        assert f"--predictions {target}: " in str(result.exception)
    assert rows.read_bytes() == before
    assert list(tmp_path.iterdir()) == [rows]


def test_predictions_that_break_off_leave_the_old_file_and_no_other(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("the old", encoding="utf-8")

    def breaks_off() -> object:
        yield {"id": "a"}
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left on device"):
        files.write(out, breaks_off())  # type: ignore[arg-type]
    assert out.read_text(encoding="utf-8") == "the old"
    assert list(tmp_path.iterdir()) == [out]


def test_rows_with_lone_surrogates_and_control_characters_are_measured_and_shown(tmp_path: Path) -> None:
    rows = ({**WRONG, "title": f"{WRONG['title']} \ud800 \x1b[31m \u202e"}, {**EVENTS[0], "id": "\udfff"})
    file = written(tmp_path, [{"label": "other", **row} for row in rows])
    result = runs("relevance", file)
    assert result.exception is None
    assert "\x1b[31m" not in result.output
    assert json.loads(runs("relevance", file, "--json").output)["rows"] == 2


def test_the_program_ends_with_2_and_says_nothing_else_whichever_folder_it_runs_in(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"id": 1}', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", "eval", "relevance", "mine.jsonl", "--json", "--predictions", "o"],
        cwd=tmp_path, env={"PYTHONPATH": str(CONFIG.parent)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == 'mine.jsonl: line 1: "title" is missing.'
    assert not (tmp_path / "o").exists()
