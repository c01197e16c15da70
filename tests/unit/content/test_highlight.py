import re
import subprocess
import sys
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.highlight import highlight


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_code_has_its_colours_at_each_word() -> None:
    html = highlight("def f():  # 合計 <b>\n    return '値'\n", "python")
    assert html.startswith('<pre><code class="language-python"><span style="color: #')
    assert 'font-style: italic"># 合計 &lt;b&gt;</span>' in html or "# 合計 &lt;b&gt;" in html
    assert html.endswith("</code></pre>")


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python {1,3}", "python"),
        ("python{1,3}", "python"),
        ("ruby:名前.rb", "ruby"),
        ("{.python .numberLines}", "python"),
        ("language-js", "js"),
        ("rust,no_run", "rust"),
        ('Go title="例"', "go"),
        ("c++", "c++"),
    ],
)
def test_what_stands_behind_a_fence_names_a_language(language: str, name: str) -> None:
    html = highlight("x = 1\n", language)
    assert f'<code class="language-{name}">' in html
    assert "<span" in html


@pytest.mark.parametrize("language", ["", "nothing", "日本語", "text", "🦀"])
def test_unknown_languages_have_no_colours(language: str) -> None:
    assert "<span" not in highlight("x = 1 < 2\n", language)
    assert "x = 1 &lt; 2" in highlight("x = 1 < 2\n", language)


@pytest.mark.parametrize("code", ["x = 1\n" * 200_000, "1 " * 3000, "x = 1" + "\n" * 5000])
def test_code_that_would_take_long_has_no_colours(code: str) -> None:
    assert highlight(code, "python") == f'<pre><code class="language-python">{code}</code></pre>'


def test_pygments_is_loaded_for_code_in_a_language_only() -> None:
    program = (
        "import sys; from publisher.content.markdown import to_html; to_html('# 題\\n\\n    a\\n');"
        "assert 'pygments' not in sys.modules; to_html('```python\\na\\n```'); assert 'pygments' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def luminance(colour: str) -> float:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_each_colour_can_be_read_on_white_and_on_black() -> None:
    html = highlight("@d\nclass A(B):\n    def f(x):  # c\n        return 'a\\n', 1, None, int\n", "python")
    html += highlight("-a\n+b\n", "diff") + highlight('<a href="x">$y</a>', "html")
    colours = set(re.findall(r"#[0-9a-f]{6}", html))
    assert len(colours) > 4
    for colour in colours:
        assert (1.05 / (luminance(colour) + 0.05)) >= 4.5, colour
        assert ((luminance(colour) + 0.05) / 0.05) >= 4.5, colour


@given(st.text(), st.sampled_from(["python", "js", "html", "yaml", "console", "diff", "c", "x", ""]))
def test_no_character_is_lost(code: str, language: str) -> None:
    written = code.replace("\r\n", "\n").replace("\r", "\n")
    assert text_of(highlight(written, language)) == written
