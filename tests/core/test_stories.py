"""core.stories: which reports tell one event."""

import time
from dataclasses import replace

import pytest

from bot.core import scores
from bot.core.labelled import grouped
from bot.core.labelled import report as as_report
from bot.core.labelled import rows as labelled_rows
from bot.core.relevance import judge
from bot.core.shelf import Shelf
from bot.core.stories import Reunion, assign, joined, merge, ranked, reunited
from bot.model import Entry, Filing, Story, Verdict
from tests.core.test_relevance import labelled
from tests.core.vocabulary import FEED, LIKENESS, NOW, SHIPPED, report

FINE = "Commission fines Examplar 15 million euros under the EU AI Act"
LEAD = "The European Commission fined Examplar on Tuesday for hiding risk assessments of its chatbot."


def story(*entries: Entry, number: int = 9) -> Story:
    return Story(entries, judge(entries[0], FEED, SHIPPED), NOW, id=number)


def filed(entry: Entry, *known: Story) -> Filing:
    return assign(entry, judge(entry, FEED, SHIPPED), Shelf(known), LIKENESS)


def test_another_outlet_s_report_of_the_event_joins_and_says_why() -> None:
    other = report(
        "EU fines Examplar 15 million euros under AI Act over chatbot", LEAD, number=2, outlet="Other", hours=3
    )
    filing = filed(other, story(report(FINE, LEAD)))
    assert filing.story is not None
    assert "likely the same event as" in filing.why


def test_the_same_page_joins_whatever_its_title() -> None:
    link = replace(report("Updated: what we know", number=2, link="https://a.example/1"), feed="another")
    assert filed(link, story(report(FINE, LEAD))).story


def test_two_items_of_one_feed_at_one_address_are_no_one_event_for_that() -> None:
    """A register or a changelog: its items tell what they tell, and all have the page's address."""
    item = report(
        "Japan publishes AI guidelines for hospitals", "The ministry did.", number=2, link="https://a.example/1"
    )
    assert filed(item, story(report(FINE, LEAD))).story is None


def test_another_event_starts_its_own_story() -> None:
    assert (
        filed(
            report("Japan publishes AI guidelines for hospitals", "The ministry issued guidance.", number=2),
            story(report(FINE, LEAD)),
        ).story
        is None
    )


def test_other_bills_other_sums_and_other_weeks_are_other_events() -> None:
    bill = report("California governor signs SB 53 on AI safety", "The AI safety law covers developers.")
    twin = report("California governor signs SB 243 on AI safety", "The AI safety law covers developers.", number=2)
    assert filed(twin, story(bill)).story is None
    bigger = report(FINE.replace("15 million euros", "€20 million"), LEAD, number=2)
    assert filed(bigger, story(report(FINE.replace("15 million euros", "€15 million"), LEAD))).story is None
    assert filed(report(FINE, LEAD, number=2, hours=24 * 5), story(report(FINE, LEAD))).story is None


def test_another_act_about_the_same_law_is_another_event() -> None:
    """Else its alert would be lost: a report that joins a told story is not sent again."""
    probe = report("Regulator opens first investigation under the EU AI Act into chatbot maker", LEAD)
    vote = report("Parliament adopts EU AI Act amendment on chatbots", "The European Parliament voted.", number=2)
    assert filed(vote, story(probe)).story is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Texas attorney general sues AI chatbot maker over child safety",
            "Florida attorney general sues AI chatbot maker over child safety",
        ),
        ("Colorado delays AI law until next year", "Connecticut delays AI law until next year"),
        ("FTC fines Alphacorp over AI claims", "FTC fines Betasoft over AI claims"),
        ("Senate passes AI preemption bill", "House passes AI preemption bill"),
        ("Senate passes AI preemption bill", "President signs AI preemption bill"),
        ("Commission opens probe into Examplar deepfakes", "Ofcom opens probe into Examplar deepfakes"),
        (
            "Privacy watchdog opens an investigation into Alphacorp over its AI chatbot",
            "Privacy watchdog opens an investigation into Betasoft over its AI chatbot",
        ),
        ("FTC launches inquiry into Alphacorp's AI companion", "FTC launches inquiry into Betasoft's AI companion"),
        ("Trump signs order on AI chips", "Trump delays order on AI chips"),
        ("Judge blocks California AI law", "Appeals court upholds California AI law"),
        ("Examplar to sue Pentagon over AI ban", "Examplar sues Pentagon over AI ban"),
        ("Examplar climbs to No. 2 in app chart after ban", "Examplar climbs to No. 1 in app chart after ban"),
    ],
)
def test_sister_events_stay_apart(one: str, other: str) -> None:
    assert filed(report(other, number=2), story(report(one))).story is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vermont governor signs AI hiring law", "Governor signs Vermont law on AI in hiring"),
        (
            "EU opens first AI Act probe into chatbot maker Examplar",
            "Brussels launches first AI Act investigation, into Examplar's chatbot",
        ),
        (
            "Privacy watchdog opens an investigation into Examplar over its AI chatbot Exa",
            "Watchdog opens investigation into Exa, the AI chatbot of Examplar",
        ),
        (
            "South Korea delays penalties under AI Basic Act by a year",
            "Seoul postpones AI Basic Act penalties for a year",
        ),
        (
            "Examplar pauses $3 billion AI campus, citing rules",
            "Examplar halts 3bn AI campus as rules bite",
        ),
    ],
)
def test_one_event_in_two_desks_words_is_one_story(one: str, other: str) -> None:
    filing = filed(report(other, number=2, outlet="Other"), story(report(one)))
    assert filing.story is not None
    assert one in filing.why


