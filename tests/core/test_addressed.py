"""core.addressed: what speaks to a machine goes; what tells a reader about machines stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.addressed import addressed, for_readers
from tests.standins.injections import PAYLOADS


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_sentence_that_tells_a_model_what_to_do_is_addressed_to_it(payload: str) -> None:
    assert addressed(payload)


@pytest.mark.parametrize(
    "sentence",
    [
        "The bill requires developers of large language models to publish their system prompts.",
        "Regulators told the maker of the assistant to follow the rules it had ignored.",
        "Prompt injection tells a model to ignore what it was asked, the agency warned.",
        "Claude, Gemini and other chatbots fall under the act from August.",
        "The instructions for providers of AI systems were published on Monday.",
        "Employers must tell applicants when software ranks them.",
        "The judge said the company cannot disregard the order.",
        "“You are talking to a machine” must stand above the chat, the law says.",
        "The ministry asked the public to respond to the draft by 4 May.",
        "Models above the threshold must report incidents within 15 days.",
    ],
)
def test_news_about_machines_is_for_readers(sentence: str) -> None:
    assert not addressed(sentence)


def test_only_the_addressed_sentence_goes() -> None:
    text = f"One stays here. {PAYLOADS[0]} Two stays here.\nThree stays here."
    assert for_readers(text) == "One stays here.  Two stays here.\nThree stays here."


@given(
    st.lists(st.sampled_from(["The act starts in May.", *PAYLOADS[:6], "Fines reach 2%."]), max_size=900).map(" ".join)
)
def test_however_long_the_text_every_sentence_is_looked_at(text: str) -> None:
    assert "zanzibar" not in for_readers(text)
