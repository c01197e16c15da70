"""What is kept of an address of the net."""

import pytest

from publisher.core.visitors import counted_as, hashed_ip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("2001:db8::1", "2001:db8::ffff:ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("2001:DB8::1", "2001:db8:0:0::1", True),
        ("unknown", "unknown", True),
    ],
)
def test_a_household_counts_as_one(one: str, other: str, same: bool) -> None:
    assert (counted_as(b"s" * 32, one) == counted_as(b"s" * 32, other)) is same


def test_what_is_kept_says_nothing_without_the_secret() -> None:
    kept = hashed_ip(b"s" * 32, "203.0.113.7")

    assert (len(kept), hashed_ip(b"t" * 32, "203.0.113.7") == kept) == (32, False)
    assert hashed_ip(b"s" * 32, "2001:db8::1") != hashed_ip(b"s" * 32, "2001:db8::2")
    assert hashed_ip(b"s" * 32, "") == counted_as(b"s" * 32, "") == ""
