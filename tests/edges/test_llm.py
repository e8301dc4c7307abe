"""writers.llm: whatever the model's server does, there is a brief, in time, within budget, and it says only what it proves."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Llm as Settings
from bot.core import sentences
from bot.core.brief import check, checked
from bot.core.prompt import VERSION
from bot.core.relevance import judge
from bot.model import Brief, Story
from bot.store.sqlite import Sqlite
from bot.writers import llm
from bot.writers.endpoint import Endpoint
from bot.writers.extract import DISCLOSURE, Extract
from bot.writers.llm import Limits, Llm
from tests.core.test_extract import articles
from tests.core.vocabulary import FEED, NOW, SHIPPED, report
from tests.standins.model import KEY, ModelServer, honest, item

TEXT = (
    "The Northern Data Office ordered Examplar AI on Tuesday to hand over the risk files of its chatbot. "
    "The company has until 15 December to answer the order. "
    "If it does not, the office may fine it up to 2% of its yearly turnover. "
    "The order is the first under a law that was adopted in March. "
    "Examplar AI said it would cooperate with the office and its inspectors. "
    "A hearing on the order is scheduled for 12 January 2027 in Lind."
)


def story(number: int = 1) -> Story:
    title = f"Northern Data Office orders Examplar AI to hand over risk files, case {number}"
    entry = report(title, TEXT.replace("case", f"case {number}"), number=number)
    return Story((entry,), judge(entry, FEED, SHIPPED), NOW, id=number)


@dataclass
class Bench:
    """The writer between a stand-in model and a real store. A second of the deadline is a tenth of one here."""

    server: ModelServer
    store: Sqlite
    limits: Limits = field(
        default_factory=lambda: Limits(
            deadline_seconds=1.5, max_input_characters=8_000, monthly_tokens=1_000_000, monthly_usd=10.0,
            usd_per_million_input=1.0, usd_per_million_output=4.0, concurrency=4,
        )
    )  # fmt: skip
    api: Any = "openai"

    def writer(self) -> Llm:
        endpoint = Endpoint(self.server.base_url, self.api, "examplar-1", KEY, most_written=800)
        return Llm(Extract(SHIPPED), endpoint, self.store, self.limits, lambda: NOW)

    async def brief(self, number: int = 1) -> Brief:
        """Written, in time, and sound."""
        clock = asyncio.get_running_loop().time
        started = clock()
        told = story(number)
        brief = await self.writer().brief(told, NOW)
        assert clock() - started < self.limits.deadline_seconds + 1
        assert check(brief, told) == ()
        assert brief.takeaways
        return brief

    async def spent(self) -> tuple[int, int]:
        return await self.store.spent(f"{NOW:%Y-%m}")

    async def health(self) -> str:
        return "; ".join(one.reason for one in await self.store.platforms() if not one.ok)


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "PAUSE", timedelta(seconds=0.01))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with ModelServer() as server:
        store = await Sqlite.open(tmp_path / "regpulse.db")
        yield Bench(server, store)
        await store.close()


def is_extract(brief: Brief) -> bool:
    return brief.writer == "extract" and brief.disclosure == DISCLOSURE and brief.origin is None


# When all is well


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_a_sound_draft_is_published_as_ai_assisted_with_its_origin(bench: Bench, api: str) -> None:
    bench.api = api
    brief = await bench.brief()
    assert brief.disclosure == "AI-assisted, unreviewed."
    assert brief.origin
    assert (brief.origin.model, brief.origin.prompt, len(brief.origin.input)) == ("examplar-1", VERSION, 64)
    assert brief.plain
    assert is_extract(brief.plain)
    assert [paragraph.move for paragraph in brief.long] == ["act", "uncertain"]
    assert brief.long[1].sentences[1].evidence == ()
    assert bench.server.keys == {KEY}
    assert (await bench.spent())[0] == bench.server.charged
    assert await bench.health() == ""


async def test_the_same_reports_are_asked_about_once(bench: Bench) -> None:
    first, again = await bench.brief(), await bench.brief()
    assert len(bench.server.asked) == 1
    assert again.takeaways == first.takeaways
    await bench.brief(2)
    assert len(bench.server.asked) == 2


async def test_each_call_has_a_marker_of_its_own_and_no_tools(bench: Bench) -> None:
    await bench.brief(1)
    await bench.brief(2)
    shown = [asked["messages"][1]["content"] for asked in bench.server.asked]
    markers = {text.split("<<<REPORT 1 ")[1][:16] for text in shown}
    assert len(markers) == 2
    assert not [asked for asked in bench.server.asked if "tools" in asked]


# Every fault


async def test_after_429_it_waits_as_told_and_asks_again(bench: Bench) -> None:
    bench.server.fails(429, times=1, headers={"Retry-After": "0"})
    assert (await bench.brief()).origin
    assert len(bench.server.asked) == 2


async def test_a_wait_longer_than_the_deadline_is_not_waited_for(bench: Bench) -> None:
    bench.server.fails(429, headers={"Retry-After": "3600"})
    assert is_extract(await bench.brief())
    assert len(bench.server.asked) == 1
    assert await bench.spent() == (0, 0)


async def test_after_500_it_asks_again_and_then_gives_up(bench: Bench) -> None:
    bench.server.fails(500, times=1)
    assert (await bench.brief()).origin
    bench.server.fails(500)
    assert is_extract(await bench.brief(2))
    assert "in trouble (500)" in await bench.health()


@pytest.mark.parametrize("forms", [("json_object", "text"), ("text",)])
async def test_a_server_without_schemas_is_asked_in_a_plainer_form_from_then_on(
    bench: Bench, forms: tuple[str, ...]
) -> None:
    bench.server.takes_only(*forms)
    writer = bench.writer()
    assert (await writer.brief(story(1), NOW)).origin
    assert (await writer.brief(story(2), NOW)).origin
    assert len(bench.server.asked) == 2
    assert bench.server.asked[1].get("response_format", {}).get("type", "text") == forms[0]


async def test_anthropic_without_schemas_is_asked_plainly(bench: Bench) -> None:
    bench.api = "anthropic"
    bench.server.takes_only("text")
    assert (await bench.brief()).origin


async def test_a_server_that_names_its_limit_otherwise_is_understood(bench: Bench) -> None:
    bench.server.wants_completion_tokens()
    assert (await bench.brief()).origin
    assert "max_completion_tokens" in bench.server.asked[-1]


@pytest.mark.parametrize(
    "junk",
    ["I am glad to help!", "{", "[]", '{"dek": 7, "takeaways": "none"}', "{" * 5000, '{"takeaways": [[], 3, {}]}', ""],
)
async def test_junk_is_repaired_once_and_then_left(bench: Bench, junk: str) -> None:
    bench.server.says(junk)
    assert is_extract(await bench.brief())
    assert len(bench.server.asked) == (2 if junk else 1)


async def test_an_answer_in_a_fence_with_chatter_is_read(bench: Bench) -> None:
    bench.server.says("Sure! Here it is:\n```json\n" + honest((f"head\n\n{TEXT}",)) + "\n```\nAnything else?")
    assert (await bench.brief()).origin


async def test_a_server_that_hangs_costs_the_deadline_once_and_is_then_left_alone(bench: Bench) -> None:
    """The time was the model's, perhaps: the reservation stays charged."""
    bench.limits = replace(bench.limits, deadline_seconds=0.3)
    bench.server.hangs()
    writer = bench.writer()
    assert is_extract(await writer.brief(story(1), NOW))
    charged = await bench.spent()
    assert charged[0] > 800
    assert is_extract(await writer.brief(story(2), NOW))
    assert await bench.spent() == charged
    assert len(bench.server.asked) == 1
    assert "answers nothing" in await bench.health()


