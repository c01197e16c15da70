"""Whose address counts, by whom we trust to tell it."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.clients import client, networks

PROXIES = networks(["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        ("127.0.0.1", ["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("::1", ["2001:DB8:0::7"], "2001:db8::7"),
        ("fd00::5%eth0", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("127.0.0.1", ["203.0.113.7:4711"], "203.0.113.7"),
        ("127.0.0.1", ['"[2001:db8::7]"'], "2001:db8::7"),
        ("127.0.0.1", ["203.0.113.7, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7, "], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7, 10.1.2.3, 1.2.3.4.5"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7, nonsense, 10.1.2.3"], "10.1.2.3"),
        ("", ["203.0.113.7"], ""),
        ("testclient", ["203.0.113.7"], ""),
    ],
)
def test_the_first_from_the_right_whom_we_do_not_trust_is_the_client(
    peer: str, forwarded: list[str], expected: str
) -> None:
    assert client(peer, forwarded, PROXIES) == expected


ADDRESSES = st.ip_addresses().map(str)
UNTRUSTED = ADDRESSES.filter(lambda text: not any(ip_address(text) in network for network in PROXIES)).filter(
    lambda text: not text.startswith("::ffff:")
)


@given(UNTRUSTED, st.lists(st.text() | ADDRESSES))
def test_who_comes_without_our_proxies_cannot_say_who_they_are(peer: str, forwarded: list[str]) -> None:
    assert client(peer, forwarded, PROXIES) == str(ip_address(peer))


@given(UNTRUSTED, st.lists(st.text() | ADDRESSES), st.lists(st.sampled_from(["10.0.0.1", "::1", "fd00::1"])))
def test_what_a_client_invents_stands_left_of_what_our_proxy_writes(
    real: str, invented: list[str], between: list[str]
) -> None:
    assert client("127.0.0.1", [*invented, ", ".join([real, *between])], PROXIES) == str(ip_address(real))


@given(st.text(), st.lists(st.text()))
def test_garbage_is_no_address_and_no_fault(peer: str, forwarded: list[str]) -> None:
    found = client(peer, forwarded, PROXIES)

    assert found == "" or str(ip_address(found)) == found
