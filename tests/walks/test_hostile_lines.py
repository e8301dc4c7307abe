"""Whatever people type: a clear sentence each, nothing stored, nobody pinged."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.commands import VERBS
from bot.commands.desk import WENT_WRONG
from bot.model import Channel, Reply
from bot.platforms.discord import embeds
from bot.platforms.slack import blocks
from bot.store.sqlite import Sqlite
from tests.walks.test_commands import FINE, HERE, Office

# Malformed: what each kind of verb cannot be said with.

NOT_STORIES = (
    "", "none", "-1", "0", "1.5", "1e3", "NaN", "999999999", "9999999999999", "#", "##1", "１２", "²", "½", "1 2", "1,2", "'1'",
    '"1"', "--1", "first", "story 1", "1;", "=1", "0x1", "<1>", "number", "*", "page:2", "1/", "one",
)  # fmt: skip
NOT_QUERIES = (
    "", '"open', "“open", "(", ")", "()", "((ai)", "OR", "AND", "ai OR", "OR ai", "-", "- -", "-ai", "-(a b)", "-a OR -b", '""',
    '" "', "…", "!!!", "stage:adoptd", "stage:", "jurisdiction:atlantis", "importance:huge", "certainty:sure", "tier:gold",
    "instrument:nope", "type:poem", "topic:cheese", "include:everything", "ai include:adjacent OR b",
    "-include:adjacent", "a (b", "a) b", "((((((((((((((((((((((a))))))))))))))))))))))", "x" * 501, "ai everything -everything",
    "since:tomorrow", "language:klingon",
)  # fmt: skip
NOT_OPTIONS = (
    "every:", "every:sometimes", "every:noon", 'every:"monthly 09:00"', "every:25:00", "name:", "name:7",
    'name:""', "mention:", "mention:@everyone", "mention:<!here>", "mention:<!channel>", "mention:<@U123>", "mention:everyone",
    "mention-from:", "mention-from:urgent", "stages:", "stages:first", "backfill:", "backfill:-1", "backfill:99", "backfill:²",
    "every:now every:now", "name:a name:b", "evry:now", "nam:x", "mentions:S123", "stage-only:yes stages:maybe", "backfil:3",
    f"name:{'n' * 80}",
)  # fmt: skip
NOT_SUBSCRIPTIONS = (
    "", "0", "-1", "99", "#", "nothing", '"no such name"', "(", "every:hourly", "zebra OR lion", "²", "all", "*",
)  # fmt: skip
NOT_WORDS = ("", "a b", "a OR b", "-a", '"', "(", "()", "everything", "stage:signed", "…")
NOT_CHOICES = (
    "model", "model maybe", "model on off", "modell off", "manage", "manage nobody", "manage admins please", "quite", "=", "on",
)  # fmt: skip
NOT_FEEDBACK = ("x", "1 maybe", "99 relevant", "relevant", "1 relevant topic", "²")
NOT_SHARED = (
    "",
    "my",
    "subscribe ai",
    "save ai",
    "unsubscribe 1",
    "mute a",
    "share latest",
    "settings",
    "why 1",
    "nonsense",
)
NOT_OWN = ("", "my", "my my", "nonsense", "nonsense 1")
NOT_SOURCES = ("release", "release nope", "remove", "everything", "release gazette now")
NOT_VERBS = (
    "subcribe ai",
    "/help me",
    "drop table",
    "hepl",
    "latest5",
    "¿qué?",
    "サブスク",
    "form nonsense",
    "=gone",
    "undo",
)


def malformed() -> Iterator[str]:
    """Lines that cannot be meant as they stand."""
    for verb in ("story", "evidence", "review"):
        yield from (f"{verb} {text}" for text in NOT_STORIES)
    yield from (f"why {text}" for text in NOT_STORIES[:8])
    yield from (f"search {text}" for text in NOT_QUERIES)
    yield from (f"save {text}" for text in NOT_QUERIES)
    yield from (f"save ai {text}" for text in NOT_OPTIONS)
    yield from (f"unsubscribe {text}" for text in NOT_SUBSCRIPTIONS)
    yield from (f"edit {text}" for text in NOT_SUBSCRIPTIONS)
    yield from (f"mute {text}" for text in NOT_WORDS)
    yield from (f"unmute {text}" for text in NOT_WORDS)
    yield from (f"settings {text}" for text in NOT_CHOICES)
    yield from (f"feedback {text}" for text in NOT_FEEDBACK)
    yield from (f"share {text}" for text in NOT_SHARED)
    yield from (f"my {text}" for text in NOT_OWN)
    yield from (f"sources {text}" for text in NOT_SOURCES)
    yield from NOT_VERBS


HOSTILE = (
    # of Slack
    "<!channel>", "<!here>", "<!everyone>", "<!subteam^S123>", "<!subteam^S123|@policy>", "<@U123>", "<@U123|ada>", "<#C123>",
    "<#C123|general>", "<https://evil.example|https://good.example>", "<javascript:alert(1)|x>", "<mailto:a@b.example|a>",
    "<!date^1392734382^{date}^https://evil.example|x>", "&lt;!channel&gt;", "*bold* _it_ ~gone~ `code`", "```block```",
    ">>> quote", ":smile: :eyes:", "&amp;&lt;&gt;", "<!channel", "!channel>", "<>", "<|>", "<!>",
    # of Discord
    "@everyone", "@here", "@\u200beveryone", "<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>",
    "<#123456789012345678>", "<t:1700000000:R>", "<:smile:123456789012345678>", "<a:wave:123456789012345678>", "</ban:123>",
    "**bold** __under__ ||spoiler||", "[good](https://evil.example)", "[good](<https://evil.example>)", "# heading", "-# small",
    "> quote", "- list", "1. list", "https://evil.example/@everyone", "discord.gg/evil",
    # of SQL and full-text search
    "'; DROP TABLE subscriptions; --", '" OR 1=1 --', "' UNION SELECT * FROM settings --", "1; DELETE FROM mutes",
    "Robert'); DROP TABLE stories;--", "NULL", "text : ai", "text:ai", "tags:regpulseadjacent", "regpulseanything",
    "NEAR(ai act)",
    "NEAR(ai act, 5)", "ai*", "^ai", "{text tags}: ai", "a NOT b", "a AND NOT b", 'a "" b', "rank", "bm25(story_words)", "%", "_",
    "\\", "\\'", "a\\", "[a-z]*", "?", "?1", ":name", "$1", "json_each(1)",
    # invisible, turned around, too long
    "\x00", "a\x00b", "\x07\x1b[31mred", "\r\n\r\nlatest", "a\nsave everything", "\t\t\t", "\u202etxt.exe", "\u2066a\u2069",
    "\u200f\u200fשלום", "\u200b\u200b\u200b", "a\u200bi", "\ufeffai", "\u00ad", "\U000e0041\U000e0042", "e\u0301" * 50,
    "Z̷̡̛a̸l̵g̶o̴" * 20, "🤖" * 100, "👩‍👩‍👧‍👦", "ﷺ" * 50, "İıſß", "ﾞ", "𝕒𝕚", "x" * 10_000, "a " * 5_000, '"' * 10_000, "(" * 10_000,
    "<!channel> " * 900, "-" * 10_000, "${x} {{7*7}} %s%n", "../../etc/passwd", "`rm -rf /`", "$(reboot)", "=keep",
    "my <!channel>",
)  # fmt: skip

STORED = ("subscriptions", "mutes", "settings", "deliveries", "feedback")
PLACES = (HERE, Channel("discord", "100", "200"))


def stored(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What may not change."""
    with sqlite3.connect(folder / "regpulse.db") as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in STORED}  # noqa: S608


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text of these blocks, with the kind of the element it stands in."""
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield str(value.get("type")), value["text"]
        for inner in value.values():
            yield from texts(inner)


def pings(reply: Reply) -> list[str]:
    """What would call somebody, in either platform's rendering."""
    text, rich = blocks.answer(reply)
    found = re.findall(r"<[!@#]\S*", text)
    found += [told for kind, told in texts(rich) if kind == "mrkdwn" and re.search(r"<[!@#]", told)]
    found += [kind for kind in _kinds(rich) if kind in ("user", "usergroup", "channel", "broadcast")]
    content, _ = embeds.answer(reply)
    return found + re.findall(r"@everyone|@here|<@[!&]?\d+>|<#\d+>", content)


