"""core.query: one language for subscriptions and search, and both agree on every match."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.audience import indexed
from bot.core.query import ADJACENT, FIRST_YEAR, LAST_YEAR, Text, date_words, matched, parse, tag, to_fts
from bot.errors import UserError

WORDS = st.sampled_from(
    ("ai", "act", "acts", "AI", "chatbot", "EU", "fine", "fines", "SB53", "S.B.", "x-ray", "law's", "everything")
) | st.sampled_from(
    ("café", "cafe\u0301", "人工知能", "知能", "½", "Ⅷ", "ORDER", "ANDORRA", "breach", "breaches", "bias", "biases")
)
TAGGED = st.sampled_from(
    (("importance", "high"), ("stage", "signed"), ("jurisdiction", "us-ca"), ("topic", "standards"))
)
TERMS = (
    WORDS
    | TAGGED.map(":".join)
    | st.lists(WORDS, min_size=1, max_size=3).map(lambda words: '"' + " ".join(words) + '"')
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(inner, min_size=2, max_size=3).map(" ".join)
        | st.lists(inner, min_size=2, max_size=3).map(" OR ".join)
        | st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) -({pair[1]})")
        | st.tuples(inner, inner, inner).map(lambda three: f"({three[0]}) (({three[1]}) OR -({three[2]}))")
    )


def _readable(text: str) -> bool:
    try:
        parse(text)
    except UserError:
        return False
    return True


CONDITIONS = st.recursive(TERMS, _grown, max_leaves=6)
QUERIES = (CONDITIONS | CONDITIONS.map(lambda text: f"({text}) include:adjacent")).filter(_readable)
TAGS = TAGGED.map(lambda pair: tag(*pair)) | st.just(ADJACENT)
TEXTS = st.lists(WORDS | TAGS, max_size=12).map(" ".join)


def hears(query: str, text: str) -> tuple[str, ...] | None:
    return matched(parse(query), Text(text))


def finds(query: str, text: str) -> bool:
    """What the store's search answers."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("""CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2")""")
        db.execute("INSERT INTO words VALUES (?)", (indexed(text),))
        found = db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (to_fts(parse(query)),)).fetchone()[0]
    return bool(found)


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("ai", "New AI rules", ("AI",)),
        ("ai", "Training in the rain", None),
        ('"EU AI Act"', "The EU’s AI Act applies", ("EU’s AI Act",)),
        ("“EU AI Act”", "The EU AI Act applies", ("EU AI Act",)),
        ("„EU AI Act“", "The EU AI Act applies", ("EU AI Act",)),
        ('"ai act"', "The EU AI-Act applies", ("AI-Act",)),
        ("sb-53", "California’s S.B. 53", ("S.B. 53",)),
        ('"SB 53"', "California’s SB-53", ("SB-53",)),
        ("sb53", "SB 5374", None),
        ("cafe", "Café law", ("Café",)),
        ("resume", "A re\u0301sume\u0301 scanner", ("résumé",)),
        ('"EU AI Act" -opinion', "Opinion: the EU AI Act", None),
        ('"EU AI Act" –opinion', "Opinion: the EU AI Act", None),
        ("nvidia OR openai", "OpenAI sues", ("OpenAI",)),
        ("(nvidia OR openai) china", "Nvidia in China", ("Nvidia", "China")),
        ("chatbot AND minors", "Chatbots and minors", ("Chatbots", "minors")),
        ("EXECUTIVE ORDER", "The order came late", None),
        ("EXECUTIVE ORDER", "An executive order", ("executive", "order")),
        ("知能", "生成AIと人工知能", ("知能",)),
        ("everything", "Anything", ("everything",)),
        ("everything -opinion", "Opinion", None),
        ('"everything"', "All of it", None),
        ("chatbot -(-minors)", "Chatbots", None),
        ('"EU AI Act"', "the\nEU\n  AI Act", ("EU AI Act",)),
        ("jurisdiction:US-CA", tag("jurisdiction", "US-CA"), ("jurisdiction:us-ca",)),
        ("jurisdiction:us", tag("jurisdiction", "US-CA"), None),
        ("stage:in_force fine", f"Fines {tag('stage', 'in_force')}", ("stage:in_force", "Fines")),
        ("fine -importance:high", f"Fines {tag('importance', 'high')}", None),
        ("importance:high", "It is of importance: high time", None),
        ("re:invent", "At re:Invent", ("re:Invent",)),
        ("fine", f"Fines {ADJACENT}", None),
        ("fine include:adjacent", f"Fines {ADJACENT}", ("Fines", "everything")),
        ("Include:Adjacent", ADJACENT, ("everything",)),
        ("fine include:adjacent", "Rules", None),
        ("stage:signed,vetoed", tag("stage", "vetoed"), ("stage:vetoed",)),
        ("fine -stage:signed,vetoed", f"Fine {tag('stage', 'vetoed')}", None),
        ('source:"El País"', tag("source", "El Pais"), ('source:"el país"',)),
        ("source:404", tag("source", "404-media"), None),
        ("source:404-Media", tag("source", "404 Media"), ("source:404-media",)),
        ("media", tag("source", "404 Media"), None),
        ("SOURCE:「日経」", tag("source", "日経新聞"), None),
        ("language:Japanese", tag("language", "Japanese"), ("language:japanese",)),
        ("regulation", "reg\u200eula\u00adtion", ("regulation",)),
        ("reg\u202eulation", "regulation", ("regulation",)),
        ("a\x00b", "ab", ("ab",)),
        ("ab", "a\x00b", ("ab",)),
        ("ᦰᦱ", "ᦰᦱ", ("ᦰᦱ",)),
        ("ab*", "abc", None),
        ("text:ai", "ai", None),
        ("NEAR(ai 5)", "ai 5", None),
        ("ai^2", "ai", None),
        ("DROP TABLE words; ai", "ai", None),
    ],
)
def test_a_query_finds_whole_words_in_any_spelling(query: str, text: str, words: tuple[str, ...] | None) -> None:
    assert hears(query, text) == words
    assert finds(query, text) is (words is not None)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("fine", "Fines"),
        ("policy", "policies"),
        ("cookie", "cookies"),
        ("breach", "breaches"),
        ("tax", "taxes"),
        ("loss", "losses"),
        ("process", "processes"),
        ("bias", "biases"),
        ("virus", "viruses"),
        ("clause", "clauses"),
        ("house", "houses"),
        ("case", "cases"),
        ("use", "uses"),
        ("news", "news"),
    ],
)
def test_singular_and_plural_find_each_other(one: str, many: str) -> None:
    assert hears(one, many)
    assert hears(many, one)


