"""The sentences of a report that could be published as they stand, each shortened to what a reader takes in at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core import check, sentences
from bot.core.addressed import addressed
from bot.core.extract import clauses
from bot.core.text import fold, words
from bot.core.tokens import stem
from bot.model import Claim, Entry, Evidence

FEWEST_WORDS = 6
LONG = 30
"""Words from which a sentence is shortened."""

MOST_WORDS = 44
LOOKED_AT = 60
"""Sentences of one report that may be chosen; what matters stands in a report's first page."""

_LEADS_IN = (
    re.compile(
        r"^(?:[A-Z][A-Z’'. -]{2,30}(?:, [A-Z][\w. ]{2,25})?\s*)?(?:\([A-Z][\w /]{1,20}\)\s*)?[—–-]+\s+(?=[A-Z“\"])"
    ),
    re.compile(
        r"^(?:However|Meanwhile|Moreover|Furthermore|Additionally|In addition|Separately|Also|Unfortunately|Consequently|Basically"
        r"|Still|Indeed|In fact|More recently|Notably|Importantly|Ultimately|Crucially|Of course|Now|Today|Already|Similarly|Likewise|Finally|Overall"
        r"|At the same time|Moving forward|Going forward|Looking ahead|Conversely|On the other hand|By contrast|In contrast),\s+"
    ),
    re.compile(r"^(?:[\w’'“”&:-]+ ){1,9}?(?=(?:The|An?|In|On|While|When|After|As|At|For|With) [a-z])"),
    re.compile(r"^(?:[‘'][^’'.]{3,40}[’']|[A-Z][^—.,:;“”]{2,40} [—–]) (?=[A-Z])"),
    re.compile(r"^(?:But|And|Yet)\s+(?=(?:the|an?|[A-Z]\w+)\b)"),
)
"""What may stand before the sentence proper: a dateline, a connective, a heading that ran into it."""

