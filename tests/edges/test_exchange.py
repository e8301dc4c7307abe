"""The one document of all that people chose: out, in, out again; and everything that may be wrong with it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import config
from bot.cli import exchange
from bot.config import Config
from bot.core.exchange import Item, Mute, Setting, difference, said
from bot.core.text import clean
from bot.errors import UserError
from bot.model import Added, Channel, Feed, Memory, Subscription
from bot.store.sqlite import Sqlite
from tests.edges.stored import LAB, LEGAL, NOW

CONFIG = Path(__file__).parents[2] / "config"
AI_ACT = Subscription(LEGAL, '"ai act"', "U1", NOW)
FULL = replace(
    AI_ACT, query="fine", name="Fines", every="weekly mon 09:00", stages_only=True, mention="S1", mention_from="high"
)
ADDED = Added(Feed("example-org", "https://example.org/feed", "Example", language="fr"), "slack:T1:U1", NOW)
SPACE = Setting(Channel("slack", "T1", ""), "manage", "admins")
CHOSEN: tuple[Item, ...] = (
    AI_ACT,
    FULL,
    Mute(LEGAL, "op-ed"),
    Setting(LAB, "model", "off"),
    Setting(LEGAL, "quiet", ""),
    SPACE,
    ADDED,
)

LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nversion: 1\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Config:
    return config.load(CONFIG, environment={}, db=tmp_path / "x.db")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Sqlite]:
    made = await Sqlite.open(tmp_path / "x.db")
    yield made
    await made.close()


def wrong(text: str | bytes, shipped: Config) -> str:
    """What a person reads of a document that is refused."""
    body = text.encode() if isinstance(text, str) else text
    with pytest.raises(UserError) as refused:
        exchange.wanted_by(body, "x.yml", shipped, NOW)
    return str(refused.value)


async def test_what_is_exported_and_imported_is_exported_the_same(store: Sqlite, shipped: Config) -> None:
    await store.choose(CHOSEN, prune=False, now=NOW)
    text = exchange.written(await store.chosen())
    wanted = exchange.wanted_by(text.encode(), "x.yml", shipped, NOW)
    assert await store.choose(wanted, prune=True, now=NOW) == ()
    assert exchange.written(wanted) == text
    for told in ("weekly mon 09:00", "op-ed", "example-org", "mention_from: high", "added_by: slack:T1:U1"):
        assert told in text


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
CHANNELS = st.one_of(
    st.builds(Channel, st.just("slack"), st.sampled_from(("T1", "E1E3")), st.sampled_from(("C1", "D0123", "GNULL"))),
    st.builds(
        Channel, st.just("discord"), st.sampled_from(("", "0123")), st.sampled_from(("017", "0", "197038439483310086"))
    ),
)


@given(
    st.lists(
        st.builds(
            lambda channel, word, name, stages: Subscription(channel, word, "U1", NOW, name=name, stages_only=stages),
            CHANNELS,
            st.from_regex(r"[a-z]{2,9}( [a-z]{2,9})?", fullmatch=True).filter(
                lambda text: not {"or", "and", "not", "everything"} & set(text.split())
            ),
            WORDS,
            st.booleans(),
        ),
        max_size=8,
        unique_by=lambda one: (one.channel, one.query),
    )
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_choice_comes_back_as_it_was(shipped: Config, chosen: list[Subscription]) -> None:
    """Names that look like numbers, dates, booleans or YAML's own marks among them."""
    cleaned = [replace(one, name=clean(one.name)) for one in chosen]
    text = exchange.written(cleaned)
    back = exchange.wanted_by(text.encode(), "x.yml", shipped, NOW)
    assert exchange.written(back) == text
    assert {(one.channel, one.query, one.name) for one in back if isinstance(one, Subscription)} == {
        (one.channel, one.query, one.name) for one in cleaned
    }


async def test_words_of_yaml_are_taken_as_they_were_typed(shipped: Config) -> None:
    """In YAML 1.1 `off` is false, 0123 is 83 and 2026-11-24 a date; here they are what somebody typed."""
    text = "version: 1\nchannels:\n- {platform: discord, space: 0123, id: 017, settings: {model: off}}\n"
    assert exchange.wanted_by(text.encode(), "x.yml", shipped, NOW) == (
        Setting(Channel("discord", "0123", "017"), "model", "off"),
    )