@pytest.mark.parametrize(
    ("query", "text"), [("news", "New rules"), ("us", "use it"), ("its", "IT rules"), ("ai", "AIS")]
)
def test_words_that_only_look_like_plurals_are_left_alone(query: str, text: str) -> None:
    assert hears(query, text) is None


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "Say which words"),
        ('"EU AI', "A quote opened at character 1 is never closed."),
        ('eu "ai', "A quote opened at character 4 is never closed."),
        ('eu "ai" "act', "A quote opened at character 9 is never closed."),
        ("(eu ai", "A parenthesis opened at character 1 is never closed."),
        ("ai )", "A parenthesis closed at character 4 was never opened."),
        ("ai ()", "“)” at character 5 does not belong there"),
        ("AI Act - fines", "“-” at character 8 does not belong there"),
        ("OR ai", "“OR” at character 1 does not belong there"),
        ("ai OR OR act", "“OR” at character 7 does not belong there"),
        ("--ai", "“-” at character 2 does not belong there"),
        ("ai OR", "ends too early: a word is missing after “OR”"),
        ("-opinion", "Try: everything -opinion"),
        ("-a -b", "Try: everything -a -b"),
        ("ai OR -opinion", "needs something to look for"),
        ("ai -everything", "nothing could ever match"),
        ("eu !!!", "“!!!” at character 4 holds no word"),
        ("x" * 501, "501 characters"),
        ("importance:huge", "Unknown importance “huge” at character 12. There are: high, low, medium."),
        ("certainty:sure", "Unknown certainty “sure” at character 11. There are: confirmed, reported, rumoured."),
        ("include:sport", "What can be included besides: include:adjacent"),
        ("fine OR include:adjacent", "not within OR"),
        ("fine -include:adjacent", "not behind -"),
        ("(a OR b)" * 60, "539 characters"),
        ("ai stge:signed", "Unknown field “stge” at character 4: did you mean stage:signed?"),
        ("Lang:fr", "Unknown field “Lang” at character 1: did you mean language:fr?"),
        ("country:", "Unknown field “country” at character 1: did you mean jurisdiction:us-ca?"),
        ("-(ai topics:x)", "Unknown field “topics” at character 6: did you mean topic:x?"),
        ("ai stage: signed", "A value must follow stage: at character 10, as in stage:signed"),
        ('topic:"!!"', "A value must follow topic: at character 8, as in topic:copyright"),
        ("stage:signed,,vetoed", "A value must follow stage: at character 14"),
        ("language:klingon", "Unknown language “klingon” at character 10. There are: af, afrikaans, "),
        ("language:frensh", "Unknown language “frensh” at character 10: did you mean language:french?"),
        ("tier:pres", "Unknown tier “pres” at character 6: did you mean tier:press?"),
        (
            "ai since:2026-13",
            "“2026-13” at character 10 is no date. Write a year, a month or a day, as in since:2026-11",
        ),
        ("since:yesterday", "“yesterday” at character 7 is no date."),
        ("until:2026-02-30", "“2026-02-30” at character 7 is no date."),
        ("until:1969", "“1969” at character 7 is no date."),
        ("(" * 21 + "x" + ")" * 21, "More than 20 parentheses within each other, at character 21"),
    ],
)
def test_a_query_that_cannot_be_read_says_where_and_why(query: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(query)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  eu   ai ", "eu ai"),
        ("“EU  AI Act” –opinion", '"EU AI Act" -opinion'),
        ("a AND b", "a b"),
        ('"-x" ai', '"-x" ai'),
        ('"(x" ai', '"(x" ai'),
        ('"everything" ai', '"everything" ai'),
        ("EVERYTHING -ai", "everything -ai"),
        ("Stage:Signed include:ADJACENT", "stage:signed include:adjacent"),
        ('"stage:signed" ai', '"stage:signed" ai'),
        ("ai -(-act)", "ai act"),
        ("(a OR b) (c OR (d e))", "(a OR b) (c OR d e)"),
        ("ai stage:Signed,vetoed", "ai (stage:signed OR stage:vetoed)"),
        ("-stage:signed,vetoed everything", "-(stage:signed OR stage:vetoed) everything"),
        ("stage:signed,signed", "stage:signed"),
        ("Topic:“Data  Protection” ai", 'topic:"data protection" ai'),
        ('topic:"copyright"', "topic:copyright"),
        ('source:"a,b"', 'source:"a,b"'),
        ('"stge:signed" ai', '"stge:signed" ai'),
        ("since:2026-11 until:2026-11-05", "since:2026-11 until:2026-11-05"),
        ("re:invent https://a.example/x", "re:invent https://a.example/x"),
        ("\u200fai\u202e act", "ai act"),
    ],
)
def test_a_query_is_printed_in_one_form(typed: str, printed: str) -> None:
    assert str(parse(typed)) == printed
    assert parse(printed) == parse(typed)


