"""What kind of act: the court or the regulator at work, the document, the bill, or the instrument named."""

from bot.core.lexicon import Hit
from bot.core.tags.gazetteer import CHIPS, COURTS, LEGISLATORS, words
from bot.core.tags.parts import Part
from bot.core.vocabulary import Vocabulary

_COURT = frozenset(("pending", "decided", "settled", "challenged", "enjoined", "upheld", "struck_down"))
_ON_THE_WAY = frozenset(("introduced", "committee", "passed_chamber", "passed_legislature", "vetoed"))
_TYPE_OF_STAGE = {"consultation": "consultation", **dict.fromkeys(_ON_THE_WAY, "bill")}

_FIRST = (
    "executive_order", "executive_memorandum", "export_control", "treaty_declaration", "voluntary_code", "litigation",
    "enforcement", "consultation", "procurement_rule", "guidance", "institution", "strategy", "standard",
)  # fmt: skip
"""In a title these say what the act is, whatever law it is about; bills, rules and laws give way to the instrument."""
_LAST = ("bill", "statute", "regulation", "position")
_NOT_IN_PASSING = frozenset(
    ("litigation", "enforcement", "consultation", "position", "institution", "statute", "regulation")
)
"""Said of many things beside the matter: in running text they do not say what the act is."""
_BY_AGENCIES = (
    "executive_order", "procurement_rule", "consultation", "guidance", "standard", "strategy", "voluntary_code", "regulation",
)  # fmt: skip
_SUITS = words("sue sued lawsuit suit case v settlement settle appeal trial plaintiff ruling injunction")
_TRADE = words(
    "export sale sell selling shipment ship licence license curb smuggle smuggling blacklist buy access"
    " restriction control"
)


def read(
    head: Part, lead: tuple[Part, ...], found: tuple[str, ...], stage: str, vocabulary: Vocabulary
) -> tuple[str, str]:
    """The type and what says so."""
    cues = _cues(head, vocabulary)
    if export := cues.get("export_control"):
        return "export_control", f"“{export.words}”"
    if traded := _trade(head):
        return "export_control", f"“{traded}”"
    if stage in _COURT and not (stage == "settled" and "enforcement" in cues and "litigation" not in cues):
        return "litigation", vocabulary.stage_names[stage].lower()
    if stage in ("enforced", "settled"):
        return "enforcement", vocabulary.stage_names[stage].lower()
    if stage in _ON_THE_WAY:
        return _on_the_way(head, cues, stage, vocabulary)
    if stage == "delayed" and not head.named and not cues and head.holds(LEGISLATORS):
        return "bill", vocabulary.stage_names[stage].lower()
    if cue := next((cues[kind] for kind in _FIRST if kind in cues), None):
        return cue.meaning, f"“{cue.words}”"
    if head.named and _at_work(head, vocabulary.instruments[head.named[0].meaning].type):
        return _of(head.named[0].meaning, stage, vocabulary)
    if cue := next((cues[kind] for kind in _LAST if kind in cues), None):
        return cue.meaning, f"“{cue.words}”"
    if stage in _TYPE_OF_STAGE:
        return _TYPE_OF_STAGE[stage], vocabulary.stage_names[stage].lower()
    return _of_lead(head, lead, found, stage, vocabulary)


def _on_the_way(head: Part, cues: dict[str, Hit], stage: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """What moves through a legislature is a bill; what an agency proposes is a rule, what it asks about a consultation."""
    other = next((cues[kind] for kind in _BY_AGENCIES if kind in cues), None)
    if stage == "introduced" and other and not head.holds(LEGISLATORS):
        return other.meaning, f"“{other.words}”"
    return "bill", vocabulary.stage_names[stage].lower()


def _trade(head: Part) -> str:
    """AI chips, their trade and a country, or companies put on a list."""
    folded = frozenset(head.folded)
    chips, trade = folded & CHIPS, folded & _TRADE
    listed = any(word.startswith("blacklist") for word in folded) and folded & {"company", "firm", "entity"}
    if (listed or (chips and trade)) and any(not hit.meaning.startswith("US") for hit in head.places):
        at = next(at for at, word in enumerate(head.folded) if word in CHIPS | _TRADE or word.startswith("blacklist"))
        return head.words.written(at, at + 1)
    return ""


def _of_lead(
    head: Part, lead: tuple[Part, ...], found: tuple[str, ...], stage: str, vocabulary: Vocabulary
) -> tuple[str, str]:
    for part in lead:
        cues = _cues(part, vocabulary)
        if cue := next(
            (cues[kind] for kind in (*_FIRST, *_LAST) if kind in cues and kind not in _NOT_IN_PASSING), None
        ):
            return cue.meaning, f"“{cue.words}”"
    told = next((name for name in found if _at_work(head, vocabulary.instruments[name].type)), "")
    return _of(told, stage, vocabulary) if told else ("", "")


def _at_work(head: Part, kind: str) -> bool:
    """A case of the registry says what the act is only where a court is spoken of."""
    return kind != "litigation" or head.holds(COURTS | _SUITS)


def _of(name: str, stage: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The instrument's own type; a bill that was signed is a law."""
    known = vocabulary.instruments[name]
    signed = known.type == "bill" and stage in ("signed", "in_force", "applied", "partially_applicable")
    return ("statute" if signed else known.type), known.name


def _cues(part: Part, vocabulary: Vocabulary) -> dict[str, Hit]:
    """The first cue of each type, outside the names of instruments and of longer cues."""
    hits = vocabulary.types.find(part.words)
    spans = [(hit.start, hit.end) for hit in part.named] + [(hit.start, hit.end) for hit in hits]
    kept = [hit for hit in hits if not _inside(hit, spans) and not _other_law(hit, part)]
    return {hit.meaning: hit for hit in reversed(kept)}


def _inside(hit: Hit, spans: list[tuple[int, int]]) -> bool:
    length = hit.end - hit.start
    return any(start <= hit.start and hit.end <= end and length < end - start for start, end in spans)


def _other_law(hit: Hit, part: Part) -> bool:
    """ "Law firm" and "law enforcement" are no laws, and who rules something out makes no rule."""
    behind = part.folded[hit.end : hit.end + 1]
    return (hit.meaning == "statute" and behind in _NO_LAWS) or (hit.meaning == "regulation" and behind == ("out",))


_NO_LAWS = (("firm",), ("enforcement",), ("school",), ("professor",), ("student",), ("office",))
