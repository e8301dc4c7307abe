"""The table of verbs: dispatch, help, forms, the README and the platforms' registration all read it."""

import difflib
from typing import get_args

from bot.core.importance import LEVELS
from bot.core.permissions import POLICIES
from bot.core.text import shorten
from bot.errors import UserError
from bot.model import Choice, Option, Tier, Verb

REASONS = (
    Choice("relevant", "Relevant"),
    Choice("jurisdiction", "Wrong jurisdiction"),
    Choice("commentary", "Only commentary"),
    Choice("topic", "Wrong topic"),
)
"""What can be said of a story that was sent."""

_STORY = Option("number", "The story's number, as latest and search show it.", "number", required=True)
_WORDS = Option(
    "words", 'What to be told of: words, "a phrase", -not, OR, tags as stage:signed.', "query", required=True
)
_NAME = Option("name", "What to call it here.", named=True)
_EVERY = Option(
    "every", "When to be told: now, hourly, daily 09:00, weekly mon 09:00.", "time", named=True, label="How often"
)
_MENTION = Option("mention", "The one role or user group to mention.", "mention", named=True)
_FROM = Option(
    "mention-from",
    "Mention only for stories of at least this importance.",
    "choice",
    named=True,
    choices=tuple(map(Choice, LEVELS)),
    label="Mention from which importance",
)
_STAGES = Option(
    "stages",
    "Only stories in which a law, order or case moves to its next stage.",
    "choice",
    named=True,
    choices=(Choice("only", "Only changes of stage"), Choice("all", "All stories")),
    label="Which stories",
)
_BACKFILL = Option(
    "backfill",
    "How many of the latest to send at once, at most 5.",
    "number",
    named=True,
    label="Send the latest at once",
)
_HOW = (_NAME, _EVERY, _MENTION, _FROM, _STAGES)
_WHICH = Option("subscription", "Which one: its number, name or words.", "subscription", required=True)
_OPTIONS = "[every: name: mention: mention-from: stages: backfill:]"

