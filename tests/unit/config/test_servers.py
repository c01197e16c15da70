"""Which servers a newsletter's mail leaves by: the site's, its own, and never one's secrets to the other."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import Config, ServerSettings, load_config, mail_key, mail_of, secret, servers
from publisher.config.measures import rate, span
from publisher.errors import ConfigError
from publisher.model.server import Server

NEWSLETTER = 'newsletters:\n  weekly:\n    title: "みどりの便り"\n    schedules: {weekly: "mon 09:00"}\n'
ONE = """\
mail:
  transport: smtp://mx.midori.example
  user: tayori
  password_file: secret
  auth: login
  tls: true
  connections: 4
  rate: 10/s
  daily: 500
  return_path: bounces@midori.example
  dkim: {domain: midori.example, keys: {s1: s1.pem}}
"""
TWO = "mail: {servers: {a: {transport: 'smtp://a.example'}, b: {transport: 'smtp://b.example', weight: 0}}}\n"


def site(folder: Path, text: str, own: str = "") -> Config:
    own = f"    mail: {own}\n" if own else ""
    (folder / "config.yaml").write_text(NEWSLETTER + own + text, encoding="utf-8")
    return load_config(None, {}, folder)


@pytest.mark.parametrize(
    ("keys", "url"),
    [
        ("{host: mail.example.jp, port: 465}", "smtps://mail.example.jp:465"),
        ("{host: '::1'}", "smtp://[::1]:587"),
        ("{host: mail.example.jp, port: 25}", "smtp://mail.example.jp:25"),
        ("{transport: 'maildir:mail'}", "maildir:mail"),
    ],
)
def test_one_server_is_called_main_however_it_is_named(tmp_path: Path, keys: str, url: str) -> None:
    assert servers(site(tmp_path, f"mail: {keys}"), None) == (ServerSettings(Server("main"), url),)


def test_mailing_without_a_server_names_the_key(tmp_path: Path) -> None:
    config = site(tmp_path, "")

    for newsletter in (None, "weekly"):
        with pytest.raises(ConfigError, match=r"mail\.transport: is required"):
            servers(config, newsletter)


def test_a_newsletter_without_mail_of_its_own_leaves_by_the_sites_servers(tmp_path: Path) -> None:
    config = site(tmp_path, ONE)

    (one,) = servers(config, "weekly")

    assert one == servers(config, None)[0] == servers(config, "gone-since")[0]
    assert one.server == Server("main", connections=4, rate=10.0, daily=500)
    assert (one.user, one.password_file, one.auth, one.tls, one.section) == ("tayori", "secret", "login", True, "mail")


def test_several_servers_keep_their_names_and_their_order(tmp_path: Path) -> None:
    found = servers(site(tmp_path, TWO), "weekly")

    assert [(one.server.name, one.server.weight, one.url, one.section) for one in found] == [
        ("a", 1, "smtp://a.example", "mail.servers.a"),
        ("b", 0, "smtp://b.example", "mail.servers.b"),
    ]


@pytest.mark.parametrize(
    ("own", "names", "sections"),
    [
        ("{transport: 'smtp://w.example'}", ["weekly/main"], ["newsletters.weekly.mail"]),
        ("{host: w.example, port: 25}", ["weekly/main"], ["newsletters.weekly.mail"]),
        (
            "{servers: {a: {transport: 'smtp://w.example'}, c: {transport: 'smtp://c.example'}}}",
            ["weekly/a", "weekly/c"],
            ["newsletters.weekly.mail.servers.a", "newsletters.weekly.mail.servers.c"],
        ),
    ],
)
@pytest.mark.parametrize("text", [ONE, TWO, ""])
def test_a_newsletters_own_server_is_told_nothing_of_the_sites(
    tmp_path: Path, text: str, own: str, names: list[str], sections: list[str]
) -> None:
    found = servers(site(tmp_path, text, own), "weekly")

    assert [one.server for one in found] == [Server(name) for name in names]
    assert [one.section for one in found] == sections
    assert {(one.user, one.password_file, one.auth, one.tls) for one in found} == {(None, None, None, None)}


def test_a_newsletter_may_log_in_to_the_sites_server_as_somebody_else(tmp_path: Path) -> None:
    config = site(tmp_path, ONE, "{user: shuukan, password_file: shuukan.pw, daily: 50}")

    (one,) = servers(config, "weekly")

    assert one.server == Server("weekly/main", connections=4, rate=10.0, daily=50)
    assert (one.url, one.user, one.password_file, one.auth) == (
        "smtp://mx.midori.example",
        "shuukan",
        "shuukan.pw",
        "login",
    )
    assert one.section == "newsletters.weekly.mail"
    assert servers(config, None)[0].user == "tayori"


def test_a_fault_of_the_sites_password_is_the_sites_also_where_a_newsletter_uses_it(tmp_path: Path) -> None:
    (one,) = servers(site(tmp_path, ONE, "{rate: 1/s}"), "weekly")

    assert (one.server.name, one.password_file, one.section) == ("weekly/main", "secret", "mail")


def test_return_path_verp_and_keys_are_a_newsletters_own_one_by_one(tmp_path: Path) -> None:
    config = site(tmp_path, ONE, "{verp: false, dkim: {keys: {w1: w1.pem}}}")

    own, main = mail_of(config, "weekly"), mail_of(config, None)

    assert (own.return_path, own.verp, own.transport) == ("bounces@midori.example", False, main.transport)
    assert own.dkim is not None
    assert (own.dkim.domain, own.dkim.keys) == (None, {"w1": "w1.pem"})
    assert main.verp
    assert [one.server.name for one in servers(config, "weekly")] == ["main"]
    assert mail_key(config, "weekly", "dkim") == "newsletters.weekly.mail.dkim"
    assert mail_key(config, "weekly", "return_path") == "mail.return_path"


def test_a_password_is_read_anew_each_time_without_its_line_end(tmp_path: Path) -> None:
    config = site(tmp_path, ONE)
    (tmp_path / "secret").write_text("ひみつ \n", encoding="utf-8")
    assert secret(config, "mail.password_file", "secret") == "ひみつ "

    (tmp_path / "secret").write_text("new\r\n", encoding="utf-8")
    assert secret(config, "mail.password_file", "secret") == "new"


def test_a_password_that_cannot_be_read_is_told_at_the_key_that_names_its_file(tmp_path: Path) -> None:
    config = site(tmp_path, ONE)

    with pytest.raises(
        ConfigError, match=r"config\.yaml:8:18: mail\.password_file: 'secret' cannot be read"
    ) as refusal:
        secret(config, "mail.password_file", "secret")

    assert "let the user who runs publisher read it" in (refusal.value.hint or "")


@pytest.mark.parametrize("before", ["\ufeff", ""])
def test_the_mark_of_an_editor_before_a_password_is_no_part_of_it(tmp_path: Path, before: str) -> None:
    config = site(tmp_path, ONE)
    (tmp_path / "secret").write_text(f"{before}ひみつ\r\n", encoding="utf-8")
    assert secret(config, "mail.password_file", "secret") == "ひみつ"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("\r\n", "is empty"),
        ("\ufeff\n", "is empty"),
        ("ひみつ\n二行目\n", "has more than one line"),
        ("\nひみつ", "has more than one line"),
    ],
)
def test_what_can_be_no_password_is_told_and_never_sent(tmp_path: Path, text: str, fault: str) -> None:
    config = site(tmp_path, ONE)
    (tmp_path / "secret").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"config\.yaml:8:18: mail\.password_file: 'secret' {fault}") as refusal:
        secret(config, "mail.password_file", "secret")

    assert "alone" in (refusal.value.hint or "")
    assert "ひみつ" not in refusal.value.told()


@given(st.integers(1, 10**9 - 1), st.sampled_from([("s", 1), ("min", 60), ("h", 3600)]))
def test_a_rate_is_its_number_over_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert rate(f"{number}/{unit[0]}") == number / unit[1]


@given(st.text())
def test_any_text_is_a_rate_and_a_span_or_refused(text: str) -> None:
    for read in (rate, span):
        with suppress(ValueError):
            assert read(text)
