"""Which instruments of the registry a text names."""

from collections.abc import Iterable

from bot.core.lexicon import Hit, Words
from bot.core.vocabulary import Vocabulary


def instruments(words: Words, vocabulary: Vocabulary) -> tuple[Hit, ...]:
    """The registry's instruments named in the text; a weak alias counts only beside a word of its context."""
    found = vocabulary.aliases.find(words)
    weak = [
        hit
        for hit in vocabulary.weak_aliases.find(words)
        if hit.meaning in vocabulary.contexts and _elsewhere(vocabulary.contexts[hit.meaning].find(words), hit)
    ]
    return (*found, *weak)


def instruments_alone(words: Words, vocabulary: Vocabulary) -> tuple[Hit, ...]:
    """Those that need no word about AI beside them: by an alias, or by a weak alias of several words ("SB 315", "stops
    the clock") where the place whose instrument it is is named too."""
    places = {hit.meaning for hit in vocabulary.jurisdictions.find(words)}
    weak = (
        hit
        for hit in vocabulary.weak_aliases.find(words)
        if hit.end - hit.start > 1 and vocabulary.instruments[hit.meaning].jurisdiction in places
    )
    return (*vocabulary.aliases.find(words), *weak)


def named(title: Words, text: Words, home: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Those named outright; by a weak alias only where their country is named too, for “minors” is no law of China."""
    places = {hit.meaning for part in (title, text) for hit in vocabulary.jurisdictions.find(part)} | {home}
    strong = [
        hit.meaning
        for hits, part in ((instruments(title, vocabulary), title), (instruments(text, vocabulary), text))
        for hit in vocabulary.aliases.find(part)
        if vocabulary.instruments[hit.meaning].jurisdiction in places or not _of_another(hit, hits, places, vocabulary)
    ]
    weak = [
        hit.meaning
        for part in (title, text)
        for hit in instruments(part, vocabulary)
        if vocabulary.instruments[hit.meaning].jurisdiction in places
    ]
    return tuple(dict.fromkeys((*strong, *weak)))


def _of_another(hit: Hit, hits: tuple[Hit, ...], places: set[str], vocabulary: Vocabulary) -> bool:
    """The same words name an instrument of a place that is named: Taiwan's AI Basic Act is not Korea's."""
    return any(
        (each.start, each.end) == (hit.start, hit.end) and vocabulary.instruments[each.meaning].jurisdiction in places
        for each in hits
    )


def _elsewhere(contexts: Iterable[Hit], hit: Hit) -> bool:
    return any(context.end <= hit.start or hit.end <= context.start for context in contexts)
