"""What is measured beside the tests can be asked how: every bench says its usage, and every target of the Makefile has one."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STARTED_BY_OTHERS = {"bench.soak.beside", "bench.soak.census"}
"""Parts of a bench that it starts itself, with what only it knows."""


def programs() -> list[str]:
    """As after `python -m`."""
    names = []
    for path in sorted((ROOT / "bench").rglob("*.py")):
        if "__name__ ==" in path.read_text(encoding="utf-8"):
            names.append(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__"))
    return [name for name in names if name not in STARTED_BY_OTHERS]


@pytest.mark.parametrize("name", programs())
def test_every_bench_says_how_it_is_used(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    module = import_module(f"{name}.__main__" if (ROOT / name.replace(".", "/")).is_dir() else name)
    with pytest.raises(SystemExit) as ended:
        module.main()
    said = capsys.readouterr().out
    assert not ended.value.code
    assert said.startswith("usage: ")
    assert (module.__doc__ or "").splitlines()[0] in said, "what it is for"


@pytest.mark.parametrize(
    ("name", "asked", "answer"),
    [
        ("fanout", "5", "“5” is not a whole number from 200 to 100,000."),
        ("large", "many", "“many” is not a whole number"),
        ("idle", "--hours nan", "“nan” is not a number"),
        ("latency", "--pushes 0 --bulletins 0", "Nothing is measured without a push or a bulletin"),
        ("routing", "100", "two sizes are needed at least"),
        ("storm", "--documents nowhere", "There is no nowhere/manifest.jsonl"),
        ("embeddings", "--relevance nowhere --events nowhere", "There is no file nowhere."),
        ("briefs", "weight", "invalid choice"),
        ("polling", "--rounds 0", "“0” is not a whole number"),
        ("polling.bare", "nowhere", "usage: "),
    ],
)
def test_what_a_bench_cannot_do_is_said_in_a_sentence_and_ends_with_2(
    name: str, asked: str, answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, *asked.split()])
    folder = (ROOT / "bench" / name).is_dir()
    with pytest.raises(SystemExit) as ended:
        import_module(f"bench.{name}.__main__" if folder else f"bench.{name}").main()
    assert ended.value.code == 2
    assert answer in capsys.readouterr().err


def test_every_target_that_measures_names_a_bench() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^BENCHES := (.+)$", makefile, re.MULTILINE)
    assert listed
    named = {f"bench.{name}" for name in listed[1].split()} | set(re.findall(r"-m (bench[\w.]*\w)", makefile))
    assert len(named) > 8
    assert named <= set(programs())
