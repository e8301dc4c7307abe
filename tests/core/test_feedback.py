"""core.feedback: the query proposed is the first that leaves the story out, or none."""

from dataclasses import replace

import pytest

from bot.core import audience, feedback, query
from bot.model import Opinion, Story, Tier, Verdict
from tests.core.vocabulary import NOW, SHIPPED, report

SIGNED = Verdict("positive", 1.0, (), ("US-CA", "US-FED"), type="statute", stage="signed", topics=("frontier_safety",))


def proposed(verdict: Verdict, opinion: Opinion, tier: Tier = "press", asked: str = "ai") -> str:
    """The printed form of what is proposed; "" for none."""
    entry = replace(report("AI law signed", "The governor signed the AI law."), tier=tier)
    story = Story((entry,), verdict, NOW)
    found = feedback.narrower(query.parse(asked), story, audience.text_of(story, SHIPPED), opinion)
    return str(found or "")


@pytest.mark.parametrize(
    ("verdict", "opinion", "tier", "expected"),
    [
        (SIGNED, "jurisdiction", "press", "ai -jurisdiction:us-ca"),
        (SIGNED, "topic", "press", "ai -topic:frontier_safety"),
        (replace(SIGNED, type="position", stage=""), "commentary", "press", "ai -type:position"),
        (SIGNED, "commentary", "analysis", "ai -tier:analysis"),
        # A signed law is of high importance, so that asking for importance leaves it in.
        (SIGNED, "commentary", "press", "ai tier:primary"),
        (SIGNED, "commentary", "primary", ""),
        (
            replace(SIGNED, jurisdictions=(), stage="", type="", topics=()),
            "jurisdiction",
            "press",
            "ai importance:medium",
        ),
    ],
)
def test_the_first_query_that_leaves_the_story_out_is_proposed(
    verdict: Verdict, opinion: Opinion, tier: Tier, expected: str
) -> None:
    assert proposed(verdict, opinion, tier) == expected


def test_alternatives_are_kept_together() -> None:
    assert proposed(SIGNED, "topic", asked="law OR zebra") == "(law OR zebra) -topic:frontier_safety"
