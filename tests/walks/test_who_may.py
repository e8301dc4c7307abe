"""Every line that changes something, by everybody who might say it, against the table of docs/security.md."""

import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from bot.commands import VERBS
from bot.commands.desk import WENT_WRONG
from bot.model import Added, Caller, Channel, Rank
from bot.store.sqlite import Sqlite
from tests.core.vocabulary import FEED
from tests.walks.test_commands import FINE, HERE, ORDERS, SIGNED, Office

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"

EDITOR = "U9"
SLACK_DIRECT, DISCORD_DIRECT = Channel("slack", "T1", "DU1"), Channel("discord", "", "300")

SAYS: Mapping[str, str] = {
    "subscribe": "subscribe orders",
    "save": "save fines",
    "edit": "edit watched every:hourly",
    "unsubscribe": "unsubscribe watched",
    "mute": "mute gossip",
    "unmute": "unmute rumour",
    "settings timezone": "settings timezone Europe/Berlin",
    "settings quiet": "settings quiet 20:00-07:00",
    "settings budget": "settings budget 5",
    "settings updates": "settings updates off",
    "settings model": "settings model off",
    "settings manage": "settings manage anyone",
    "feedback": "feedback 1 relevant",
    "share": "share latest",
    "story split": "story split 1 2",
    "story merge": "story merge 1 3",
    "story tell": "story tell 2",
    "review": "review 1",
    "sources add": "sources add https://news.invalid/feed",
    "sources remove": "sources remove added",
    "sources release": "sources release gazette",
}
BEFORE = ("save everything name:watched", "mute rumour")
"""What an operator said there, so that there is something to change."""

WITHOUT_EFFECT = {"subscribe", "share", "review", "sources add"}
"""Tried first, shown, without a model nothing to review, and without a network nothing to hear."""

LOOKS = {
    "help", "latest", "search", "catchup", "evidence", "brief", "corrections", "why", "presets", "subscriptions", "status",
    "my",
}  # fmt: skip
"""Verbs that change nothing by themselves."""

Row = tuple[tuple[str, object], ...]

REFUSED = re.compile(
    "Only |Here there is nobody but you|(Stories|Feeds) are the same for every channel, so only the editors"
)


def table() -> Mapping[str, tuple[str, str]]:
    """For whom a line changes something, and who may, as the document says."""
    part = SECURITY.read_text().partition("## Who may change what")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in part.splitlines() if row.startswith("| `")]
    return {line: (whom, who) for lines, _, whom, who in cells for line in re.findall("`([^`]+)`", lines)}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Three stories, the first of two reports, something held, and a feed that an editor added."""
    store = await Sqlite.open(tmp_path / "regpulse.db")
    made = Office(store)
    made.desk = made.opens(editors=tuple(f"{place}:{EDITOR}" for place in ("slack:T1", "discord")))
    await made.hears(FINE)
    await made.files_apart(told=False)
    await made.hears(SIGNED)
    await made.files_under(1)
    await made.hears(ORDERS, (f"{ORDERS[0]}, again", ORDERS[1]))
    await made.files_apart(told=False)
    await made.hears(FINE, standing="held")
    await store.add_feed(Added(replace(FEED, id="added", url="https://news.invalid/added"), EDITOR, made.now))
    yield made
    await store.close()


def contents(folder: Path) -> set[Row]:
    """Every row of the database, under the names of its columns."""
    found: set[Row] = set()
    with closing(sqlite3.connect(folder / "regpulse.db")) as db:
        db.row_factory = sqlite3.Row
        names = [row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if not name.startswith(("sqlite_", "story_words_")):
                rows = db.execute(f"SELECT * FROM {name}")  # noqa: S608  # its own names
                found |= {(("table", name), *zip(row.keys(), tuple(row), strict=True)) for row in rows}
    return found


def where(row: Row) -> str:
    """The place a row is about; the table's name where it is about none."""
    cells = dict(row)
    return ":".join(
        str(cells[name]) for name in (("platform", "space", "channel") if "channel" in cells else ("table",))
    )


async def said(office: Office, folder: Path, line: str, caller: Caller) -> tuple[bool, set[Row]]:
    """Whether they were let, and every row that is new, other or gone."""
    before = contents(folder)
    answer = await office.desk.answer(line, caller)
    assert answer.text != WENT_WRONG
    return REFUSED.match(answer.text) is None, before ^ contents(folder)


def allowed(who: str, rank: Rank, channel: Channel) -> bool:
    """Of somebody who is no editor; where nobody else is they manage what is theirs."""
    match who:
        case "anyone there":
            return True
        case "whoever may manage it":
            return channel.direct or rank in ("manager", "admin")
        case "its admins, in one of its channels":
            return not channel.direct and rank == "admin"
        case _:
            assert who == "editors"
            return False


def test_the_table_has_every_verb_that_changes_something() -> None:
    assert set(table()) == set(SAYS)
    assert {line.split()[0] for line in SAYS} | LOOKS == {verb.name for verb in VERBS}


PLACES = pytest.mark.parametrize(
    ("channel", "own"),
    [(HERE, ""), (SLACK_DIRECT, ""), (SLACK_DIRECT, "my "), (DISCORD_DIRECT, ""), (DISCORD_DIRECT, "my ")],
    ids=["channel", "slack dm", "my in slack", "discord dm", "my in discord"],
)


@PLACES
@pytest.mark.parametrize("rank", get_args(Rank))
async def test_who_may_change_what_is_as_the_table_says(
    office: Office, tmp_path: Path, rank: Rank, channel: Channel, own: str
) -> None:
    caller = Caller(channel, "U1", rank)
    for line in BEFORE:
        await office.desk.answer(line, Caller(channel, "U5", "admin", operator=True))
    for name, (whom, who) in table().items():
        if own and name == "share":
            continue
        let, changed = await said(office, tmp_path, f"{own}{SAYS[name]}", caller)
        assert let == allowed(who, rank, channel), name
        assert bool(changed) == (let and name not in WITHOUT_EFFECT), name
        place = Channel(channel.platform, channel.space, "" if whom.startswith("all channels") else channel.id)
        assert {str(place)} >= {where(row) for row in changed}, name


@PLACES
async def test_an_editor_may_wherever_and_whoever_they_are_there(
    office: Office, tmp_path: Path, channel: Channel, own: str
) -> None:
    for name, (_, who) in table().items():
        if who == "editors":
            let, changed = await said(office, tmp_path, f"{own}{SAYS[name]}", Caller(channel, EDITOR, "guest"))
            assert (let, bool(changed)) == (True, name not in WITHOUT_EFFECT), name


@pytest.mark.parametrize("name", sorted(LOOKS - {"my"}))
async def test_looking_changes_nothing(office: Office, tmp_path: Path, name: str) -> None:
    example = next(verb.example for verb in VERBS if verb.name == name)
    assert await said(office, tmp_path, example, Caller(HERE, "U1", "admin")) == (True, set())
