"""The six moves of the long brief, and which of them a report's sentence makes."""

import re
from collections.abc import Mapping

MOVES: Mapping[str, str] = {
    "act": "The act",
    "history": "What came before",
    "mechanism": "How it works",
    "effects": "Who gains and who loses",
    "uncertain": "What is uncertain",
    "next": "What comes next",
}
"""Each with its heading, in the order in which they are read."""

_CUES = {
    "next": re.compile(
        r"\b(?:expects? to|expected to|scheduled|pending|is due|are due|set to|next (?:week|month|year|step)|goes (?:back )?to|heads to|holds? its (?:first|next)"
        r"|will (?:vote|hear|rule|decide|publish|consider|review|appeal|take effect|enter into force|begin|start)|takes? effect|enters? into force|awaits?|upcoming)\b",
        re.I,
    ),
    "uncertain": re.compile(
        r"\b(?:unclear|uncertain\w*|whether|(?:did|does|do|has|have) not (?:say|said|specify|decided?|respond)|not yet|remains? (?:to be|open|unclear)"
        r"|depends? on|legal challenge|court challenge|appeal|in doubt|open question|unresolved|no (?:date|decision|timeline)|declined to)\b|n[’']t (?:say|specify|clear)",
        re.I,
    ),
    "mechanism": re.compile(
        r"\b(?:must|shall|requires?|required|would (?:have to|require|need|allow|ban|bar)|have to|has to|obliged?|thresholds?|applies to|apply to"
        r"|fines? of|fined? up to|penalt(?:y|ies)|within \d+|at least|more than \d|defined? as|defines|exempts?|prohibits?|bans|allows?|authori[sz]es|directs?"
        r"|orders? the|empowers?|audits?|disclos\w+|register|report to|safety (?:report|framework|test)|licen[cs]\w+)\b",
        re.I,
    ),
    "history": re.compile(
        r"\b(?:previous(?:ly)?|earlier|last (?:year|month|week)|in (?:19|20)\d\d|since (?:19|20)\d\d|years? ago|months? ago|had (?:been|already|signed|proposed"
        r"|passed|vetoed|issued|filed)|former|first time|until now|replac(?:es|ed)|repeal(?:s|ed)|revoke\w*|follows|came after|comes (?:after|as|amid)|predecessor"
        r"|originally|dates? back|long been|decade)\b",
        re.I,
    ),
    "effects": re.compile(
        r"\b(?:industry|incumbents|labs|publishers|unions|artists|authors|associations|companies|firms|developers|start-?ups|businesses|consumers?|users|workers|groups?|critics|supporters|advocates|opponents|lobby\w*"
        r"|welcomed|praised|critici[sz]\w+|warned|benefit\w*|harm\w*|costs?|burden|competit\w+|market|victory|blow|investors|shares|civil (?:society|liberties))\b",
        re.I,
    ),
}  # fmt: skip


OPENING = 8
"""Sentences of a report among which one that makes no other move tells the act."""


def of(text: str, position: int) -> str:
    """The move that the sentence at this place of its report makes; "" for none."""
    found = next((move for move, cues in _CUES.items() if cues.search(text)), "")
    return found or ("act" if position < OPENING else "")
