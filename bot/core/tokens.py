"""A text as the check compares it: its words in order, each with its stem and what kind of word it is."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.core import sentences
from bot.core.text import fold

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_PARTING = re.compile(r"[,;:()—–“”\"]| ['‘’`-]|['‘’] ")
_FUNCTION = frozenset(
    """a an the this that these those such and or but nor so yet as than then of in on at to for from by with into onto over
    under about between among through during against per via within upon after before since until because while when where
    who whom whose which what how why if is are was were be been being am has have had having do does did doing it its he
    him his she her hers they them their theirs we us our you your i my me there here one ones also too very just even
    still already both each either own s t re ve ll d up out off down away back more most some any other another
    says said say saying tells told according""".split()
)
_IRREGULAR = {
    "said": "say", "told": "tell", "found": "find", "held": "hold", "made": "make", "took": "take", "taken": "take",
    "gave": "give", "given": "give", "went": "go", "gone": "go", "came": "come", "saw": "see", "seen": "see", "won": "win",
    "lost": "lose", "led": "lead", "met": "meet", "left": "leave", "kept": "keep", "sent": "send", "built": "build",
    "brought": "bring", "bought": "buy", "thought": "think", "sold": "sell", "paid": "pay", "began": "begin", "begun": "begin",
    "broke": "break", "broken": "break", "chose": "choose", "chosen": "choose", "drew": "draw", "drawn": "draw",
    "wrote": "write", "written": "write", "spoke": "speak", "spoken": "speak", "rose": "rise", "risen": "rise", "fell": "fall",
    "fallen": "fall", "grew": "grow", "grown": "grow", "knew": "know", "known": "know", "ran": "run", "became": "become",
    "men": "man", "women": "woman", "children": "child", "people": "person", "shot": "shoot", "struck": "strike",
    "sought": "seek", "forbade": "forbid", "forbidden": "forbid", "withdrew": "withdraw", "withdrawn": "withdraw",
    "upheld": "uphold", "overturned": "overturn", "felt": "feel", "meant": "mean", "died": "die", "dies": "die", "dying": "die",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    raw: str
    folded: str
    """Without case, accents, dots and the possessive."""
    stem: str
    place: int
    """Counts words over all texts; between two texts it leaps, so that no words of two are neighbours."""
    opens: bool
    """First of its sentence, where a capital means nothing."""
    parted: bool
    """A comma, dash, bracket or quotation mark stands before it."""

    @property
    def function(self) -> bool:
        """A word that carries no matter of its own."""
        return self.folded in _FUNCTION

    @property
    def name(self) -> bool:
        """Written like a name: a capital within the sentence, or letters with digits."""
        return (self.raw[0].isupper() and not self.opens) or bool(
            re.search(r"[^\W\d_]", self.raw) and re.search(r"\d", self.raw)
        )


LEAP = 1_000


def tokens(*texts: str) -> tuple[Token, ...]:
    found: list[Token] = []
    place = 0
    for text in texts:
        for sentence in sentences.split(text):
            end = 0
            for match in _WORD.finditer(sentence.text):
                word, between = match[0], sentence.text[end : match.start()]
                folded = _folded(word)
                parted = bool(_PARTING.search(between))
                found.append(Token(word, folded, stem(folded), place, opens=end == 0, parted=parted))
                place, end = place + 1, match.end()
        place += LEAP
    return tuple(found)


def stems(text: str) -> frozenset[str]:
    """Of the words that carry matter."""
    folded = (_folded(word) for word in _WORD.findall(text))
    return frozenset(stem(word) for word in folded if word not in _FUNCTION)


def _folded(word: str) -> str:
    if word.isascii() and word.isalpha():
        return word.lower()
    return re.sub(r"'s?$", "", fold(word)).replace(".", "")


@lru_cache(maxsize=8_000)
def stem(word: str) -> str:
    """The word without its ending: enough that “fines”, “fined” and “fine” are one. `word` is folded."""
    word = _IRREGULAR.get(word, word)
    if len(word) < 4 or not word.isalpha():
        return word
    for ending, rest in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(ending)] + rest
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word
