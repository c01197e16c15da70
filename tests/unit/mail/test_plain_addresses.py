"""The quick way for plain addresses comes to what email-validator says."""

from hypothesis import example, given
from hypothesis import strategies as st

from publisher.errors import UsageError
from publisher.mail.address import Address, parse_address, parse_any

LOCALS = st.one_of(
    st.text("abcXYZ019_+-.", min_size=1, max_size=70),
    st.sampled_from(["Postmaster", "INFO", "a.b", "a..b", ".a", "taro+庭", "太郎", '"a b"', "ａｂｃ", "a'b", ""]),
    st.text(max_size=8),
)
LABELS = st.one_of(
    st.text("abcXYZ09-", min_size=1, max_size=65), st.sampled_from(["例え", "xn--r8jz45g", "ｊｐ", "jp"])
)
DOMAINS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
    st.sampled_from(
        ["docomo.ne.jp", "EXAMPLE.JP", "localhost", "example.test", "[192.0.2.1]", "a@b.jp", "example.jp."]
    ),
)
SPACES = st.sampled_from(["", " ", "\u3000", "\n", "\x00"])


def said(parse: object, text: str) -> Address | str:
    try:
        return parse(text)  # type: ignore[operator,no-any-return]
    except UsageError as error:
        return error.told()


@given(SPACES, LOCALS, DOMAINS, SPACES)
@example("", "a" * 64, "b" * 63 + "." + "c" * 63 + "." + "d" * 59 + ".jp", "")
@example("", "a" * 65, "example.jp", "")
@example("", "WebMaster", "example.jp", "")
def test_the_quick_way_says_the_same(before: str, local: str, domain: str, after: str) -> None:
    text = f"{before}{local}@{domain}{after}"

    assert said(parse_address, text) == said(parse_any, text)
