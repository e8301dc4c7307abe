"""config/presets.toml: each preset can be read, hears what it says and nothing else; every fault is one line."""

from pathlib import Path

import pytest

from bot import config
from bot.core import audience
from bot.core.relevance import judge
from bot.model import Channel, Story, Subscription
from tests.core.vocabulary import FEED, NOW, SHIPPED, report
from tests.test_config import CONFIG, directory, refusal, spoil

__all__ = ["directory"]
"""The fixture of the configuration's own tests."""

PRESET = '[[preset]]\nname = "One"\nquery = "stage:signed"\nsummary = "What was signed."\n'


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("preset = 1", "preset: must be tables, [[preset]]."),
        (PRESET.replace("query", "querry"), 'preset "One": querry: unknown key.'),
        (PRESET.replace('query = "stage:signed"\n', ""), 'preset "One": query: missing.'),
        (PRESET.replace("signed", "signd"), 'preset "One": query: Unknown stage “signd”'),
        (PRESET.replace('"One"', "1"), 'preset "1": name: must be a string'),
        (PRESET + PRESET.replace('"One"', '"ONE"'), 'preset "One": name: used twice.'),
    ],
)
def test_a_fault_in_the_presets_names_the_key(directory: Path, written: str, fault: str) -> None:
    spoil(directory, "presets.toml", written)
    assert f"presets.toml: {fault}" in refusal(directory)


def test_a_configuration_need_not_have_presets(directory: Path) -> None:
    assert config.load(directory, environment={}).presets == ()


# Invented, one or two for each preset.
HEARD = {
    "EU AI Act": (
        ("EU AI Act: Commission fines a chatbot maker", "The European Commission fined Examplar under the EU AI Act."),
    ),
    "US federal": (("Senate committee advances AI bill", "A United States Senate committee advanced a bill on AI."),),
    "US states": (
        ("Governor of Colorado signs AI law", "The governor of Colorado signed a law on artificial intelligence."),
    ),
    "Copyright and training data": (
        (
            "Court rules on copyright of AI training",
            "A court ruled that training an AI model on books infringes copyright.",
        ),
    ),
    "Export controls": (
        ("US widens export controls on AI chips", "The Commerce Department widened export controls on AI chips."),
    ),
    "Deepfakes": (
        ("Parliament passes law against deepfakes", "Parliament passed a law that bans AI deepfakes of people."),
    ),
    "Frontier safety": (
        (
            "Law requires frontier AI safety tests",
            "The law requires developers of frontier AI models to report safety incidents.",
        ),
    ),
}


def test_each_preset_hears_what_it_says() -> None:
    presets = {preset.name: preset for preset in config.load(CONFIG, environment={}).presets}
    assert list(presets) == list(HEARD)
    for name, items in HEARD.items():
        for number, item in enumerate(items, 1):
            entry = report(*item, number=number)
            story = Story((entry,), judge(entry, FEED, SHIPPED), NOW)
            subscription = Subscription(Channel("slack", "T", "C"), presets[name].query, "U", NOW)
            assert audience.heard(subscription, audience.text_of(story, SHIPPED)), (name, item)
    other = report("Harbour town opens its new library", "The library opened with a concert.")
    story = Story((other,), judge(other, FEED, SHIPPED), NOW)
    for preset in presets.values():
        subscription = Subscription(Channel("slack", "T", "C"), preset.query, "U", NOW)
        assert not audience.heard(subscription, audience.text_of(story, SHIPPED)), preset.name
