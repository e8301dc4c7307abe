"""LexRank (Erkan and Radev 2004), to measure against: sentences that resemble most others, by their cosine."""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

DAMPING = 0.85
ROUNDS = 60


def best(sentences: Sequence[str], most: int) -> tuple[str, ...]:
    """The `most` central sentences, in the order of the text."""
    bags = [Counter(re.findall(r"[a-z0-9]+", sentence.lower())) for sentence in sentences]
    spread = Counter(word for bag in bags for word in bag)
    words = {word: at for at, word in enumerate(spread)}
    matrix = np.zeros((len(bags), len(words)))
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            matrix[row, words[word]] = count * math.log(len(bags) / spread[word])
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
    links = matrix @ matrix.T + 1e-9
    links /= links.sum(axis=1, keepdims=True)
    rank = np.full(len(bags), 1 / len(bags))
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) / len(bags) + DAMPING * rank @ links
    return tuple(sentences[at] for at in sorted(np.argsort(-rank)[:most]))
