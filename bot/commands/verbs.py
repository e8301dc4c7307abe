"""The table of verbs: dispatch, help and the platforms' registration all read it."""

import difflib

from bot.core.text import shorten
from bot.errors import UserError
from bot.model import Option, Verb

_NUMBER = Option("number", "The story's number, as latest and search show it.", "number", required=True)

VERBS = (
    Verb(
        "help",
        "[verb]",
        "What you can say, with an example of each.",
        "help subscribe",
        options=(Option("verb", "The verb you want to know more about.", "verb"),),
    ),
    Verb(
        "latest",
        "[number]",
        "The newest stories.",
        "latest 5",
        options=(Option("number", "How many, at most 20.", "number"),),
    ),
    Verb(
        "search",
        "<words>",
        "Stories that match the words.",
        'search "AI Act" fine',
        options=(Option("words", "What to look for; tags as stage:signed.", "query", required=True),),
    ),
    Verb(
        "story",
        "<number>, or: split <number> <reports>, merge <number> <number>, tell <number>",
        "One story: the brief, every report, what came before. Editors set right which reports tell it.",
        "story 12",
        options=(Option("number", "The story's number; or split, merge or tell, with numbers.", required=True),),
    ),
    Verb("evidence", "<number>", "The words each point of a brief stands on.", "evidence 12", options=(_NUMBER,)),
    Verb(
        "review",
        "<number>",
        "Mark an AI-assisted brief as reviewed by you; for editors.",
        "review 12",
        options=(_NUMBER,),
    ),
    Verb("corrections", "", "What publishers corrected or retracted after it was sent.", "corrections"),
    Verb(
        "why",
        "<link or number>",
        "Why a story was sent here, or why it was not.",
        "why https://example.org/news/1",
        options=(Option("link", "A link, or a story's number.", "link", required=True),),
    ),
    Verb(
        "subscribe",
        "<words> [backfill:N]",
        "Send matching stories to this channel.",
        'subscribe "EU AI Act" -opinion backfill:3',
        manages=True,
        options=(
            Option("words", "What to be told of; tags as stage:signed.", "query", required=True),
            Option("backfill", "How many of the latest to send at once, at most 5.", "number", named=True),
        ),
    ),
    Verb(
        "unsubscribe",
        "<number or words>",
        "Stop a subscription of this channel.",
        "unsubscribe 3",
        manages=True,
        options=(Option("subscription", "Which subscription to stop.", "subscription", required=True),),
    ),
    Verb("subscriptions", "", "What this channel is subscribed to.", "subscriptions"),
    Verb(
        "mute",
        "<word>",
        "Never send this channel a story with the word.",
        "mute opinion",
        manages=True,
        options=(Option("word", "The word or phrase.", required=True),),
    ),
    Verb(
        "unmute",
        "<word>",
        "Let the word through again.",
        "unmute opinion",
        manages=True,
        options=(Option("word", "The word or phrase.", required=True),),
    ),
    Verb(
        "settings",
        "[timezone <city> | quiet <20:00-07:00>|off | budget <number> | updates on|off | model on|off]",
        "What this channel chose: when it is spoken to, updates, briefs without a language model.",
        "settings quiet 20:00-07:00",
        options=(Option("setting", "What to set, as in: quiet 20:00-07:00."),),
    ),
    Verb(
        "sources",
        "[release <feed>]",
        "The feeds: what was heard, what fails and why.",
        "sources",
        options=(Option("action", "release, and the feed's id."),),
    ),
    Verb("status", "", "What works, what does not, and what to do about it.", "status"),
)

_BY_NAME = {verb.name: verb for verb in VERBS}
_QUERY_HELP = (
    'A query is words (all must be there), "an exact phrase", -not, OR, parentheses, or: everything.\n'
    "Words match whole words in any case, singular or plural.\n"
    "importance:high (or medium, low) means at least that; stage:signed, type:bill, jurisdiction:us-ca, topic:copyright, "
    "instrument:eu-ai-act, certainty:confirmed and tier:primary ask for tags.\n"
    "include:adjacent adds stories only near AI regulation."
)
_EDITING_HELP = (
    "story split 12 2 takes report 2 out of story 12 into a story of its own; story split 12 2,4 takes both into one.\n"
    "story merge 12 15 files all reports of story 15 under story 12.\n"
    "story tell 16 sends a story that was kept quiet to the channels that ask for it.\n"
    "Stories are the same for every channel, so only editors may, whom the operator names under [people] editors, "
    "and the operator at the command line: regpulse ask story split 12 2"
)
_MORE = {"search": _QUERY_HELP, "subscribe": _QUERY_HELP, "story": _EDITING_HELP}


def named(word: str) -> Verb:
    """Raises UserError with the nearest verb for a word that is none."""
    if verb := _BY_NAME.get(word.lower()):
        return verb
    near = difflib.get_close_matches(word.lower(), _BY_NAME, n=1, cutoff=0.5)
    guess = f" Did you mean: {near[0]}?" if near else ""
    raise UserError(f"“{shorten(word, 30)}” is no command.{guess} Say help to see them all.")


def help_on(verb: Verb) -> str:
    """Usage, purpose, example."""
    managed = "\nFor people who may manage this channel." if verb.manages else ""
    more = f"\n\n{_MORE[verb.name]}" if verb.name in _MORE else ""
    return f"{_usage(verb)}\n{verb.summary}{managed}\nExample: {verb.example}{more}"


def help_on_all() -> str:
    return "\n".join(
        [
            "You can say:",
            *(f"{_usage(verb)}: {verb.summary}" for verb in VERBS),
            "",
            _QUERY_HELP,
            "More: help subscribe",
        ]
    )


def _usage(verb: Verb) -> str:
    return f"{verb.name} {verb.argument}".strip()
