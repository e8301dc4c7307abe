"""core.extract: which sentences a brief is made of, how they are shortened, and what the long brief tells."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import brief as briefs
from bot.core import extract, moves
from bot.core.extract import candidates, clauses
from bot.core.relevance import judge
from bot.model import Brief, Entry, Story
from tests.core.vocabulary import FEED, NOW, SHARED, SHIPPED, report

TITLE = "Harbour Authority fines Alpha over its companion chatbot"
TOLD = (
    "The Harbour Authority fined the chatbot maker Alpha 2 million euros on Monday over conversations with minors. "
    "The fine is the first under the Minors Act, which the parliament adopted in 2025 after two years of debate. "
    "Alpha must delete the conversations within 30 days or pay a daily penalty of 10,000 euros. "
    "Consumer groups welcomed the decision and asked for the same rules for every maker of chatbots. "
    "It is unclear whether the authority will open cases against smaller firms. "
    "The administrative court will hear an appeal by Alpha on 4 March 2027."
)


def briefed(*entries: Entry) -> tuple[Brief, Story]:
    story = Story(entries, judge(entries[0], FEED, SHIPPED), NOW, id=1)
    framed = briefs.frame(story, SHIPPED, NOW, writer="extract", disclosure="Extracts from the source, no AI.")
    filled = extract.fill(framed, story)
    assert briefs.check(filled, story) == ()
    return briefs.checked(filled, story), story


def said(brief: Brief) -> list[str]:
    return [claim.text for claim in (*brief.dek, *brief.takeaways, *brief.watch)]


# Which sentences


def test_the_lead_tells_what_the_headline_tells_and_the_watch_line_names_the_day_to_come() -> None:
    brief, _ = briefed(report(TITLE, TOLD))
    lead, *points, watch = said(brief)
    assert lead.startswith("The Harbour Authority fined")
    assert "Alpha must delete the conversations within 30 days or pay a daily penalty of 10,000 euros." in points
    assert watch == "The administrative court will hear an appeal by Alpha on 4 March 2027."


def test_where_a_report_has_too_little_for_three_points_what_is_to_come_is_one_of_them() -> None:
    short = " ".join(re.findall(r"[^.]+\.", TOLD)[i].strip() for i in (0, 2, 3, 5))
    brief, _ = briefed(report(TITLE, short))
    assert brief.takeaways[-1].text == "The administrative court will hear an appeal by Alpha on 4 March 2027."
    assert (len(brief.takeaways), brief.watch) == (3, ())


def test_a_day_gone_by_is_nothing_to_watch() -> None:
    past = TOLD.replace("4 March 2027", "4 March 2026").replace("will hear", "heard").replace(" within 30 days", "")
    brief, _ = briefed(report(TITLE, past))
    assert brief.watch == ()


def test_what_other_outlets_tell_too_is_chosen_before_what_one_tells_alone() -> None:
    facts = (
        "The Harbour Authority fined the maker Alpha over its companion chatbot after a complaint by two schools.",
        "The company must print its house rules in every language of the old harbour.",
        "The company must name a person who answers the letters of worried parents.",
        "The company must show an inspector how the software greets a new visitor.",
        "The company must erase every talk with a minor that the servers still hold.",
    )
    others = tuple(report(TITLE, facts[-1], number=n, outlet=f"Outlet {n}") for n in (2, 3))
    alone, _ = briefed(report(TITLE, " ".join(facts)))
    together, _ = briefed(report(TITLE, " ".join(facts)), *others)
    assert facts[-1] not in said(alone)
    assert facts[-1] in said(together)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is the first fine of its kind in the harbour district.",
        "This decision is the first of its kind in the district.",
        "The former was adopted by the parliament in the spring of 2025.",
        "He told the newspaper that the fine was much too low for Alpha.",
        "Alpha also said that it would leave the harbour district for good.",
        "“We will leave the harbour for good and never come back to it,” he said.",
        "Many complain that the conversations were never deleted by the firm.",
        "Read more about the fine and the chatbot maker on our new page.",
        "Here is what you need to know about the fine for the chatbot maker.",
        "Why did the authority wait two years before it fined the firm?",
        "Alpha did not respond to a request for comment on the decision.",
        "For the harbour authority, and for every maker of a companion chatbot.",
        "(The authority had warned the firm in the spring of last year.)",
        "As noted above, the authority had warned the firm in the spring.",
        "The decision was first reported by the Harbour Courier on Monday.",
    ],
)
def test_no_pointer_teaser_or_boilerplate_becomes_a_point(sentence: str) -> None:
    entry = report(TITLE, f"The Harbour Authority fined Alpha on Monday. {sentence}")
    assert sentence not in [one.text for one in candidates.of(entry, 0)]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("However, the firms must answer within 21 days.", "The firms must answer within 21 days."),
        ("BRUSSELS (Newswire) — The authority fined Alpha on Monday.", "The authority fined Alpha on Monday."),
        ("But the governor has not signed the bill yet.", "The governor has not signed the bill yet."),
        (
            "What happens now The authority will publish its decision soon.",
            "The authority will publish its decision soon.",
        ),
    ],
)
def test_datelines_headings_and_connectives_are_left_away(written: str, told: str) -> None:
    (found,) = candidates.of(report(TITLE, written), 0)
    assert found.text == told
    assert found.quotes[0].quote.lower().rstrip(".") == told.lower().rstrip(".")


def test_points_do_not_repeat_each_other() -> None:
    text = TOLD + " Alpha must delete all conversations within 30 days or else pay a penalty of 10,000 euros a day."
    brief, _ = briefed(report(TITLE, text))
    assert sum("30 days" in text for text in said(brief)) == 1


# Shortening


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (
            "The regulator fined the company two million euros for ignoring the new rules on chatbots, which were adopted "
            "by the parliament last spring after a debate of many months.",
            "The regulator fined the company two million euros for ignoring the new rules on chatbots.",
        ),
        (
            "The chairman of the board (a former judge who had advised three governments on privacy) said the company will "
            "appeal against the fine in the autumn.",
            "The chairman of the board said the company will appeal against the fine in the autumn.",
        ),
        (
            "While most of the members had long expected a compromise in the committee, the chamber passed the bill with "
            "a wide majority in the night.",
            "The chamber passed the bill with a wide majority in the night.",
        ),
    ],
)
def test_a_long_sentence_loses_whole_clauses(long: str, short: str) -> None:
    assert clauses.said(long, clauses.shortened(long, 18)) == short


@pytest.mark.parametrize(
    "kept",
    [
        "The bill applies to all makers of chatbots in the state, unless the governor vetoes it before the end of the month.",
        "The firm must delete the conversations of its users by March, while the authority did not say what happens after that.",
        "The authority can fine a company up to ten million euros, according to a lawyer who has read the draft of the text.",
        "“The rules are far too strict, which is why we will leave the country before the end of next year,” said Jane Roe.",
    ],
)
def test_no_clause_goes_that_denies_conditions_or_attributes(kept: str) -> None:
    assert clauses.said(kept, clauses.shortened(kept, 12)) == kept


def test_a_shortened_point_carries_one_exact_span_for_each_part() -> None:
    long = (
        "The Harbour Authority (which the parliament founded in 2019 to watch over ports and later over software makers of every kind and size) "
        "fined the chatbot maker Alpha two million euros on Monday over its conversations with minors."
    )
    brief, story = briefed(report(TITLE, long))
    (claim,) = brief.dek
    assert [proof.quote for proof in claim.evidence] == [
        "The Harbour Authority",
        "fined the chatbot maker Alpha two million euros on Monday over its conversations with minors.",
    ]
    assert all(story.entries[0].source[proof.start : proof.end] == proof.quote for proof in claim.evidence)


@given(
    st.lists(st.sampled_from(re.findall(r"[\w’]+|[,.;—()“”]", TOLD + " which (who said) — “no”; while")), max_size=60)
)
def test_shortening_keeps_words_in_their_order(words: list[str]) -> None:
    text = " ".join(words)
    parts = clauses.shortened(text, 12)
    assert all(0 <= start < end <= len(text) for start, end in parts) or not text
    assert [start for start, _ in parts] == sorted(start for start, _ in parts)


# The long brief


def test_the_long_brief_has_the_moves_its_sources_carry_and_repeats_nothing() -> None:
    brief, _ = briefed(
        report(TITLE, TOLD + " The authority had warned Alpha twice in 2024 about the age of its users.")
    )
    found = {one.move: [claim.text for claim in one.sentences] for one in brief.long}
    assert list(found) == [move for move in moves.MOVES if move in found]
    assert "The authority had warned Alpha twice in 2024 about the age of its users." in found["history"]
    assert not {text for some in found.values() for text in some} & set(said(brief))


@pytest.mark.parametrize(
    ("sentence", "move"),
    [
        ("Developers must publish a safety report within 90 days.", "mechanism"),
        ("It remains to be seen, and unclear, whether the court agrees.", "uncertain"),
        ("The governor vetoed a similar bill in 2024.", "history"),
        ("Publishers welcomed the ruling.", "effects"),
        ("The committee is expected to vote in May.", "next"),
        ("The chamber gave its consent on Monday.", "act"),
    ],
)
def test_a_sentence_makes_the_move_its_cues_tell(sentence: str, move: str) -> None:
    assert moves.of(sentence, 0) == move


# All articles there are


def articles() -> Iterator[tuple[str, str]]:
    seed = SHARED / "seed" / "article.txt"
    if seed.is_file():
        yield "President delays AI order", seed.read_text(encoding="utf-8")
    for name, title, body in (("deks", "title", "body"), ("faithfulness", "sentence", "article")):
        path = SHARED / "eval" / "briefs" / f"{name}.jsonl"
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            row = json.loads(line)
            yield row[title], row[body]


def test_no_brief_of_any_article_says_a_number_a_date_or_a_name_that_its_evidence_does_not() -> None:
    texts = {body: title for title, body in articles()}
    if not texts:
        pytest.skip("the articles are not here: they are not part of the project")
    for body, title in texts.items():
        brief, _ = briefed(report(title, body))
        long = [claim for one in brief.long for claim in one.sentences]
        for claim in (*brief.dek, *brief.takeaways, *brief.watch, *long):
            proof = " ".join(evidence.quote for evidence in claim.evidence)
            for word in re.findall(r"\w*\d[\w.,:%]*\w|\d|\b[A-Z]\w+|[$€£%]", claim.text[1:]):
                assert word in proof, (word, claim)
            assert claim.text[:1].lower() == proof.lstrip("“\"‘' ")[:1].lower() or claim.text[0] in "“\"‘'"
