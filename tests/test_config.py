"""Configuration: every key overridable, every fault one line that names file, key and remedy."""

import os
import tomllib
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from bot import config
from bot.config.bounds import BOUNDS
from bot.errors import ConfigError
from bot.model import Channel

CONFIG = Path(__file__).parent.parent / "config"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A configuration directory that is right in every way, to be spoilt."""
    for name in ("regpulse.toml", "topics.toml", "instruments.toml", "feeds.toml"):
        (tmp_path / name).write_text((CONFIG / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def spoil(directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(text, encoding="utf-8")


def refusal(directory: Path, **environment: str) -> str:
    """The one line an operator reads."""
    with pytest.raises(ConfigError) as caught:
        config.load(directory, environment=environment)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_the_shipped_file_shows_every_key_with_its_default() -> None:
    shown = tomllib.loads((CONFIG / "regpulse.toml").read_text(encoding="utf-8"))
    loaded = config.load(CONFIG, environment={})
    for section, table in shown.items():
        defaults = getattr(loaded, section)
        assert set(table) == set(type(defaults).__dataclass_fields__), section
        for key, value in table.items():
            default = type(defaults).__dataclass_fields__[key].default
            assert (tuple(value) if isinstance(value, list) else value) == default, f"{section}.{key}"


def test_the_shipped_feeds_are_the_core_pack() -> None:
    feeds = config.load(CONFIG, environment={}).feeds
    assert len(feeds) >= 60
    assert all(feed.pack == "core" for feed in feeds)


def test_a_pack_is_switched_on_by_its_name(directory: Path) -> None:
    core = config.load(directory, environment={}).feeds
    more = config.load(directory, environment={"REGPULSE_SOURCES_PACKS": "core,extended"}).feeds
    assert set(core) < set(more)
    assert {feed.pack for feed in more} == {"core", "extended"}
    assert config.load(directory, environment={"REGPULSE_SOURCES_PACKS": ""}).feeds == ()


def test_a_pack_that_is_not_there_is_refused_with_those_that_are(directory: Path) -> None:
    line = refusal(directory, REGPULSE_SOURCES_PACKS="core,europe")
    assert all(part in line for part in ("feeds.toml", "REGPULSE_SOURCES_PACKS", "'europe'", "core, extended, spare"))


def test_the_operators_channel_is_named_with_its_ids(directory: Path) -> None:
    place = config.load(directory, environment={"REGPULSE_OPS_CHANNEL": "slack:T1:C1"}).ops.place
    assert place == Channel("slack", "T1", "C1")
    assert config.load(directory, environment={}).ops.place is None
    assert "REGPULSE_OPS_CHANNEL" in refusal(directory, REGPULSE_OPS_CHANNEL="#alerts")


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(directory: Path, tmp_path: Path) -> None:
    environment = {"REGPULSE_DATABASE_PATH": "elsewhere.db", "REGPULSE_HTTP_ALLOW_PRIVATE": "127.0.0.1:8900, [::1]:9"}
    assert config.load(directory, environment=environment).database.path == "elsewhere.db"
    assert config.load(directory, environment=environment).http.allow_private == ("127.0.0.1:8900", "[::1]:9")
    chosen = config.load(directory, environment=environment, db=tmp_path / "mine.db")
    assert chosen.database.path == str(tmp_path / "mine.db")


def test_a_token_may_stand_in_a_file(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("xoxb-1\n", encoding="utf-8")
    loaded = config.load(directory, environment={"REGPULSE_SLACK_BOT_TOKEN_FILE": str(tmp_path / "secret")})
    assert loaded.tokens.slack_bot == "xoxb-1"
    assert "xoxb-1" not in repr(loaded)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[http]\ntimeout = 3", ["regpulse.toml", "[http] timeout", "timeout_seconds"]),
        ("[htp]", ["regpulse.toml", "htp", "http"]),
        ('[http]\ntimeout_seconds = "long"', ["regpulse.toml", "[http] timeout_seconds", "a number"]),
        ("[http]\nconcurrency = -1", ["regpulse.toml", "[http] concurrency", "from 1 to 1,000"]),
        ('[alerts]\ndoubt = "maybe"', ["regpulse.toml", "[alerts] doubt", "resend, hold"]),
        ('[slack]\napi_url = "slack.com"', ["regpulse.toml", "[slack] api_url", "https://"]),
        ('[discord]\ngateway_url = "https://x"', ["regpulse.toml", "[discord] gateway_url", "wss://"]),
        ('[http]\nallow_private = ["10.0.0.1"]', ["regpulse.toml", "[http] allow_private", "10.0.0.1", "host:port"]),
        ('[http]\nallow_private = ["10.0.0.1:8²"]', ["regpulse.toml", "10.0.0.1:8²", "host:port"]),
        (f'[web]\nlisten = "127.0.0.1:{"8" * 5_000}"', ["regpulse.toml", "[web] listen", "host:port"]),
        ('[llm]\nbase_url = "https://m.example/v1"', ["regpulse.toml", "[llm] model", "missing"]),
        ('[llm]\nbase_url = "m.example"\nmodel = "m"', ["regpulse.toml", "[llm] base_url", "https://"]),
        ("[llm]\nenabled = 1", ["regpulse.toml", "[llm] enabled", "true or false"]),
        ('[people]\neditors = ["ann"]', ["regpulse.toml", "[people] editors", "'ann'", "slack:TEAM:USER"]),
        ('[people]\neditors = ["slack:U1"]', ["[people] editors", "discord:USER"]),
        ("[http", ["regpulse.toml", "not valid TOML"]),
    ],
)
def test_a_fault_in_the_settings_names_file_key_and_remedy(directory: Path, text: str, named: list[str]) -> None:
    spoil(directory, "regpulse.toml", text)
    line = refusal(directory)
    assert all(word in line for word in named), line


NUMBERS = [
    (section, key)
    for section, table in tomllib.loads((CONFIG / "regpulse.toml").read_text(encoding="utf-8")).items()
    for key, value in table.items()
    if isinstance(value, int | float) and not isinstance(value, bool)
]


def test_every_number_has_its_bounds_in_the_table_and_no_other_key_has() -> None:
    assert sorted(NUMBERS) == sorted((section, key) for section, keys in BOUNDS.items() for key in keys)


@pytest.mark.parametrize(("section", "key"), NUMBERS)
def test_a_number_beyond_its_bounds_is_refused_with_its_source_wherever_it_stands(
    directory: Path, section: str, key: str
) -> None:
    """Zero too, where it is no number to work with."""
    least, most = BOUNDS[section][key]
    whole = isinstance(getattr(getattr(config.load(directory, environment={}), section), key), int)
    variable = f"REGPULSE_{section}_{key}".upper()
    for value in (-1, least - 1, most * 2, *(() if whole else ("nan", "inf")), *((0,) if least else ())):
        text = str(int(value) if whole else value)
        spoil(directory, "regpulse.toml", f"[{section}]\n{key} = {text}\n")
        for line, source in (
            (refusal(directory), f"regpulse.toml: [{section}] {key}: must be from "),
            (refusal(directory, **{variable: text}), f"environment: {variable}: must be from "),
        ):
            assert source in line


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("REGPULSE_WEB_LISTEN", "foo", "'foo' must be host:port"),
        ("REGPULSE_HTTP_ALLOW_PRIVATE", "10.0.0.1", "'10.0.0.1' must be host:port"),
        ("REGPULSE_OPS_CHANNEL", "general", "'general' is no channel"),
        ("REGPULSE_OPS_CHANNEL", "discord:1:٣", "'discord:1:٣' is no channel"),
        ("REGPULSE_PEOPLE_EDITORS", "ann", "'ann' names nobody"),
        ("REGPULSE_PEOPLE_EDITORS", "discord:٣", "'discord:٣' names nobody"),
        ("REGPULSE_SOURCES_PACKS", "cor", "has no pack 'cor'. Known: core"),
        ("REGPULSE_DISCORD_REGISTER", "guild:x", "'guild:x' is neither"),
        ("REGPULSE_LLM_BASE_URL", "m.example", "'m.example' is not an address"),
        ("REGPULSE_SLACK_API_URL", "slack.com", "'slack.com' is not an address"),
        ("REGPULSE_DETECTION_ADJACENT", "0.9", "must not be above"),
        ("REGPULSE_ENCRYPTION_KEY", "abc", "is no key"),
        ("REGPULSE_ENCRYPTION_KEY", f"{'A' * 43}=,abc", "is no key"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(directory: Path, variable: str, value: str, told: str) -> None:
    line = refusal(directory, **{variable: value})
    assert line.startswith(f"environment: {variable}: ")
    assert told in line


def test_thresholds_that_contradict_each_other_are_both_named_with_their_sources(directory: Path) -> None:
    line = refusal(directory, REGPULSE_DETECTION_ALERT="0.1")
    assert "regpulse.toml: [detection] adjacent: must not be above environment: REGPULSE_DETECTION_ALERT" in line


def test_a_feed_is_asked_at_no_absurd_distance(directory: Path) -> None:
    spoil(directory, "feeds.toml", '[[feed]]\nid = "a"\nurl = "https://x.org"\npoll_minutes = -5\n')
    assert 'feed "a": poll_minutes: must be from 0' in refusal(directory)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[feed]]\nid = "a"\nurl = "htp://x"', ['feed "a"', "url", "https://"]),
        ('[[feed]]\nid = "a"', ['feed "a"', "url", "missing"]),
        ('[[feed]]\nurl = "https://x.org"', ["id", "missing"]),
        ('[[feed]]\nid = "a"\nurl = "https://x.org"\nkind = "rrs"', ['feed "a"', "kind", "'rrs'", "rss, atom"]),
        ('[[feed]]\nid = "a"\nurl = "https://x.org"\ncolour = "red"', ['feed "a"', "colour", "unknown key"]),
        ('[[feed]]\nid = "a"\nurl = "https://x.org"\n[[feed]]\nid = "a"\nurl = "https://y.org"', ['"a"', "twice"]),
        ("", ["feed", "missing", "[[feed]]"]),
    ],
)
def test_a_fault_in_the_feeds_names_the_feed_and_the_key(directory: Path, text: str, named: list[str]) -> None:
    spoil(directory, "feeds.toml", text)
    line = refusal(directory)
    assert "feeds.toml" in line
    assert all(word in line for word in named), line


def test_an_id_and_an_address_are_enough_for_a_feed(directory: Path) -> None:
    spoil(directory, "feeds.toml", '[[feed]]\nid = "a"\nurl = "https://x.org/feed"')
    (feed,) = config.load(directory, environment={}).feeds
    assert (feed.name, feed.kind, feed.tier, feed.poll_minutes) == ("a", "rss", "press", 60)


def test_a_missing_or_swapped_token_says_which_and_where_to_read_on(directory: Path) -> None:
    assert "REGPULSE_SLACK_BOT_TOKEN: missing" in refusal(directory, REGPULSE_SLACK_APP_TOKEN="xapp-1")
    assert "Swap the two" in refusal(directory, REGPULSE_SLACK_BOT_TOKEN="xapp-1")
    assert "cannot be read" in refusal(directory, REGPULSE_DISCORD_TOKEN_FILE="/nowhere/at/all")


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("REGPULSE_SLACK_BOT_TOKEN", "xoxb-1-ONE\nxoxb-2-TWO"),
        ("REGPULSE_SLACK_BOT_TOKEN", "“xoxb-1-ONE”"),
        ("SLACK_SIGNING_SECRET", "xoxb-ONÉ"),
        ("REGPULSE_DISCORD_TOKEN", "Bot MTk4.ONE"),
        ("REGPULSE_DISCORD_TOKEN", "MTk4.ONE\r\nsecond"),
        ("REGPULSE_LLM_KEY", "sk-ONE\tsk-TWO"),
        ("REGPULSE_WEB_TOKEN", "ONE of sixteen\nand another"),
    ],
)
@pytest.mark.parametrize("where", ["", "_FILE"])
def test_a_token_that_cannot_be_one_is_refused_by_its_name_and_not_shown(
    directory: Path, tmp_path: Path, name: str, holds: str, where: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(holds.encode())
    said = refusal(directory, **{f"{name}{where}": str(file) if where else holds})
    assert f"environment: {name}{where}: " in said
    assert "the token alone" in said
    assert (str(file) in said) == bool(where)
    assert "ONE" not in said
    assert "ONÉ" not in said


def test_people_may_choose_words_for_the_local_page_and_part_keys_by_lines(directory: Path) -> None:
    keys = ",\n".join(2 * [urlsafe_b64encode(b"k" * 32).decode()])
    environment = {"REGPULSE_WEB_TOKEN": "vier Wörter für Ämter", "REGPULSE_ENCRYPTION_KEY": keys}
    assert config.load(directory, environment=environment).tokens.web == "vier Wörter für Ämter"


def test_what_a_token_s_name_leads_to_must_be_a_small_file(directory: Path, tmp_path: Path) -> None:
    """Else every command would wait for ever for whoever writes into a pipe, or read a device to the end of memory."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_text("x" * 20_000, encoding="utf-8")
    for given in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        assert f"{given} is no file" in refusal(directory, REGPULSE_DISCORD_TOKEN_FILE=str(given))
    assert "large is too large" in refusal(directory, REGPULSE_DISCORD_TOKEN_FILE=str(tmp_path / "large"))
    (tmp_path / "link").symlink_to(tmp_path / "small")
    (tmp_path / "small").write_text("abc.def\n", encoding="utf-8")
    loaded = config.load(directory, environment={"REGPULSE_DISCORD_TOKEN_FILE": str(tmp_path / "link")})
    assert loaded.tokens.discord == "abc.def"


def test_the_model_s_key_is_a_secret_and_its_switch_may_stand_in_the_environment(directory: Path) -> None:
    loaded = config.load(directory, environment={"REGPULSE_LLM_KEY": "sk-1", "REGPULSE_LLM_ENABLED": "false"})
    assert loaded.tokens.secrets == ("sk-1",)
    assert "sk-1" not in repr(loaded)
    assert not loaded.llm.enabled
    assert "true or false" in refusal(directory, REGPULSE_LLM_ENABLED="off")


def test_a_missing_file_is_named(directory: Path) -> None:
    (directory / "topics.toml").unlink()
    assert "topics.toml: not found" in refusal(directory)


def test_a_variable_that_only_looks_like_ours_is_told_and_ignored(directory: Path) -> None:
    loaded = config.load(directory, environment={"REGPULSE_HTTP_TIMEOUT": "3"})
    assert any("REGPULSE_HTTP_TIMEOUT" in warning for warning in loaded.warnings)
