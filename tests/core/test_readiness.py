"""Ready turns red for the right reasons, in words, and for no other."""

from datetime import timedelta

from bot.core.readiness import Pulse, not_ready, troubles
from tests.core.vocabulary import NOW

INTERVAL = timedelta(seconds=15)
MINUTE = timedelta(minutes=1)


def pulse(**values: object) -> Pulse:
    return Pulse(NOW, INTERVAL, **values)  # type: ignore[arg-type]


def test_it_is_not_ready_before_the_first_turn_and_not_in_trouble_either() -> None:
    begun = pulse()
    assert not_ready(begun, None, NOW + MINUTE) == ("starting: the first turn has not finished",)
    assert troubles(begun, None, NOW + MINUTE) == ()
    assert "no turn has finished since the start" in troubles(begun, None, NOW + 16 * MINUTE)[0]


def test_it_is_red_when_no_turn_finished_in_two_intervals() -> None:
    turning = pulse()
    turning.turn(NOW, timedelta(seconds=5))
    assert not_ready(turning, None, NOW + 2 * MINUTE) == ()
    (reason,) = not_ready(turning, None, NOW + 3 * MINUTE)
    assert reason == "no turn has finished since 24 Nov 12:00 UTC, which is more than two intervals"


def test_an_interval_is_as_long_as_turns_take_here() -> None:
    slow = pulse()
    slow.turn(NOW, 4 * MINUTE)
    assert not_ready(slow, None, NOW + 8 * MINUTE) == ()
    assert not_ready(slow, None, NOW + 9 * MINUTE)
    for _ in range(50):
        slow.turn(NOW, timedelta(seconds=1))
    assert not_ready(slow, None, NOW + 3 * MINUTE), "one slow turn is forgotten in time"


def test_it_is_red_when_a_socket_gives_no_sign_of_life() -> None:
    deaf = pulse(heard={"slack": NOW, "discord": NOW + 3 * MINUTE})
    deaf.turn(NOW + 3 * MINUTE, INTERVAL)
    (reason,) = not_ready(deaf, None, NOW + 3 * MINUTE)
    assert reason.startswith("slack has given no sign of life since 24 Nov 12:00 UTC")


def test_it_is_red_when_a_message_waits_too_long_and_not_for_one_that_is_to_come() -> None:
    turning = pulse()
    turning.turn(NOW, INTERVAL)
    assert not_ready(turning, NOW - 29 * MINUTE, NOW) == ()
    assert not_ready(turning, NOW + 60 * MINUTE, NOW) == ()
    assert "has waited since 24 Nov 11:29 UTC" in not_ready(turning, NOW - 31 * MINUTE, NOW)[0]


def test_it_is_red_when_looking_at_a_feed_does_not_end() -> None:
    hanging = pulse(asked={"slow": NOW - 5 * MINUTE, "stuck": NOW - 6 * MINUTE, "lost": NOW - 7 * MINUTE})
    hanging.turn(NOW, INTERVAL)
    (reason,) = not_ready(hanging, None, NOW)
    assert reason.startswith("looking at 2 feeds does not end, at lost since 24 Nov 11:53 UTC")
    hanging.turn(NOW, 10 * MINUTE)
    assert not_ready(hanging, None, NOW) == (), "turns take long here"


def test_it_is_red_when_news_waits_for_its_brief() -> None:
    turning = pulse()
    turning.turn(NOW, INTERVAL)
    (reason,) = not_ready(turning, None, NOW, overdue=2)
    assert reason.startswith("2 pieces of news have waited for a brief for more than 30 minutes: they are tried again")
    assert troubles(turning, None, NOW, overdue=1)[0].startswith("1 piece of news has waited")


def test_a_database_that_fails_is_said_first() -> None:
    failing = pulse(trouble="The disk is full.")
    failing.turn(NOW, INTERVAL)
    assert not_ready(failing, None, NOW) == ("The disk is full.",)
