import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.validator.html import html_faults

from publisher.feeds.plain import as_html, as_written, unmistakable


class Shown(HTMLParser):
    """What a reader shows of a text that it takes for HTML."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


WORDS = ["b", "amp", "lt;", "#39;", "#x3c", "notit", "投資", "１"]
pieces = st.sampled_from(["<", ">", "&", "&&", "/", "!", "?", "#", ";", " ", "=", '"', *WORDS])
markups = st.lists(pieces, max_size=12).map("".join)


@given(markups)
@example("<b>株</b>")
@example("&amp;lt;")
@example("<!--")
@example("&notit;")
def test_html_readers_and_text_readers_show_the_same(text: str) -> None:
    safe = unmistakable(text)
    assert "".join(Shown(safe).words) == safe
    # miniflux: internal/reader/rss/adapter.go, findEntryTitle.
    assert unescape(unescape(safe)) == safe
    assert safe.replace("\u2060", "") == text


@given(markups)
def test_the_validator_finds_no_html(text: str) -> None:
    # ContainsHTML and CharacterData of the W3C validator: end tags, references, starts of tags.
    safe = unmistakable(text)
    assert not re.search(r"</\w+>|&#[x0-9]|<[/a-zA-Z]", safe)
    words = re.findall(r"&(#?\w+)", safe)
    assert all(word[0] != "#" and unescape(f"&{word}; &{word} ") == f"&{word}; &{word} " for word in words)


@given(markups | st.text())
def test_the_text_comes_back_and_a_second_time_changes_nothing(text: str) -> None:
    safe = unmistakable(text)
    assert unmistakable(safe) == safe
    assert unmistakable(as_written(safe)) == safe
    if "\u2060" not in text:
        assert as_written(safe) == text


@pytest.mark.parametrize(
    "text", ["Q&A", "AT&T と R&D2", "S&P500 と投資", "a < b & c > d", "株 & 債券", "<３ ＜b＞", "1 <2", "&", "<"]
)
def test_what_nobody_takes_for_markup_stays(text: str) -> None:
    assert unmistakable(text) == text


@given(markups)
@example("&]]>")
@example("&　株")
def test_text_as_html_shows_the_same_and_has_no_fault(text: str) -> None:
    html = as_html(text)
    assert unescape(html) == text
    assert [fault for fault in html_faults(html, "") if fault.rule == "NotHtml"] == []


@pytest.mark.parametrize("text", ["株 & 債券", "1 > 0", "&"])
def test_text_is_not_escaped_where_html_needs_none(text: str) -> None:
    assert as_html(text) == text
