"""core.leading: whose report a brief is told by."""

from dataclasses import replace
from datetime import timedelta

from bot.core import leading
from bot.model import Correction, Story, Verdict
from tests.core.test_cards import BRIEF
from tests.core.vocabulary import NOW, report

HOUR = timedelta(hours=1)


def test_a_report_that_stands_again_after_it_was_retracted_leads_without_that_mark() -> None:
    """Else it were to give way to itself at every turn."""
    again, other = report("Authority fines Examplar AI", number=1), report("Examplar AI fined", number=2)
    story = Story((again, replace(other, amended="retracted")), Verdict("positive", 1.0, (), ("EU",), ()), NOW, id=12)
    then = Correction(1, again.outlet, True, again.title, "Retracted", NOW)
    since = Correction(2, other.outlet, True, other.title, "Retracted", NOW + HOUR)
    told = replace(BRIEF, lead=2, corrections=(then, since))
    assert leading.late(told, story)
    new = leading.anew(told, replace(BRIEF, lead=1), story, NOW + HOUR, told=True)
    assert [one.entry for one in new.corrections] == [2, 1]
    assert new.corrections[-1].stands
    assert not new.retracted
    assert not leading.late(new, story)
