"""core.tidy: text without a tree, wherever that is the text that a tree gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import markup, tidy


def by_tree(html: str) -> str:
    root = markup.parsed(f"<div>{html}</div>")
    assert root is not None
    markup.drop_hidden(root)
    return markup.text_of(root)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("One line", "One line"),
        ("<p>One <b>bold</b> word</p><p>Two</p>", "One bold word\nTwo"),
        ("a<br/>b<br>c<hr />d", "a\nb\nc\nd"),
        (
            "<P>A <a href=\"x?a=1&b\" title='q'>link</a>&nbsp;&amp; more&#8217;s &#x2014; R & D</P>",
            "A link & more’s — R & D",
        ),
        ("<ul><li>one</li><li>two</li></ul><!-- a > b -->tail", "one\ntwo\ntail"),
        ("a  b\n\n c", "a b\nc"),
        ("soft\u00adhy\u200bphen", "softhyphen"),
    ],
)
def test_usual_markup_becomes_text_without_a_tree(html: str, text: str) -> None:
    assert tidy.text(html) == text
    assert by_tree(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>x</p>", '<span style="color:red">x</span>', "<script>x</script>", "<b><p>x</b>y</p>", "<p>x", "x</p>",
        "<p>a<h2>b</h2>c</p>", "<a>x<a>y</a></a>", '<i aria-hidden="true">x</i>', "<unknown>x</unknown>",
    ],
)  # fmt: skip
def test_what_may_be_hidden_or_ends_elsewhere_takes_a_tree(html: str) -> None:
    assert tidy.text(html) is None


@pytest.mark.parametrize(
    "html",
    [
        "a < b",
        "<p <b>x</b>",
        "AT&T",
        "&unknown;",
        "&#11;",
        "&#150;",
        "<!channel>",
        "<p/>x",
        '<a href="<b>">x</a>',
        "<>",
        "<!--",
    ],
)
def test_what_readers_of_markup_may_differ_about_is_irregular(html: str) -> None:
    with pytest.raises(tidy.Irregular):
        tidy.text(html)


PIECES = st.sampled_from(
    ["word", " ", "\n", "é", "’", "&amp;", "&nbsp;", "&#39;", "&lt;", "&", "<", ">", "<br>", "<br/>", "<!-- c -->",
     "<div class=x>", "</div>", '<a href="/x">', '<img src="a"/>', "<script>", "</script>"]
    + [f"<{end}{name}>" for name in ("p", "b", "a", "li", "ul", "h2", "td", "tr", "table", "pre", "code", "dl", "dt", "center",
                                     "font", "blockquote") for end in ("", "/")]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_markup_that_is_tidy_gives_what_a_tree_gives(html: str) -> None:
    try:
        text = tidy.text(html)
    except tidy.Irregular:
        return
    if text is not None and ("<" in html or "&" in html):
        assert text == by_tree(html)


def test_a_control_among_several_lines_is_taken_out() -> None:
    assert tidy.lines("one\n\x07two\x7f") == "one\ntwo"
