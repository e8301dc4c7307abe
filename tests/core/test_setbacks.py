"""What RegPulse failed on is left alone for a while, longer each time, and never for ever."""

from datetime import timedelta

from bot.core.setbacks import Setbacks
from tests.core.vocabulary import NOW

MINUTE = timedelta(minutes=1)


def test_each_failure_doubles_the_pause_up_to_an_hour() -> None:
    failed = Setbacks()
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        failed.meet(7, NOW)
        assert failed.resting(NOW + minutes * MINUTE - timedelta(seconds=1)) == {7}
        assert failed.resting(NOW + minutes * MINUTE) == set()


def test_what_worked_or_is_wanted_no_more_is_forgotten() -> None:
    failed = Setbacks()
    for number in (1, 2, 3):
        failed.meet(number, NOW)
    failed.overcome(1)
    failed.keep({3})
    assert (len(failed), failed.resting(NOW)) == (1, {3})
    assert failed.meet(3, NOW) == 2


def test_a_clock_that_was_put_back_makes_no_pause_longer() -> None:
    failed = Setbacks()
    failed.meet(1, NOW)
    assert failed.resting(NOW - timedelta(days=1)) == set()
