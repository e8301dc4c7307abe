"""core.novelty: the silent baseline, the age limit and the flood breaker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.novelty import LONG, SHORT, SOON, held_by_number, sift
from bot.core.text import fold
from bot.model import UNJUDGED, Entry, Judged, Memory, Recall

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(number: int, *, hours_ago: float | None = 0.5, title: str = "") -> Entry:
    published = None if hours_ago is None else NOW - hours_ago * HOUR
    name = title or f"Story number {number}"
    return Entry("f", f"k{number}", name, f"https://a.example/{number}", "", "O", "press", "", "en", published, NOW)


def read_before(*, hours_ago: float = 1) -> Memory:
    at = NOW - hours_ago * HOUR
    return Memory("f", baseline_at=NOW - 100 * HOUR, ok_at=at)


def known(*entries: Entry, by: str = "key") -> Recall:
    return Recall(
        keys=frozenset(e.key for e in entries) if by == "key" else frozenset(),
        links=frozenset(e.link for e in entries) if by in ("key", "link") else frozenset(),
        titles=frozenset(fold(e.title) for e in entries),
    )


def standings(memory: Memory, entries: tuple[Entry, ...], recall: Recall) -> list[str]:
    return [sifted.standing for sifted in sift(memory, entries, recall, NOW, max_age=72 * HOUR, total=len(entries))]


def test_the_first_good_poll_is_a_baseline() -> None:
    assert standings(Memory("f"), (entry(1), entry(2)), Recall()) == ["baseline", "baseline"]


def test_the_first_good_poll_after_a_backup_was_put_back_is_silent() -> None:
    assert standings(Memory("f", ok_at=NOW - HOUR), (entry(1), entry(2)), known(entry(2))) == ["silent"]


def test_a_few_new_items_are_new_and_known_ones_are_not_mentioned() -> None:
    old = tuple(entry(n, hours_ago=30) for n in range(20))
    assert standings(read_before(), (*(entry(n) for n in range(100, 105)), *old), known(*old)) == ["new"] * 5


def test_an_old_item_is_stale_and_an_undated_one_is_new() -> None:
    assert standings(read_before(), (entry(1, hours_ago=73), entry(2, hours_ago=None)), Recall()) == ["stale", "new"]


def test_a_small_feed_with_all_its_items_new_is_no_flood() -> None:
    assert standings(read_before(), tuple(entry(n) for n in range(3)), Recall()) == ["new"] * 3


def test_items_whose_links_are_known_are_not_new_under_new_ids() -> None:
    items = tuple(entry(n) for n in range(20))
    assert standings(read_before(), items, known(*items, by="link")) == []


def test_a_feed_that_moved_house_with_old_dates_is_held() -> None:
    items = tuple(entry(n, hours_ago=50) for n in range(20))
    assert standings(read_before(hours_ago=10), items, Recall()) == ["held"] * 20


def test_what_comes_again_under_new_ids_and_dates_is_nothing_and_what_is_new_among_it_is_told() -> None:
    items = tuple(entry(n) for n in range(20))
    assert standings(read_before(hours_ago=10), items, known(*items, by="title")) == []
    assert standings(read_before(), (*items, entry(21)), known(*items, by="title")) == ["new"]


def test_a_feed_whose_items_all_have_one_title_is_told() -> None:
    digests = tuple(entry(n, title="Weekly digest") for n in range(5))
    assert standings(read_before(hours_ago=200), digests, Recall(titles=frozenset({"weekly digest"}))) == ["new"] * 5


def test_two_columns_of_a_week_ago_may_come_again_together() -> None:
    columns = (entry(1, title="The week in court"), entry(2, title="The week in parliament"))
    assert standings(read_before(), columns, known(*columns, by="title")) == ["new"] * 2


def test_a_whole_document_of_news_minutes_after_the_last_poll_is_held() -> None:
    assert (
        standings(read_before(hours_ago=0.2), tuple(entry(n, hours_ago=0.1) for n in range(20)), Recall())
        == ["held"] * 20
    )


def test_freshly_dated_news_before_what_was_there_is_told_and_too_much_of_it_is_held() -> None:
    old = entry(0, hours_ago=30)
    for number, standing in ((20, "new"), (LONG, "new"), (LONG + 1, "held")):
        news = tuple(entry(n, hours_ago=0.1) for n in range(100, 100 + number))
        assert standings(read_before(hours_ago=0.2), (*news, old), known(old)) == [standing] * number


def test_more_than_so_many_to_be_told_soon_after_the_last_poll_are_held_with_all_that_is_new_beside_them() -> None:
    """However much of the document was known before, and however they are dated; not after a night."""
    told, nothing = replace(UNJUDGED, label="positive"), UNJUDGED
    others = (Judged(entry(1), nothing, "new", ""), Judged(entry(2), told, "stale", "old"))
    for number, ago, standing in (
        (LONG, HOUR, "new"), (LONG + 1, HOUR, "held"), (LONG + 1, SOON, "new"), (9 * LONG, SOON, "new"),
    ):  # fmt: skip
        many = tuple(Judged(entry(n), told, "new", "") for n in range(100, 100 + number))
        held = held_by_number(read_before(hours_ago=ago / HOUR), (*many, *others), NOW)
        assert [one.standing for one in held] == [*[standing] * (number + 1), "stale"]
        assert held[-1] == others[-1]


def test_a_short_document_all_of_it_news_is_told_and_a_longer_one_is_held() -> None:
    for number, standing in ((SHORT, "new"), (SHORT + 1, "held")):
        news = tuple(entry(n, hours_ago=0.1) for n in range(number))
        assert standings(read_before(hours_ago=0.2), news, Recall()) == [standing] * number


def test_news_that_is_dated_by_the_day_is_no_older_than_the_last_look() -> None:
    old = entry(0, hours_ago=100)
    for hours, standing in ((12, "new"), (12 + 1 / 60, "held"), (60, "held")):
        news = tuple(entry(n, hours_ago=hours) for n in range(100, 109))
        assert standings(read_before(), (*news, old), known(old)) == [standing] * 9


def test_a_press_feed_read_again_after_a_night_is_told() -> None:
    items = tuple(entry(n, hours_ago=n / 2) for n in range(20))
    assert standings(read_before(hours_ago=11), items, Recall()) == ["new"] * 20


def test_a_weekly_title_may_come_again() -> None:
    again = entry(9, title="The week in AI policy")
    assert standings(read_before(), (again,), Recall(titles=frozenset({fold(again.title)}))) == ["new"]
