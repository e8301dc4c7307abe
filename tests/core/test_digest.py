"""core.digest: one card of what waited, the most important first, none lost, within every platform's limits."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.core import digest, timing
from bot.model import Brief, Card, Correction, Source
from bot.platforms.discord import embeds
from bot.platforms.slack import blocks
from tests.core.test_cards import BRIEF
from tests.core.vocabulary import NOW

COVERAGE = "42 of 44 sources healthy; blind: Herald (silent since 3 Oct 2026)"


def told(*outlets: str, headline: str = "Authority fines Examplar AI") -> tuple[Brief, ...]:
    return tuple(
        replace(BRIEF, story=n, headline=f"{headline} {n}", sources=(Source(outlet, "press", "", ""),))
        for n, outlet in enumerate(outlets, 1)
    )


def said(card: Card) -> str:
    return "\n".join((card.title, *(one.text for one in card.stories), *card.notes))


def test_a_digest_lists_its_stories_in_order_with_link_category_and_number() -> None:
    card = digest.card("Daily digest, 26 November", told("One", "Two", "Three"), COVERAGE, because=("EU AI Act",))
    assert card.title == "Daily digest, 26 November: 3 stories"
    assert [one.text for one in card.stories] == [
        f"Authority fines Examplar AI {n} · Enforcement · story {n}" for n in (1, 2, 3)
    ]
    assert {one.link for one in card.stories} == {BRIEF.link}
    assert card.notes == (COVERAGE,)
    assert card.because == "Sent because of: EU AI Act"
    assert [button.line for button in card.buttons] == ["story 1", "story 2", "story 3", "latest 20", "settings"]


def test_no_outlet_has_more_than_three_lines_and_the_others_are_named() -> None:
    card = digest.card("Digest", told("Reuters", "Two", *["Reuters"] * 6), COVERAGE)
    assert sum("Reuters" not in one.text for one in card.stories) == 4
    assert card.notes == ("+4 more from Reuters: stories 5, 6, 7, 8", COVERAGE)


def test_what_was_taken_back_says_so() -> None:
    first, second = told("One", "Two")
    wrong = Correction(1, "One", True, "", "", NOW)
    card = digest.card("Digest", (replace(first, corrections=(wrong,)), second), COVERAGE)
    assert card.stories[0].text.startswith("Retracted: Authority")


@given(st.lists(st.sampled_from(("Reuters", "Herald", "A", "B", "C", "D", "E", "F")), min_size=1, max_size=timing.MOST))
@example(["Reuters"] * timing.MOST)
def test_every_story_can_be_asked_for_by_its_number(outlets: list[str]) -> None:
    text = said(digest.card("Digest", told(*outlets), COVERAGE))
    lines = [line for line in text.splitlines() if line.startswith("+") or " · story " in line]
    numbers = [int(number) for line in lines for number in re.findall(r"\d+", re.split(r"stor(?:y|ies)", line)[-1])]
    assert sorted(numbers) == list(range(1, len(outlets) + 1))


@pytest.mark.parametrize("headline", ["Short", "Very_long*" * 60, "<@U1> & <!channel> " * 9, "規制 " * 90])
@pytest.mark.parametrize("link", ["https://a.example/1", "https://a.example/" + "x" * 1_900])
@pytest.mark.parametrize("count", [3, 13, timing.MOST])
def test_a_digest_keeps_within_the_limits_of_slack_and_discord(headline: str, link: str, count: int) -> None:
    briefs = tuple(replace(one, link=link) for one in told(*map(str, range(count)), headline=headline))
    card = digest.card("Daily digest, 26 November", briefs, COVERAGE, because=("EU AI Act",) * 5)
    text, rich = blocks.message(card)
    assert len(rich) <= 50
    assert len(json.dumps(rich, ensure_ascii=False)) < 13_000
    for block in rich:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
    assert text
    made = embeds.embed(card)
    assert len(made) <= 5_900
    assert made.description
    assert all(f"{n}. " in made.description for n in range(1, min(count, digest.MOST) + 1))
    assert f"story {min(count, digest.MOST)}" in made.description
    assert made.footer.text
    assert COVERAGE in made.footer.text
    assert len(embeds.plain(card)) <= 2_000