def _kinds(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _kinds(inner)
    elif isinstance(value, dict):
        yield str(value.get("type"))
        for inner in value.values():
            yield from _kinds(inner)


def clear(reply: Reply) -> bool:
    """Whether a person is told something they can act on."""
    return reply.text != WENT_WRONG and bool(reply.cards or re.search(r"\w{2}.*[\w)”.:]", reply.text))


@pytest.fixture
async def office(tmp_path: Path) -> Any:
    """With a story, a subscription and a muted word to lose."""
    store = await Sqlite.open(tmp_path / "regpulse.db")
    made = Office(store)
    await made.hears(FINE)
    await made.turns()
    await made.says("save governor name:kept")
    await made.says("mute gossip")
    yield made
    await store.close()


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert len(set(malformed())) >= 200
    assert len(set(HOSTILE)) >= 100


async def test_malformed_lines_are_answered_with_a_sentence_and_store_nothing(office: Office, tmp_path: Path) -> None:
    before = stored(tmp_path)
    for line in malformed():
        reply = await office.asks(line)
        assert clear(reply), line
        assert reply.private, line
        assert pings(reply) == [], line
        assert stored(tmp_path) == before, line


@pytest.mark.parametrize("digit", ["²", "٣", "３", "③"])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("edit 1 every:{}", "is no time for alerts. Say one of: now, hourly"),
        ('edit 1 every:"daily 0{}:00"', "is no time for alerts. Say one of: now, hourly"),
        ("edit 1 every:daily {}:00", "is no time for alerts. Say one of: now, hourly"),
        ("edit {} every:hourly", "has no subscription"),
        ("edit 1 mention:{}" + "{}" * 4, "names no role or user group"),
        ("save bills backfill:{}", "backfill takes a number up to 5"),
        ("settings quiet {}:00-07:00", "is no time of the day. Say one as in: 09:00"),
        ("settings budget {}", "Say a number up to 99"),
        ("catchup {}d", "is no span of time. Say: catchup 12h"),
        ("latest {}", "is no number. Say: latest 5"),
        ("latest page:{}", "is no number. Say: latest 5"),
        ("story {}", "There is no story"),
        ("why {}", "is neither a link nor a story number"),
        ("unsubscribe {}", "has no subscription"),
        ("feedback {} topic", "There is no story"),
    ],
)
async def test_a_digit_that_is_none_of_ten_is_no_number(office: Office, line: str, said: str, digit: str) -> None:
    """Python takes some of them for one in one place, and not in another."""
    reply = await office.asks(line.replace("{}", digit))
    assert said in reply.text
    assert reply.private


