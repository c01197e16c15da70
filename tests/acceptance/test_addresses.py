"""Addresses and names that other programs stumble over, from the command to the server."""

import pytest
from support.letters import field_lines
from support.site import Site
from support.smtp import Server

OLD_MOBILE = {
    "taro..yamada@docomo.ne.jp": '"taro..yamada"@docomo.ne.jp',
    "hanako.@docomo.ne.jp": '"hanako."@docomo.ne.jp',
    ".jiro@ezweb.ne.jp": '".jiro"@ezweb.ne.jp',
    "ｓａｂｕｒｏ．．@au.com": '"saburo.."@au.com',
}
"""As typed, and as mailed (EC-CUBE #1325). The server of these tests takes the quotes off before it says who."""


def test_old_mobile_addresses_are_mailed_in_quotes_in_envelope_and_header(site: Site, smtp: Server) -> None:
    for typed in OLD_MOBILE:
        site.ok("subscriber", "add", typed, "--name", "山田")

    site.ok("digest", "weekly", "--yes")

    mailed = {address: field_lines(data) for address, data in smtp.mails}
    assert set(mailed) == {address.replace('"', "") for address in OLD_MOBILE.values()}
    for address in OLD_MOBILE.values():
        assert f"To: =?utf-8?b?5bGx55Sw?= <{address}>" in mailed[address.replace('"', "")]


def test_an_address_in_japanese_arrives_with_its_domain_in_ascii(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "太郎@日本語.jp")

    site.ok("digest", "weekly", "--yes")

    ((address, data),) = smtp.mails
    assert address == "太郎@xn--wgv71a119e.jp"
    assert "To: <太郎@xn--wgv71a119e.jp>" in field_lines(data)
    assert data.replace("太郎".encode(), b"").isascii()


@pytest.mark.parametrize(
    "name",
    ["山田\r\nBcc: x@example.jp", "山\n田", "山\x07田", "山田\u202egpj.exe", "山\u200f田", "山\x85田", "山" * 10_000],
)
def test_a_name_that_could_break_or_bend_a_header_is_refused(site: Site, name: str) -> None:
    refused = site.run("subscriber", "add", "taro@example.jp", "--name", name)

    assert refused.code == 2
    assert "is not one line of at most 200 characters" in refused.err


@pytest.mark.parametrize("name", ["編\x85集", "編\u061c集", "編\r集", "編" * 10_000])
def test_a_sender_that_could_break_or_bend_a_header_is_refused(site: Site, smtp: Server, name: str) -> None:
    site.ok("subscriber", "add", "taro@example.jp")

    refused = site.run("digest", "weekly", "--yes", PUBLISHER_NEWSLETTERS__WEEKLY__FROM=f"{name} <news@example.jp>")

    assert (refused.code, smtp.mails) == (78, [])
