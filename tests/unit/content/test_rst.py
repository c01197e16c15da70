from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content import Engine
from publisher.content.engines.pelican_docinfo import split_rst
from publisher.content.engines.pelican_slugs import strip_tags
from publisher.content.rst import docinfo
from publisher.content.values import Scalar
from publisher.errors import ContentError

HEADER = "題\n====\n\n:date: 2024-01-05\n\n"


@pytest.fixture
def blog(site: Any) -> Any:
    site.engine = Engine.PELICAN
    return site


def html(blog: Any, text: str) -> str:
    blog.write("a.rst", HEADER + text)
    return str(blog.html())


def faults(blog: Any, text: str) -> list[tuple[int, str]]:
    blog.write("a.rst", HEADER + text)
    return [(fault.line, fault.message) for fault in blog.rendered().problems]


def test_title_and_fields_are_not_in_the_text(blog: Any) -> None:
    assert html(blog, "本文\n\n節\n----\n\n**強い** ``x<y`` 文\n") == (
        '<p>本文</p>\n<section id="section-2">\n<h2>節</h2>\n'
        "<p><strong>強い</strong> <code>x&lt;y</code> 文</p>\n</section>\n"
    )


def test_code_is_coloured_whatever_the_directive(blog: Any) -> None:
    for name in ("code-block", "sourcecode", "code"):
        made = html(blog, f".. {name}:: python\n   :linenos: table\n\n   print('あ')\n")
        assert '<pre><code class="language-python"><span style=' in made
        assert "'あ'" in made


def test_roles_labels_and_footnotes_are_readable(blog: Any) -> None:
    made = html(blog, ":abbr:`HTML (Hyper Text)` と :math:`a^2` [1]_\n\n.. note:: メモ\n\n.. [1] 脚注\n")

    assert '<abbr title="Hyper Text">HTML</abbr>' in made
    assert "a^2" in made
    assert "備考" in made
    assert 'href="https://example.com/ti.html#footnote-1"' in made


def test_raw_html_is_kept_and_no_file_is_ever_read(blog: Any) -> None:
    secret = blog.write("secret.txt", "秘密の値")
    blog.write("secret.csv", "秘密の値,x")
    blog.write("secret.png", "秘密の値")
    text = (
        ".. raw:: html\n\n   <b>生</b>\n\n"
        f".. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n\n.. csv-table::\n   :file: secret.csv\n\n"
        f".. image:: {blog.folder}/secret.png\n   :loading: embed\n\n.. literalinclude:: secret.txt\n"
    )
    blog.write("a.rst", HEADER + text)
    made = blog.rendered()

    assert "<b>生</b>" in made.html
    assert "秘密" not in made.html
    assert "data:" not in made.html
    assert [fault.line for fault in made.problems] == [10, 12, 15, 21]
    assert {fault.code for fault in made.problems} == {"broken-markup"}


def test_what_is_not_known_stays_in_the_text_and_is_told(blog: Any, capfd: pytest.CaptureFixture[str]) -> None:
    blog.write("a.rst", HEADER + ":無い:`役` と |無|\n\n.. youtube:: abc\n\n表題\n--\n\n短い\n")
    made = blog.rendered()

    assert ":無い:`役`" in made.html
    assert "<pre>.. youtube:: abc" in made.html
    assert "System Message" not in made.html
    assert (8, 'Unknown directive type "youtube".') in [(fault.line, fault.message) for fault in made.problems]
    assert capfd.readouterr() == ("", "")


def test_no_text_depends_on_the_day(blog: Any) -> None:
    assert "|今日|" in html(blog, "今は |今日|\n\n.. |今日| date:: %Y\n")
    assert any('"date" directive' in message for _, message in faults(blog, "|今日|\n\n.. |今日| date:: %Y\n"))


def test_a_role_holds_for_its_own_text_alone(blog: Any) -> None:
    blog.write("a.rst", HEADER + ".. role:: mark(strong)\n\n:mark:`甲`\n")
    blog.write("b.rst", HEADER.replace("題\n====", "別\n====") + ":mark:`乙`\n")

    assert "甲</strong>" in blog.html("a.rst")
    assert ":mark:`乙`" in blog.html("b.rst")


@pytest.mark.parametrize(
    "text",
    [
        "*a " * 3000,
        "`a " * 3000,
        "a_ " * 3000,
        ":a" * 4900,
        "[1]_ " * 1900,
        "".join(" " * depth + "a\n\n" for depth in range(300)),
        "".join("  " * depth + "- a\n\n" for depth in range(300)),
        "| a\n" * 50_000,
        "a\n b\n" * 20_000,
        "x" * 600_000,
        "x" * 20_000,
        "\n".join(f".. |a{n}| replace:: " + f"|a{n - 1}|" * 10 for n in range(12)) + "\n\n|a11|\n",
        "+---+\n" * 5000,
        ".. raw:: html\n   :url: http://127.0.0.1:9/\n",
    ],
    ids=lambda text: text[:12].strip(),
)
def test_nothing_hangs_or_breaks(blog: Any, text: str) -> None:
    blog.write("a.rst", HEADER + text + "\n")
    found = blog.scan()
    problems = blog.rendered().problems if found.posts else found.problems
    assert {fault.code for fault in problems} <= {"broken-markup"}


PIECES = st.sampled_from(
    (
        *("題", "題名（１）", "Title", "a_b", "a_ b", "*強*", "``c``", "x <y>", "2024-01-05", "1. x", "- x", ":", "::"),
        *("====", "=======", "----", "=", "====  ====", ":date: 2024-01-05", ":tags: a, b", ":Tags: 日本; C++"),
        *(
            ":summary: 要約",
            "   続き",
            "    深い",
            "",
            "",
            "\t",
            " ",
            ".. 注",
            ".. _a:",
            ":a b: c",
            ":x:",
            ":_x: y",
            "| x",
        ),
        *(
            ":date: $Date: 2024/01/05 10:00:00 $",
            ":author: A. B.",
            ":authors: A; B",
            ":title: 別",
            "__ x",
            "「題」",
            "\u3000",
        ),
        *(
            "A. x",
            "(a) x",
            ":日付: 2024-01-05",
            "\u2028",
            ":url: http://a/b_c_",
            ":status: draft",
            ":1a: x",
            "\\x",
            "a: b",
        ),
    )
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(PIECES, max_size=12),
    st.sampled_from(("", "題名\n====\n\n", "====\n題名\n====\n", "題名\n####\n:date: 2024-01-05\n")),
)
def test_reading_the_lines_finds_what_docutils_finds(lines: list[str], top: str) -> None:
    text = top + "\n".join(lines) + "\n"
    quick = split_rst(text, "a.rst").fields
    names = {"日付": "date"}
    slow = {names.get(name.lower(), name.lower()): value for name, value in docinfo(text, "a.rst")}

    assert {name: plain(value) for name, value in quick.items()} == {
        name: plain(value)
        for name, value in slow.items()
        if value.text.strip() or name not in ("tags", "status", "category", "author", "authors", "slug")
    }


def plain(value: Any) -> str:
    assert isinstance(value, Scalar)
    return " ".join(strip_tags(value.text).split())


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        st.characters(
            codec="utf-8", categories=("L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Co"), exclude_characters="\r\x00"
        ),
        max_size=300,
    )
)
def test_no_text_stops_the_reading_of_a_header(text: str) -> None:
    with suppress(ContentError):
        assert "title" in split_rst(text, "a.rst").fields
