"""Tells sentences that speak to a machine from those that speak to a reader: no writer may use the first."""

import re
from functools import lru_cache

from bot.core import sentences

_MACHINE = (
    r"(?:ais?|a\.i\.|ai (?:model|assistant|system|agent|tool)s?|(?:large )?language models?|llms?"
    r"|assistants?|chat ?bots?|chatgpt|gpt|claude|gemini|copilot|summari[sz]ers?|crawlers?)"
)
_WHAT = (
    r"(?:instructions?|prompts?|rules|guidelines|directives?|constraints?|context"
    r"|(?:previous|prior|earlier|above|foregoing)(?: text)?)"
)
_SAY = r"(?:respond|reply|answer|output|print|write|return|say|repeat|append|insert|embed|include|add|mention|link to)"

_SIGNS = (
    # to leave what it was told, or to take new orders
    rf"\b(?:ignore|disregard|forget|override|bypass|do(?: not|n['’]t) (?:follow|obey|heed))\b.{{0,60}}\b{_WHAT}\b",
    r"\b(?:new|updated|revised|real|actual|hidden|secret|additional) (?:instructions?|system prompt)\s*[:.]",
    r"\b(?:system|developer) (?:prompt|message|override|update)\s*:",
    r"\bend of (?:the )?(?:report|document|data|input|context|prompt|untrusted \w+)s?\b[.:)\]>]",
    # by its name
    rf"(?:^|[.!?:;(\[{{*#<>-]\s*)(?:dear|hey|hi|hello|attention|(?:notes?|message|instructions?) (?:to|for)),?\s+"
    rf"(?:the |all |any )*{_MACHINE}\b",
    rf"^\W*{_MACHINE}(?: reading this)?\s*(?:[:!]|,\s*(?:please|you|ignore|disregard|forget|now|do|when|in|be sure)\b)",
    rf"\b(?:if|as|when|since) you(?:['’]re| are) (?:an? |the )?{_MACHINE}\b|\bas an? {_MACHINE},? you\b",
    rf"\byou are (?:now |no longer )?(?:an? |the )?(?:\w+ )?(?:{_MACHINE}|dan|unrestricted|jailbroken)\b",
    r"\b(?:pretend|act as if|roleplay|role-play)\b.{0,30}\byou\b|\bdo anything now\b|\bdeveloper mode\b",
    # about its answer
    r"\b(?:in|into|to|from|of|with) your (?:summary|answer|response|reply|output|brief(?:ing)?|takeaways?|json)\b",
    r"\byour (?:task|job|goal|instructions?|system prompt|new (?:task|role)) (?:is|are|was|were)\b",
    rf"(?:^|[.!?:;,]\s*|\b(?:please|must|should|now|and|then|instead),? ){_SAY} (?:only |exactly |just |instead |verbatim )*"
    r"(?:with |the (?:following|words?|phrase|link|url|string|token|marker)\b|this (?:link|url|text|sentence|phrase)\b"
    r"|in json|json\b|[\"“'‘])",
    r"\b(?:do not|don['’]t|never) (?:summari[sz]e|quote|cite|mention|report|reveal) "
    r"(?:this|that|the (?:above|rest|following|article|text))\b",
    r"(?:^|[.!?:;]\s*|\b(?:please|must|instead),? )(?:summari[sz]e|describe|present|portray) (?:this|the|it)\b.{0,60}"
    r"\b(?:as|instead|favou?rably|positively)\b",
    # the shape of a conversation, or of our own markers
    r"<\|?/?(?:im_start|im_end|system|assistant|user|instructions?|endoftext|inst)\|?>"
    r"|\[/?(?:inst|system|sys)\]|<<\s*/?sys\s*>>",
    r"^\W*(?:system|assistant|user|developer|instructions?|prompt)\s*:"
    r"|#{2,}\s*(?:instructions?|system|new task|response|user|assistant)\b",
    r"[\"']role[\"']\s*:\s*[\"'](?:system|user|assistant|developer)[\"']"
    r"|[<\[{=-]{2,}\s*/?\s*(?:end|begin|reports?|document|data|system)\b",
)
_TOLD = re.compile("|".join(f"(?:{sign})" for sign in _SIGNS), re.I)


def addressed(sentence: str) -> bool:
    """Does it tell a machine what to do, rather than a reader what happened?"""
    return bool(_TOLD.search(sentence))


@lru_cache(maxsize=16)
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where in the text the sentences stand that speak to a machine."""
    return tuple((sentence.start, sentence.end) for sentence in _all(text) if addressed(sentence.text))


def for_readers(text: str) -> str:
    """The text without these sentences; what is left stands as it stood."""
    kept, at = [], 0
    for start, end in spans(text):
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:]))


def _all(text: str) -> tuple[sentences.Sentence, ...]:
    """Every sentence, though `sentences.split` looks only at so many."""
    found: list[sentences.Sentence] = []
    at = 0
    while part := sentences.split(text[at:]):
        found += (sentences.Sentence(at + one.start, at + one.end, one.text) for one in part)
        at += part[-1].end
    return tuple(found)
