"""Stories only near AI regulation: kept and found by who asks, told to nobody else, and briefed only when asked for."""

from pathlib import Path

from bot.model import Caller
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

NEAR = (
    "AI super PAC spends record sum on midterms",
    "The super PAC backed by AI makers spent 40 million dollars on campaign ads. Donors include three chatbot makers.",
)


async def heard(made: World) -> None:
    """A story near AI regulation is in the feed."""
    if "one" not in made.documents:
        made.has_feed("one")
    await made.turns()
    made.publishes("one", NEAR)


async def test_who_asked_for_everything_does_not_hear_it_and_who_included_it_does(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK, "everything")
        await made.subscribes(DISCORD, '"super pac" include:adjacent')
        await heard(made)
        tally, sent = await made.turns()
        assert sent == [(DISCORD.id, NEAR[0])]
        assert (tally.briefs, tally.passed_over) == (1, 0)


async def test_it_is_not_briefed_where_nobody_asks_and_the_next_turn_leaves_it_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.subscribes(SLACK, "everything")
        await heard(made)
        tally, sent = await made.turns()
        assert (sent, tally.stories, tally.briefs, tally.passed_over) == ([], 1, 0, 1)
        tally, _ = await made.turns()
        assert (tally.briefs, tally.passed_over) == (0, 0)


async def test_it_is_not_briefed_where_those_who_include_such_stories_ask_for_other_words(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.subscribes(SLACK, "zebra include:adjacent")
        await heard(made)
        tally, sent = await made.turns()
        assert (sent, tally.briefs, tally.passed_over) == ([], 0, 1)


async def test_looking_up_leaves_it_out_unless_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await heard(made)
        made.publishes("one", NEWS[0])
        await made.turns()
        assert NEAR[0] not in await made.says("latest")
        assert NEWS[0][0] in await made.says("latest")
        assert NEAR[0] not in await made.says("search makers")
        assert NEAR[0] in await made.says("search makers include:adjacent")


async def test_why_says_that_it_is_only_near_and_how_to_hear_it(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.subscribes(SLACK, "everything")
        await heard(made)
        await made.turns()
        answer = await made.says("why https://news.invalid/one/12", SLACK)
        assert "politics around AI" in answer
        assert "include:adjacent" in answer
        assert "no subscription asks for that" in answer


async def test_a_subscription_that_includes_it_is_tried_on_it_before_it_is_saved(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await heard(made)
        await made.turns()
        assert NEAR[0] in await made.says("subscribe everything include:adjacent", SLACK)
        assert "would have sent nothing" in await made.says("subscribe midterms", SLACK)


async def test_why_and_evidence_say_what_each_tag_stands_on(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        made.publishes("one", NEWS[1])
        await made.turns()
        answer = await made.says("why 1")
        assert "Tagged California: “California”; Signed/adopted but not yet applicable: “signs”" in answer
        assert "Importance: " in answer
        async with made.opens() as running:
            caller = Caller(SLACK, "tester", rank="member")
            (card,) = (await running.desk.answer("evidence 1", caller)).cards
            assert "California: “California”" in card.notes
            (card,) = (await running.desk.answer("story 1", caller)).cards
            assert any(note.startswith("Importance: ") for note in card.notes)


async def test_tags_and_importance_can_be_searched_for(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await heard(made)
        made.publishes("one", *NEWS[:2])
        await made.turns()
        found = await made.says("search stage:signed jurisdiction:us")
        assert NEWS[1][0] in found
        assert NEWS[0][0] not in found
        assert NEWS[1][0] in await made.says("search importance:medium type:bill")
        assert "Nothing found" in await made.says("search tier:primary")
