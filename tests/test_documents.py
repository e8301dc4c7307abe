"""What is written down is what the program does: the README's table of verbs, the command table, the manifest."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.commands import VERBS
from bot.pipeline import Tally
from bot.platforms.slack.manifest import HINT, SCOPES, SHORTCUTS, manifest

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


def test_the_slack_manifest_is_made_from_the_command_table() -> None:
    """Made anew by: regpulse manifest slack > config/slack-manifest.yml"""
    assert (ROOT / "config" / "slack-manifest.yml").read_text(encoding="utf-8") == manifest(VERBS, command="/regpulse")


def test_what_slack_lets_it_do_is_written_down_with_the_reasons() -> None:
    rows = [f"| `{one.name}` | {one.why} | {'needed' if one.needed else 'may be left out'} |" for one in SCOPES]
    found = re.search(r"<!-- scopes -->\n(.*?)<!-- /scopes -->", (ROOT / "docs" / "slack.md").read_text("utf-8"), re.S)
    assert found
    assert found[1].strip() == "\n".join(["| scope | to … | |", "|---|---|---|", *rows])


def test_the_manifest_for_http_names_the_addresses_and_the_rotation() -> None:
    printed = manifest(VERBS, command="/reg", url="https://a.example/", rotates=True)
    assert printed.count('"https://a.example/slack/events"') == 4
    assert '- "https://a.example/slack/oauth_redirect"' in printed
    assert "socket_mode_enabled: false" in printed
    assert "token_rotation_enabled: true" in printed
    assert 'command: "/reg"' in printed


def test_the_keys_of_what_once_prints_are_written_down_in_their_order() -> None:
    found = re.search(
        r"prints one object: (.*?), and `sent`", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.S
    )
    assert found
    assert re.findall(r"`(\w+)`", found[1]) == [one.name for one in fields(Tally)]


def test_what_slack_shows_of_the_app_is_within_its_limits() -> None:
    for one in SHORTCUTS:
        assert len(one.name) <= 24
        assert one.verb in {verb.name for verb in VERBS} | {"brief"}
    hint = re.search('usage_hint: "(.*)"', manifest(VERBS, command="/regpulse"))
    assert hint
    assert len(hint[1]) < HINT


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


def anchors(text: str) -> set[str]:
    """Of its headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_every_link_within_the_documents_leads_to_a_file_and_a_heading(path: Path) -> None:
    for file, anchor in re.findall(
        r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", path.read_text(encoding="utf-8")
    ):
        there = (path.parent / file) if file else path
        assert there.exists(), file
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), f"{file}#{anchor}"


def test_every_test_that_the_table_of_weather_names_exists() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "weather.md").read_text(encoding="utf-8"))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there_are = set(re.findall(r"^(?:async )?def (test_\w+)", written, re.MULTILINE))
    assert len(named) > 40
    assert sorted(set(named) - there_are) == []
