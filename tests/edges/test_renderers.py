"""How a card looks on each platform: within the limits, to the letter, nothing interpreted, nobody pinged."""

import io
from dataclasses import replace
from datetime import timedelta

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.commands import VERBS
from bot.model import Button, Card, Channel, Delivery, Form, Home, Pointer, Reply, Sent, Subscription, Verb
from bot.platforms.discord import buttons, embeds
from bot.platforms.slack import blocks, home, modals
from bot.platforms.terminal import cards as terminal
from bot.platforms.terminal.adapter import Terminal
from tests.core.vocabulary import NOW
from tests.edges.test_store import ONE
from tests.standins import blockkit
from tests.standins.discord import limits

CARD = Card(
    title="Commission fines Examplar <!channel> @everyone *bold* [a](http://x)",
    link="https://a.example/1",
    category="Enforcement",
    where="European Union",
    lead="The lead.",
    points=("One.", "Two.", "Three."),
    watch="Findings by 15 March.",
    amended=(("Corrected", "Its publisher corrected this."),),
    sections=(("How it works", "Firms must report."),),
    context=(Pointer("Our register: in force.", "https://law.example/ai-act"),),
    reports=(Pointer("The Example (press): [It] was <!channel> @everyone", "https://a.example/1"),),
    source="The Example · press · 2 min",
    because="Sent because of: EU AI Act",
    earlier=("Earlier on EU AI Act: delayed → signed", "3 Nov 2026: It was <!channel> @everyone *bold* (story 8)"),
    notes=("Extracts from the source, no AI.",),
    buttons=(Button("Evidence", "evidence 12"), Button("Mute “eu ai act”", 'mute "eu ai act"')),
    published=NOW,
)
TEXT = st.text(max_size=6_000)
LINK = st.sampled_from(["", "https://a.example/1", "javascript:x", "https://a.example/" + "x" * 3_100])
CARDS = st.builds(
    Card,
    title=TEXT.filter(lambda text: bool(text.strip())),
    link=LINK,
    category=st.text(max_size=40),
    where=st.text(max_size=40),
    lead=TEXT,
    points=st.lists(TEXT, max_size=3).map(tuple),
    watch=TEXT,
    sections=st.lists(st.tuples(st.sampled_from(["Context", "The act"]), TEXT), max_size=7).map(tuple),
    source=st.text(max_size=300),
    because=st.text(max_size=300),
    amended=st.lists(st.tuples(st.just("Corrected"), TEXT), max_size=2).map(tuple),
    context=st.lists(st.builds(Pointer, TEXT, LINK), max_size=2).map(tuple),
    reports=st.lists(st.builds(Pointer, TEXT, LINK), max_size=12).map(tuple),
    earlier=st.lists(TEXT, max_size=4).map(tuple),
    notes=st.lists(st.text(max_size=900), max_size=4).map(tuple),
    buttons=st.lists(
        st.builds(Button, label=st.text(min_size=1, max_size=200), line=st.text(min_size=1, max_size=200)), max_size=3
    ).map(tuple),
    mention=st.sampled_from(["", "100", "4242", "@everyone"]),
)


def shown(card: Card, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor")
    console.print(terminal.card(card))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@given(CARDS, st.lists(CARDS, max_size=6), st.text(max_size=9_000))
def test_every_slack_message_passes_block_kit(card: Card, more: list[Card], text: str) -> None:
    for notice, rich in (
        blocks.message(card, "https://x.slack.com/archives/C1/p1"),
        blocks.answer(Reply(text, (card, *more), card.buttons)),
    ):
        assert blockkit.message({"text": notice, "blocks": rich}) == []
    assert len(blocks.plain(card)) < 20_000


@given(CARDS, st.lists(CARDS, max_size=6), st.text(max_size=9_000))
async def test_every_discord_message_is_within_its_limits(card: Card, more: list[Card], text: str) -> None:
    silent: dict[str, object] = {"allowed_mentions": {"parse": []}}
    mentions = {"allowed_mentions": embeds.allowed(card, "100").to_dict()}
    under = await buttons.view(card.buttons, None, more)
    rows = under.to_components() if under else []
    posted = {
        "content": embeds.content(card, "100"),
        "embeds": [one.to_dict() for one in (embeds.brief(card),) if one],
        "components": rows,
    }
    assert limits.message(posted | mentions) == []
    assert limits.message({"content": embeds.plain(card, "100")} | mentions) == []
    content, found = embeds.answer(Reply(text or "x", (card, *more)))
    assert limits.message({"content": content, "embeds": [one.to_dict() for one in found]} | silent) == []


SUBSCRIPTIONS = st.builds(
    Subscription,
    st.just(ONE),
    TEXT,
    st.just("U1"),
    st.just(NOW),
    id=st.integers(1, 10**9),
    name=TEXT,
    every=st.text(max_size=40),
    stages_only=st.booleans(),
)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.lists(SUBSCRIPTIONS, max_size=60).map(tuple)), max_size=9),
    st.lists(TEXT, max_size=5),
    st.booleans(),
)
@settings(max_examples=25)
def test_every_slack_home_passes_its_schema(
    places: list[tuple[int, tuple[Subscription, ...]]], notes: list[str], manages: bool
) -> None:
    channels = {
        Channel("slack", "T1", f"C{number}"): tuple(
            replace(one, channel=Channel("slack", "T1", f"C{number}"), id=at) for at, one in enumerate(found)
        )
        for number, found in places
    }
    made = Home(tuple(channels.items()), tuple(manages for _ in channels), tuple(notes))
    assert blockkit.view(home.view(made, "C0", VERBS)) == []


