"""The arrows and the pure core: who imports whom, and what `bot/core` may not touch."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"
LEVELS = {
    "model": 0, "errors": 0, "core": 1, "ports": 2, "pacing": 2, "bodies": 2, "pipeline": 3, "dispatch": 3, "commands": 3,
    "sources": 3, "writers": 3, "store": 3, "platforms": 3, "web": 3, "demo": 3, "detector": 3,
    "config": 4, "app": 5, "logs": 6, "evaluation": 6, "cli": 7, "__main__": 8,
}  # fmt: skip
WALKS = {"pipeline", "dispatch", "commands"}
EDGES = {"sources", "writers", "store", "platforms", "web", "demo", "detector"}
IMPURE = {
    "aiohttp", "asyncio", "discord", "http", "logging", "os", "pathlib", "random", "requests", "secrets", "slack_bolt",
    "slack_sdk", "socket", "sqlite3", "sqlite_utils", "structlog", "subprocess", "sys", "tempfile", "threading", "time",
    "urllib.request", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input", "now", "utcnow", "today"}


def _modules() -> list[Path]:
    return sorted(BOT.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _rooms_used(path: Path) -> set[str]:
    return {name.split(".")[1] for name in _imports(path) if name.startswith("bot.") and name.count(".")} & set(LEVELS)


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(BOT)))
def test_every_arrow_goes_down(path: Path) -> None:
    """An import reaches a lower level or its own room; walks and edges never see each other, nor edge another edge."""
    room = _room(path)
    if room == "__init__":
        return
    for used in _rooms_used(path) - {room}:
        assert LEVELS[used] <= LEVELS[room], f"{room} must not know {used}"
        assert not (room in EDGES and used in EDGES | WALKS), f"the edge {room} must not know {used}"
        assert not (room in WALKS and used in EDGES), f"the walk {room} must not know the edge {used}"


@pytest.mark.parametrize("path", sorted((BOT / "core").rglob("*.py")), ids=lambda path: path.name)
def test_the_core_is_pure(path: Path) -> None:
    """No I/O, no clock, no randomness: neither imported nor called."""
    roots = {name.split(".")[0] for name in _imports(path)} | set(_imports(path))
    assert not roots & IMPURE
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert not calls & IMPURE_CALLS


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(BOT)))
def test_every_module_opens_with_the_sentence_that_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
