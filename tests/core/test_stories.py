"""core.stories: which reports tell one event."""

from dataclasses import replace

from bot.core.relevance import judge
from bot.core.stories import assign, merge, ranked
from bot.model import Entry, Filing, Story
from tests.core.vocabulary import FEED, NOW, SHIPPED, report

FINE = "Commission fines Examplar 15 million euros under the EU AI Act"
LEAD = "The European Commission fined Examplar on Tuesday for hiding risk assessments of its chatbot."


def story(*entries: Entry, number: int = 9) -> Story:
    return Story(entries, judge(entries[0], FEED, SHIPPED), NOW, id=number)


def filed(entry: Entry, *known: Story) -> Filing:
    return assign(entry, judge(entry, FEED, SHIPPED), known)


def test_another_outlet_s_report_of_the_event_joins_and_says_why() -> None:
    other = report(
        "EU fines Examplar 15 million euros under AI Act over chatbot", LEAD, number=2, outlet="Other", hours=3
    )
    filing = filed(other, story(report(FINE, LEAD)))
    assert filing.story is not None
    assert "alike to" in filing.why


def test_the_same_page_joins_whatever_its_title() -> None:
    assert filed(report("Updated: what we know", number=2, link="https://a.example/1"), story(report(FINE, LEAD))).story


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