@given(QUERIES)
def test_the_printed_form_of_a_query_parses_to_itself(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query


def _hostile() -> st.SearchStrategy[str]:
    marks = st.sampled_from([*"\"“”„«»()-–—− *:^+{}\\;'", "OR", "AND", "NOT", "NEAR(", "everything", "ai", "text:ai"])
    return st.lists(marks | st.characters(), max_size=25).map("".join)


@given(_hostile())
def test_whatever_is_typed_is_a_query_or_a_sentence(typed: str) -> None:
    try:
        query = parse(typed)
    except UserError:
        return
    assert parse(str(query)) == query
    finds(typed, "ai act")  # no FTS5 syntax of theirs reaches SQLite


@given(QUERIES, TEXTS)
def test_search_in_the_store_and_routing_agree(query: str, text: str) -> None:
    assert finds(query, text) is (hears(query, text) is not None)


DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@given(DAYS, DAYS, st.sampled_from((4, 7, 10)))
@example(date(2026, 12, 31), date(2026, 12, 31), 10)
@example(date(2029, 12, 31), date(2029, 12, 31), 7)
@example(date(2024, 2, 29), date(2024, 2, 29), 10)
@example(date(FIRST_YEAR, 1, 1), date(FIRST_YEAR, 1, 1), 10)
@example(date(LAST_YEAR, 12, 31), date(LAST_YEAR, 12, 31), 10)
def test_since_and_until_include_the_day_month_or_year_they_name(day: date, asked: date, length: int) -> None:
    value = asked.isoformat()[:length]
    text = Text(" ".join(date_words(datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC))))
    assert (matched(parse(f"since:{value}"), text) is not None) is (day.isoformat()[:length] >= value)
    assert (matched(parse(f"until:{value}"), text) is not None) is (day.isoformat()[:length] <= value)


def test_the_day_of_a_story_is_one_of_universal_time() -> None:
    tokyo = datetime(2026, 11, 6, 8, tzinfo=timezone(timedelta(hours=9)))
    assert date_words(tokyo) == date_words(datetime(2026, 11, 5, 23, tzinfo=UTC))
    for year, counted in ((1, FIRST_YEAR), (9999, LAST_YEAR)):
        text = Text(" ".join(date_words(datetime(year, 6, 6, tzinfo=UTC))))
        assert matched(parse(f"since:{counted} until:{counted}"), text)


def _longest() -> Iterator[str]:
    nested = "a"
    for letter in "bcdefghijklmnopqrst":
        nested = f"(x {nested} -{letter})" if letter < "k" else f"({nested} OR -{letter} y)"
    yield nested
    yield "a " * 250
    yield "a OR " * 99 + "a"
    yield "(a OR " * 20 + "a" + ")" * 20
    yield " ".join(f"-{letter}" for letter in "bcdefg" * 20) + " a"
    yield " ".join(f"since:19{number:02}" for number in range(70, 99)) + " OR a"
    yield "a " + " ".join(["-until:2031-03-17"] * 27)
    yield "(" * 20 + "-since:2031-03-17 OR a" + ")" * 20 + " b"
    yield "a stage:" + ",".join("bcdefghijk" * 23)
    yield '"' + "a " * 240 + '"'


@pytest.mark.parametrize("query", tuple(_longest()), ids=range(10))
def test_the_longest_queries_are_read_and_found(query: str) -> None:
    assert finds(query, "a x y") is (hears(query, "a x y") is not None)


def test_a_match_padded_with_punctuation_is_shown_short() -> None:
    (shown,) = hears('"eu act"', f"EU {'.' * 5000} Act") or ()
    assert len(shown) <= 80
