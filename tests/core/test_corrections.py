"""core.corrections: what of a publisher's change takes back what was told, and what does not."""

from dataclasses import replace

import pytest

from bot.core import corrections
from bot.core.brief import check, frame
from bot.core.corrections import between
from bot.core.relevance import judge
from bot.model import Brief, Claim, Correction, Entry, Evidence, Story
from tests.core.vocabulary import FEED, NOW, SHIPPED, report

TITLE = "Office orders Examplar AI to hand over risk files"
FINE = "The office may fine the company up to 2% of its turnover."
DATE = "The company has until 15 December to answer the order."
LAST = "Examplar AI said it would cooperate."
OLD = report(TITLE, f"{FINE} {DATE} {LAST}")
STORY = Story((OLD,), judge(OLD, FEED, SHIPPED), NOW, id=1)


def claim(quote: str) -> Claim:
    start = OLD.text.index(quote)
    return Claim(quote, (Evidence(OLD.id, start, start + len(quote), quote),))


BRIEF: Brief = replace(
    frame(STORY, SHIPPED, NOW, writer="extract", disclosure="Extracts."), takeaways=(claim(FINE), claim(DATE)), note=""
)


def served(title: str = TITLE, text: str = OLD.text) -> Entry:
    return replace(OLD, title=title, text=text)


@pytest.mark.parametrize(
    ("new", "now"),
    [
        (served(text=OLD.text.replace("15 December", "5 December")), DATE.replace("15 December", "5 December")),
        (served(text=OLD.text.replace("2%", "4%")), FINE.replace("2%", "4%")),
        (served(text=OLD.text.replace("may fine", "may not fine")), FINE.replace("may fine", "may not fine")),
        (served(text=OLD.text.replace("may fine", "will fine")), FINE.replace("may fine", "will fine")),
        (served(text=f"Correction: the order was sent on Monday. {OLD.text}"), "Correction: the order was sent on Monday."),
        (
            served(text=f"{OLD.text} An earlier version of this article misstated the day."),
            "An earlier version of this article misstated the day.",
        ),
    ],
)  # fmt: skip
def test_other_facts_in_the_place_of_those_told_are_a_correction(new: Entry, now: str) -> None:
    (change,) = between(OLD, new, BRIEF)
    assert not change.retracted
    assert change.now == now


def test_another_number_in_the_headline_is_a_correction() -> None:
    old = replace(OLD, title="Office fines Examplar AI 20 million euros")
    (change,) = between(old, replace(old, title="Office fines Examplar AI 2 million euros"), BRIEF)
    assert change.was == "Office fines Examplar AI 20 million euros"


LIVE = "11 regulators open inquiries into Examplar AI"


@pytest.mark.parametrize("now", ["12 regulators open inquiries into Examplar AI", LIVE.replace("11", "1,200")])
def test_a_headline_that_counts_on_is_no_correction_and_the_brief_counts_with_it(now: str) -> None:
    old = replace(OLD, title=LIVE)
    brief = replace(BRIEF, headline=LIVE)
    assert between(old, replace(old, title=now), brief) == ()
    assert corrections.recounted(old, replace(old, title=now), brief).headline == now
    again = replace(brief, headline=now)
    assert corrections.recounted(old, replace(old, title=LIVE.replace("11", "3,000")), again).headline[:5] == "3,000"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (LIVE, LIVE.replace("11", "9")),
        ("Office gives Examplar AI 15 days to answer", "Office gives Examplar AI 45 days to answer"),
        ("Office fines Examplar AI 2 million euros", "Office fines Examplar AI 20 million euros"),
        ("Article 5 applies to Examplar AI from May", "Article 6 applies to Examplar AI from May"),
    ],
)
def test_a_count_that_falls_and_figures_that_measure_or_name_are_corrections(was: str, now: str) -> None:
    old = replace(OLD, title=was)
    brief = replace(BRIEF, headline=was)
    assert between(old, replace(old, title=now), brief)
    assert corrections.recounted(old, replace(old, title=now), brief) == brief


def test_a_headline_that_people_chose_is_not_counted_on() -> None:
    old = replace(OLD, title=LIVE)
    assert corrections.recounted(old, replace(old, title=LIVE.replace("11", "12")), BRIEF) == BRIEF


