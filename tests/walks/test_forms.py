"""Forms and suggestions: what a person fills in, and what is offered while they type."""

import pytest

from bot.commands import VERBS
from bot.core.lines import line
from bot.model import Form
from tests.walks.test_commands import Office, office

__all__ = ["office"]
"""The fixture of the desk's own tests."""


async def opened(office: Office, typed: str) -> Form:
    form = await office.desk.form(typed, office.caller())
    assert form
    return form


async def test_a_bare_verb_that_changes_something_opens_its_form_and_others_are_answered(office: Office) -> None:
    for verb in VERBS:
        form = await office.desk.form(verb.name, office.caller())
        wanted = verb.manages and any(option.required for option in verb.options)
        assert (form is not None) == wanted, verb.name
        if form:
            assert (form.verb.name, form.values) == (verb.name, ())
            assert 0 < len(form.title) <= 24
    assert await office.desk.form("subscribe fines", office.caller()) is None
    assert await office.desk.form("nonsense", office.caller()) is None


async def test_who_may_not_manage_gets_the_refusal_and_no_form(office: Office) -> None:
    assert await office.desk.form("subscribe", office.caller(rank="member")) is None
    assert "Only people who may manage it" in await office.says("subscribe", may_manage=False)


@pytest.mark.parametrize(
    "typed",
    [
        'subscribe "EU AI Act" -opinion name:"EU watch" every:"daily 09:00" stages:only backfill:3',
        "subscribe fines OR (a b) every:hourly mention:S123 mention-from:high",
        "search stage:signed",
        "feedback 12 topic",
        "settings manage admins",
        "sources release gazette",
        "mute “op ed”",
    ],
)
async def test_a_form_holds_what_was_typed_and_sent_off_is_the_same_line(office: Office, typed: str) -> None:
    form = await opened(office, f"form {typed}")
    assert sorted(line(form.verb, dict(form.values)).split()) == sorted(typed.split())


async def test_the_form_of_a_change_holds_what_the_subscription_asks_for(office: Office) -> None:
    await office.says('save fines name:"EU watch" every:hourly')
    form = await opened(office, "form edit 1 every:now")
    values = dict(form.values)
    assert values == {
        "subscription": "1",
        "words": "fines",
        "name": "EU watch",
        "every": "now",
        "mention-from": "low",
        "stages": "all",
    }
    assert "every: hourly → now" in await office.says(line(form.verb, values | {"mention": ""}))


async def test_the_form_for_oneself_ends_in_a_line_for_oneself(office: Office) -> None:
    form = await opened(office, "my form subscribe fines")
    assert line(form.verb, dict(form.values)) == "my subscribe fines"
    assert (await opened(office, await office.desk.keep("form subscribe fines"))).values == (("words", "fines"),)
    assert (await opened(office, await office.desk.keep("my form subscribe fines"))).verb.name == "my subscribe"


async def test_where_there_are_no_forms_the_line_says_how_to_type_it(office: Office) -> None:
    assert "subscribe <words>" in await office.says("form subscribe fines")


# Suggestions


@pytest.mark.parametrize(
    ("verb", "option", "typed", "first"),
    [
        ("help", "verb", "unsub", "unsubscribe"),
        ("help", "verb", "subcribe", "subscribe"),
        ("sources", "feed", "her", "herald"),
        ("sources", "feed", "the gaz", "gazette"),
        ("subscribe", "every", "dai", "daily 09:00"),
        ("feedback", "verdict", "wrong j", "jurisdiction"),
        ("search", "words", "sta", "stage:"),
        ("search", "words", "fines stage:sig", "fines stage:signed"),
        ("search", "words", "fines -jurisdiction:calif", "fines -jurisdiction:us-ca"),
        ("search", "words", "(instrument:eu-ai", "(instrument:eu-ai-act"),
        ("search", "words", "importance:h", "importance:high"),
        ("subscribe", "words", "", 'instrument:eu-ai-act OR "AI Act" jurisdiction:eu'),
    ],
)
async def test_what_is_typed_becomes_what_could_be_meant(
    office: Office, verb: str, option: str, typed: str, first: str
) -> None:
    choices = await office.desk.suggest(verb, option, typed, office.caller())
    assert choices[0].value == first
    assert len(choices) <= 25
    assert all(len(one.value) <= 100 and len(one.label) <= 100 for one in choices)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "now"),
        ("as it", "now"),
        ("weekly", "weekly mon 09:00"),
        ("daily 8pm", "daily 20:00"),
        ("fri 17:30", "weekly fri 17:30"),
        ("zzz", ""),
    ],
)
async def test_when_to_be_told_is_chosen_or_typed(office: Office, typed: str, first: str) -> None:
    """A select takes only what is offered, so what is typed is offered, too, where it is a time for alerts."""
    found = await office.desk.suggest("subscribe", "every", typed, office.caller())
    assert (found[0].value if found else "") == first
    assert len({one.value for one in found}) == len(found)


async def test_one_s_own_subscriptions_are_offered_by_name(office: Office) -> None:
    await office.says('save fines name:"Money matters"')
    await office.says("save governor")
    found = await office.desk.suggest("edit", "subscription", "mon", office.caller())
    assert [(one.value, str(one)) for one in found] == [("1", "Money matters")]
    assert len(await office.desk.suggest("unsubscribe", "subscription", "", office.caller())) == 2
    assert await office.desk.suggest("nonsense", "words", "x", office.caller()) == ()
    assert await office.desk.suggest("search", "nonsense", "x", office.caller()) == ()
