"""core.vocabulary and core.lexicon: the operator's words, checked at start and found as people write them."""

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from bot.core import vocabulary
from bot.core.lexicon import Lexicon, Words
from bot.errors import ConfigError
from bot.model import Verdict
from tests.core.vocabulary import CONFIG, SHARED, SHIPPED

TOPICS = tomllib.loads((CONFIG / "topics.toml").read_text(encoding="utf-8"))
INSTRUMENTS = tomllib.loads((CONFIG / "instruments.toml").read_text(encoding="utf-8"))


def found(term: str, text: str) -> bool:
    return bool(Lexicon([(term, "it")]).find(Words.of(text)))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("SB 53", "Newsom signs S.B. 53"),
        ("SB 53", "The SB-53 reports"),
        ("SB 53", "what SB53 means"),
        ("SB 53", "on SB\u00a053 today"),
        ("AI", "the A.I. law"),
        ("America's AI Action Plan", "America’s AI Action Plan is out"),
        ("生成AI", "日本政府、生成AIの指針を公表"),
        ("인공지능", "인공지능기본법 시행"),
        ("executive order", "two executive orders on chips"),
    ],
)
def test_a_term_is_found_however_it_is_written(term: str, text: str) -> None:
    assert found(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("SB 53", "SB 5374 on parking"),
        ("AI", "Ai Weiwei in court"),
        ("AI", "maintaining railways"),
        ("ICO", "an ico file"),
        ("law", "the lawn"),
    ],
)
def test_a_term_is_not_found_inside_another_word(term: str, text: str) -> None:
    assert not found(term, text)


def test_an_instrument_is_known_by_its_name_and_its_place() -> None:
    act = SHIPPED.instrument("eu-ai-act")
    assert act is not None
    assert act.jurisdiction == "EU"
    assert SHIPPED.place("US-CA") == "California"
    assert SHIPPED.place("ZZ") == "ZZ"
    assert SHIPPED.instrument("no-such-law") is None


def test_a_subscription_to_a_place_matches_what_lies_in_it() -> None:
    names = SHIPPED.tag_names(Verdict("positive", 1.0, (), ("US-NY-NYC",), ("eu-ai-act",), topics=("children",)))
    assert {"New York City", "New York", "United States", "EU AI Act", "Children and teens"} <= set(names)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t, i: t.pop("ai"), "config/topics.toml: ai"),
        (lambda t, i: t["governance"].update(strong="law"), "config/topics.toml: [governance] strong"),
        (lambda t, i: t["jurisdiction"][0].update(parent="MOON"), 'config/topics.toml: INTL: parent: unknown "MOON"'),
        (
            lambda t, i: t["meant"]["stage"].update(done="over"),
            'config/topics.toml: [meant.stage]: done: unknown "over"',
        ),
        (lambda t, i: t["meant"].update(colour={}), "config/topics.toml: [meant] colour"),
        (lambda t, i: t["topic"][0].pop("terms"), "config/topics.toml: frontier_safety terms"),
        (lambda t, i: i.pop("instrument"), "config/instruments.toml: instrument"),
        (lambda t, i: i["instrument"][0].pop("name"), "config/instruments.toml: instrument 1"),
        (lambda t, i: i["instrument"][0].update(aliases=[""]), "config/instruments.toml: us-eo-14110 aliases"),
        (
            lambda t, i: i["instrument"][0].update(jurisdiction="US-XY"),
            'config/instruments.toml: us-eo-14110: jurisdiction: unknown "US-XY"',
        ),
        (
            lambda t, i: i["instrument"][0].update(weak_aliases=["the order"]),
            "config/instruments.toml: us-eo-14110: context",
        ),
    ],
)
def test_a_fault_is_named_by_file_and_key(change: Callable[[Any, Any], object], said: str) -> None:
    topics, instruments = copy.deepcopy(TOPICS), copy.deepcopy(INSTRUMENTS)
    change(topics, instruments)
    with pytest.raises(ConfigError) as caught:
        vocabulary.load(topics, instruments)
    assert str(caught.value).startswith(said)


def test_no_instrument_of_the_registry_was_dropped() -> None:
    path = SHARED / "domain" / "instruments.toml"
    if not path.is_file():
        pytest.skip(f"{path} is not here: the registry's source is not part of the project")
    registry = tomllib.loads(path.read_text(encoding="utf-8"))["instrument"]
    assert {row["id"] for row in registry} == set(SHIPPED.instruments)


def test_every_shipped_feed_needs_no_key_and_is_on_no_black_list() -> None:
    path = SHARED / "domain" / "sources.toml"
    if not path.is_file():
        pytest.skip(f"{path} is not here: the list of sources is not part of the project")
    sources = tomllib.loads(path.read_text(encoding="utf-8"))
    feeds = tomllib.loads((CONFIG / "feeds.toml").read_text(encoding="utf-8"))["feed"]
    keyed = {row["id"] for row in sources["source"] if row["auth"] in ("free_key", "paid_key", "key")}
    refused = {row["url"] for row in sources["do_not_use"]}
    assert not [feed["id"] for feed in feeds if feed["id"] in keyed or feed["url"] in refused]