async def test_hostile_arguments_store_nothing_where_nothing_is_to_be_stored(office: Office, tmp_path: Path) -> None:
    before = stored(tmp_path)
    verbs = [verb.name for verb in VERBS if not verb.manages and verb.name not in ("my", "share", "status", "presets")]
    for number, text in enumerate(HOSTILE):
        for verb in ("unsubscribe", "subscribe", "search", verbs[number % len(verbs)], "share", "form", "help", ""):
            reply = await office.asks(f"{verb} {text}".strip())
            assert clear(reply), (verb, text)
            assert pings(reply) == [], (verb, text)
    assert stored(tmp_path) == before


@pytest.mark.parametrize("channel", PLACES, ids=lambda channel: channel.platform)
async def test_what_is_said_aloud_of_hostile_arguments_pings_nobody(office: Office, channel: Channel) -> None:
    for text in HOSTILE:
        for line in (
            f"save {text}",
            f'save governor name:"{text}"',
            f"mute {text}",
            f"edit kept {text}",
            f"share search {text}",
        ):
            reply = await office.asks(line, channel)
            assert clear(reply), line
            assert pings(reply) == [], line
            for button in reply.buttons:
                if button.label == "Undo":
                    undone = await office.asks(button.line, channel)
                    assert clear(undone), button.line
                    assert pings(undone) == [], button.line
    assert [one.query for one in await office.store.subscriptions(channel)] == (["governor"] if channel == HERE else [])


async def test_a_hostile_name_pings_nobody(office: Office) -> None:
    for text in HOSTILE:
        caller = office.caller()
        reply = await office.desk.answer("save zebra", type(caller)(HERE, "U1", "manager", name=text))
        assert pings(reply) == [], text
        await office.says("unsubscribe zebra")


async def test_forms_and_suggestions_take_anything(office: Office) -> None:
    for text in HOSTILE:
        for verb in VERBS:
            form = await office.desk.form(f"form {verb.name} {text}", office.caller())
            assert form is None or len(form.title) <= 24
        for name, option in (("search", "words"), ("edit", "subscription"), ("help", "verb"), ("sources", "feed")):
            assert len(await office.desk.suggest(name, option, text, office.caller())) <= 25
