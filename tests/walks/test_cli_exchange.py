"""Subscriptions as code and lists of feeds, by the real program: also while another RegPulse runs on the database."""

from pathlib import Path

from bot import app
from tests.walks.test_cli import runs
from tests.walks.world import BACKGROUND, NEWS, SLACK, world


async def test_what_is_exported_fills_an_empty_database_and_is_exported_the_same(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        for line in ('save "EU AI Act" -opinion', "mute op-ed", "settings model off"):
            code, out, _ = await runs(made, "ask", "--channel", str(SLACK), line)
            assert (code, "Not announced in slack:T1:C1: slack is not configured here." in out) == (0, True)
        first, second = tmp_path / "first.yml", tmp_path / "second.yml"
        assert (await runs(made, "export", str(first)))[0] == 0
        made.database.unlink()
        code, out, err = await runs(made, "import", str(first), "--dry-run")
        assert (code, err) == (0, "")
        assert '+ slack:T1:C1 subscription "EU AI Act" -opinion' in out
        assert "Would be 3 added; nothing was changed." in out
        assert not made.database.exists()
        assert "Done: 3 added." in (await runs(made, "import", str(first)))[1]
        assert (await runs(made, "export", str(second)))[0] == 0
        assert first.read_bytes() == second.read_bytes()
        _, out, _ = await runs(made, "ask", "--channel", str(SLACK), "subscriptions")
        assert '"EU AI Act" -opinion' in out
        assert "nnounced" not in out, "a look-up is nobody else's"


async def test_a_file_with_a_fault_changes_nothing_and_says_where_it_is(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        file = tmp_path / "x.yml"
        file.write_text(
            "version: 1\nchannels:\n- platform: slack\n  space: T1\n  id: C1\n  subscriptions:\n"
            "  - query: fine\n  - query: 'stage:adoptd'\n",
            encoding="utf-8",
        )
        code, out, err = await runs(made, "import", str(file))
        assert (code, out) == (2, "")
        assert "line 8: channels[0].subscriptions[1].query: " in err
        assert not made.database.exists()


async def test_an_import_is_heard_by_the_regpulse_that_runs(tmp_path: Path) -> None:
    """No restart, no lock: the next story goes where the file says."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.slack.channel("C1")
        made.has_feed("one")
        file = tmp_path / "x.yml"
        file.write_text(
            "version: 1\nchannels:\n- platform: slack\n  space: T1\n  id: C1\n  subscriptions:\n  - query: everything\n",
            encoding="utf-8",
        )
        async with made.opens() as running:
            await app.once(running, everything=True)
            code, _, err = await runs(made, "import", str(file))
            assert code == 0, err
            made.publishes("one", NEWS[0])
            await app.once(running, everything=True)
        assert len(made.slack.channel("C1").messages) == 1


async def test_a_list_of_feeds_is_added_and_its_bad_addresses_are_named(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        made.has_feed("two", BACKGROUND[:3])
        listed, two = made.feeds.url("/one.xml"), made.feeds.url("/two.xml")
        made.paths.remove("two")
        file = tmp_path / "x.opml"
        file.write_text(
            f'<opml version="2.0"><body><outline text="Law"><outline text="Two" xmlUrl="{two}" language="fr"/>'
            f'<outline text="One" xmlUrl="{listed}"/><outline text="Bad" xmlUrl="ftp://x.example/"/></outline>'
            "</body></opml>",
            encoding="utf-8",
        )
        dry = await runs(made, "feeds", "import", str(file), "--dry-run")
        assert not made.database.exists()
        code, out, _ = await runs(made, "feeds", "import", str(file))
        assert code == dry[0] == 1
        assert "“ftp://x.example/” is no http address" in out
        assert "Added: 1 feed; 1 listened to already; 1 no good." in out
        assert "Two, pack law" in out
        sources = (await runs(made, "once", "--json"))[1], (await runs(made, "ask", "sources"))[1]
        assert "127-0-0-1 (Two): last heard" in sources[1]
        code, out, _ = await runs(made, "feeds", "export")
        assert code == 0
        assert f'xmlUrl="{two}" category="law" language="fr"' in out
        assert listed in out
