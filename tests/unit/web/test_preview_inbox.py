"""The line that an inbox shows behind a subject."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.preview_inbox import inbox_line


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("<head><title>題</title><style>p{}</style></head><body><p>今週は味噌。</p><p>本</p>", "今週は味噌。 本"),
        ('<div style="display:none">味噌の話&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;</div><p>本文</p>', "味噌の話 本文"),
        ("<p>味噌<b>汁</b></p>", "味噌汁"),
        ("<!-- 見えない --><script>x</script><p>A &amp; B</p>", "A & B"),
        ("", ""),
    ],
)
def test_it_is_the_first_text_of_the_body_seen_or_not(html: str, line: str) -> None:
    assert inbox_line(html) == line


@given(st.text())
def test_it_is_one_line_and_short_whatever_a_mail_holds(html: str) -> None:
    line = inbox_line(html)

    assert len(line) <= 250
    assert line == " ".join(line.split())