@given(st.sampled_from([verb for verb in VERBS if verb.options]), TEXT, TEXT, st.text(max_size=40))
@settings(max_examples=50)
def test_every_slack_modal_passes_its_schema(verb: Verb, first: str, second: str, title: str) -> None:
    place = modals.Place("C1", verb.name, title, "https://hooks.slack.com/x")
    asked = Form(
        verb, title, tuple((option.name, value) for option, value in zip(verb.options, (first, second), strict=False))
    )
    assert blockkit.view(modals.form(asked, place)) == []
    assert blockkit.view(modals.result(Reply(first, (CARD,)), place, f"form {verb.name}")) == []
    assert blockkit.view(modals.waiting(place)) == []
    assert modals.Place.of(modals.waiting(place)) == place


def test_slack_mentions_the_one_group_that_is_asked_for_and_nothing_that_is_none() -> None:
    rich = blocks.message(replace(CARD, mention="S0LEGAL"))[1]
    assert rich[0] == {"type": "section", "text": {"type": "mrkdwn", "text": "<!subteam^S0LEGAL>", "verbatim": True}}
    assert str(rich).count("<!subteam") == 1
    assert blocks.plain(replace(CARD, mention="S0LEGAL")).startswith("<!subteam^S0LEGAL>\n")
    for none in ("", "channel", "U1", "S1|x> <!channel", "here"):
        assert "mrkdwn" not in str(blocks.message(replace(CARD, mention=none))[1])


def test_slack_shows_feed_text_in_elements_that_interpret_nothing() -> None:
    notice, rich = blocks.message(CARD)
    assert "<!channel>" not in notice
    kinds = {element["type"] for block in rich if block["type"] == "context" for element in block["elements"]}
    assert kinds == {"plain_text"}
    assert "mrkdwn" not in str(rich)
    assert rich[1]["elements"][0]["elements"][0]["url"] == "https://a.example/1"


def test_discord_shows_feed_text_to_the_letter_and_pings_nobody() -> None:
    content = embeds.content(CARD)
    assert "@everyone" not in content
    assert "\\*bold\\*" in content
    assert "\\[a" in content
    brief = embeds.embed(CARD).description or ""
    assert "Earlier on EU AI Act" in brief
    assert "@everyone" not in brief
    assert "\\*bold\\*" in brief
    assert embeds.embed(CARD).url == "https://a.example/1"


def test_a_story_of_many_reports_keeps_its_disclosure() -> None:
    reports = tuple(
        f"{n}. The Example (press): a headline that is as long as many {n} https://a.example/{n}" for n in range(40)
    )
    card = replace(CARD, notes=(*reports, "Extracts from the source, no AI."))
    assert (embeds.embed(card).footer.text or "").endswith("…\nExtracts from the source, no AI.")
    (small,) = [block for block in blocks.message(card)[1] if "1. The Example" in str(block)]
    assert small["elements"][0]["text"].endswith("…\nExtracts from the source, no AI.")


async def test_discord_buttons_carry_their_line_and_those_too_long_are_left_out_without_a_desk_to_keep_them() -> None:
    view = await buttons.view((*CARD.buttons, Button("Long", "search " + "x" * 200)), None)
    assert view
    assert [item.custom_id for item in view.children if isinstance(item, discord.ui.Button)] == [
        "rp:evidence 12",
        'rp:mute "eu ai act"',
    ]
    assert view.is_finished()


async def test_two_buttons_of_one_subscription_stand_in_one_row() -> None:
    pairs = tuple(Button(f"{what} {n}", f"{what.lower()} {n}") for n in range(1, 4) for what in ("Edit", "Stop"))
    want = [["Edit 1", "Stop 1", "Edit 2", "Stop 2"], ["Edit 3", "Stop 3"]]
    assert [[one["text"]["text"] for one in row["elements"]] for row in blocks.rows(pairs)] == want
    view = await buttons.view(pairs, None)
    assert view
    rows = [[one["label"] for one in row["components"]] for row in view.to_components()]
    assert rows == want


