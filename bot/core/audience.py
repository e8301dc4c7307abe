"""Which channels hear a story, and because of which words."""

from functools import lru_cache

from bot.core import query
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Alert, Channel, Entry, Story, Subscription, Verdict

SEARCHED = 8_000
"""Characters of an entry's text that subscriptions and search look at."""

MOST_WORDS = 5


def searchable(entry: Entry, verdict: Verdict, vocabulary: Vocabulary) -> str:
    """What an entry is found by: title, text, fetched article and outlet, and the names of what it was tagged with."""
    texts = (entry.title, entry.text[:SEARCHED], entry.page[:SEARCHED], entry.outlet)
    return "\n".join((*texts, *vocabulary.tag_names(verdict)))


def indexed(text: str) -> str:
    """The text as the store's search keeps it: the words as queries compare them."""
    return " ".join((query.ANYTHING, *query.words(text)))


def text_of(story: Story, vocabulary: Vocabulary) -> query.Text:
    """All that a story is found by, ready to be asked many queries."""
    return query.Text("\n".join(searchable(entry, story.verdict, vocabulary) for entry in story.entries))


def alerts(story: Story, subscriptions: tuple[Subscription, ...], vocabulary: Vocabulary) -> tuple[Alert, ...]:
    """One alert for each channel with a matching subscription, unless the channel muted a word of the story."""
    if not story.verdict.relevant:
        return ()
    text = text_of(story, vocabulary)
    channels = {subscription.channel: subscription for subscription in subscriptions}
    silenced = {channel for channel, subscription in channels.items() if muted_by(subscription, text)}
    because: dict[Channel, tuple[str, ...]] = {}
    for subscription in subscriptions:
        if subscription.channel not in silenced and (words := _matched(subscription, text)):
            because[subscription.channel] = (*because.get(subscription.channel, ()), *words)
    return tuple(Alert(channel, _chosen(words)) for channel, words in because.items())


def heard(subscription: Subscription, text: query.Text) -> tuple[str, ...]:
    """The words because of which this subscription hears the story; () when it does not, or a mute silences it."""
    words = () if muted_by(subscription, text) else _matched(subscription, text)
    return _chosen(words) if words else ()


def muted_by(subscription: Subscription, text: query.Text) -> str:
    """The muted word of the channel that the story holds; "" for none."""
    return next((word for word in subscription.mutes if text.find(query.words(word) or ("",))), "")


def _matched(subscription: Subscription, text: query.Text) -> tuple[str, ...]:
    try:
        return query.matched(_parsed(subscription.query), text) or ()
    except UserError:  # stored by a version whose language was another; `subscriptions` shows it
        return ()


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> query.Query:
    """Parsing costs a hundred times what matching does, and subscriptions seldom change."""
    return query.parse(text)


def _chosen(words: tuple[str, ...]) -> tuple[str, ...]:
    """The named words before "everything", each once in any spelling."""
    kept: dict[str, str] = {}
    for word in words:
        kept.setdefault(word.casefold(), word)
    named = [word for word in kept.values() if word != query.EVERYTHING]
    return tuple(named[:MOST_WORDS]) or (query.EVERYTHING,)
