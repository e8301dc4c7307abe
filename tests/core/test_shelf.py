"""core.shelf: the open stories an entry may join are found however many there are, and leave no trace when taken."""

import pickle
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import traits
from bot.core.shelf import Shelf
from bot.model import Entry, Story, Verdict
from tests.core.vocabulary import NOW, report

WORDS = (
    "senate", "chamber", "robot", "licence", "harbour", "fine", "court", "clinic", "school", "drone", "ballot", "voice",
    "safety", "audit", "tax", "treaty", "summit", "import", "actor", "border", "police", "ticket", "banana", "engine",
    "museum", "forest", "island", "bridge", "candle", "copyright",
)  # fmt: skip
HEADLINES = st.lists(st.sampled_from(WORDS), min_size=4, max_size=9, unique=True)


def story(*entries: Entry, number: int) -> Story:
    return Story(entries, Verdict("positive", 0.9, ()), NOW, number)


def stem(word: str) -> str:
    return next(iter(traits.of(report(word)).whole))


def shelf_of(headlines: list[list[str]]) -> Shelf:
    return Shelf(tuple(story(report(" ".join(words), number=n), number=n) for n, words in enumerate(headlines, 1)))


@given(st.lists(HEADLINES, max_size=60), HEADLINES)
def test_a_story_with_all_its_words_is_always_the_nearest(others: list[list[str]], words: list[str]) -> None:
    """Nearer than any that lacks one of its words."""
    shelf = shelf_of([each for each in others if not set(words) <= set(each)])
    shelf.put(story(report(" ".join(words), number=999), number=999))
    assert shelf.near(report(" ".join(reversed(words)), number=1000))[0].id == 999


def test_no_more_is_held_of_a_story_than_is_compared() -> None:
    """The text of an article is long, and a story may be open for eleven days."""
    told = replace(report("Senate fines a robot"), text="It did so today. " * 1_000, page="The whole article. " * 1_000)
    shelf = shelf_of([])
    shelf.put(story(told, number=1))
    (near,) = shelf.near(told)
    assert traits.of(near.entries[0]) == traits.of(told)
    assert len(pickle.dumps(near)) < 3_000


@given(st.lists(HEADLINES, max_size=30))
def test_a_story_of_the_same_page_is_always_known(headlines: list[list[str]]) -> None:
    shelf = shelf_of(headlines)
    for number in range(1, len(headlines) + 1):
        found = shelf.same_page(f"https://a.example/{number}")
        assert found
        assert found.id == number
    assert shelf.same_page("https://a.example/none") is None


@given(st.lists(HEADLINES, max_size=20), HEADLINES, HEADLINES, st.integers(1, 21))
def test_what_is_put_and_taken_again_leaves_the_shelf_as_it_was(
    headlines: list[list[str]], words: list[str], asked: list[str], page: int
) -> None:
    """Also when it told of a page that another story tells of."""
    shelf, untouched = shelf_of(headlines), shelf_of(headlines)
    again = report("Another word", number=501, link=f"https://a.example/{page}")
    shelf.put(story(report(" ".join(words), number=500), again, number=500))
    shelf.take(500)
    entry = report(" ".join(asked), number=600)
    assert shelf.near(entry) == untouched.near(entry)
    assert [shelf.worth(stem(word)) for word in WORDS] == [untouched.worth(stem(word)) for word in WORDS]
    assert shelf.same_page("https://a.example/500") is shelf.get(500) is None
    assert shelf.same_page(again.link) == untouched.same_page(again.link)
    assert len(shelf) == len(untouched)


def test_a_story_that_grew_is_found_by_its_new_report_s_words_too() -> None:
    first, second = report("Senate votes on drones", number=1), report("Harbour museum opens", number=2)
    shelf = Shelf((story(first, number=1),))
    shelf.put(story(first, second, number=1))
    assert [each.id for each in shelf.near(report("Museum in the harbour", number=3))] == [1]
    assert len(shelf) == 1


def test_stories_too_old_to_be_joined_are_removed_and_those_with_a_late_report_stay() -> None:
    old = report("Senate votes on drones", number=1, hours=100)
    late = replace(report("Chamber votes on robots", number=2, hours=200))
    shelf = Shelf((story(old, number=1), story(late, report("Robots pass", number=3, hours=1), number=2)))
    shelf.take_before(NOW - timedelta(hours=50))
    assert shelf.get(1) is None
    assert shelf.get(2)


def test_a_common_word_is_worth_less_than_a_rare_one() -> None:
    shelf = shelf_of([["senate", "robot", str(n)] for n in range(30)] + [["senate", "banana", "x"]])
    assert 0 <= shelf.worth(stem("senate")) < shelf.worth(stem("banana")) < shelf.worth("never-heard") <= 1


def test_what_a_word_is_worth_follows_the_stories_that_come_and_go() -> None:
    """Among more stories without it, the word that three have is rarer."""
    shelf = shelf_of([["senate", str(n)] for n in range(3)])
    before = shelf.worth(stem("senate"))
    shelf.put(story(report("Harbour museum opens", number=90), number=90))
    grown = shelf.worth(stem("senate"))
    shelf.take(90)
    assert shelf.worth(stem("senate")) == before < grown


def test_no_more_than_a_handful_of_stories_are_compared() -> None:
    shelf = shelf_of([["senate", "robot", str(n)] for n in range(500)])
    assert len(shelf.near(report("Senate robot", number=999))) <= 16