_DANGLING = re.compile(
    r"^(?:It|He|She|They|We|You|I|This|That|These|Those|Such|His|Her|Their|Its|Our|My|Here|But|And|Or|So|Yet|Instead|Then"
    r"|Still|Nor|Both|Another|Others?|Which|Who|Where|Rather|Either|Neither|Each|Why"
    r"|(?:All|Some|Most|One|Many|Part|Both|Each|None) of (?:them|these|those|this|that|his|her|its|their|it|which)"
    r"|If so|When asked|As such|For example|For instance|As a result|Therefore|Thus|Hence|Similarly|Likewise|Indeed|In fact|Finally|Second"
    r"|Secondly|Third|Thirdly|First|Firstly|Overall|Plus|Note|See|Watch|Listen|Click|Read|The (?:former|latter|same|other|two|three|first|second|third)"
    r"|In other words|That said|On the other hand|In particular|Despite (?:this|that|these)|Well|In (?:this|that|these|the case|the example|the same|doing so|turn)"
    r"|As I|After that|Since then|Until then|At (?:this|that)|Because of (?:this|that)|To (?:this|that)|With (?:this|that|these)|For (?:this|that|these|now)"
    r"|From (?:this|that|there|here)|By (?:this|then|that)|Of (?:these|those|course)|Even (?:so|then)|Only then|More than that|Maybe|Perhaps|Yes|OK|Okay|Sure|Let|Imagine"
    r"|Besides (?:this|that)|Wrapping up|Last but|To wrap up|Nowhere|Particularly|Especially|Including|Part of a|Just \w+ing|(?:If|When|Once|Until|Before|After|Because|Since|Though|Although|While) (?:that|so)|The above|As above|Above|Below)\b"
    r"|^(?:\w+ ){1,5}(?:later|earlier|after|before|since),|^(?:On |By )?[Tt]he (?:next|following|same) (?:day|week|month|year|morning|night)\b"
    r"|^(?:Because|When|While|If|As|Although|Though|Since|Whether|Unless|Which)\b[^,]*$|^(?:Source|Note|Update|Caption|Prompt)s?:|^[A-Z]{1,3}: |^\d+:"
    r"|^(?:With|In|On|For|By|Under|After|Before|Despite|Without|Through|From|At|During|Like|Unlike) [^,]{3,160}, (?:it|they|he|she)(?:[’']\w+)? "
    r"|^(?:Say|Include|Get|Use|Add|Create|Start|Try|Make|Run|Install|Open|Set|Check|Consider|Remember|Keep|Take|Go|Begin|Choose|Think|Refine|Put|Find|Visit|Send|Call|Contact"
    r"|Write|Save|Download|Select|Press|Type|Enter|Avoid|Don[’']t|Never|Always|Look|Follow|Ask|Bring|Give|Turn|Stop|Wait|Meet|Discover|Explore|Join) (?=[a-z“\"])",
)
_BACKWARD = re.compile(
    r"^\W*(?:\w+\W+){0,8}?(?:this|these)\s+(?!year|month|week|quarter|spring|summer|autumn|fall|winter|morning|afternoon|evening|century|decade|time\b)\w+"
    r"|^\W*(?:\w+\W+){0,8}?(?:those|such)\s+(?!who|that|which|of|in|with|as|whose)\w+|\bhowever\b|^(?:\S+ ){0,3}(?:also|too|again|likewise|therefore|thus)\b"
    r"|^(?:Many|Some|Several|Few|Most|All|Two|Three|More|Nearly all) (?:\w+ly )?(?:are|is|were|was|have|had|will|would|say|believe|think|fear|complain|argue|see|\w+ed)\b"
    r"|\b(?:the (?:former|latter)|aforementioned|as (?:noted|mentioned|described) (?:above|earlier)|as follows)\b",
    re.I,
)
_LONELY = re.compile(r"\b(?:he|she|him|his|her|hers|himself|herself)\b")
_PLURAL = re.compile(r"^\W*(?:\w+\W+){0,4}?(?:they|them|their|it|its)\b", re.I)
_NAMED = re.compile(r"(?<=[\w,”\"] )[A-Z][a-z]+|^(?:[A-Z][a-z]+ ){2}|^[A-Z][a-z]+(?=[’']s|,| (?:said|says|told))")
_NOUN = re.compile(
    r"\b(?:[Tt]he|[Aa]n?|[Ee]very|[Ee]ach)\s+\w{3,}|^(?!(?:As|At|In|On|For|With|By|To|From|Since|After|Before|Despite|While|When|Because"
    r"|Although|If|Though|Once|Like|Unlike|Given|Until|Under|Over|No|Now|Then|Today|Here|There|Yet|\w+ly)\b)[A-Z]\w+|(?<=[\w,] )[A-Z]\w+"
)
_SPOKEN = re.compile(r"[“\"][^”\"]{25,}[”\"]")
_SPEECH = r"(?:said|says|told|added|adds|wrote|writes|argue[sd]|warn(?:s|ed)|explain(?:s|ed)|tells|noted|notes|stated|insist(?:s|ed)|called|calls|announced|tweeted|posted|according to|described|describes|testified|claim(?:s|ed)|concluded|concludes|responded)"
_SPEAKER = re.compile(
    rf"(?!(?:I|[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Ww]e|[Yy]ou)\b)\b\w+[,”\"’]* (?:\w+ly )?{_SPEECH}\b|\b{_SPEECH} (?!(?:he|she|they|it|we|I|you|that|in|on|at)\b)\w+"
)
_PERSONAL = re.compile(
    r"\b(?:I|[Mm]y|[Ww]e|[Oo]urs?|[Mm]e|[Uu]s|[Yy]ou|[Yy]ours?|[Yy]ourself|[Ll]et[’']s)\b(?!\.)|\b(?:I|you|we)[’'](?:m|re|ve|ll|d)\b"
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_BOILERPLATE = re.compile(
    r"appeared first on|read (?:more|the full|our|next|also)|subscri|sign(?:ed)? up|newsletter|getty|image credit|(?:lead )?photo(?:graph)? by"
    r"|\(?reporting by|editing by|all rights reserved|©|click (?:here|on)|cookie|follow (?:us|him|her|me) on|share this|contributed to this"
    r"|is an? (?:[\w-]+ ){0,3}(?:reporter|writer|editor|journalist|correspondent|columnist)|(?:this|the) (?:article|story|post|piece|episode|blog|essay|guide|tutorial|video)\b|this week['’]s|podcast"
    r"|advertis|sponsor|continue reading|listen to|watch the|join us|register|free trial|unsubscribe|comments? (?:are|is) closed"
    r"|call or text \d|in emergencies|hotline|view in browser|table of contents|learn more|find out|here(?:['’]s| is| are) (?:what|how|why|our|the|a|some|everything)|in case you missed|stay tuned"
    r"|(?:did not|didn['’]t|has not|have not|declined to|has reached out|have reached out|reached out|was not immediately|could not be reached|contacted)"
    r"[^.]{0,160}(?:comment|request|respon)|first reported (?:by|in)|(?:presented|brought to you|sponsored|produced) by|published (?:in|on|by) [A-Z]\w+ (?:on|in)|translated (?:by|from)|opinions? expressed|what to know|key takeaways|updated? (?:on|at)\b",
    re.I,
)
_READER = re.compile(r"\bdear reader|\byou (?:must|should|can|will|may)\b", re.I)
_FOREIGN = re.compile(
    r"https?:|www\.|@\w|<|>|\[…\]|\[\.\.\.\]|…$|\.\.\.$|#\w|[{}\[\]\\|`]|==|\w\(\)|\w_\w|\*|;\s*\.|\$\w*[a-z]"
)
_HEADING = re.compile(
    r"^(?:[A-Z][\w’'-]* ){5,}|^[\w’'-]+(?: [\w’'-]+){0,5} (?:The|A|An|In|On|As|While|When|After|This|That|It|He|She|They|But|For|At|To|By|With) [a-zA-Z]"
)
_HEADED = re.compile(r"^(?:The|A|An|In|On|As|While|When|After|For|At|To|By|With|From)\b")
_STOP = frozenset(
    "a an the and or but of in on at to for from by with as is are was were be been has have had it its that this".split()
)
_ENDED = re.compile(r"[.!。！”\"’)]$")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|will|would|may|might|must|can|could|should|shall|does|did|do|said|made|took|held|found|gave|went|came"
    r"|got|won|lost|left|set|put|cut|let|led|met|began|rose|fell|grew|kept|sent|built|spent|won|want|need|plan|see|say|go|come|make|take|give|face|use"
    r"|show|remain|argue|believe|think|seek|call|expect|claim|warn|hope|fear|\w{3,}ed|\w{2,}(?<![su])s)\b|[’'](?:s|re|ve|ll|d)\b"
)
"""What may be the verb of a sentence; a line without any is none."""
_SHORT = (
    (re.compile(r"\bartificial intelligence\b", re.I), "AI"),
    (re.compile(r"\bUnited States\b|\bU\.S\.(?:A\.)?"), "US"),
    (re.compile(r"\bEuropean Union\b|\bE\.U\."), "EU"),
    (re.compile(r"\bUnited Kingdom\b|\bU\.K\.|\bBritain\b"), "UK"),
)
"""Names that reports of one event write out or shorten."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be published, and where its words stand."""

    entry: int
    rank: int
    """0 for the primary report."""
    position: int
    """Of the sentence in its report."""
    quotes: tuple[Evidence, ...]
    text: str
    words: frozenset[str]
    personal: bool
    """Speaks as I or we, or to you."""
    opening: bool
    """Points back, which only the first sentence of a report may: to its headline."""

    @property
    def length(self) -> int:
        return len(self.text.split())

    @property
    def claim(self) -> Claim:
        return Claim(self.text, self.quotes)


