"""The language of subscriptions and search: words, "phrases", -not, OR, parentheses, tags as field:value, everything.

One form, read from what was typed (`parsing`), is asked of a text (`matching`) and of SQLite's search (`fts`): both compare
the same words (`words`), so that routing, search and back-test agree on every story.
"""

from bot.core.query.fields import ADJACENT, FIELDS, FIRST_YEAR, LAST_YEAR, MOVE, date_words, nearest, tag
from bot.core.query.fts import spelled, to_fts
from bot.core.query.matching import matched
from bot.core.query.nodes import (
    EVERYTHING,
    INCLUDE_ADJACENT,
    All,
    Either,
    Everything,
    IncludeAdjacent,
    Query,
    Tag,
    Term,
    Without,
    exchanged,
    hint,
    includes_adjacent,
    quoted,
    tags_in,
    terms_in,
)
from bot.core.query.parsing import MOST_CHARACTERS, MOST_DEPTH, parse, unknown
from bot.core.query.words import ANYTHING, Text, words

__all__ = [
    "ADJACENT",
    "ANYTHING",
    "EVERYTHING",
    "FIELDS",
    "FIRST_YEAR",
    "INCLUDE_ADJACENT",
    "LAST_YEAR",
    "MOST_CHARACTERS",
    "MOST_DEPTH",
    "MOVE",
    "All",
    "Either",
    "Everything",
    "IncludeAdjacent",
    "Query",
    "Tag",
    "Term",
    "Text",
    "Without",
    "date_words",
    "exchanged",
    "hint",
    "includes_adjacent",
    "matched",
    "nearest",
    "parse",
    "quoted",
    "spelled",
    "tag",
    "tags_in",
    "terms_in",
    "to_fts",
    "unknown",
    "words",
]
