"""Reads one PDF in a process of its own: bytes on stdin, JSON on stdout. Run as a script, never imported by the bot.

A PDF is a program from a stranger. Here it finds no environment, no file it may write, little memory and little time.
"""

import json
import logging
import sys

MOST_PAGES = 40
MOST_TEXT = 200_000
"""Characters of all pages together; what is kept in the end is less."""


def _bound(megabytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone bounds us there
        return
    for what, most in (
        (resource.RLIMIT_AS, megabytes * 1_000_000),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _read(body: bytes) -> dict[str, object]:
    import io

    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"trouble": "the PDF is locked with a password"}
        pages: list[str] = []
        for page in reader.pages[:MOST_PAGES]:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > MOST_TEXT:
                break
        author = str(reader.metadata.author or "") if reader.metadata else ""
    except FileNotDecryptedError:
        return {"trouble": "the PDF is locked with a password"}
    return {"pages": pages, "author": author}


def main() -> None:
    _bound(int(sys.argv[1]), int(sys.argv[2]))
    logging.disable()
    try:
        found = _read(sys.stdin.buffer.read())
    except (Exception, RecursionError, MemoryError) as error:  # whatever a broken or hostile file brings about
        found = {"trouble": f"the PDF cannot be read ({type(error).__name__})"}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
