"""Which embedding reads for meaning: the int8 MiniLM, with more or fewer word pieces, or a static table distilled from it.

    python -m bench.embeddings --relevance FILE --events FILE      (needs: pip install scikit-learn)

Cross-validated as training/train.py does, in its folds and with its regularisation. Each embedding is weighed beside the
rules by the factor of `SCALES` that suits it best, so that none loses for its scale.

The static table has a vector for each of MiniLM's 30,522 word pieces: what the model makes of the piece alone, its 256
principal components, weighed by how rare the piece is (Arora et al. 2017; the vocabulary's order stands for its
frequency), as int8. A text is the mean of its pieces.

It compares and claims nothing.
"""

import os
from importlib.util import find_spec

from bench import asking


def main() -> None:
    parser = asking.parser("embeddings", __doc__)
    parser.add_argument("--relevance", type=asking.file, required=True, help="labelled rows, as of make train")
    parser.add_argument("--events", type=asking.file, required=True, help="labelled rows, as of make train")
    asked = parser.parse_args()
    if not find_spec("sklearn"):
        parser.error("It needs scikit-learn: pip install scikit-learn, or make train once.")
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # read when numpy is imported

    from bench.embeddings.comparing import compare

    compare(asked.relevance, asked.events)


if __name__ == "__main__":
    main()
