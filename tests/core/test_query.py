"""core.query: one language for subscriptions and search, and both agree on every match."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audience import indexed
from bot.core.query import Text, matched, parse, to_fts
from bot.errors import UserError

WORDS = st.sampled_from(
    [
        "ai",
        "act",
        "acts",
        "AI",
        "chatbot",
        "EU",
        "fine",
        "fines",
        "SB53",
        "café",
        "cafe",
        "law's",
        "人工知能",
        "OR",
        "x-ray",
    ]
)
TERMS = WORDS | st.lists(WORDS, min_size=1, max_size=3).map(lambda words: '"' + " ".join(words) + '"')


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(inner, min_size=2, max_size=3).map(" ".join)
        | st.lists(inner, min_size=2, max_size=3).map(" OR ".join)
        | st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) -({pair[1]})")
    )


QUERIES = st.recursive(TERMS.filter(lambda term: term != "OR"), _grown, max_leaves=6)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


def hears(query: str, text: str) -> tuple[str, ...] | None:
    return matched(parse(query), Text(text))


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("ai", "New AI rules", ("AI",)),
        ("ai", "Training in the rain", None),
        ('"EU AI Act"', "The EU’s AI Act applies", ("EU’s AI Act",)),
        ('"ai act"', "The EU AI-Act applies", ("AI-Act",)),
        ("sb-53", "California’s S.B. 53", ("S.B. 53",)),
        ("sb53", "SB 5374", None),
        ("fine", "Fines of 3%", ("Fines",)),
        ("cafe", "Café law", ("Café",)),
        ('"EU AI Act" -opinion', "Opinion: the EU AI Act", None),
        ("nvidia OR openai", "OpenAI sues", ("OpenAI",)),
        ("(nvidia OR openai) china", "Nvidia in China", ("Nvidia", "China")),
        ("知能", "生成AIと人工知能", ("知能",)),
        ("everything", "Anything", ("everything",)),
        ("everything -opinion", "Opinion", None),
    ],
)
def test_a_query_finds_whole_words_in_any_spelling(query: str, text: str, words: tuple[str, ...] | None) -> None:
    assert hears(query, text) == words


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "Say which words"),
        ('"EU AI', "The quote at character 1 has no partner."),
        ('eu "ai', "The quote at character 4"),
        ("ai (", "ends too early"),
        ("ai )", "“)” at character 4"),
        ("-opinion", "needs something to look for"),
        ("ai OR -opinion", "needs something to look for"),
        ("ai OR", "ends too early"),
        ("!!!", "holds no word"),
        ("x" * 501, "501 characters"),
        ("(" * 30 + "x" + ")" * 30, "20 parentheses"),
    ],
)
def test_a_query_that_cannot_be_read_says_where_and_why(query: str, told: str) -> None:
    with pytest.raises(UserError, match=told.replace("(", r"\(").replace(")", r"\)")) as caught:
        parse(query)
    assert "\n" not in str(caught.value)


@given(QUERIES)
def test_the_printed_form_of_a_query_parses_to_itself(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_query_or_a_sentence(text: str) -> None:
    try:
        query = parse(text)
    except UserError:
        return
    assert parse(str(query)) == query


@given(QUERIES, TEXTS)
def test_search_in_the_store_and_routing_agree(query: str, text: str) -> None:
    db = sqlite3.connect(":memory:")
    try:
        db.execute("""CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2")""")
        db.execute("INSERT INTO words VALUES (?)", (indexed(text),))
        found = db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (to_fts(parse(query)),)).fetchone()[0]
    finally:
        db.close()
    assert bool(found) == (hears(query, text) is not None)