_FEED_ACTIONS = (
    Choice("add", "Add a feed by its address"),
    Choice("remove", "Remove one that was added"),
    Choice("release", "Let its held items through"),
)
_TIERS = tuple(map(Choice, get_args(Tier)))
_WORD = Option("word", "The word or phrase.", required=True)

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
        "catchup",
        "[5d] [words]",
        "What this channel was told or would have heard in the last days, most important first.",
        "catchup 5d stage:signed",
        options=(
            Option("span", "How far back: 12h, 5d, 2w; a week where nothing is said."),
            Option("words", "Only stories that match; tags as stage:signed.", "query"),
        ),
    ),
    Verb(
        "story",
        "<number>, or: split <number> <reports>, merge <number> <number>, tell <number>",
        "One story: the brief, every report, what came before. Editors set right which reports tell it.",
        "story 12",
        options=(Option("number", "The story's number; or split, merge or tell, with numbers.", required=True),),
    ),
    Verb(
        "brief",
        "<link>",
        "A brief of any public page, read on the spot and not filed.",
        "brief https://example.org/news/1",
        options=(Option("link", "The address of the page.", "link", required=True),),
    ),
    Verb("evidence", "<number>", "The words each point of a brief stands on.", "evidence 12", options=(_STORY,)),
    Verb(
        "review",
        "<number>",
        "Mark an AI-assisted brief as reviewed by you; for editors.",
        "review 12",
        options=(_STORY,),
    ),
    Verb("corrections", "", "What publishers corrected or retracted after it was sent.", "corrections"),
    Verb(
        "why",
        "<link or number>",
        "Why a story was sent here, or why it was not.",
        "why https://example.org/news/1",
        options=(Option("link", "A link, or a story's number.", "link", required=True),),
    ),
    Verb("presets", "", "Ready-made subscriptions to try.", "presets"),
    Verb(
        "subscribe",
        f"<words> {_OPTIONS}",
        "Try a subscription on the last 30 days; then save it, narrow it or leave it.",
        'subscribe "EU AI Act" -opinion every:"daily 09:00"',
        manages=True,
        options=(_WORDS, *_HOW, _BACKFILL),
    ),
    Verb(
        "save",
        f"<words> {_OPTIONS}",
        "Send matching stories to this channel from now on.",
        'save "EU AI Act" -opinion backfill:3',
        manages=True,
        options=(_WORDS, *_HOW, _BACKFILL),
    ),
    Verb(
        "edit",
        "<number, name or words> [words] [every: name: mention: mention-from: stages:]",
        "Change a subscription of this channel.",
        "edit 3 every:hourly",
        manages=True,
        options=(
            _WHICH,
            Option("words", "What to be told of instead; left out: as it is.", "query"),
            *_HOW,
        ),
    ),
    Verb(
        "unsubscribe",
        "<number, name or words>",
        "Stop a subscription of this channel.",
        "unsubscribe 3",
        manages=True,
        options=(_WHICH,),
    ),
    Verb("subscriptions", "", "What this channel is subscribed to, to edit or stop.", "subscriptions"),
    Verb(
        "mute",
        "<word>",
        "Never send this channel a story with the word.",
        "mute opinion",
        manages=True,
        options=(_WORD,),
    ),
    Verb(
        "unmute",
        "<word>",
        "Let the word through again.",
        "unmute opinion",
        manages=True,
        options=(_WORD,),
    ),
    Verb(
        "feedback",
        "<number> [relevant|jurisdiction|commentary|topic]",
        "Say whether a story was for this channel; get a narrower query where it was not.",
        "feedback 12 topic",
        options=(_STORY, Option("verdict", "What it was.", "choice", choices=REASONS)),
    ),
    Verb(
        "my",
        "<line>",
        "The same for yourself alone, in your direct messages.",
        "my subscribe importance:high",
        options=(Option("line", "As you would say it in a channel: subscribe, subscriptions …", required=True),),
    ),
    Verb(
        "share",
        "<line>",
        "Show this channel the answer to a look-up.",
        "share latest 5",
        options=(Option("line", "A look-up, as in: story 12.", required=True),),
    ),
    Verb(
        "settings",
        "[timezone|quiet|budget|updates|model|manage] [value]",
        "What this channel chose: when it is spoken to, briefs without a model, who may change it.",
        "settings quiet 20:00-07:00",
        options=(
            Option(
                "setting",
                "What to set.",
                "choice",
                choices=(
                    Choice("timezone", "The time zone of this channel's times"),
                    Choice("quiet", "Hours in which nothing is sent"),
                    Choice("budget", "How many important alerts a week come in quiet hours"),
                    Choice("updates", "Whether posted alerts are edited when more reports come"),
                    Choice("model", "Briefs drafted by a language model"),
                    Choice("manage", "Who may change what channels hear"),
                ),
            ),
            Option("value", f"As in: Europe/Berlin, 20:00-07:00, 3, on, off; for manage: {', '.join(POLICIES)}."),
        ),
    ),
    Verb(
        "sources",
        "[words], or: add <url> [jurisdiction: tier: language: name:], remove <feed>, release <feed>",
        "The feeds: what was heard, what fails and why. Editors add, remove and release them.",
        "sources ftc",
        options=(
            Option("action", "What to do; left out: list them.", "choice", choices=_FEED_ACTIONS),
            Option("feed", "The feed's id; for add an address; else words to find feeds by.", "source"),
            Option("jurisdiction", "For add: what its body governs.", "jurisdiction", named=True),
            Option("tier", "For add: who speaks there.", "choice", named=True, choices=_TIERS),
            Option("language", "For add: two letters.", named=True),
            Option("name", "For add: how alerts name it.", named=True),
        ),
    ),
    Verb("status", "", "What works, what does not, and what to do about it.", "status"),
)

BY_NAME = {verb.name: verb for verb in VERBS}


def named(word: str) -> Verb:
    """Raises UserError with the nearest verb for a word that is none."""
    if verb := BY_NAME.get(word.lower()):
        return verb
    near = difflib.get_close_matches(word.lower(), BY_NAME, n=1, cutoff=0.5)
    guess = f" Did you mean: {near[0]}?" if near else ""
    raise UserError(f"“{shorten(word, 30)}” is no command.{guess} Say help to see them all.")
