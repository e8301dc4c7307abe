"""regpulse brief and regpulse eval briefs, check: what a person or a program gets of an article."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.errors import UserError
from tests.core.vocabulary import CONFIG, SHARED

TITLE = "Harbour Authority fines chatbot maker"
BODY = (
    "The Harbour Authority fined the chatbot maker Alpha 2 million euros on Monday because it had not checked users' ages. "
    "Alpha must delete the conversations of minors, or pay 10,000 euros a day. It will not. "
    "Consumer groups called the fine a first step and asked for rules for all makers of companion chatbots. "
    "The authority may fine a maker up to 4% of its turnover. "
    "The administrative court will hear an appeal by Alpha on 15 March 2099."
)
PAGE = (
    "<!doctype html><html><head><title>Front</title><meta property='og:site_name' content='The Courier'></head>"
    f"<body><article><h1>{TITLE}</h1><p>{BODY}</p></article></body></html>"
)


def runs(*arguments: object) -> Result:
    """As the program, in this process."""
    return CliRunner().invoke(cli, [*map(str, arguments), "--config", str(CONFIG)], terminal_width=200)


@pytest.mark.parametrize(("name", "body"), [("fine.txt", f"{TITLE}\n\n{BODY}"), ("fine.html", PAGE)])
def test_a_file_is_briefed_and_each_claim_shown_with_its_words(tmp_path: Path, name: str, body: str) -> None:
    (tmp_path / name).write_text(body, encoding="utf-8")
    shown = " ".join(runs("brief", tmp_path / name).output.split())
    assert TITLE in shown
    assert "1 Alpha must delete the conversations of minors, or pay 10,000 euros a day." in shown
    assert "What to watch The administrative court will hear an appeal by Alpha on 15 March 2099." in shown
    assert "It will not" not in shown
    assert "EVIDENCE" in shown
    assert "Extracts from the source, no AI." in shown


def test_as_json_the_evidence_counts_characters_of_the_source_beside_it(tmp_path: Path) -> None:
    (tmp_path / "fine.txt").write_text(f"{TITLE}\n\n{BODY}", encoding="utf-8")
    found = json.loads(runs("brief", tmp_path / "fine.txt", "--json").stdout)
    assert found["headline"] == TITLE
    for claim in (*found["dek"], *found["takeaways"], *found["watch"]):
        for proof in claim["evidence"]:
            assert found["source"][proof["start"] : proof["end"]] == proof["quote"]


@pytest.mark.parametrize(
    ("target", "said"),
    [("nothing.txt", "cannot be read"), ("http://127.0.0.1:9/x", "private address")],
)
def test_what_cannot_be_read_is_one_sentence(target: str, said: str) -> None:
    result = runs("brief", target)
    assert isinstance(result.exception, UserError)
    assert said in str(result.exception)


def test_a_model_that_is_not_configured_is_said_with_where_to_set_it(tmp_path: Path) -> None:
    (tmp_path / "fine.txt").write_text(f"{TITLE}\n\n{BODY}", encoding="utf-8")
    result = runs("brief", tmp_path / "fine.txt", "--writer", "llm", "--db", tmp_path / "x.db")
    assert isinstance(result.exception, UserError)
    assert "[llm] base_url" in str(result.exception)


def written(folder: Path, *rows: object) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_briefs_are_scored_against_the_publisher_s_summary_and_written_with_their_spans(tmp_path: Path) -> None:
    file = written(tmp_path, {"id": "a", "title": TITLE, "body": BODY, "dek": "Alpha fined 2 million euros"})
    out = tmp_path / "out.jsonl"
    shown = runs("eval", "briefs", file, "--predictions", out).output
    assert "dek above first sentence, rouge1" in shown
    (row,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert row["id"] == "a"
    assert row["dek"].startswith("The Harbour Authority fined")
    for point in row["takeaways"]:
        assert [BODY[start:end] for start, end in point["evidence"]] == [point["text"]]


def test_articles_without_a_summary_are_briefed_and_not_scored(tmp_path: Path) -> None:
    found = json.loads(runs("eval", "briefs", written(tmp_path, {"id": "a", "body": BODY}), "--json").stdout)
    assert (found["rows"], found["with_dek"], found["means"], found["gains"]) == (1, 1, {}, [])


def test_sentences_are_accepted_or_refused_by_a_named_rule(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"id": "true", "article": BODY, "sentence": "Alpha must delete the conversations of minors.", "faithful": True},
        {
            "id": "false",
            "article": BODY,
            "sentence": "Alpha may delete the conversations of minors.",
            "faithful": False,
        },
    )
    out = tmp_path / "out.jsonl"
    shown = runs("eval", "check", file, "--predictions", out).output
    assert "Refused of the true sentences: 0 of 1 (0.0%). Of the false ones: 1 of 1 (100.0%)." in " ".join(
        shown.split()
    )
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == [
        {"id": "true", "accepted": True, "rule": ""},
        {"id": "false", "accepted": False, "rule": "modal"},
    ]


def test_a_row_without_its_article_is_named_by_its_line(tmp_path: Path) -> None:
    result = runs("eval", "check", written(tmp_path, {"id": "a", "sentence": "x"}))
    assert isinstance(result.exception, UserError)
    assert 'line 1: "article" is missing' in str(result.exception)


def test_what_was_measured_on_the_labelled_sentences_holds() -> None:
    file = SHARED / "eval" / "briefs" / "faithfulness.jsonl"
    if not file.is_file():
        pytest.skip(f"{file} is not here: it is not part of the project")
    found = json.loads(runs("eval", "check", file, "--json").stdout)
    assert found["true"]["refused"] <= 0.10 * found["true"]["of"]
    assert found["false"]["refused"] >= 0.38 * found["false"]["of"]
