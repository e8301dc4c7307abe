"""One committee, one chamber or the whole legislature: who voted says which step it was."""

from bot.core.tags.gazetteer import LEGISLATORS, words
from bot.core.tags.parts import Part

_COMMITTEE = words("committee subcommittee panel")
_CHAMBERS = words(
    "senate house assembly parliament bundestag bundesrat chamber duma dail seanad diet sejm mep lord common"
    " camara senado sabha mazhili folketing riksdag"
)
_LEGISLATURES = words("legislature congress knesset")
_PASSES = words(
    "pass passe passed approve approved adopt adopted clear cleared advance advanced back backed vote voted"
    " endorse endorsed agree agreed greenlight ok"
)
_WEAK = words("back backed agree agreed advance advanced endorse endorsed")
"""Say which committee it was; of a chamber they do not say that it adopted anything."""
_OFFERS = words("unveil unveiled introduce introduced file filed sponsor author authored submit")
_TOGETHER = words("both final")
_DEALS = words("deal agreement compromise accord")
_BILLS = words("bill law act legislation rule measure ban regulation")


def passed(part: Part, at: int, places: tuple[str, ...]) -> str:
    """The step a vote was; "" where the word at this place is none."""
    word = part.folded[at]
    if word in ("reach", "reache", "reached", "strike", "struck", "clinch", "clinche") and _DEALS & set(
        part.after(at, 4)
    ):
        return "passed_legislature" if places[:1] == ("EU",) else ""
    if word == "desk" and "to" in part.before(at, 5):
        return "passed_legislature"
    if word in ("bill", "legislation") and part.after(at, 1) == ("would",):
        return "introduced"
    if word in _OFFERS and frozenset(part.after(at, 7)) & {"bill", "legislation", "proposal"}:
        return "introduced" if not {"draft"} & frozenset(part.after(at, 5)) else "drafted"
    if word == "deal" and places[:1] == ("EU",) and LEGISLATORS & frozenset(part.before(at, 2)):
        return "passed_legislature"
    if word not in _PASSES:
        return ""
    if places[:1] == ("EU",) and _DEALS & frozenset(part.after(at, 6)) and word not in ("vote", "voted", "pass"):
        return "passed_legislature"
    if places[:1] == ("INTL",):
        return ""
    near, after = part.before(at, 5), part.after(at, 6)
    if frozenset(near) & _COMMITTEE or frozenset(part.after(at, 8)) & _COMMITTEE:
        return "committee"
    behind = frozenset(after[:3])
    voters = frozenset(near) & _CHAMBERS | (behind & _CHAMBERS if word not in ("vote", "voted") else frozenset())
    if word in _WEAK and not _final(near, after):
        return "passed_chamber" if voters and word.startswith("advance") else ""
    if word in ("vote", "voted") and {"against", "down"} & frozenset(after[:2]):
        return "failed" if voters or frozenset(near) & _LEGISLATURES else ""
    if word in ("adopt", "adopted") and "position" in after:
        return "passed_chamber" if voters else ""
    return _whole(part, near, after, voters, places)


def in_committee(part: Part, end: int) -> bool:
    """What "clears Senate" ends with may be one of its committees."""
    return bool(_COMMITTEE & frozenset(part.folded[end : end + 4]))


def _whole(
    part: Part, near: tuple[str, ...], after: tuple[str, ...], voters: frozenset[str], places: tuple[str, ...]
) -> str:
    if (frozenset(near) & _LEGISLATURES) or len(voters) > 1 or "both" in near or "both" in after:
        return "passed_legislature"
    if voters and _final(near, after):
        return "passed_legislature"
    if voters == {"parliament"} and places and places[0] not in ("EU", "UK", "CA", "AU", "IN", "US-FED"):
        return "passed_legislature" if frozenset(after) & _BILLS else "passed_chamber"
    if voters:
        return "passed_chamber"
    if "council" in near and frozenset(after) & _BILLS and places[:1] != ("EU",):
        return "passed_legislature" if places and places[0].startswith("US-") else ""
    if "cabinet" in near and frozenset(after) & {"bill", "draft", "law"}:
        return "introduced"
    return ""


def _final(near: tuple[str, ...], after: tuple[str, ...]) -> bool:
    return bool(_TOGETHER & (frozenset(near) | frozenset(after)))
