"""What stands beside AI regulation without being it: politics, lobbying, general tech law, data centres."""

from bot.core.lexicon import Words
from bot.core.vocabulary import Vocabulary


def read(title: Words, text: Words, vocabulary: Vocabulary) -> tuple[str, str]:
    """The kind and the words that say so; ("", "") where AI is not spoken of or nothing else is."""
    cue = next(iter(vocabulary.adjacent.find(title)), None)
    if cue and any(lexicon.find(part) for part in (title, text) for lexicon in (vocabulary.ai, vocabulary.ai_names)):
        return vocabulary.adjacent_kinds[cue.meaning], f"“{cue.words}”"
    law = next((hit for hit in vocabulary.aliases.find(title) if vocabulary.instruments[hit.meaning].adjacent), None)
    return ("tech law that is not about AI alone", f"“{law.words}”") if law else ("", "")
