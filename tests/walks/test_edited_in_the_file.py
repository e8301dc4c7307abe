"""A subscription edited or moved in the file and imported: what waited for it is told, and what is dropped is said before."""

from pathlib import Path

import pytest

from bot.model import Channel
from tests.walks.test_cli import runs
from tests.walks.test_restored import listening
from tests.walks.world import NEWS, SLACK, World

MOVED = Channel("slack", "T1", "C2")


async def imports(made: World, text: str, *options: str) -> str:
    file = made.folder / "plan.yml"
    file.write_text(text, encoding="utf-8")
    code, out, err = await runs(made, "import", str(file), "--prune", *options)
    assert code == 0, err
    return out


async def gathering(made: World) -> str:
    """Three events wait for Monday; the document of what was chosen."""
    await made.says("edit 1 every:weekly mon 09:00", SLACK)
    made.publishes("one", *NEWS)
    await made.turns()
    return (await runs(made, "export"))[1]


def told(made: World, channel: Channel) -> set[str]:
    assert made.slack
    texts = [str(one) for one in made.slack.channel(channel.id).messages]
    return {title for text in texts for title, _ in NEWS if title in text}


@pytest.mark.parametrize(
    ("old", "new", "where", "number", "said"),
    [
        ("query: everything", "query: everything -opinion", SLACK, 1, "query everything → everything -opinion"),
        ("id: C1", "id: C2", MOVED, 2, "channel slack:T1:C1 → slack:T1:C2"),
    ],
)
async def test_what_waited_for_it_is_told(
    tmp_path: Path, old: str, new: str, where: Channel, number: int, said: str
) -> None:
    async with listening(tmp_path) as made:
        text = (await gathering(made)).replace(old, new)
        assert said in await imports(made, text, "--dry-run")
        assert "Done: 1 changed." in await imports(made, text)
        await made.says(f"edit {number} every:now", where)
        for _ in NEWS:
            await made.turns()
        assert told(made, where) == {title for title, _ in NEWS}


async def test_what_is_dropped_is_said_before_and_when_it_is_done(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await gathering(made)
        line = "- slack:T1:C1 subscription everything; 3 stories waiting for it will not be told"
        for options in (("--dry-run",), ()):
            assert line in await imports(made, "version: 1\n", *options)


async def test_a_feed_of_the_configuration_goes_on_as_it_was_whatever_feed_of_its_id_comes_and_goes(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path) as made:
        subscribed = (await runs(made, "export"))[1].partition("\nfeeds:")[0]
        feed = f"\nfeeds:\n- {{id: one, url: '{made.feeds.url('/one.xml')}', name: One}}\n"
        elsewhere = feed.replace("/one.xml", "/two.xml")
        said = "the configuration has a feed of this id, which is listened to in its place and goes on as it was"
        for (title, text), added in zip(NEWS, (feed, elsewhere, "\nfeeds: []\n"), strict=True):
            made.publishes("one", (title, text))
            assert said in await imports(made, subscribed + added)
            assert "stands in feeds.toml" in await made.says("sources remove one")
            await made.turns()
        assert told(made, SLACK) == {title for title, _ in NEWS}