def of(entry: Entry, rank: int) -> Iterator[Candidate]:
    """The publishable sentences of one report, those of more than thirty words shortened where their clauses allow it."""
    for position, sentence in enumerate(sentences.split(entry.source)[:LOOKED_AT]):
        start = sentence.start + _lead_in(sentence.text)
        whole = entry.source[start : sentence.end]
        if not _ENDED.search(whole) or _is_heading(whole) or (entry.language == "en" and not _VERB.search(whole)):
            continue
        for parts in dict.fromkeys((clauses.shortened(whole, LONG), ((0, len(whole)),))):
            text = clauses.said(whole, parts)
            quotes = tuple(_quote(entry, start + first, start + last) for first, last in parts)
            leans = _leans(text)
            readable = publishable(text) and (position == 0 or not leans)
            if readable and not check.unsound(text, quotes, {entry.id: entry.source}):
                personal = bool(_PERSONAL.search(_QUOTED.sub("", text)))
                yield Candidate(entry.id, rank, position, quotes, text, content(text), personal, leans)
                break


def _quote(entry: Entry, start: int, end: int) -> Evidence:
    """The span without the blanks and commas at its ends."""
    text = entry.source[start:end]
    start += len(text) - len(text.lstrip(" ,;—–"))
    end -= len(text) - len(text.rstrip(" ,;—–"))
    return Evidence(entry.id, start, end, entry.source[start:end])


def _lead_in(text: str) -> int:
    """How many characters of dateline and connective stand before what the sentence says."""
    cut = 0
    for pattern in _LEADS_IN:
        if found := pattern.match(text[cut:]):
            cut += found.end()
    return cut


def publishable(text: str) -> bool:
    """Whether it is a whole sentence of the right length that tells something: no teaser, address or order."""
    count = len(text.split())
    if not (FEWEST_WORDS <= count <= MOST_WORDS or (_CJK.search(text) and 12 <= len(text) <= 200)):
        return False
    if "?" in text or text[0].islower() or text[0] == "(" or not _balanced(text):
        return False
    if _BOILERPLATE.search(text) or _READER.search(text) or addressed(text) or _FOREIGN.search(text):
        return False
    return not _SPOKEN.search(text) or bool(_SPEAKER.search(text))


def _leans(text: str) -> bool:
    """Whether it points back at a sentence before it."""
    plain = _QUOTED.sub("", text)
    return bool(_DANGLING.match(text) or _BACKWARD.search(text) or _points_at_nobody(plain))


def _points_at_nobody(text: str) -> bool:
    """A pronoun before anything it could stand for."""
    lonely = _LONELY.search(text)
    if lonely and not _NAMED.search(text[: lonely.start()]):
        return True
    early = _PLURAL.match(text)
    return bool(early and not _NOUN.search(early[0]))


def _is_heading(text: str) -> bool:
    """A heading that ran into the sentence after it: another sentence begins within its first words."""
    found = _HEADING.match(text)
    return bool(found and not _HEADED.match(text) and not re.search(r"[,:;“\"]", found[0]))


def _balanced(text: str) -> bool:
    return (
        text.count('"') % 2 == 0
        and text.count("“") == text.count("”")
        and text.count("(") == text.count(")")
        and text.count("‘") <= text.count("’")
    )


def content(text: str) -> frozenset[str]:
    """The stems of the words that carry the sentence."""
    for long, short in _SHORT:
        text = long.sub(short, text)
    found = (fold(word).removesuffix("'s") for word in words(text))
    return frozenset(stem(word) for word in found if word not in _STOP)