def test_reports_and_sources_are_links_by_name_and_not_raw_addresses() -> None:
    runs = str(blocks.message(CARD)[1])
    assert "'text': 'law.example'" in runs
    assert "'text': 'https://" not in runs
    brief = embeds.embed(CARD).description or ""
    assert "Source: [law.example](<https://law.example/ai-act>)" in brief
    assert "1. [The Example (press): (It) was" in brief


def test_no_address_of_a_report_breaks_out_of_its_link() -> None:
    card = replace(CARD, reports=(Pointer("It", "https://a.example/>) [here](https://evil.example/"),))
    assert (embeds.embed(card).description or "").endswith("1. It")


def test_no_headline_of_a_report_ends_its_link_and_begins_another() -> None:
    card = replace(CARD, reports=(Pointer("See](https://evil.example) [this", "https://a.example/1"),))
    brief = embeds.embed(card).description or ""
    assert brief.endswith("1. [See)(https:\u200b//evil.example) (this](<https://a.example/1>)")


def test_slack_says_when_the_source_is_from() -> None:
    assert blocks.message(CARD)[1][0]["elements"][0]["text"] == "Enforcement · European Union · 24 Nov 2026"


def test_discord_says_in_an_answer_too_what_a_card_is_and_where() -> None:
    assert embeds.embed(CARD, titled=True).author.name == "Enforcement · European Union"
    assert embeds.embed(CARD).author.name is None


def test_a_plain_form_that_is_cut_keeps_its_disclosure() -> None:
    card = replace(CARD, lead="long " * 2_000)
    assert blocks.plain(card).endswith("no AI.")
    assert embeds.plain(card).endswith("no AI.")
    assert "What to watch: Findings" in embeds.plain(CARD)


def test_an_alert_reads_from_category_to_disclosure() -> None:
    text = shown(CARD)
    order = [
        "ENFORCEMENT · EUROPEAN UNION",
        "Commission fines",
        "Its publisher corrected this.",
        "The lead.",
        "One.",
        "Three.",
        "What to watch",
        "Earlier on",
        "3 Nov 2026",
        "The Example",
        "Sent because",
        "no AI",
    ]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [30, 80, 200])
def test_the_terminal_interprets_nothing_a_feed_wrote(width: int) -> None:
    text = shown(Card(title="[red]x[/red] \x1b[2J\x1b]0;title\x07 \u202eevil", link="https://a.example/1"), width)
    assert "[red]x[/red]" in text
    assert "\x1b[2J" not in text
    assert "\x1b]0;" not in text
    assert "\u202e" not in text


async def test_a_quiet_terminal_prints_nothing_and_still_delivers() -> None:
    console = Console(file=io.StringIO())
    delivery = Delivery("d", 1, ONE, "alert", (), "sending", 1, NOW, NOW + timedelta(0))
    assert await Terminal(quiet=True, console=console).send(delivery, CARD) == Sent("")
    file = console.file
    assert isinstance(file, io.StringIO)
    assert file.getvalue() == ""
    await Terminal(console=console).send(delivery, CARD)
    assert "Commission fines" in file.getvalue()


def test_a_role_is_shown_by_its_name_in_discord_answers_and_nothing_else_becomes_a_mention() -> None:
    """The client is told to notify nobody of an answer."""
    said, _ = embeds.answer(Reply("1. <@&111111> fines (hourly, mentions role 123456789, since 3 Oct 2026) @everyone"))
    assert "mentions <@&123456789>, since" in said
    assert "<@&111111>" not in said
    assert "@everyone" not in said
    changed, _ = embeds.answer(Reply("mention: role 123456789 → role 987654321"))
    assert changed == "mention: <@&123456789> → <@&987654321>"
    assert "<@&" not in embeds.answer(Reply("mentions role <@&1>; mentions role 12x"))[0]


@pytest.mark.parametrize(
    ("name", "does"), [("subscribe", "Try it"), ("my subscribe", "Try it"), ("edit", "Save"), ("unsubscribe", "Stop"),
    ("mute", "Mute")]
)  # fmt: skip
def test_the_button_of_a_form_in_slack_says_what_it_does(name: str, does: str) -> None:
    verb = next(verb for verb in VERBS if verb.name == name.removeprefix("my "))
    view = modals.form(Form(replace(verb, name=name), "Here"), modals.Place("C1"))
    assert view["submit"]["text"] == does
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    if "every" in elements:
        assert elements["every"]["type"] == "external_select"
