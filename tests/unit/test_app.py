"""The ways mail leaves, as the settings name them."""

import re
from pathlib import Path

import pytest
from support.site import CONFIG

from publisher.app import App, open_app
from publisher.errors import ConfigError, Severity
from publisher.mail.dkim import KeyType
from publisher.mail.dkim_keys import new_pem
from publisher.mail.providers import Provider
from publisher.model.server import Server

SENDER = "midori.example"
FIELDS = [b"From: <tayori@midori.example>", b"Date: Tue, 06 Jan 2026 09:00:00 +0900"]
OWN = """\
  members:
    title: "会員だより"
    from: "三浦 みどり <kaiin@kaiin.midori.example>"
    schedules: {monthly: "1st 08:00"}
    mail: """


def app(folder: Path, own: str = "{}", mail: str = "") -> App:
    (folder / "config.yaml").write_text(f"{CONFIG}{OWN}{own}\n{mail}", encoding="utf-8")
    return open_app(None, {}, folder)


def key(folder: Path, name: str) -> None:
    (folder / name).write_bytes(new_pem(KeyType.ED25519))
    (folder / name).chmod(0o600)


def test_the_ways_hold_the_servers_of_the_site_and_of_every_newsletter(tmp_path: Path) -> None:
    site = "mail: {transport: 'smtp://mx.midori.example', connections: 4}\n"

    ways = app(tmp_path, "{servers: {a: {transport: 'console:'}, b: {transport: 'maildir:mail'}}}", site).ways()

    assert dict(ways.servers) == {
        "main": Server("main", connections=4),
        "members/a": Server("members/a"),
        "members/b": Server("members/b"),
    }
    assert ways.of(None).servers == ways.of("weekly").servers == ("main",)
    assert ways.of("members").servers == ("members/a", "members/b")
    assert ways.connect("main").name == "smtp://mx.midori.example:25"
    assert ways.connect("members/a").name == "console:"
    assert ways.connect("members/a") is ways.connect("members/a")


def test_a_newsletter_that_cannot_be_mailed_leaves_the_others_their_way(tmp_path: Path) -> None:
    ways = app(tmp_path, "{transport: 'console:'}").ways()

    assert list(ways.servers) == ["members/main"]
    assert ways.of("members").servers == ("members/main",)
    for other in ("weekly", None):
        with pytest.raises(ConfigError, match=r"mail\.transport: is required"):
            ways.of(other)


def test_an_issue_of_a_newsletter_that_is_gone_leaves_by_the_sites_servers(tmp_path: Path) -> None:
    ways = app(tmp_path, "{transport: 'console:'}", "mail: {transport: 'maildir:mail'}\n").ways()

    assert ways.of("gone-since").servers == ("main",)


def test_a_single_mail_leaves_by_the_server_of_the_greatest_weight(tmp_path: Path) -> None:
    several = "{spare: {transport: 'maildir:a', weight: 0}, most: {transport: 'console:', weight: 3}}"
    made = app(tmp_path, mail=f"mail: {{servers: {several}}}\n")

    assert made.transport().name == made.transport("members").name == "console:"


def test_a_newsletter_signs_with_its_own_keys(tmp_path: Path) -> None:
    key(tmp_path, "s1.pem")
    key(tmp_path, "k1.pem")
    made = app(tmp_path, "{dkim: {keys: {k1: k1.pem}}}", "mail: {dkim: {keys: {s1: s1.pem}}}\n")

    signers = {name: made.outgoing(name).signer(SENDER) for name in (None, "weekly", "members")}

    signed = {name: signer.sign(FIELDS, b"\r\n") for name, signer in signers.items() if signer}
    selectors = {name: re.findall(rb"\bs=(\w+);", signature) for name, signature in signed.items()}
    assert selectors == {None: [b"s1"], "weekly": [b"s1"], "members": [b"k1"]}


def test_a_key_of_a_newsletter_that_is_not_there_is_told_at_its_own_setting(tmp_path: Path) -> None:
    made = app(tmp_path, "{dkim: {keys: {k1: gone.pem}}}")

    with pytest.raises(ConfigError, match=r"newsletters\.members\.mail\.dkim\.keys: k1: .*gone\.pem is not there"):
        made.outgoing("members").signer(SENDER)
    assert made.outgoing("weekly").signer(SENDER) is None


def test_a_newsletter_has_its_own_return_path(tmp_path: Path) -> None:
    made = app(tmp_path, "{return_path: 'bounces@kaiin.midori.example'}", "mail: {return_path: fuda@midori.example}\n")

    paths = {name: made.outgoing(name).return_path for name in (None, "weekly", "members")}

    assert {name: path.email for name, path in paths.items() if path} == {
        None: "fuda@midori.example",
        "weekly": "fuda@midori.example",
        "members": "bounces@kaiin.midori.example",
    }


@pytest.mark.parametrize("local", ["f" * 40, "不" * 14, '"fuda no"'])
def test_a_return_path_without_room_for_a_delivery_is_told_with_both_ways_out(tmp_path: Path, local: str) -> None:
    made = app(tmp_path, mail=f"mail: {{return_path: '{local}@midori.example'}}\n")

    with pytest.raises(ConfigError, match=r"config\.yaml:19:21: mail\.return_path: .* carry a delivery") as refusal:
        made.outgoing("weekly")

    assert "verp: false" in (refusal.value.hint or "")


