"""What is written down is what the program does: the README's table of verbs, the command table, the manifest."""

import re
from pathlib import Path

from bot.commands import VERBS

ROOT = Path(__file__).parent.parent


def table() -> str:
    """The README's table, as the command table makes it."""
    rows = [
        f"| `{verb.name} {verb.argument}`".replace(" `", "`") + f" | {verb.summary} | `{verb.example}` |"
        for verb in VERBS
    ]
    return "\n".join(["| say | and get | example |", "|---|---|---|", *rows])


def test_the_readme_s_table_of_verbs_is_the_command_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- verbs -->\n(.*?)<!-- /verbs -->", readme, re.S)
    assert found
    assert found[1].strip() == table()


def test_every_verb_fits_the_platforms() -> None:
    for verb in VERBS:
        assert re.fullmatch(r"[a-z]{1,32}", verb.name)
        assert len(verb.summary) <= 100
        assert len(verb.argument) <= 100
        assert verb.example.startswith(verb.name)


def test_the_readme_begins_with_one_sentence_and_a_picture() -> None:
    first, _, second = (ROOT / "README.md").read_text(encoding="utf-8").split("\n")[:3]
    assert first.count(".") == 1
    picture = re.match(r"!\[.+\]\((.+)\)", second)
    assert picture
    assert (ROOT / picture[1]).is_file()
