"""core.amounts: figures written in different ways are the same figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.amounts import figures, tight


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("€10m", "10 million euros"),
        ("$1.5bn", "US$1.5 billion"),
        ("1,600 firms", "1600 firms"),
        ("twenty-one days", "21 days"),
        ("three percent", "3%"),
        ("a 36-year-old", "36 years"),
        ("15 March 2027", "March 15, 2027"),
        ("15 March 2027", "2027-03-15"),
        ("the second chamber", "the 2nd chamber"),
    ],
)
def test_one_figure_may_be_written_in_two_ways(one: str, other: str) -> None:
    assert figures(one) == figures(other)


@pytest.mark.parametrize(
    ("said", "shown"),
    [("4", "4%"), ("10 euros", "10 dollars"), ("21 days", "21 weeks"), ("5 million", "5 billion"), ("10^26", "10^25")],
)
def test_another_unit_or_scale_is_another_figure(said: str, shown: str) -> None:
    assert figures(said).numbers_beyond(figures(shown))


def test_a_date_may_say_less_than_its_source_but_not_other() -> None:
    shown = figures("on 15 March 2027")
    assert figures("on 15 March").dates_beyond(shown) == ()
    assert figures("in March 2027").dates_beyond(shown) == ()
    assert figures("in 2027").numbers_beyond(shown) == ()
    assert figures("on 16 March").dates_beyond(shown) == ("16 March",)
    assert figures("15 March 2027").dates_beyond(figures("15 March")) == ("15 March 2027",)


def test_a_unit_that_stands_once_counts_for_both_numbers() -> None:
    assert figures("5%").numbers_beyond(figures("between 5 and 10%")) == ()


def test_text_out_of_a_pdf_is_drawn_together() -> None:
    assert tight("1, 600 of 31. 8 million, a 36 - year - old") == "1,600 of 31.8 million, a 36-year-old"


@given(st.text(max_size=200))
def test_any_text_has_figures_and_holds_its_own(text: str) -> None:
    found = figures(text)
    assert found.numbers_beyond(found) == found.dates_beyond(found) == ()