async def test_without_prune_nothing_is_taken_away(store: Sqlite) -> None:
    await store.choose(CHOSEN, prune=False, now=NOW)
    changed = replace(AI_ACT, every="hourly")
    (change,) = await store.choose((changed,), prune=False, now=NOW)
    assert said(change) == '~ slack:T1:C1 subscription "ai act": every now → hourly'
    assert len(await store.chosen()) == len(CHOSEN)


async def test_prune_leaves_what_the_file_has_and_nothing_else(store: Sqlite) -> None:
    await store.choose(CHOSEN, prune=False, now=NOW)
    changes = await store.choose((AI_ACT,), prune=True, now=NOW)
    assert [change.sign for change in changes] == ["-"] * 6
    assert [item.query for item in await store.chosen() if isinstance(item, Subscription)] == ['"ai act"']
    assert len(await store.chosen()) == 1


@pytest.mark.parametrize(
    ("present", "wanted", "signs"),
    [
        ((("acts", ""),), (("bills", ""),), "~"),
        ((("acts", ""), ("bills", "")), (("laws", ""), ("rules", "")), "--++"),
        ((("acts", "A"), ("bills", "B")), (("laws", "B"), ("rules", "A")), "~~"),
        ((("acts", ""),), (("laws", ""), ("rules", "")), "-++"),
    ],
)
def test_one_that_goes_and_one_that_comes_are_one_that_was_edited_where_there_is_no_doubt(
    present: tuple[tuple[str, str], ...], wanted: tuple[tuple[str, str], ...], signs: str
) -> None:
    before = [Subscription(LEGAL, query, "U1", NOW, name=name) for query, name in present]
    after = [Subscription(LEGAL, query, "U1", NOW, name=name) for query, name in wanted]
    changes = difference(before, after, prune=True)
    assert sorted(change.sign for change in changes) == sorted(signs)
    edited = [change for change in changes if change.sign == "~"]
    assert all(one.before and one.after and _name(one.before) == _name(one.after) for one in edited)
    assert {change.sign for change in difference(before, after, prune=False)} == {"+"}


def _name(item: Item) -> str:
    assert isinstance(item, Subscription)
    return item.name


async def test_a_change_that_fails_half_way_leaves_nothing_behind(store: Sqlite) -> None:
    with pytest.raises(Exception, match="NOT NULL"):
        await store.choose((AI_ACT, Setting(LAB, "model", None)), prune=False, now=NOW)  # type: ignore[arg-type]
    assert await store.chosen() == ()