@pytest.mark.parametrize(
    "new",
    [
        served(title="RETRACTED: Office orders Examplar AI to hand over risk files"),
        served(text="This article has been retracted. It did not meet our standards."),
    ],
)
def test_a_retraction_takes_back_every_word_of_the_report(new: Entry) -> None:
    (change,) = between(OLD, new, BRIEF)
    assert change.retracted
    assert set(change.quotes) == {FINE, DATE}


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        served(text=f"{OLD.text} A hearing is set for 12 January."),
        served(text=f"{FINE} {LAST}"),
        served(text=""),
        served(text=OLD.text.replace("The company has", "Examplar has")),
        served(title="Examplar AI must hand over its risk files, says office"),
        served(title=f"{TITLE} - live"),
        served(text=OLD.text.replace("cooperate", "not cooperate")),
        served(text=f"{OLD.text} The bill was retracted in May, its sponsor said."),
        served(text=OLD.text.replace(". ", ".\n")),
    ],
)
def test_a_rewording_an_addition_and_a_shorter_text_are_none(new: Entry) -> None:
    """Nor is what the brief does not stand on, nor a text that a feed no longer gives."""
    assert between(OLD, new, BRIEF) == ()


def test_a_part_of_a_sentence_is_held_against_what_that_became() -> None:
    brief = replace(BRIEF, takeaways=(claim(FINE.removeprefix("The office ")),))
    (change,) = between(OLD, served(text=OLD.text.replace("2%", "4%")), brief)
    assert change.now == FINE.replace("2%", "4%")


LIKE_IT = "Importers must report serious incidents to the office within 30 days."
DAYS = "Developers must report serious incidents to the office within 15 days."


@pytest.mark.parametrize("left", [LIKE_IT, LIKE_IT.replace("30", "45"), f"{LIKE_IT} {LIKE_IT.replace('30', '45')}"])
def test_a_sentence_that_is_taken_out_did_not_become_its_neighbour_nor_what_that_became(left: str) -> None:
    old = replace(OLD, text=f"{DAYS} {LIKE_IT}")
    brief = replace(BRIEF, takeaways=(Claim(DAYS, (Evidence(OLD.id, 0, len(DAYS), DAYS),)),))
    assert between(old, replace(old, text=left), brief) == ()


@pytest.mark.parametrize("more", [LIKE_IT, LIKE_IT.replace("30", "20"), ""])
def test_of_two_like_sentences_each_is_held_against_what_it_became_itself(more: str) -> None:
    old = replace(OLD, text=f"{LIKE_IT} {DAYS}")
    start = len(LIKE_IT) + 1
    brief = replace(BRIEF, takeaways=(Claim(DAYS, (Evidence(OLD.id, start, start + len(DAYS), DAYS),)),))
    (change,) = between(old, replace(old, text=f"{more} {DAYS.replace('15', '30')}"), brief)
    assert (change.was, change.now) == (DAYS, DAYS.replace("15", "30"))


ANOTHERS = (
    "The company said that the audit was out of date: this report was withdrawn by its authors in March.",
    "This report was withdrawn by its authors in March.",
    "The audit is out of date. This report was withdrawn in March, the company said.",
    "“We retracted our report on chatbots in May,” a researcher told us.",
    "“It was wrong. We retracted this report in May,” a researcher told us.",
    '"It was wrong. This article has been retracted," says a blog about another paper.',
    "Retraction - the company's own word for what it now owes its users - was not mentioned.",
    "Article 5 bans it. This article has been withdrawn from the draft.",
    "Article 5 bans it. This article was amended by Parliament in June.",
    "Article 5 bans it. This article was amended to cover chatbots.",
    "Article 5 bans it. An earlier version of this article included a longer list.",
    "The company says that the original version of this report by the AI Office was milder.",
    "The original version of this report by the AI Office was milder.",
    "Correction officers in Lyon already use the chatbot.",
    "Corrected for inflation, that is less than it was in 2018.",
    "There are two remedies. Retraction: the company takes it back. Deletion: it is gone.",
)


@pytest.mark.parametrize("said", ANOTHERS)
def test_a_sentence_about_somebody_elses_report_and_words_that_only_look_like_a_notice_are_none(said: str) -> None:
    assert between(OLD, served(text=f"{OLD.text} {said}"), BRIEF) == ()
    assert between(OLD, served(text=f"{OLD.text}\n{said}"), BRIEF) == ()
    assert corrections.retraction(OLD, served(text=f"{OLD.text} {said}")) is None


@pytest.mark.parametrize("said", [one for one in ANOTHERS if not one.startswith("There are")])
def test_nor_are_they_where_the_text_begins_with_them(said: str) -> None:
    assert between(OLD, served(text=f"{said} {OLD.text}"), BRIEF) == ()


@pytest.mark.parametrize(
    "title",
    [
        f"Correction officers get a chatbot: {TITLE}",
        f"Retraction-prone papers: {TITLE}",
        f"“Correction: we trained on it”: {TITLE}",
    ],
)
def test_a_headline_that_begins_with_such_a_word_is_none(title: str) -> None:
    assert between(OLD, served(title=title), BRIEF) == ()


