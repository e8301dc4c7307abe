"""core.cards: what a person reads of a story, before a platform lays it out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import cards, query
from bot.model import (
    Brief,
    Button,
    Claim,
    Correction,
    Entry,
    Evidence,
    Origin,
    Paragraph,
    Pointer,
    Source,
    Story,
    Verdict,
)
from tests.core.vocabulary import NOW, SHIPPED, report

FIRST = report(
    "Authority fines Examplar AI",
    "The fine is 3 million euros. Examplar AI may appeal until May.",
    outlet="The Authority",
)
FIRST = replace(FIRST, tier="primary")
SECOND = report("Examplar AI fined", "A fine.", number=2, outlet="Daily Example", link="https://daily.example/2")
AGAIN = report("Examplar AI fined: what we know", "More.", number=3, outlet="Daily Example")
VERDICT = Verdict("positive", 1.0, (), ("EU",), ("eu-ai-act",))


def says(text: str, entry: Entry = FIRST) -> Claim:
    start = entry.source.index(text)
    return Claim(text, (Evidence(entry.id, start, start + len(text), text),))


BRIEF = Brief(
    story=12,
    category="Enforcement",
    jurisdictions=("EU",),
    headline=FIRST.title,
    link=FIRST.link,
    dek=(says("The fine is 3 million euros."),),
    takeaways=(says("The fine is 3 million euros."),),
    watch=(says("Examplar AI may appeal until May."),),
    sources=(Source("The Authority", "primary", FIRST.title, FIRST.link),),
    disclosure="Extracts, no AI.",
    minutes=3,
    writer="extract",
    written=NOW,
    published=datetime(2026, 11, 23, tzinfo=UTC),
    note="The report gives no more than this.",
)
DAILY = Source("Daily Example", "press", SECOND.title, SECOND.link)


def story(*entries: Entry) -> Story:
    return Story(entries, VERDICT, NOW, id=12)


def test_an_alert_says_what_where_who_and_because_of_which_words() -> None:
    card = cards.alert(replace(BRIEF, sources=(*BRIEF.sources, DAILY)), SHIPPED, because=("EU AI Act", "fines"))
    assert (card.category, card.where, card.title) == ("Enforcement", "European Union", "Authority fines Examplar AI")
    assert card.lead == "The fine is 3 million euros."
    assert card.watch == "Examplar AI may appeal until May."
    assert card.source == "The Authority · official · +1 outlet · 3 min read"
    assert card.because == "Sent because of: EU AI Act, fines"
    assert card.notes == ("The report gives no more than this.", "Extracts, no AI.")
    assert card.buttons == (
        Button("Evidence", "evidence 12"),
        Button("Why this", "why 12"),
        Button("Relevant", "feedback 12 relevant"),
        Button("Not for us", "feedback 12"),
    )


def test_an_alert_has_a_row_of_buttons_at_most_and_always_the_one_to_its_evidence() -> None:
    origin = Origin("model", "prompt", "input")
    full = replace(BRIEF, origin=origin, long=(Paragraph("act", BRIEF.dek),))
    assert [button.label for button in cards.alert(full, SHIPPED).buttons] == [
        "Evidence",
        "Relevant",
        "Not for us",
        "The whole story",
        "Mark as reviewed",
    ]


def test_who_hears_everything_has_no_word_to_mute() -> None:
    card = cards.alert(BRIEF, SHIPPED, because=("everything",))
    assert cards.mute(("everything",)) == ()
    assert cards.mute(("everything", "EU AI Act")) == (Button("Mute “EU AI Act”", 'mute "EU AI Act"'),)
    assert card.because == "Sent because this channel asked for everything"


@given(st.text(max_size=60), st.sampled_from(["EU “AI” Act", 'the "AI" law', "«AI»", 'AI"', "AI\nAct"]))
def test_the_mute_button_is_one_term_whatever_the_feed_wrote(noise: str, word: str) -> None:
    (button,) = cards.mute((f"{word}{noise}",))
    typed = button.line.removeprefix("mute ")
    assert isinstance(query.parse(typed), query.Term)


@pytest.mark.parametrize("tier", ["press", "analysis", "newsletter", "industry", "aggregator"])
def test_a_tier_reads_as_its_name(tier: str) -> None:
    assert cards.tier(tier) == tier


def test_beside_a_link_an_aggregator_s_words_are_said_to_be_its_own() -> None:
    gathered = (Source("Gatherer", "aggregator", "Headline", "https://authority.example/1"),)
    shown = cards.alert(replace(BRIEF, sources=gathered, link="https://authority.example/1"), SHIPPED)
    assert shown.source == "Gatherer · aggregator's words on a page of authority.example · 3 min read"
    assert (
        cards.alert(replace(BRIEF, sources=gathered, link=""), SHIPPED).source == "Gatherer · aggregator · 3 min read"
    )


def test_a_primary_source_reads_as_official() -> None:
    assert cards.tier("primary") == "official"


def test_a_brief_without_points_is_still_a_card() -> None:
    card = cards.alert(replace(BRIEF, dek=(), takeaways=(), watch=()), SHIPPED)
    assert (card.lead, card.points, card.watch, card.because) == ("", (), "", "")
    proved = cards.evidence(replace(BRIEF, dek=(), takeaways=(), watch=()), (FIRST,))
    assert (proved.lead, proved.points) == ("This alert claims nothing beyond its headline.", ())


def test_a_story_lists_every_report_also_those_that_came_after_its_brief() -> None:
    card = cards.story(BRIEF, story(FIRST, SECOND, AGAIN), SHIPPED)
    assert card.source == "The Authority · official · +1 outlet · 3 min read"
    assert card.reports[:2] == (
        Pointer("The Authority (official): Authority fines Examplar AI", "https://a.example/1"),
        Pointer("Daily Example (press): Examplar AI fined", "https://daily.example/2"),
    )
    assert card.notes[-1] == "Extracts, no AI."


def test_a_story_of_many_reports_says_how_many_it_does_not_list() -> None:
    many = (FIRST, *(replace(SECOND, outlet=f"Outlet {n}", id=n) for n in range(2, 16)))
    card = cards.story(BRIEF, story(*many), SHIPPED)
    assert "… and 3 more reports" in card.notes
    assert len(card.reports) == 12


def test_a_glance_shows_enough_to_choose_by() -> None:
    card = cards.glance(story(FIRST, SECOND, AGAIN), SHIPPED)
    assert card.source == "The Authority · official · +1 outlet · story 12"
    assert card.published == NOW
    assert card.buttons == (Button("Read the brief", "story 12"),)


def test_evidence_gives_each_point_with_its_words_and_whose_they_are() -> None:
    reworded = replace(says("The fine is 3 million euros."), text="Examplar AI pays 3 million euros.")
    card = cards.evidence(replace(BRIEF, takeaways=(reworded,)), (FIRST, SECOND))
    assert card.lead == "“The fine is 3 million euros.” (The Authority)"
    assert card.points == ("Examplar AI pays 3 million euros. From: “The fine is 3 million euros.” (The Authority)",)
    assert card.watch == "“Examplar AI may appeal until May.” (The Authority)"
    assert card.notes[-1] == "Extracts, no AI."


def test_feed_text_stays_as_it_is_written() -> None:
    title = "<!channel> @everyone *x* <b>y</b> [z](https://evil.example)"
    assert cards.alert(replace(BRIEF, headline=title), SHIPPED).title == title


def test_the_long_brief_shows_its_moves_with_commentary_marked_and_the_alert_does_not() -> None:
    moves = (
        Paragraph("act", (says("The fine is 3 million euros."),)),
        Paragraph("uncertain", (says("Examplar AI may appeal until May."), Claim("This may set a pattern.", ()))),
    )
    brief = replace(BRIEF, long=moves, context=("Our register: EU AI Act: in force. Source: https://law.example/ai",))
    whole, sent = cards.story(brief, story(FIRST), SHIPPED), cards.alert(brief, SHIPPED)
    assert whole.sections == (
        ("The act", "The fine is 3 million euros."),
        ("What is uncertain", "Examplar AI may appeal until May. This may set a pattern. (commentary)"),
    )
    assert (sent.sections, sent.buttons[-1]) == ((), Button("The whole story", "story 12"))
    assert whole.context == sent.context == (Pointer("Our register: EU AI Act: in force.", "https://law.example/ai"),)


def test_an_instrument_of_which_our_register_tells_is_not_named_twice() -> None:
    name = SHIPPED.instruments["eu-ai-act"].name
    told = cards.story(replace(BRIEF, context=(f"Our register: {name}: in force.",)), story(FIRST), SHIPPED)
    assert f"Instrument: {name}" in cards.story(BRIEF, story(FIRST), SHIPPED).notes
    assert f"Instrument: {name}" not in told.notes


def test_what_a_publisher_took_back_stands_first_in_the_alert_and_in_the_whole_story() -> None:
    taken = Correction(1, "The Authority", True, "", "This notice is withdrawn.", NOW)
    brief = replace(BRIEF, corrections=(taken,))
    for card in (cards.alert(brief, SHIPPED), cards.story(brief, story(FIRST), SHIPPED)):
        ((heading, text),) = card.amended
        assert (card.mark, heading) == ("Retracted", "Retracted")
        assert "“This notice is withdrawn.”" in text
        assert not any("withdrawn" in note for note in card.notes)


def test_an_alert_shows_the_newest_corrections_and_every_retraction() -> None:
    """A live page is corrected at every look, and a message has an end."""
    taken = Correction(1, "The Authority", True, "", "This notice is withdrawn.", NOW)
    changed = tuple(Correction(1, "The Authority", False, f"{n} days", f"{n + 1} days", NOW) for n in range(9))
    shown = cards.alert(replace(BRIEF, corrections=(changed[0], taken, *changed[1:])), SHIPPED).amended
    assert [what for what, _ in shown] == ["Retracted", "Corrected", "Corrected", "Corrected"]
    assert "“9 days”" in shown[-1][1]


def test_of_more_corrections_than_are_shown_an_alert_and_a_note_say_how_many_there_are() -> None:
    """No point vanishes from an alert without a word."""
    changed = tuple(Correction(1, "The Authority", False, f"{n} days", f"{n + 1} days", NOW) for n in range(5))
    brief = replace(BRIEF, corrections=changed)
    told = "Of 5 corrections 3 are shown here. For all of them: corrections"
    assert told in cards.alert(brief, SHIPPED).notes
    assert told in cards.story(brief, story(FIRST), SHIPPED).notes
    assert told in cards.correction(brief).notes + cards.correction(brief, NOW).notes
    assert not any(
        "are shown here" in note for note in cards.alert(replace(BRIEF, corrections=changed[:3]), SHIPPED).notes
    )
    assert not any(
        "are shown here" in note for note in cards.correction(replace(BRIEF, corrections=changed[:3]), NOW).notes
    )