async def test_a_subscription_that_stays_keeps_its_number_and_its_day(store: Sqlite, shipped: Config) -> None:
    saved = await store.subscribe(AI_ACT)
    text = exchange.written(await store.chosen())
    await store.choose(exchange.wanted_by(text.encode(), "x", shipped, NOW.replace(year=2030)), prune=True, now=NOW)
    assert await store.subscriptions() == (saved,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds nothing"),
        ("# only a remark\n", "holds nothing"),
        ("version: 2\n", "line 1: version: is 2; this RegPulse reads 1"),
        ("channels: []\n", "version: missing"),
        ("- 1\n", "line 1: the document: must be a table of: version"),
        ("version: 1\nversion: 1\n", "line 2: version: given twice"),
        ("version: 1\nchanels: []\n", "line 2: chanels: unknown. Known: version, channels, spaces, feeds"),
        ("version: 1\nchannels: 5\n", "line 2: channels: must be a list"),
        ("version: 1\nchannels:\n- {platform: irc, id: C1}\n", "line 3: channels[0].platform: must be slack or"),
        ("version: 1\nchannels:\n- {platform: slack}\n", "line 3: channels[0].id: missing"),
        ("version: 1\nchannels:\n- {platform: slack, id: [C1]}\n", "channels[0].id: must be one value"),
        (
            "version: 1\nchannels:\n- platform: slack\n  id: C1\n  subscriptions:\n  - query: fine\n"
            "  - query: 'ai OR OR'\n",
            "line 7: channels[0].subscriptions[1].query: ",
        ),
        (
            "version: 1\nchannels:\n- platform: slack\n  id: C1\n  subscriptions:\n  - {query: fine, every: sometimes}\n",
            "subscriptions[0].every: “sometimes” is no time for alerts.",
        ),
        (
            "version: 1\nchannels:\n- platform: slack\n  id: C1\n  subscriptions:\n  - query: fine\n  - query: fine\n",
            "slack:C1 subscription fine: given twice",
        ),
        (
            "version: 1\nchannels:\n- platform: slack\n  id: C1\n  subscriptions: [{query: fine, stages_only: maybe}]\n",
            "stages_only: must be true or false",
        ),
        ("version: 1\nchannels: [{platform: slack, id: C1, settings: {modle: on}}]\n", "settings.modle: unknown"),
        (
            "version: 1\nchannels: [{platform: slack, id: C1, settings: {quiet: late}}]\n",
            "settings.quiet: must be off, or",
        ),
        (
            "version: 1\nchannels: [{platform: slack, id: C1, settings: {timezone: Mars/Base}}]\n",
            "settings.timezone: There is no time zone",
        ),
        ("version: 1\nchannels: [{platform: slack, id: C1, settings: {manage: admins}}]\n", "settings.manage: unknown"),
        (
            "version: 1\nspaces: [{platform: slack, space: T1, settings: {manage: me}}]\n",
            "manage: must be anyone, memb",
        ),
        ("version: 1\nfeeds: [{id: a, url: 'file:///etc/passwd'}]\n", "feeds[0].url: “file:///etc/passwd” is no addr"),
        ("version: 1\nfeeds: [{id: A B, url: 'https://a.example'}]\n", "feeds[0].id: must be small letters"),
        ("version: 1\nfeeds: [{id: a, url: 'https://a.example', jurisdiction: zz}]\n", "no code of topics.toml"),
        ("version: 1\nchannels: [\n", "is not valid YAML"),
        ("version: 1\n---\nversion: 1\n", "holds more than one document"),
        ("? [a]\n: 1\n", "line 1: a name must be a word"),
        (LAUGHS, "line 1: anchors and aliases (& and *) are refused"),
        ("version: !!python/object/apply:os.system ['true']\n", "line 1: tags (!) are refused"),
        ("version: " + "[" * 50 + "]" * 50, "nests deeper than 10"),
        ("version: " + "[" * 50_000, "maximum nesting depth"),
        (b"version: \xff\xfe1\n", "line 1: is not text in UTF-8"),
        ("version: \x00\n", "is not valid YAML"),
    ],
)
def test_a_document_that_is_wrong_is_refused_with_line_and_path(shipped: Config, text: str | bytes, told: str) -> None:
    assert told in wrong(text, shipped)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (
            "{platform: discord, space: 100, id: general}",
            "line 3: channels[0].id: must be a channel's id, which is a number",
        ),
        ("{platform: discord, space: Home, id: 200}", "channels[0].space: must be a server's id, which is a number"),
        ("{platform: slack, space: T1, id: '#policy'}", "channels[0].id: must be a channel's id, as in C024BE91L"),
        ("{platform: slack, id: C1}", "channels[0].space: must be a team's id, as in T024BE7LH"),
    ],
)
def test_a_channel_no_platform_has_is_refused_with_its_place_and_where_its_id_stands(
    shipped: Config, place: str, told: str
) -> None:
    assert told in wrong(f"version: 1\nchannels:\n- {place}\n", shipped)


def test_every_fault_is_told_at_once(shipped: Config) -> None:
    found = wrong("version: 1\nchannels:\n- {platform: irc, id: C1}\n- {platform: slack, id: C2, mutes: x}\n", shipped)
    assert "channels[0].platform" in found
    assert "channels[1].mutes" in found


async def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MOST_BYTES", 100)
    (tmp_path / "x.yml").write_bytes(b"#" * 101)
    with pytest.raises(UserError, match="is larger than"):
        exchange.content(str(tmp_path / "x.yml"))


async def test_a_feed_whose_address_changes_begins_anew_in_silence(store: Sqlite) -> None:
    await store.choose((ADDED,), prune=False, now=NOW)
    await store.record(Memory("example-org", baseline_at=NOW), (), NOW)
    await store.choose((replace(ADDED, by="someone"),), prune=False, now=NOW)
    assert (await store.memories())["example-org"].baseline_at == NOW
    moved = replace(ADDED, feed=replace(ADDED.feed, url="https://other.example/feed"))
    await store.choose((moved,), prune=False, now=NOW)
    assert await store.memories() == {}
    assert [one.feed.url for one in await store.added_feeds()] == ["https://other.example/feed"]


def test_the_example_of_the_manual_is_taken_as_it_stands(shipped: Config) -> None:
    manual = (CONFIG.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", manual, re.S)
    assert example
    items = exchange.wanted_by(example[1].encode(), "x", shipped, NOW)
    assert [type(item).__name__ for item in items] == ["Setting", "Mute", "Subscription", "Added"]