@pytest.mark.parametrize(
    "said",
    [
        "Editor's note: This report was withdrawn after a review.",
        "[Editors’ note, 3 March 2026: we have retracted this story.]",
        "Retraction, March 3: This article was retracted.",
        "This story has been retracted.",
    ],
)
def test_a_publisher_that_retracts_its_own_report_below_the_text_is_heard(said: str) -> None:
    (change,) = between(OLD, served(text=f"{OLD.text} {said} Examplar AI is in Lyon."), BRIEF)
    assert (change.retracted, change.now) == (True, said)


@pytest.mark.parametrize(
    "title", ["RETRACTED-Office", "[Retracted] Office", "Retraction – office", "(RETRACTED) Office"]
)
def test_a_retraction_is_known_by_the_mark_at_the_head_of_its_headline(title: str) -> None:
    (change,) = between(OLD, served(title=TITLE.replace("Office", title)), BRIEF)
    assert change.retracted


@pytest.mark.parametrize(
    "said",
    [
        "Correction: the order was sent on Monday.",
        "Correction (3 March 2026): the order was sent on Monday.",
        "This article was amended on 3 March 2026 to say that the order was sent by the office.",
        "A correction was made on Nov. 26, 2026: An earlier version of this article listed another day.",
        "Because of an editing error, an earlier version of this article misstated the day.",
        "Editor's note: The original version of this report gave another day.",
        "This story has been corrected to give the right day.",
    ],
)
def test_a_publisher_that_corrects_its_own_report_below_the_text_is_heard(said: str) -> None:
    (change,) = between(OLD, served(text=f"{OLD.text} {said}"), BRIEF)
    assert (change.retracted, change.now) == (False, said)


@pytest.mark.parametrize(
    ("was", "now", "later"),
    [
        ("", "This article has been retracted.", "We have retracted this article, for good."),
        ("", "Correction: the order was sent on Monday.", "Correction: the order was sent on Monday."),
        ("Office fines Examplar AI 20 million euros", "Office fines Examplar AI 2 million euros", ""),
    ],
)
def test_what_was_told_of_a_change_is_none_in_the_next_version(was: str, now: str, later: str) -> None:
    """A live page is served otherwise all day, with the same notice above it."""
    old = replace(OLD, title=was or TITLE)

    def version(notice: str, *more: str) -> Entry:
        return replace(old, title=now if was else TITLE, text=" ".join((notice if not was else "", OLD.text, *more)))

    (first,) = between(old, version(now), BRIEF)
    assert first.now == now
    seen = Correction(old.id, old.outlet, first.retracted, first.was, first.now, NOW)
    told = corrections.applied(BRIEF, seen)
    assert between(old, version(later, "A hearing is set for May."), told) == ()


def test_a_page_that_corrects_itself_at_every_look_makes_no_brief_without_end() -> None:
    told = corrections.applied(BRIEF, Correction(OLD.id, OLD.outlet, True, TITLE, "Retracted.", NOW))
    for look in range(40):
        told = corrections.applied(told, Correction(OLD.id, OLD.outlet, False, "", f"Correction: look {look}.", NOW))
        told = corrections.applied(told, Correction(OLD.id, OLD.outlet, False, "2%", f"{look}%", NOW))
    now = [one.now for one in told.corrections]
    assert now[0] == "Retracted."
    assert now[-2:] == ["Correction: look 39.", "39%"]
    assert sum(text.endswith("%") for text in now) == 1, "what it said of the same words before is over"
    assert len(now) <= 1 + corrections.MOST_KEPT


OTHER = replace(report("Regulator asks Examplar AI for papers", f"{LAST} It has a week."), id=2, outlet="Herald")


def quoting_the_other() -> Brief:
    said = Claim(LAST, (Evidence(OTHER.id, 0, len(LAST), LAST),))
    return replace(BRIEF, takeaways=(*BRIEF.takeaways, said))


def test_who_retracts_what_the_alert_quotes_beside_its_headline_makes_it_corrected_and_not_retracted() -> None:
    (change,) = between(OTHER, replace(OTHER, title=f"Retracted: {OTHER.title}"), quoting_the_other())
    assert (change.retracted, change.told, change.quotes) == (True, True, (LAST,))
    seen = Correction(OTHER.id, OTHER.outlet, True, change.was, change.now, NOW)
    told = corrections.applied(quoting_the_other(), seen)
    assert [claim.text for claim in told.takeaways] == [FINE, DATE]
    assert corrections.mark(told) == "Corrected"
    mine = Correction(OLD.id, OLD.outlet, True, TITLE, "Retracted.", NOW)
    assert corrections.mark(corrections.applied(told, mine)) == "Retracted"


@pytest.mark.parametrize("title", ["Correction: regulator asks for papers", "Retracted: regulator asks for papers"])
def test_who_takes_back_what_the_alert_does_not_quote_takes_back_nothing_of_it(title: str) -> None:
    assert not any(change.told for change in between(OTHER, replace(OTHER, title=title), BRIEF))


