"""core.check and core.grounding: what no claim may say, and on which sentences one stands."""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import check, grounding, sentences
from bot.demo.news import NEW
from bot.model import Claim, Evidence, Story, Verdict
from tests.core.corruptions import KINDS, Borne, corrupted
from tests.core.vocabulary import NOW, SHARED, report

ACT = (
    "The Senate passed the Chatbot Safety Act on Tuesday by 31 votes to 18. "
    "Under the bill the Harbour Authority may fine a developer up to 4% of its turnover, or €10 million, whichever is higher. "
    "Developers must report a critical incident within 72 hours, the sponsor said. "
    "The act would apply from 2 August 2027, unless Governor Jane Roe vetoes it. "
    "The Assembly has not scheduled a vote, and the governor reportedly prefers a voluntary code. "
    "The Federal Trade Commission declined to comment."
)


def broken(text: str, quote: str = "") -> set[str]:
    """Rules that the text breaks against the sentence of ACT that starts so, or all of it."""
    quotes = [sentence.text for sentence in sentences.split(ACT) if sentence.text.startswith(quote)]
    return {rule for rule, _ in check.unproved(text, quotes, cased=True)}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The Senate passed the Chatbot Safety Act by 31 votes to 18.", "The Senate"),
        ("The Harbour Authority may fine a developer up to 4% of its turnover or 10 million euros.", "Under"),
        ("Developers must report a critical incident within 72 hours.", "Developers"),
        ("The act would apply from August 2, 2027, unless Governor Roe vetoes it.", "The act"),
        ("The Assembly has not scheduled a vote.", "The Assembly"),
        ("The FTC declined to comment.", "The Federal"),
        ("Under the bill, developers must report critical incidents within 72 hours.", ""),
    ],
)
def test_what_says_no_more_than_its_evidence_is_let_through(text: str, quote: str) -> None:
    assert broken(text, quote) == set()


@pytest.mark.parametrize(
    ("text", "quote", "rule"),
    [
        ("The Senate passed the Chatbot Safety Act by 31 votes to 19.", "The Senate", "number"),
        ("The Harbour Authority may fine a developer up to 10 million dollars.", "Under", "number"),
        ("Developers must report a critical incident within 72 days.", "Developers", "number"),
        ("The act would apply from 2 July 2027, unless Governor Jane Roe vetoes it.", "The act", "date"),
        ("The Assembly passed the Chatbot Safety Act by 31 votes to 18.", "The Senate", "name"),
        ("Regulators may fine a developer up to 4% of its turnover.", "Under", "name"),
        ("The Harbour Authority will fine a developer up to 4% of its turnover.", "Under", "modal"),
        ("The Harbour Authority can fine a developer up to 4% of its turnover.", "Under", "modal"),
        ("The act applies from 2 August 2027.", "The act", "modal"),
        ("The act would apply from 2 August 2027, if Governor Jane Roe vetoes it.", "The act", "hedge"),
        ("The Assembly has scheduled a vote.", "The Assembly", "negation"),
        ("The Senate has not passed the Chatbot Safety Act.", "The Senate", "negation"),
        ("The governor prefers a voluntary code.", "The Assembly", "hedge"),
        ("The Senate adopted the Chatbot Safety Act on Tuesday.", "The Senate", "stage"),
        ("The Senate passed the Chatbot Safety Act on Monday.", "The Senate", "date"),
        ("The Harbour Authority passed the Chatbot Safety Act on Tuesday.", "", "swap"),
        ("The sponsor passed every chatbot safety rule over bitter protests and loud music.", "The Senate", "word"),
    ],
)
def test_what_says_more_or_other_is_refused_by_the_rule_it_breaks(text: str, quote: str, rule: str) -> None:
    assert rule in broken(text, quote)


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        (("The Assembly has", "scheduled a vote"), "negation"),
        (("prefers a voluntary code",), "hedge"),
        (("The act", "apply from 2 August 2027"), "modal"),
    ],
)
def test_spans_cut_so_that_a_doubt_falls_out_do_not_prove_the_rest(parts: tuple[str, ...], rule: str) -> None:
    entry = report("Senate passes chatbot act", ACT)
    story = Story((entry,), Verdict("positive", 1.0, ()), NOW, id=1)
    spans = [(ACT.index(part), ACT.index(part) + len(part)) for part in parts]
    claim = Claim(" ".join(parts) + ".", tuple(Evidence(1, start, end, ACT[start:end]) for start, end in spans))
    assert rule in {fault.rule for fault in check.faults(claim, story)}


def test_where_names_have_no_capitals_any_new_word_may_be_one() -> None:
    source = "the mayor of harbourtown opened the library on sunday."
    assert not check.names_told(source)
    assert {rule for rule, _ in check.unproved("the mayor of hilltown opened the library.", [source], cased=False)}