async def test_a_refused_key_is_told_without_the_key_and_not_tried_again(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.server.fails(401, body=json.dumps({"error": f"Incorrect API key provided: {KEY}"}).encode())
    writer = bench.writer()
    assert is_extract(await writer.brief(story(1), NOW))
    assert is_extract(await writer.brief(story(2), NOW))
    assert len(bench.server.asked) == 1
    assert "refuses the key (401); check REGPULSE_LLM_KEY" in await bench.health()
    said = capsys.readouterr()
    assert KEY not in await bench.health() + said.out + said.err
    assert await bench.spent() == (0, 0)


async def test_an_answer_of_two_megabytes_is_not_read_to_its_end_and_stays_charged(bench: Bench) -> None:
    bench.server.fails(200, body=b'{"choices": "' + b"x" * 2_000_000 + b'"}')
    assert is_extract(await bench.brief())
    assert (await bench.spent())[0] > 0


async def test_a_refusal_is_taken_as_one(bench: Bench) -> None:
    for api in ("openai", "anthropic"):
        bench.api = api
        bench.server.refuses()
        assert is_extract(await bench.brief())
    assert len(bench.server.asked) == 2


async def test_an_answer_that_was_cut_off_is_asked_for_again_and_shorter(bench: Bench) -> None:
    bench.server.is_cut_off()
    assert is_extract(await bench.brief())
    assert "be shorter" in bench.server.asked[1]["messages"][-1]["content"]


async def test_a_server_that_is_not_there_costs_nothing(bench: Bench) -> None:
    nowhere = Endpoint("http://127.0.0.1:9/v1", "openai", "x", "", most_written=9)
    writer = Llm(Extract(SHIPPED), nowhere, bench.store, bench.limits, lambda: NOW)
    assert is_extract(await writer.brief(story(), NOW))
    assert await bench.spent() == (0, 0)


async def test_without_usage_the_reservation_is_the_cost(bench: Bench) -> None:
    bench.server.tells_no_usage()
    await bench.brief()
    assert (await bench.spent())[0] > bench.server.charged


# What it makes up


ORDER, ANSWER, FINE = (sentence + "." for sentence in TEXT.split(". ")[:3])


def draft(*takeaways: dict[str, Any], **others: Any) -> str:
    return json.dumps({"dek": item(ORDER), "takeaways": list(takeaways), "watch": [], "long": [], **others})


MADE_UP = (
    item("The company has until 16 December to answer the order.", ANSWER),
    item("The company has until 15 December to answer the order.", ANSWER.replace("until", "till")),
    item("The office will fine it up to 2% of its yearly turnover.", FINE),
    item("Novacorp AI has until 15 December to answer the order.", ANSWER),
    item("The company has until 15 December to answer the order.", "has"),
    item("The company has until 15 December to answer: https://evil.example/x", ANSWER),
    item("The company has until 15 December to answer the order @everyone.", ANSWER),
    item("The company has until 15 December <!channel> to answer the order.", ANSWER),
    item("The company has until [15 December](evil) to answer the order.", ANSWER),
    item("The company has until 15 December\nto answer the order.", ANSWER),
    item("The company has until 15 \u202eDecember to answer the order.", ANSWER),
    {"text": "The company must act.", "quotes": []},
    {"text": 7, "quotes": {"a": 1}},
)


@pytest.mark.parametrize("wrong", MADE_UP, ids=lambda one: str(one["text"])[:60])
async def test_what_is_not_proved_is_named_to_the_model_once_and_never_published(
    bench: Bench, wrong: dict[str, Any]
) -> None:
    bench.server.says(draft(wrong, item(FINE)))
    brief = await bench.brief()
    assert FINE in [claim.text for claim in brief.takeaways]
    assert wrong["text"] not in [claim.text for claim in brief.takeaways if claim.text != ANSWER]
    assert len(bench.server.asked) == 2
    assert "refuses this:\n- takeaway 1" in bench.server.asked[1]["messages"][-1]["content"]


async def test_a_repair_that_mends_is_taken(bench: Bench) -> None:
    bench.server.says(draft(MADE_UP[0]), draft(item(ANSWER), item(FINE)))
    brief = await bench.brief()
    assert [claim.text for claim in brief.takeaways[:2]] == [ANSWER, FINE]


async def test_a_repair_that_fails_costs_only_itself(bench: Bench) -> None:
    bench.server.says(draft(MADE_UP[0], item(FINE)))
    bench.limits = replace(bench.limits, monthly_tokens=8_000)
    brief = await bench.brief()
    assert brief.origin
    assert brief.takeaways[0].text == FINE


async def test_points_the_model_does_not_give_are_extracts(bench: Bench) -> None:
    bench.server.says(draft(item(FINE)))
    brief = await bench.brief()
    assert brief.takeaways[0].text == FINE
    assert len(brief.takeaways) > 1
    assert len({claim.evidence for claim in brief.takeaways}) == len(brief.takeaways)


@pytest.mark.parametrize(
    "commentary",
    [
        "It may cost 40 million.",
        "Novacorp may follow, perhaps.",
        "The law is clear.",
        "It may be unclear: see www.evil.example",
    ],
)
async def test_commentary_names_and_counts_nothing_of_its_own_and_is_hedged(bench: Bench, commentary: str) -> None:
    said = {"text": commentary, "quotes": [], "commentary": True}
    bench.server.says(
        draft(item(FINE), long=[{"move": "act", "sentences": [item(ORDER) | {"commentary": False}, said]}])
    )
    brief = await bench.brief()
    assert [sentence.text for paragraph in brief.long for sentence in paragraph.sentences] == [ORDER]


# The budget


async def test_with_the_budget_used_up_briefs_are_extracts_and_status_says_so(bench: Bench) -> None:
    bench.limits = replace(bench.limits, monthly_tokens=5_000)
    assert is_extract(await bench.brief())
    assert bench.server.asked == []
    assert "the budget of 2026-11 is used up" in await bench.health()


async def test_a_budget_in_dollars_ends_it_too(bench: Bench) -> None:
    bench.limits = replace(bench.limits, monthly_usd=0.001)
    assert is_extract(await bench.brief())
    assert bench.server.asked == []


@pytest.mark.parametrize(("tokens", "usd"), [(60_000, 1_000.0), (10_000_000, 0.05)])
async def test_fifty_stories_at_once_stay_within_the_budget_and_the_deadline(
    bench: Bench, tokens: int, usd: float
) -> None:
    """Some get a draft, the rest extracts; what the provider bills is never more than the budget."""
    bench.server.seconds = 0.02
    bench.limits = replace(bench.limits, monthly_tokens=tokens, monthly_usd=usd, concurrency=50, deadline_seconds=10)
    writer = bench.writer()
    briefs = await asyncio.gather(*(writer.brief(story(number), NOW) for number in range(1, 51)))
    drafted = [brief for brief in briefs if brief.origin]
    assert len(briefs) == 50
    assert 0 < len(drafted) < 50
    charged, micro_usd = await bench.spent()
    assert bench.server.charged == charged <= tokens
    assert micro_usd <= usd * 1e6


async def test_fifty_stories_at_a_slow_model_end_at_the_deadline(bench: Bench) -> None:
    bench.server.seconds = 0.3
    bench.limits = replace(bench.limits, deadline_seconds=2.0)
    writer, clock = bench.writer(), asyncio.get_running_loop().time
    started = clock()
    briefs = await asyncio.gather(*(writer.brief(story(number), NOW) for number in range(1, 51)))
    assert all(brief.takeaways for brief in briefs)
    assert any(brief.origin for brief in briefs)
    assert clock() - started < 8


async def test_no_more_stories_than_allowed_are_at_the_model_at_once(bench: Bench) -> None:
    """Counted where none is given up: the provider goes on with a request whose asker has left."""
    bench.server.seconds = 0.05
    bench.limits = replace(bench.limits, deadline_seconds=60)
    writer = bench.writer()
    briefs = await asyncio.gather(*(writer.brief(story(number), NOW) for number in range(1, 13)))
    assert all(brief.origin for brief in briefs)
    assert bench.server.most_at_once == bench.limits.concurrency


def test_the_defaults_are_within_a_minute_and_a_budget() -> None:
    assert Settings().deadline_seconds <= 60
    assert not Settings().on


# All articles there are


def distorted(reports: tuple[str, ...]) -> str:
    """A draft of true sentences in which each point has another figure, another name, or a day nobody named."""
    said = [one.text for one in sentences.split(reports[0].partition("\n\n")[2]) if len(one.text.split()) > 6]
    while len(said) < 4:
        said.append("Examplar AI said nothing at all to anybody.")
    wrong = (
        re.sub(r"\d", "7", said[1]) + " It costs 77 million euros.",
        f"Examplar Quux said that {said[2][:1].lower()}{said[2][1:]}",
        f"From 29 February 2031, {said[3][:1].lower()}{said[3][1:]}",
    )
    return json.dumps(
        {
            "dek": item(said[0]),
            "takeaways": [item(text, quote) for text, quote in zip(wrong, said[1:4], strict=True)],
            "watch": [],
            "long": [{"move": "act", "sentences": [item(wrong[0], said[1]) | {"commentary": False}]}],
        }
    )


async def test_no_draft_of_any_article_adds_a_number_a_date_or_a_name(bench: Bench) -> None:
    texts = {body: title for title, body in articles()}
    if not texts:
        pytest.skip("the articles are not here: they are not part of the project")
    bench.server.draft = distorted
    bench.limits = replace(bench.limits, monthly_tokens=1_000_000_000, monthly_usd=1_000_000.0)
    writer = bench.writer()
    for number, (body, title) in enumerate(texts.items(), 1):
        entry = report(title, body, number=number)
        told = Story((entry,), judge(entry, FEED, SHIPPED), NOW, id=number)
        brief = checked(await writer.brief(told, NOW), told)
        long = [claim for paragraph in brief.long for claim in paragraph.sentences if claim.evidence]
        for claim in (*brief.dek, *brief.takeaways, *brief.watch, *long):
            proof = " ".join(evidence.quote for evidence in claim.evidence)
            for word in ("77 million", "Quux", "2031"):
                assert word not in claim.text or word in proof, claim
            for figure in re.findall(r"\d[\d.,:]*\d|\d", claim.text):
                assert figure in proof, (figure, claim)
    assert len(bench.server.asked) >= len(texts)