@pytest.mark.parametrize(("own", "site"), [("{verp: false}", ""), ("{}", ", verp: false")])
def test_a_return_path_that_need_not_carry_a_delivery_may_be_as_long_as_any(
    tmp_path: Path, own: str, site: str
) -> None:
    made = app(tmp_path, own, f"mail: {{return_path: '{'f' * 64}@midori.example'{site}}}\n")

    path = made.outgoing("members").return_path

    assert path is not None
    assert path.email == f"{'f' * 64}@midori.example"


def test_a_newsletters_way_is_looked_at_before_an_issue_of_it_is_made(tmp_path: Path) -> None:
    made = app(tmp_path, "{dkim: {keys: {k1: gone.pem}}}", "mail: {transport: 'console:'}\n")

    made.ready(made.newsletter("weekly"))
    with pytest.raises(ConfigError, match=r"gone\.pem is not there"):
        made.ready(made.newsletter("members"))


def test_a_password_that_is_not_there_is_told_before_an_issue_is_made(tmp_path: Path) -> None:
    servers = "{a: {transport: 'console:'}, b: {transport: 'smtp://b.example', user: b, password_file: gone}}"
    made = app(tmp_path, f"{{servers: {servers}}}")

    with pytest.raises(ConfigError, match=r"members\.mail\.servers\.b\.password_file: 'gone' cannot be read"):
        made.ready(made.newsletter("members"))


def test_mail_names_its_delivery_to_the_providers_that_it_may_leave_by(tmp_path: Path) -> None:
    names = ("smtp.mailgun.org", "mx.kaiin.example", "email-smtp.ap-northeast-1.amazonaws.com", "smtp.eu.mailgun.org")
    servers = ", ".join(f"s{n}: {{transport: 'smtp://{name}:587'}}" for n, name in enumerate(names))
    made = app(tmp_path, f"{{servers: {{{servers}}}}}")

    assert made.outgoing("members").providers == (Provider.MAILGUN, Provider.SES)
    assert made.outgoing("weekly").providers == ()


def test_a_newsletter_says_for_itself_whether_its_return_path_carries_the_delivery(tmp_path: Path) -> None:
    site = "mail: {transport: 'console:', return_path: bounces@midori.example}\n"
    made = app(tmp_path, "{verp: false}", site)

    assert {name: made.outgoing(name).verp for name in ("weekly", "members")} == {"weekly": True, "members": False}


def test_a_password_that_others_can_read_is_warned_of_once_and_one_that_is_kept_or_missing_is_not(
    tmp_path: Path,
) -> None:
    keys = "{transport: 'smtp://mx.midori.example', user: tayori, password_file: %s"
    mail = f"mail: {keys % 'hiraita'}, bounces: {{imap: 'imaps://imap.example', user: a, password_file: tojita}}}}\n"
    own = keys % "nai" + "}"
    for name, mode in (("hiraita", 0o644), ("tojita", 0o600)):
        (tmp_path / name).write_text("ひみつ\n", encoding="utf-8")
        (tmp_path / name).chmod(mode)

    (problem,) = app(tmp_path, own, mail).exposed_passwords()

    assert (problem.file, problem.severity, problem.code) == ("config.yaml", Severity.WARNING, "exposed-password")
    assert problem.line > 1
    assert "mail.password_file" in problem.message
    assert f"chmod 600 {tmp_path / 'hiraita'}" in problem.message


def test_what_is_wrong_with_the_file_of_signing_keys_is_told(tmp_path: Path) -> None:
    file, web = tmp_path / "kagi", "web: {secret_file: kagi}\n"

    def told() -> list[tuple[str, str]]:
        return [(one.code, one.message) for one in app(tmp_path, "{}", web).exposed_passwords()]

    ((missing, _),) = told()
    file.write_text("短い\n", encoding="utf-8")
    file.chmod(0o600)
    ((weak, says),) = told()
    file.write_text(f"{'k' * 32}\n", encoding="utf-8")
    kept = told()
    file.chmod(0o640)
    ((exposed, who),) = told()

    assert (missing, weak, kept, exposed) == ("unusable-keys", "unusable-keys", [], "exposed-password")
    assert "openssl rand -hex 32" in says
    assert "make links as you do" in who


def test_a_line_of_the_keys_lets_what_the_ledger_signed_stay_good(tmp_path: Path) -> None:
    file, web = tmp_path / "keys", "web: {secret_file: keys}\n"
    file.write_text(f"{'k' * 32}\nledger\n", encoding="utf-8")
    file.chmod(0o600)
    made = app(tmp_path, "{}", web)
    with made.store() as store:
        own = store.secret

        both = made.signing(store)
        file.write_text(f"{'k' * 32}\n", encoding="utf-8")
        alone = made.signing(store)
        file.write_text("ledger\n", encoding="utf-8")

        assert (both.key, both.known) == (b"k" * 32, (b"k" * 32, own))
        assert (alone.known, alone.leaving) == ((b"k" * 32,), (b"k" * 32, own))
        with pytest.raises(ConfigError, match="secret_file"):
            made.signing(store)
