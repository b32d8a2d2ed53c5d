"""Names that others chose are read as they are by a reader of markdown."""

import pytest
from markdown_it import MarkdownIt

from nas.core.markdown import block, code, plain

NAMES = (
    *("digits", "a_b", "[x](javascript:alert(1))", "![t](http://e/x.png)", "*b*", "~~c~~"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "&#42;", "a|b"),
    *("a`b", "``", "` <script>alert(1)</script> `", "```\n# title", "\\", "a\\`b", "# no title"),
)


def read(text: str) -> MarkdownIt:
    """What a browser is given."""
    return MarkdownIt("commonmark").enable("table").enable("strikethrough").render(text)


def shown(name: str) -> str:
    """As HTML shows it as it is."""
    line = " ".join(name.split())
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        line = line.replace(letter, entity)
    return line


@pytest.mark.parametrize("name", NAMES)
def test_a_plain_name_is_read_as_it_is(name: str) -> None:
    assert read(f"Of {plain(name)}.") == f"<p>Of {shown(name)}.</p>\n"
    assert f"<h1>{shown(name)}</h1>" in read(f"# {plain(name)}")
    assert f"<td>{shown(name)}</td>" in read(f"| | |\n|---|---|\n| {plain(name)} | x |\n")


@pytest.mark.parametrize("name", NAMES)
def test_code_ends_where_its_span_ends(name: str) -> None:
    assert read(f"Of {code(name)}.") == f"<p>Of <code>{shown(name)}</code>.</p>\n"


def test_empty_code_is_a_span_all_the_same() -> None:
    assert read(f"Of {code('')}.") == "<p>Of <code>  </code>.</p>\n"


@pytest.mark.parametrize("ending", ["\n\n", "\r", "\u2028", "\x0b"])
def test_a_block_holds_all_its_lines(ending: str) -> None:
    text = read("Repeat:\n\n" + block(f"a{ending}![x](http://evil/x.png)") + "\n\nWords.")
    assert "<img" not in text
    assert "![x](http://evil/x.png)\n</code></pre>\n<p>Words.</p>" in text


def test_what_drives_a_terminal_is_left_out() -> None:
    assert plain("a\x1b[31m\0b") == r"a \[31m b"
    assert code("a\x1b[31m\0b") == "`a [31m b`"
    assert block("a\x1bb\n\0c") == "    a b\n     c"
