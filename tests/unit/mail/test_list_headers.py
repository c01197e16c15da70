"""What a mail says of its list and of the ways out."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import UsageError
from publisher.mail.address import parse_address
from publisher.mail.list_headers import (
    Exits,
    List,
    archived_at,
    feedback_id,
    list_fields,
    mailto,
    unsubscribe_fields,
    unsubscribe_mailto,
)
from publisher.struct import replace

WEEKLY = List("週刊 技術", "weekly", "example.jp", parse_address("desk@example.jp"), "https://example.jp/")
MAILTO = "mailto:news@example.jp?subject=unsubscribe%20weekly&body=taro%40example.jp"


@dataclass
class Fields:
    """Fields by name."""

    lines: list[str]

    def __getitem__(self, name: str) -> str:
        (value,) = [line.partition(": ")[2] for line in self.lines if line.startswith(f"{name}: ")]
        return value


def test_a_list_says_what_it_is_who_answers_and_that_nobody_writes_to_it() -> None:
    fields = Fields(list(list_fields(WEEKLY)))

    assert fields["List-Id"] == "=?utf-8?b?6YCx5YiKIOaKgOihkw==?= <weekly.example.jp>"
    assert fields["List-Help"] == "<mailto:desk@example.jp?subject=help>"
    assert fields["List-Owner"] == "<mailto:desk@example.jp>"
    assert fields["List-Archive"] == "<https://example.jp/>"
    assert fields["List-Post"] == "NO"


def test_an_identifier_is_the_same_whatever_the_list_is_called() -> None:
    before, after = (Fields(list(list_fields(replace(WEEKLY, title=title)))) for title in ("技術", "Tech"))

    assert before["List-Id"].endswith("<weekly.example.jp>")
    assert after["List-Id"].endswith("<weekly.example.jp>")


def test_an_identifier_over_255_characters_is_refused() -> None:
    domain = ".".join(["d" * 60] * 4)

    assert Fields(list(list_fields(replace(WEEKLY, name="n" * 11, domain=domain))))["List-Id"]
    with pytest.raises(UsageError, match="RFC 2919"):
        list(list_fields(replace(WEEKLY, name="n" * 12, domain=domain)))


def test_an_owner_with_an_address_outside_ascii_is_percent_encoded() -> None:
    fields = Fields(list(list_fields(replace(WEEKLY, owner=parse_address("編集@日本語.jp")))))

    assert fields["List-Owner"] == "<mailto:%e7%b7%a8%e9%9b%86@xn--wgv71a119e.jp>"


def test_the_web_is_the_first_way_out_and_takes_one_click() -> None:
    fields = Fields(list(unsubscribe_fields(Exits(MAILTO, "https://example.jp/unsubscribe/x"))))

    assert fields["List-Unsubscribe"] == f"<https://example.jp/unsubscribe/x>, <{MAILTO}>"
    assert fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("post", "written"),
    [
        (None, f"<{MAILTO}>"),
        ("http://127.0.0.1:8080/unsubscribe/x", f"<http://127.0.0.1:8080/unsubscribe/x>, <{MAILTO}>"),
    ],
)
def test_one_click_is_only_said_of_https(post: str | None, written: str) -> None:
    assert list(unsubscribe_fields(Exits(MAILTO, post))) == [f"List-Unsubscribe: {written}"]


@pytest.mark.parametrize("length", [100, 300, 600])
def test_ways_out_stand_raw_on_one_line_however_long(length: int) -> None:
    post = "https://example.jp/unsubscribe/" + "t" * length

    (line, _) = unsubscribe_fields(Exits(MAILTO, post))

    assert line == f"List-Unsubscribe: <{post}>, <{MAILTO}>"


def test_where_both_ways_out_do_not_fit_on_one_line_the_web_is_the_only_one() -> None:
    post, mailto = "https://example.jp/unsubscribe/" + "t" * 469, "mailto:" + "a" * 480

    assert list(unsubscribe_fields(Exits(mailto, post))) == [
        f"List-Unsubscribe: <{post}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]


@pytest.mark.parametrize(
    "exits",
    [
        Exits("mailto:a@b.jp\r\nBcc: x@example.jp", None),
        Exits("mailto:a@b.jp>, <https://evil.example", None),
        Exits("mailto:a b@c.jp", None),
        Exits(MAILTO, "https://日本語.jp/"),
        Exits(MAILTO, "https://example.jp/" + "a" * 990),
        Exits("mailto:" + "a" * 990, None),
    ],
)
def test_a_way_out_that_a_header_cannot_carry_is_refused(exits: Exits) -> None:
    with pytest.raises(UsageError):
        list(unsubscribe_fields(exits))


def test_a_mailto_is_percent_encoded() -> None:
    mailto = unsubscribe_mailto('"a..b"@docomo.ne.jp', "weekly & 投資", parse_address("taro+x@example.jp").email)

    assert mailto == (
        "mailto:%22a..b%22@docomo.ne.jp?subject=unsubscribe%20weekly%20%26%20%E6%8A%95%E8%B3%87"
        "&body=taro%2Bx%40example.jp"
    )
    assert unsubscribe_mailto("n@example.jp", None, "a@b.jp").startswith("mailto:n@example.jp?subject=unsubscribe&")


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_any_mailto_is_one_address_that_says_all_of_it(name: str, email: str) -> None:
    mailto = unsubscribe_mailto("news@example.jp", name, email)

    parts = urlsplit(mailto)
    query = parse_qs(parts.query, keep_blank_values=True)
    (field,) = unsubscribe_fields(Exits(mailto, None))
    assert unquote(field) == unquote(f"List-Unsubscribe: <{mailto}>")
    assert unquote(parts.path) == "news@example.jp"
    assert query == {"subject": [f"unsubscribe {name}"], "body": [email]}


def test_complaints_are_counted_by_issue_list_language_and_site() -> None:
    field = feedback_id("12", "weekly", "ja", "https://example.jp/")

    name, value = field.split(": ")
    issue, newsletter, language, sender = value.split(":")
    assert (name, issue, newsletter, language) == ("Feedback-ID", "weekly.12", "weekly", "lang.ja")
    assert 5 <= len(sender) <= 15
    assert feedback_id("13", "monthly", "en", "https://example.jp/blog/").endswith(f":{sender}")
    assert not feedback_id("12", "weekly", "ja", "https://example.com/").endswith(f":{sender}")


def test_a_mail_of_no_list_is_counted_apart() -> None:
    assert feedback_id("0a1b2c3d", None, "en", "https://example.jp/").startswith(
        "Feedback-ID: direct.0a1b2c3d:direct:lang.en:"
    )


def test_encoded_addresses_are_in_small_letters_as_spamassassin_wants_them() -> None:
    (field,) = archived_at("https://example.jp/2026/%E5%86%AC%EF%BC%81/AB/?x=%2F")

    assert field == "Archived-At: <https://example.jp/2026/%e5%86%ac%ef%bc%81/AB/?x=%2f>"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_a_mailto_says_its_words_and_nothing_else(words: str) -> None:
    way = mailto("taro+x@example.jp", words, words)

    assert way.startswith("mailto:taro+x@example.jp?subject=")
    asked = parse_qs(urlsplit(way).query, keep_blank_values=True)
    assert asked["subject"] == [words]
    assert asked.get("body", [""]) == [words.replace("\n", "\r\n")]
