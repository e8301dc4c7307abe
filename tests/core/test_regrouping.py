"""core.regrouping: what becomes of stories that people split or merge."""

from dataclasses import replace

from bot.core.regrouping import tells, verdict_of
from bot.model import Judged, Verdict
from tests.core.test_cards import BRIEF, FIRST, SECOND
from tests.core.vocabulary import report

OFFICIAL = Verdict("positive", 0.7, ("the official reason",), ("EU",), ("eu-ai-act",), "enforcement", "", ("safety",))
PRESS = Verdict("positive", 0.9, ("the press's reason",), ("FR",), (), "law", "in_force", ("fines",))


def test_the_verdict_is_that_of_the_best_report_with_what_the_others_add() -> None:
    reports = (Judged(SECOND, PRESS, "new", ""), Judged(FIRST, OFFICIAL, "new", ""))
    found = verdict_of(reports)
    assert found == verdict_of(tuple(reversed(reports)))
    assert (found.reasons, found.type, found.stage, found.score) == (OFFICIAL.reasons, "enforcement", "in_force", 0.9)
    assert (found.jurisdictions, found.topics) == (("EU", "FR"), ("safety", "fines"))


def test_the_verdict_of_one_report_is_its_own() -> None:
    assert verdict_of((Judged(SECOND, PRESS, "new", ""),)) == PRESS


def test_a_story_is_told_by_the_report_whose_headline_or_link_the_brief_has() -> None:
    assert tells(FIRST, BRIEF)
    assert tells(replace(FIRST, title="Another title since"), BRIEF)
    assert not tells(SECOND, BRIEF)
    assert not tells(replace(report("Something else", number=7), link=""), replace(BRIEF, link=""))