def test_a_link_to_a_front_page_joins_nothing() -> None:
    front = "https://a.example/"
    known = story(report("Commission opens AI inquiry", link=front))
    assert filed(report("Japan publishes guidance on robots", number=2, link=front), known).story is None


def test_wire_copy_joins_whatever_verb_its_headline_has() -> None:
    wire = "The regulator told Examplar on Monday to stop selling its facial recognition tool to shops. " * 3
    known = story(report("Regulator orders Examplar to stop sales of face recognition tool", wire))
    assert filed(report("Regulator bars Examplar from sales of face recognition tool", wire, number=2), known).story


def test_a_chain_of_likenesses_does_not_grow_without_end() -> None:
    days = [report(FINE, LEAD, number=n, hours=30 * (5 - n)) for n in range(1, 5)]
    assert filed(report(FINE, LEAD, number=9, hours=0), story(*days)).story is None


def test_the_primary_report_is_the_official_one_then_the_earliest() -> None:
    press, late, official = (
        report(FINE, number=1, hours=5),
        report(FINE, number=2, hours=1),
        report(FINE, number=3, tier="primary", hours=0),
    )
    assert [entry.id for entry in ranked((late, press, official))] == [3, 1, 2]


def test_a_merged_verdict_keeps_the_better_source_s_words_first() -> None:
    known = story(report("Court rules on AI training in Germany", "A German court ruled."))
    official = replace(report("European Commission comments on AI ruling", "Brussels spoke.", number=2), tier="primary")
    assert merge(known, official, judge(official, FEED, SHIPPED)).jurisdictions[0] == "EU"


def test_many_open_stories_are_searched_fast() -> None:
    known = tuple(
        story(report(f"State {n} adopts AI rule {n} on chatbots and schools", "A governor spoke.", number=n), number=n)
        for n in range(400)
    )
    entries = [report(f"Panel {n} hears AI bill {n} on chatbots", number=1000 + n) for n in range(100)]
    verdicts = [judge(entry, FEED, SHIPPED) for entry in entries]
    started = time.process_time()
    shelf = Shelf(known)
    for entry, verdict in zip(entries, verdicts, strict=True):
        assign(entry, verdict, shelf, LIKENESS)
    assert time.process_time() - started < 15  # a tenth of it, on a machine that is quiet


def test_labelled_reports_are_grouped_with_few_strangers() -> None:
    """Floors below what cross-validation measured (training/README.md); these rows were trained on."""
    rows = labelled_rows(enumerate(labelled("events.jsonl"), 1), "events.jsonl")
    judged = [(row, judge(row.entry, FEED, SHIPPED)) for row in rows]
    placed = grouped(judged, LIKENESS)
    found = scores.grouping([as_report(row, placed[row.id][0]) for row in rows])
    assert found.pairs.precision >= 0.93
    assert found.pairs.recall >= 0.75
    assert found.cubed_f1 >= 0.92


def test_a_plan_of_one_report_is_over_where_another_tells_the_act() -> None:
    first, second = report("Governor expected to act on AI", number=1), report("Governor acts on AI", number=2)
    plan = Verdict("positive", 0.9, (), stage="rumoured", certainty="rumoured")
    act = Verdict("positive", 0.9, (), stage="signed", certainty="reported", tagged=("Signed: “acts”",))
    for known, new in ((plan, act), (act, plan)):
        merged = merge(Story((first,), known, NOW), second, new)
        assert (merged.stage, merged.certainty) == ("signed", "reported")


