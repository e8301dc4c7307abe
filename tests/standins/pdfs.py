"""PDFs made by hand: plain ones, locked ones, and ones that mean harm."""

import zlib
from collections.abc import Sequence

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def document(*pages: Sequence[str], author: str = "") -> bytes:
    """A plain PDF: the lines of each page, from the top."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), _FONT]
    for n, lines in enumerate(pages):
        shown = "".join(f"({line.replace('(', '[').replace(')', ']')}) Tj T* " for line in lines)
        objects.append(_page(5 + 2 * n))
        objects.append(_stream(f"BT /F1 11 Tf 14 TL 50 780 Td {shown} ET".encode("latin-1")))
    objects.append(f"<</Author({author})>>".encode())
    return _file(objects, info=len(objects))


def bomb() -> bytes:
    """A few kilobytes that unpack to 460 MB of drawing."""
    drawn = zlib.compress(zlib.compress(b"BT /F1 12 Tf (A) Tj ET\n" * 20_000_000, 1), 9)
    content = _stream(drawn, b"/Filter[/FlateDecode/FlateDecode]")
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[4 0 R]/Count 1>>", _FONT, _page(5), content])


def maze() -> bytes:
    """Forms that each draw the next ten times: 10^34 steps to the only letter."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        _FONT,
        _page(5),
        _stream(b"/X Do"),
    ]
    objects += [_form(n + 1, b"/X Do " * 10) for n in range(6, 40)]
    objects.append(_stream(b"BT /F1 12 Tf (A) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))
    return _file(objects)


def circle() -> bytes:
    """A tree of pages that is its own branch."""
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000>>"])


def _page(content: int) -> bytes:
    resources = b"<</Font<</F1 3 0 R>>/XObject<</X 6 0 R>>>>"
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources%s>>" % (content, resources)


def _form(following: int, content: bytes) -> bytes:
    resources = b"/Resources<</XObject<</X %d 0 R>>>>" % following
    return _stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + resources)


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(content), content)


def _file(objects: Sequence[bytes], info: int = 0) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"/Size %d/Root 1 0 R" % (len(objects) + 1) + (b"/Info %d 0 R" % info if info else b"")
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<<%s>>\n" % (len(objects) + 1, table, trailer)
        + b"startxref\n%d\n%%%%EOF" % len(out)
    )
