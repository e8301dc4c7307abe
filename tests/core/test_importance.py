"""core.importance: what was done, by whom, how surely and how many tell it, each with its reason."""

from dataclasses import replace

from bot.core import audience, cards, importance
from bot.model import Entry, Story, Verdict
from tests.core.vocabulary import NOW, SHIPPED, report

LAW = Verdict("positive", 1.0, (), ("EU",), ("eu-ai-act",), "statute", "in_force", certainty="confirmed")


def official(*others: Entry) -> tuple[Entry, ...]:
    return (report("Law applies", tier="primary", outlet="The Authority"), *others)


def press(*outlets: str) -> tuple[Entry, ...]:
    return tuple(report("Law applies", number=n, outlet=outlet) for n, outlet in enumerate(outlets, 2))


def weighed(verdict: Verdict, *entries: Entry) -> importance.Importance:
    return importance.of(Story(entries, verdict, NOW, id=1), SHIPPED)


def test_a_law_in_force_told_by_who_made_it_is_of_high_importance_and_says_why() -> None:
    found = weighed(LAW, *official())
    assert found.level == "high"
    assert found.reasons == ("legally in force", "European Union", "an official source", "confirmed")


def test_a_rumour_of_one_outlet_is_never_high() -> None:
    for place in ("EU", "US-FED", "US-MT"):
        rumour = replace(LAW, jurisdictions=(place,), stage="rumoured", certainty="rumoured")
        assert weighed(rumour, *press("A")).level != "high"


def test_each_further_outlet_raises_it_but_an_aggregator_and_a_second_report_do_not() -> None:
    bill = replace(LAW, jurisdictions=("US-CA",), stage="introduced", certainty="reported")
    alone = weighed(bill, *press("A"))
    again = weighed(bill, *press("A", "a"), report("Law applies", number=9, tier="aggregator", outlet="Collector"))
    several = weighed(bill, *press("A", "B", "C"))
    assert alone.points == again.points < several.points
    assert "3 outlets tell it" in several.reasons


def test_what_is_only_near_ai_regulation_counts_half() -> None:
    assert weighed(replace(LAW, label="adjacent"), *official()).points == weighed(LAW, *official()).points // 2


def test_a_step_on_the_way_counts_less_than_the_law_itself() -> None:
    stages = ("rumoured", "introduced", "passed_chamber", "passed_legislature", "in_force")
    points = [weighed(replace(LAW, stage=stage), *official()).points for stage in stages]
    assert points == sorted(set(points))


def test_it_is_the_place_that_acted_that_counts_not_the_seat_of_the_company() -> None:
    fine = replace(LAW, jurisdictions=("EU-IT", "US"), stage="enforced")
    assert "Italy" in weighed(fine, *official()).reasons
    assert weighed(fine, *official()).points < weighed(replace(fine, jurisdictions=("US",)), *official()).points


def test_the_importance_is_at_most_a_hundred_and_every_stage_counts() -> None:
    for stage in SHIPPED.stage_names:
        found = weighed(replace(LAW, stage=stage), *official(*press(*"ABCDE")))
        assert 0 < found.points <= 100
        assert SHIPPED.stage_names[stage].lower() in found.reasons


def test_the_card_says_it_and_the_tags_hold_every_level_reached() -> None:
    story = Story(official(), LAW, NOW, id=1)
    assert "Importance: high (legally in force; European Union" in cards.standing(story, SHIPPED)
    tags = audience.tagged(story, SHIPPED)
    assert all(f"regpulseimportance{level}" in tags for level in importance.LEVELS)
    near = replace(story, verdict=replace(LAW, label="adjacent", beside="politics around AI"))
    assert cards.standing(near, SHIPPED).startswith("Adjacent: politics around AI. Importance: ")
