"""What the fuzzers found (`python -m bench.fuzz`): inputs that were slow, crashed or slipped through, each once."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import formats, markup
from bot.core.addresses import canonical
from bot.core.text import is_web, site
from bot.model import Card, Pointer, Reply
from bot.platforms.discord import embeds
from bot.platforms.slack import blocks
from tests.core.test_items import FEED, NOW
from tests.standins import blockkit
from tests.standins.discord import limits

FEW_SECONDS = 3.0
ITEM = "<item><title>T</title><link>https://a.example/1</link><x:odd/></item>"


def feed(before: str, item: str = ITEM) -> bytes:
    return f'{before}<rss version="2.0"><channel><title>A</title>{item}</channel></rss>'.encode()


def read(body: bytes) -> tuple[str, ...]:
    """Titles, or why there are none."""
    try:
        return tuple(entry.title for entry in formats.unread(FEED, body, "application/xml", FEED.url, NOW).entries)
    except formats.NotAFeed as error:
        return (str(error),)


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@pytest.mark.parametrize(
    "before",
    [
        '<?xml version="1.0"' + ' encoding=""' * 2_000,
        "<?xml version='1.0'" + " encoding='" + "'" * 30_000,
        '<?xml version="1.0"?>' + "\n" * 60_000,
        '<?xml version="1.0"?>\n' + "<!ENTITY a\n" * 15_000,
        '<?xml version="1.0"?>\n' + "<!DOCTYPE a\n" * 15_000,
    ],
    ids=["encodings", "quotes", "lines", "entities", "types"],
)
def test_a_feed_that_begins_oddly_takes_no_time(before: str) -> None:
    body = feed(before)
    assert seconds(lambda: read(body)) < FEW_SECONDS


def test_an_entity_bomb_in_a_feed_goes_off_nowhere() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    for head in (
        f'<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY e0 "ha">{bomb}]>',
        f'<!DOCTYPE rss [\n<!ENTITY e0 "ha">\n{bomb}]>',
    ):
        body = feed(head, ITEM.replace("T<", "&e29;<"))
        told = read(body)
        assert seconds(lambda body=body: read(body)) < FEW_SECONDS  # type: ignore[misc]
        assert all(len(title) < 500 for title in told)


@pytest.mark.parametrize(
    "sheet", ["a" * 200_000, "@" * 200_000, "@a{" * 60_000, "@media x{" + "b{}" * 60_000, "{" * 200_000]
)
def test_an_odd_style_sheet_takes_no_time(sheet: str) -> None:
    assert seconds(lambda: markup.to_text(f"<style>{sheet}</style><p hidden>x</p><p>seen")) < FEW_SECONDS


def test_what_a_style_sheet_hides_only_in_print_is_seen_and_what_it_hides_is_not() -> None:
    sheet = "@charset 'x'; .a{display:none} @media print{.b{display:none} .c{display:none}} p.d{display:none}"
    html = f"<style>{sheet}</style>" + "".join(f"<p class={name}>{name}</p>" for name in "abcd")
    assert markup.to_text(html).split() == ["b", "c"]


def test_a_reference_to_what_no_text_holds_is_left_out() -> None:
    assert markup.to_text("<div>a&#65535;<p>b&#65534;</p>c&#xFFFF;</div>").split() == ["a", "b", "c"]


def test_plain_text_loses_what_no_text_holds_as_markup_does() -> None:
    assert markup.to_text("a\uffff b") == markup.to_text("<p>a\uffff b</p>") == "a b"


def test_a_link_loses_its_control_characters() -> None:
    assert canonical("https://a.example/us-iran-n\x7fclear\x8f?q=1") == "https://a.example/us-iran-nclear?q=1"


@pytest.mark.parametrize("link", ["http://[::1", "http://[<!ENTITY a 'b'>]/", "http://", "https:// x", "http:///a"])
def test_a_broken_address_is_no_link_and_stops_no_message(link: str) -> None:
    assert not is_web(link)
    assert isinstance(site(link), str)
    card = Card("Title", link=link, context=(Pointer("Our register.", link),), reports=(Pointer("The Example", link),))
    notice, rich = blocks.message(card)
    assert blockkit.message({"text": notice, "blocks": rich}) == []
    assert "'url'" not in str(rich)
    made = embeds.embed(card).to_dict()
    assert limits.message({"content": "x", "embeds": [made], "allowed_mentions": {"parse": []}}) == []
    assert "url" not in made


def test_one_card_larger_than_a_message_keeps_what_fits_and_says_so() -> None:
    long = "word " * 500
    card = Card("Title", lead=long, points=(long,) * 3, sections=(("The act", long),) * 5, watch="Findings by March.")
    for notice, rich in (blocks.message(card), blocks.message(replace(card, lead=long * 3))):
        assert blockkit.message({"text": notice, "blocks": rich}) == []
        assert "More than a message holds" in str(rich)
        assert "Findings by March." in str(rich)


def test_an_empty_line_before_one_as_long_as_a_section_makes_no_empty_section() -> None:
    notice, rich = blocks.answer(Reply("\n" + "x" * 3_000))
    assert blockkit.message({"text": notice, "blocks": rich}) == []


@pytest.mark.parametrize("role", ["1" * 9_000, "4²", "@everyone"])
def test_a_role_that_is_no_id_of_discords_is_not_mentioned(role: str) -> None:
    card = Card("T", "https://a.example/1", mention=role)
    assert dict(embeds.allowed(card, "100").to_dict()) == {"parse": []}
    assert "<@" not in embeds.content(card, "100")