def test_numbers_taken_apart_by_a_pdf_are_the_same_numbers() -> None:
    quote = "about 1, 600 firms, among them a 36 - year - old maker, paid $ 1. 3 billion."
    text = "About 1,600 firms, among them a 36-year-old maker, paid $1.3 billion."
    assert list(check.unproved(text, [quote], cased=True)) == []


def test_a_claim_longer_than_anybody_reads_is_refused() -> None:
    assert broken(f"{ACT} " * 3) == {"length"}


@given(st.integers(0, 5), st.integers(1, 9_999_999), st.sampled_from(["", "%", " days", " million euros", " hours"]))
def test_a_number_that_the_source_does_not_hold_never_passes(at: int, number: int, unit: str) -> None:
    sentence = sentences.split(ACT)[at].text
    claim = f"{sentence.rstrip('.')}, or {number:,}{unit}."
    known = {"31", "18", "4%", "10 million euros", "72 hours", "72", "10", "4", "2", "2027"}
    if f"{number}{unit}" not in known:
        assert "number" in {rule for rule, _ in check.unproved(claim, [ACT], cased=True)}


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_check_has_an_answer_to_any_text(text: str, source: str) -> None:
    list(check.unproved(text, [source], cased=check.names_told(source)))
    assert all(source[span.start : span.end] == span.text for span in grounding.spans(text, source))


@given(st.lists(st.sampled_from([sentence.text for sentence in sentences.split(ACT)]), min_size=1, max_size=4))
def test_the_sources_own_sentences_always_pass(chosen: list[str]) -> None:
    for sentence in chosen:
        quotes = [span.text for span in grounding.spans(sentence, ACT)]
        assert list(check.unproved(sentence, quotes, cased=True)) == []


def test_a_sentence_stands_on_those_that_hold_its_rare_words() -> None:
    (span,) = grounding.spans("Developers have 72 hours to report a critical incident.", ACT)
    assert span.text.startswith("Developers must report")


PLACES = (
    "California signed its chatbot law on 3 March 2027, and Texas may follow within 90 days. "
    "The European Union adopted its guidance in July, while the United Kingdom has not yet published a draft. "
    "Germany and France will pay 12 million euros for the office in Brussels, which opened on Monday. "
    "Japanese and Canadian firms must register within six months, a lawyer in London said."
)


def own() -> Iterator[Borne]:
    """Each sentence of ours and of the demo's articles."""
    for number, article in ((-1, ACT), (-2, PLACES)):
        yield from (Borne(each.text, article, number) for each in sentences.split(article))
    for number, piece in enumerate(NEW):
        article = piece.dated(NOW).article
        if article.isascii():  # the corruptions are English
            yield from (Borne(each.text, article, number) for each in sentences.split(article))


def labelled() -> Iterator[Borne]:
    """Sentences that three readers called true; none when the file is not here."""
    for row in rows("faithfulness"):
        if row["faithful"]:
            yield Borne(row["sentence"], row["article"], hash_of(row["article"]))


def published() -> Iterator[Borne]:
    """Sentences of news articles; none when the file is not here."""
    for row in rows("deks"):
        if row["news"]:
            for each in sentences.split(row["body"])[2:18:8]:
                if 8 <= len(each.text.split()) <= 45:
                    yield Borne(each.text, row["body"], hash_of(row["body"]))


def rows(name: str) -> list[dict[str, Any]]:
    path = SHARED / "eval" / "briefs" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def hash_of(article: str) -> int:
    return zlib.crc32(article.encode())


def refused(sentence: str, article: str) -> bool:
    quotes = [span.text for span in grounding.spans(sentence, article)]
    return any(check.unproved(sentence, quotes, cased=check.names_told(article)))


def test_corruptions_of_our_own_sentences_are_refused_and_the_sentences_are_not() -> None:
    true = tuple(own())
    suite = tuple(corrupted(true, each=3))
    assert {one.kind for one in suite} == set(KINDS)
    let_through = [one for one in suite if not refused(one.sentence, one.article)]
    assert len(let_through) <= 0.02 * len(suite), let_through
    assert not [one.sentence for one in true if refused(one.sentence, one.article)]


def test_of_two_thousand_corruptions_at_most_two_in_a_hundred_get_through_and_one_true_sentence_in_ten_does_not() -> (
    None
):
    true = (*labelled(), *published())
    if not true:
        pytest.skip("the evaluation files are not here: they are not part of the project")
    suite = tuple(corrupted(true))
    assert len(suite) >= 2_000
    let_through = Counter(one.kind for one in suite if not refused(one.sentence, one.article))
    assert let_through.total() <= 0.02 * len(suite), let_through
    assert sum(refused(one.sentence, one.article) for one in true) <= 0.10 * len(true)
