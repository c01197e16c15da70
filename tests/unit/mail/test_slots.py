"""Recipient slots: the second stage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import TemplateError
from publisher.mail.slots import Slots, check_slots, fill, marker_for
from publisher.model.mailing import Rendered


def rendered(template: str, marker: str = "slot0") -> Rendered:
    slot = Slots(marker)
    text = template.format(email=slot("email"), name=slot("name"), url=slot("unsubscribe_url"))
    return Rendered(text, text, text, marker)


def test_values_are_escaped_in_html_and_plain_elsewhere() -> None:
    values = {"email": "a@example.jp", "name": '<山田> & "太郎"\nBcc: x', "unsubscribe_url": "mailto:a@b.jp?x=1&y=2"}
    filled = fill(rendered("{name}様 {url}"), values)
    assert filled.html == "&lt;山田&gt; &amp; &quot;太郎&quot;\nBcc: x様 mailto:a@b.jp?x=1&amp;y=2"
    assert filled.text == '<山田> & "太郎"\nBcc: x様 mailto:a@b.jp?x=1&y=2'
    assert filled.subject == '<山田> & "太郎" Bcc: x様 mailto:a@b.jp?x=1&y=2'


def test_a_value_that_looks_like_a_slot_is_not_filled_again() -> None:
    name = Slots("slot0")("email")
    assert fill(rendered("{name}|{email}"), {"name": name, "email": "a@example.jp"}).text == f"{name}|a@example.jp"


def test_a_slot_without_a_value_is_an_error() -> None:
    with pytest.raises(TemplateError, match="name"):
        fill(rendered("{name}"), {"email": "a@example.jp"})


def test_only_known_slots_exist() -> None:
    with pytest.raises(LookupError, match="password"):
        Slots("m")("password")


def test_a_cut_slot_is_found() -> None:
    whole = rendered("こんにちは{name}")
    assert check_slots(whole, "mail/ja/x") is whole
    with pytest.raises(TemplateError):
        check_slots(Rendered("", whole.html[:-1], "", whole.marker), "mail/ja/x")


@given(st.text())
def test_the_marker_is_alphanumeric_derived_and_absent(content: str) -> None:
    marker = marker_for(content)
    assert marker.isascii()
    assert marker.isalnum()
    assert marker not in content
    assert marker == marker_for(content)
    assert marker != marker_for(content + marker)
