"""Compares libraries that find the article in a page: `python -m bench.articles`, on the pages of tests/core/pages.py.

A library that is not installed is left out, and named. F1 is over runs of four words, averaged over pages; the title does not
count. It ranks what is there and claims nothing.
"""

import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

from bench import asking
from tests.core.pages import LAYOUTS, TEXTS, Text

Extract = Callable[[str], str]


LIBRARIES = ("trafilatura", "readability", "resiliparse", "newspaper", "justext")


def libraries() -> Iterator[tuple[str, Extract]]:
    if find_spec("trafilatura"):
        import trafilatura

        read_with = partial(trafilatura.extract, include_comments=False)
        for name, extract in (
            ("precision, no tables", partial(read_with, favor_precision=True, include_tables=False)),
            ("precision", partial(read_with, favor_precision=True)),
            ("as it comes", read_with),
            ("recall", partial(read_with, favor_recall=True)),
            ("fast", partial(read_with, fast=True)),
        ):
            yield f"trafilatura, {name}", _text_of(extract)
    if find_spec("readability"):
        from readability import Document

        yield "readability-lxml", lambda html: _visible(Document(html).summary())
    if find_spec("resiliparse"):
        from resiliparse.extract.html2text import extract_plain_text

        yield "resiliparse", lambda html: extract_plain_text(html, main_content=True)
    if find_spec("newspaper"):
        import newspaper

        def read(html: str) -> str:
            article = newspaper.Article("https://gazette.example/story", fetch_images=False)
            article.download(input_html=html)
            article.parse()
            return str(article.text)

        yield "newspaper4k", read
    if find_spec("justext"):
        import justext

        def paragraphs(html: str) -> str:
            stop = justext.get_stoplist("German" if 'lang="de"' in html else "English")
            return "\n".join(p.text for p in justext.justext(html.encode(), stop) if not p.is_boilerplate)

        yield "justext", paragraphs


def _text_of(extract: Callable[[str], str | None]) -> Extract:
    return lambda html: extract(html) or ""


def _visible(html: str) -> str:
    import lxml.html

    return str(lxml.html.fromstring(html).text_content()) if html.strip() else ""


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(zip(*(words[n:] for n in range(4)), strict=False))


def scores(text: Text, found: str) -> tuple[float, float]:
    """Precision and recall of one page."""
    wanted, got = _runs(" ".join(text.all)), _runs(found.replace(text.title, " "))
    both = (wanted & got).total()
    return both / max(1, got.total()), both / max(1, wanted.total())


def main() -> None:
    asking.parser("articles", __doc__).parse_args()
    pages = [(text, layout(text)) for text in TEXTS for layout in LAYOUTS]
    print(f"{len(pages)} pages: {len(TEXTS)} texts in {len(LAYOUTS)} layouts")
    if missing := [name for name in LIBRARIES if not find_spec(name)]:
        print(f"left out, for they are not installed: {', '.join(missing)}")
    print()
    print("| library | F1 | precision | recall | worst page | pages/s of CPU |\n|---|---|---|---|---|---|")
    for name, extract in libraries():
        extract(pages[0][1])  # what it loads at first use is not its pace
        started = time.process_time()
        found = [extract(html) for _, html in pages]
        rate = len(pages) / (time.process_time() - started)
        pairs = [scores(text, each) for (text, _), each in zip(pages, found, strict=True)]
        f1 = [2 * p * r / (p + r) if p + r else 0.0 for p, r in pairs]
        precision, recall = (statistics.mean(pair[at] for pair in pairs) for at in (0, 1))
        print(f"| {name} | {statistics.mean(f1):.3f} | {precision:.3f} | {recall:.3f} | {min(f1):.2f} | {rate:.0f} |")


if __name__ == "__main__":
    main()