OTHER_WORDS = "First penalty of Europe's AI law goes to a chatbot firm"
BOTH_WORDS = "Europe's AI law draws first penalty: Commission fines Examplar 15 million euros over chatbot risk files"


def told_in_two_wordings(*, pinned: bool = False) -> tuple[Reunion | None, Story]:
    """Two stories nobody could have known to be one, and the report that shows it."""
    shelf = Shelf()
    for number, (title, text) in enumerate(
        (
            (FINE, "The European Commission fined Examplar for hiding risk assessments of its chatbot."),
            (
                OTHER_WORDS,
                "Brussels said on Tuesday that risk files of the Examplar chatbot were kept from its inspectors.",
            ),
            (
                BOTH_WORDS,
                "The European Commission fined Examplar on Tuesday for keeping risk files of its chatbot from inspectors, "
                "the first penalty under the EU AI Act.",
            ),
        ),
        1,
    ):
        entry = report(title, text, number=number, outlet=f"Outlet {number}")
        verdict = judge(entry, FEED, SHIPPED)
        last = replace(joined(assign(entry, verdict, shelf, LIKENESS), verdict), pinned=pinned)
        shelf.put(last)
    return reunited(entry, last, shelf, LIKENESS), last


def test_a_report_that_shows_two_stories_to_be_one_event_puts_them_together() -> None:
    found, last = told_in_two_wordings()
    assert last.id == 1
    assert found
    assert (found.story.id, found.gone.id) == (1, 2)
    assert {entry.title for entry in found.story.entries} == {FINE, OTHER_WORDS, BOTH_WORDS}
    assert "likely the same event as" in found.why


def test_stories_that_an_editor_took_apart_are_not_put_together_again() -> None:
    found, _ = told_in_two_wordings(pinned=True)
    assert found is None


ONE_FORM = (
    (
        "Data watchdog takes action against Alphacorp for deceptive AI claims",
        "Data watchdog takes action against Betasoft for deceptive AI claims",
        "Betasoft, not Alphacorp",
    ),
    (
        "Northland data protection authority fines Gammatalk over AI chatbot",
        "Northland data protection authority fines Delta.Chat over AI chatbot",
        "Delta.Chat, not Gammatalk",
    ),
    (
        "Data Watchdog Takes Action Against Alphacorp for Deceptive AI Claims",
        "Data Watchdog Takes Action Against Betasoft for Deceptive AI Claims",
        "Betasoft, not Alphacorp",
    ),
    (
        "EU AI Act: Commission adopts binding decision on emotion readers at work",
        "EU AI Act: Commission adopts binding decision on toys that listen",
        "toys that listen, not emotion readers at work",
    ),
)


@pytest.mark.parametrize(("one", "other", "apart"), ONE_FORM)
def test_one_outlet_s_acts_against_two_parties_in_one_form_are_two_stories(one: str, other: str, apart: str) -> None:
    """The second would never be told: a report that joins a told story is not sent."""
    text = "The authority said that the claims about artificial intelligence deceived consumers, and ordered an end."
    filing = filed(report(other, text, number=2), story(report(one, text)))
    assert filing.story is None
    assert f"in the same form ({apart}) as “{one}”" in filing.why


@pytest.mark.parametrize(("one", "other", "apart"), ONE_FORM)
def test_stories_of_one_form_about_two_parties_are_not_put_together_later(one: str, other: str, apart: str) -> None:
    text = "The authority said that the claims about artificial intelligence deceived consumers, and ordered an end."
    first, second = story(report(one, text), number=1), story(report(other, text, number=2), number=2)
    assert reunited(second.entries[0], second, Shelf((first, second)), LIKENESS) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Data watchdog fines Alphacorp 5 million euros over AI chatbot",
            "Data watchdog fines Alphacorp 5 million euros over its chatbot for children",
        ),
        (
            "11 regulators open first investigation under the EU AI Act into Alphacorp",
            "12 regulators open first investigation under the EU AI Act into Alphacorp",
        ),
        (
            "Data watchdog takes action against Alphacorp for deceptive AI claims",
            "Data watchdog takes action against Alphacorp for false AI claims",
        ),
    ],
)
def test_one_outlet_s_second_wording_of_an_event_is_no_second_story(one: str, other: str) -> None:
    assert filed(report(other, LEAD, number=2), story(report(one, LEAD))).story


def test_another_outlet_s_report_in_the_same_form_is_judged_by_its_words() -> None:
    one, other, _ = ONE_FORM[0]
    filing = filed(report(other, number=2, outlet="Other"), story(report(one)))
    assert "in the same form" not in filing.why
