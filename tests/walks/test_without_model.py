"""RegPulse whose embedding model is gone: it starts, alerts by rules alone, and says so wherever an operator looks."""

import json
from pathlib import Path

from tests.walks.test_cli import runs
from tests.walks.test_main_job import arrange, publish
from tests.walks.world import NEWS, World, world

TROUBLE = "Judging by rules alone: "
REMEDY = "Correct [detection] model, or empty it to use the installed one."


def loses_its_model(made: World) -> str:
    path = str(made.folder / "gone.onnx")
    made.environment["REGPULSE_DETECTION_MODEL"] = path
    return path


async def test_it_sends_the_same_alerts_and_logs_the_trouble_once(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        gone = loses_its_model(made)
        arrange(made)
        await runs(made, "once", "--json")
        publish(made)
        code, out, err = await runs(made, "once", "--json", "--all")
        assert code == 0, err
        assert {sent["headline"] for sent in json.loads(out)["sent"]} == {title for title, _ in NEWS}
        assert err.count(TROUBLE) == err.count(gone) == 1


async def test_status_says_what_it_does_without_and_why(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        gone = loses_its_model(made)
        made.has_feed("one")
        (line,) = (line for line in (await made.says("status")).splitlines() if TROUBLE in line)
        assert line == f"✗ {TROUBLE}{gone} cannot be read (No such file or directory). {REMEDY}"


async def test_doctor_names_the_remedy_once_and_fails(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.environment["REGPULSE_HTTP_CONTACT"] = "ops@a.example"
        made.has_feed("one")
        code, out, _ = await runs(made, "doctor")
        assert (code, "✓ trained parts" in out) == (0, True)
        gone = loses_its_model(made)
        code, out, err = await runs(made, "doctor")
        expected = f"✗ {TROUBLE}{gone} cannot be read (No such file or directory) {REMEDY}"
        assert code == 1
        assert "".join(expected.split()) in "".join(out.split()), "a long path may be folded anywhere"
        assert TROUBLE not in err


async def test_an_evaluation_says_that_it_measures_the_rules_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        loses_its_model(made)
        made.has_feed("one")
        rows = tmp_path / "rows.jsonl"
        rows.write_text(json.dumps({"id": "a", "title": NEWS[0][0], "label": "ai_regulation"}), encoding="utf-8")
        code, out, err = await runs(made, "eval", "relevance", str(rows), "--json")
        assert code == 0, err
        found = json.loads(out)
        assert found["troubles"][0].startswith(TROUBLE)
        assert found["shipped"] == found["rules"]
        assert found["meaning"] == []
