"""Why a query does not match a story: the parts of it that failed."""

from bot.core import query
from bot.core.query import Query
from bot.core.text import shorten

MOST = 3


def missing(wanted: Query, text: query.Text) -> str:
    """ "missing: “deepfake”"; "" for a query that matches."""
    if query.matched(wanted, text) is not None:
        return ""
    if text.find((query.ADJACENT,)) and not query.includes_adjacent(wanted):
        return f"only near AI regulation, and it does not say {query.INCLUDE_ADJACENT}"
    lacking, unwanted = _failed(wanted, text)
    said = [f"missing: {', '.join(lacking[:MOST])}"] if lacking else []
    said += [f"left out because of {', '.join(unwanted[:MOST])}"] if unwanted else []
    return "; ".join(said)


def _failed(wanted: Query, text: query.Text) -> tuple[list[str], list[str]]:
    """What the story lacks, and what it has that the query leaves out."""
    match wanted:
        case query.All():
            lacking: list[str] = []
            unwanted: list[str] = []
            for part in wanted.parts:
                more, other = _failed(part, text)
                lacking, unwanted = lacking + more, unwanted + other
            return lacking, unwanted
        case query.Without():
            return [], [] if _matches(wanted, text) else [str(wanted.part)]
        case query.Either() if not _matches(wanted, text):
            return [" or ".join(_called(part) for part in wanted.parts)], []
        case _:
            return ([] if _matches(wanted, text) else [_called(wanted)]), []


def _matches(part: Query, text: query.Text) -> bool:
    return query.matched(query.All((query.IncludeAdjacent(), part)), text) is not None


def _called(part: Query) -> str:
    return f"“{part.text}”" if isinstance(part, query.Term) else shorten(str(part), 80)
