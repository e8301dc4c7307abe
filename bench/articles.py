"""Compares libraries that find the article in a page: `python -m bench.articles`, on the pages of tests/core/pages.py.

A library that is not installed is left out. F1 is over runs of four words, averaged over pages; the title does not count.
"""

import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from tests.core.pages import LAYOUTS, TEXTS, Text

Extract = Callable[[str], str]


def libraries() -> Iterator[tuple[str, Extract]]:
    if find_spec("trafilatura"):
        import trafilatura

        def trafilatura_with(**options: bool) -> Extract:
            return lambda html: trafilatura.extract(html, include_comments=False, **options) or ""

        yield "trafilatura, precision, no tables", trafilatura_with(favor_precision=True, include_tables=False)
        yield "trafilatura, precision", trafilatura_with(favor_precision=True)
        yield "trafilatura", trafilatura_with()
        yield "trafilatura, recall", trafilatura_with(favor_recall=True)
        yield "trafilatura, fast", trafilatura_with(fast=True)
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
    pages = [(text, layout(text)) for text in TEXTS for layout in LAYOUTS]
    print(f"{len(pages)} pages: {len(TEXTS)} texts in {len(LAYOUTS)} layouts\n")
    print("| library | F1 | precision | recall | worst page | pages/s |\n|---|---|---|---|---|---|")
    for name, extract in libraries():
        extract(pages[0][1])  # what it loads at first use is not its pace
        started = time.perf_counter()
        found = [extract(html) for _, html in pages]
        rate = len(pages) / (time.perf_counter() - started)
        pairs = [scores(text, each) for (text, _), each in zip(pages, found, strict=True)]
        f1 = [2 * p * r / (p + r) if p + r else 0.0 for p, r in pairs]
        precision, recall = (statistics.mean(pair[at] for pair in pairs) for at in (0, 1))
        print(f"| {name} | {statistics.mean(f1):.3f} | {precision:.3f} | {recall:.3f} | {min(f1):.2f} | {rate:.0f} |")


if __name__ == "__main__":
    main()