def test_a_brief_of_before_its_lead_was_kept_is_told_by_the_outlet_it_names_first() -> None:
    old = replace(BRIEF, lead=0)
    for one, told in ((replace(OLD, id=9), True), (OTHER, False)):
        (change,) = between(one, replace(one, title=f"Retracted: {one.title}"), old)
        assert change.told is told


def test_a_second_notice_beside_one_that_was_told_is_a_correction_of_its_own() -> None:
    one, two = "Correction: the order was sent on Monday.", "Correction: the company is Examplar AI."
    told = corrections.applied(BRIEF, Correction(OLD.id, OLD.outlet, False, "", one, NOW))
    (change,) = between(OLD, served(text=f"{one} {two} {OLD.text}"), told)
    assert change.now == two


def test_what_no_longer_holds_goes_and_the_rest_stays_sound() -> None:
    seen = Correction(OLD.id, OLD.outlet, False, DATE, "other", NOW)
    told = corrections.applied(BRIEF, seen)
    assert [one.text for one in told.takeaways] == [FINE]
    assert told.corrections == (seen,)
    assert told.note
    assert check(told, STORY) == ()
    assert "It said: “The company has until 15 December" in corrections.said(seen)


def test_a_headline_with_any_signs_is_compared_without_a_crash() -> None:
    old = replace(OLD, title="11 regulators open inquiries")
    assert between(old, replace(old, title="\0 regulators open inquiries"), BRIEF) == ()
    assert between(old, replace(old, title="# regulators open inquiries"), BRIEF) == ()


def told(brief: Brief, new: Entry) -> Brief:
    """After the entry was served so."""
    for change in between(OLD, new, brief):
        seen = Correction(OLD.id, OLD.outlet, change.retracted, change.was, change.now, NOW)
        brief = corrections.applied(brief, seen)
    return brief


def test_what_is_said_again_is_in_the_brief_again_at_its_place() -> None:
    changed = told(BRIEF, served(text=OLD.text.replace("2%", "4%").replace("15 December", "5 December")))
    assert changed.takeaways == ()
    half = told(changed, served(text=OLD.text.replace("15 December", "5 December")))
    assert [one.text for one in half.takeaways] == [FINE]
    assert corrections.mark(half) == "Corrected"
    again = told(half, OLD)
    assert (again.dek, again.takeaways, again.note) == (BRIEF.dek, BRIEF.takeaways, BRIEF.note)
    assert corrections.mark(again) == ""
    assert {corrections.said(one).partition(" seen")[0] for one in again.corrections} == {
        f"{OLD.outlet} took back its correction,"
    }
    assert between(OLD, OLD, again) == ()


def test_a_headline_s_number_that_is_taken_back_is_said_again() -> None:
    old = replace(OLD, title="Office fines Examplar AI 20 million euros")
    (one,) = between(old, replace(old, title="Office fines Examplar AI 2 million euros"), BRIEF)
    brief = corrections.applied(BRIEF, Correction(old.id, old.outlet, False, one.was, one.now, NOW))
    (back,) = between(old, old, brief)
    assert (back.undone, back.now) == (True, old.title)


def test_words_that_a_shorter_text_no_longer_has_are_not_said_again() -> None:
    changed = told(BRIEF, served(text=OLD.text.replace("2%", "4%")))
    assert between(OLD, served(text=LAST), changed) == ()
    assert between(OLD, served(text=""), changed) == ()


def test_a_correction_in_other_words_is_no_further_one() -> None:
    changed = told(BRIEF, served(text=OLD.text.replace("2%", "4%")))
    reworded = OLD.text.replace("may fine the company up to 2%", "may fine the firm up to 4%")
    assert between(OLD, served(text=reworded), changed) == ()


def test_words_also_taken_back_by_another_report_stay_out() -> None:
    both = replace(BRIEF, takeaways=(replace(claim(FINE), evidence=(*claim(FINE).evidence, Evidence(2, 0, 1, "x"))),))
    changed = told(both, served(text=OLD.text.replace("2%", "4%")))
    changed = corrections.applied(changed, Correction(2, "Herald", True, "x", "Retracted.", NOW))
    assert told(changed, OLD).takeaways == ()


@pytest.mark.parametrize(
    "said", ["UPDATE: this report was withdrawn for review.", "The Herald has retracted its story."]
)
def test_a_retracted_report_that_says_so_in_words_unknown_to_us_does_not_stand_again(said: str) -> None:
    changed = told(BRIEF, served(title=f"Retracted: {TITLE}"))
    assert changed.retracted
    assert between(OLD, served(text=f"{OLD.text} {said}"), changed) == ()
    assert told(changed, OLD).takeaways == BRIEF.takeaways
