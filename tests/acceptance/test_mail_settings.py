"""Settings with which mail could not leave: told before an issue is made, and nobody's mail fails for them."""

import re

import pytest
from support.site import CONFIG, Site
from support.smtp import Server, smtp_server

LONG_DOMAIN = ".".join(["d" * 61] * 3) + ".example"


@pytest.mark.parametrize(
    ("return_path", "sender"),
    [
        ("編集部 <fuda@midori.example>", "fuda@midori.example"),
        ("fuda@庭.example", "fuda@xn--3xt.example"),
        ("札@midori.example", "札@midori.example"),
    ],
)
def test_a_return_path_is_an_address_as_servers_take_it(
    site: Site, smtp: Server, return_path: str, sender: str
) -> None:
    site.write("config.yaml", CONFIG + f"mail: {{return_path: '{return_path}', verp: false}}\n")
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes")

    assert smtp.recipients == ["hanako@example.jp"]
    assert smtp.senders == [sender]


def test_a_return_path_carries_the_delivery_where_nothing_else_is_said(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + "mail: {return_path: fuda@庭.example}\n")
    for reader in ("hanako@example.jp", "taro@example.jp"):
        site.ok("subscriber", "add", reader)

    site.ok("digest", "weekly", "--yes")

    assert len(set(smtp.senders)) == 2
    assert all(re.fullmatch(r"fuda\+[a-z0-9]{1,30}@xn--3xt\.example", sender) for sender in smtp.senders)


def test_a_return_path_without_room_for_a_delivery_is_told_before_an_issue_is_made(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + f"mail: {{return_path: {'f' * 60}@midori.example}}\n")
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "config.yaml:14:21: mail.return_path:" in done.err
    assert "verp: false" in done.err
    assert site.ok("issue", "list", "--json").json == []
    assert smtp.mails == []


def test_a_newsletter_with_a_server_of_its_own_leaves_by_it_and_the_others_do_not(site: Site, smtp: Server) -> None:
    monthly = CONFIG[CONFIG.index("  weekly:") :].replace("weekly:", "members:", 1)
    with smtp_server() as other:
        own = f'    mail: {{transport: "{other.url}", return_path: kaiin@midori.example, verp: false}}\n'
        site.write("config.yaml", CONFIG + monthly + own)
        site.ok("subscriber", "add", "hanako@example.jp", "--newsletter", "weekly")
        site.ok("subscriber", "add", "taro@example.jp", "--newsletter", "members")

        site.ok("preview", "members", "--to", "midori@midori.example", "--yes")
        site.ok("digest", "weekly", "--yes")
        site.ok("digest", "members", "--yes")

        assert smtp.recipients == ["hanako@example.jp"]
        assert other.recipients == ["midori@midori.example", "taro@example.jp"]
        assert set(other.senders) == {"kaiin@midori.example"}


def test_mail_of_a_server_that_is_down_goes_by_another(site: Site, smtp: Server, unused_port: int) -> None:
    del site.environ["PUBLISHER_MAIL__TRANSPORT"]
    down, up = f"smtp://127.0.0.1:{unused_port}", smtp.url
    site.write("config.yaml", CONFIG + f'mail: {{servers: {{a: {{transport: "{down}"}}, b: {{transport: "{up}"}}}}}}\n')
    readers = [f"dokusha{n}@example.jp" for n in range(5)]
    for reader in readers:
        site.ok("subscriber", "add", reader)

    site.ok("digest", "weekly", "--yes")

    assert sorted(smtp.recipients) == readers


def test_a_transport_from_the_environment_beside_servers_of_the_file_is_told(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + f'mail: {{servers: {{a: {{transport: "{smtp.url}"}}}}}}\n')

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "PUBLISHER_MAIL__TRANSPORT: mail.transport: stands beside servers" in done.err


def test_the_settings_in_force_name_every_server_and_no_secret(site: Site) -> None:
    site.write("smtp-password", "himitsu-no-kotoba\n")
    server = "{transport: 'smtp://mx.midori.example', user: tayori, password_file: smtp-password, rate: 600/min}"
    site.write("config.yaml", CONFIG + f"mail: {{give_up: 3d, servers: {{tokyo: {server}}}}}\n")
    del site.environ["PUBLISHER_MAIL__TRANSPORT"]

    done = site.ok("show", "config", "--json", PUBLISHER_MAIL__SERVERS__OSAKA__TRANSPORT="console:")

    mail = done.json["mail"]
    assert {name: one["transport"] for name, one in mail["servers"].items()} == {
        "tokyo": "smtp://mx.midori.example",
        "osaka": "console:",
    }
    assert (mail["give_up"], mail["servers"]["tokyo"]["rate"], mail["verp"]) == ("3d", "600/min", True)
    assert "himitsu" not in done.out


def test_neither_check_nor_build_asks_for_files_that_only_mail_needs(site: Site) -> None:
    del site.environ["PUBLISHER_MAIL__TRANSPORT"]
    files = "user: a, password_file: gone, dkim: {keys: {s1: gone.pem}}, events: {mailgun: {key_file: gone}}"
    site.write("config.yaml", CONFIG + f"mail: {{host: mx.midori.example, {files}}}\n")

    site.ok("check")
    site.ok("build")


def test_a_ledger_that_waits_less_for_the_disk_lies_in_the_same_file(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes", PUBLISHER_DATABASE="sqlite:///publisher.db?synchronous=NORMAL")

    assert smtp.recipients == ["hanako@example.jp"]
    assert [path.name for path in site.folder.glob("publisher*")] == ["publisher.db"]
    assert len(site.ok("issue", "list", "--json").json) == 1


def test_an_address_for_replies_outside_ascii_is_told_to_the_server(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG.replace("reply_to: midori@", "reply_to: みどり@"))
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes")

    (options,) = smtp.options
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(options)
    assert "Reply-To: <みどり@midori.example>".encode() in smtp.mails[0][1]


def test_a_return_path_that_is_no_address_is_told_before_an_issue_is_made(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + "mail: {return_path: a..b@midori.example}\n")
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "config.yaml:14:21: mail.return_path: 'a..b@midori.example' is no address" in done.err
    assert site.ok("issue", "list", "--json").json == []
    assert smtp.mails == []


@pytest.mark.parametrize("words", [("digest",), ("send", "図書館の棚", "--newsletter")])
def test_what_no_header_can_carry_makes_no_issue(site: Site, smtp: Server, words: tuple[str, ...]) -> None:
    name = "n" * 64
    config = CONFIG.replace("  weekly:", f"  {name}:").replace("tayori@midori.example", f"tayori@{LONG_DOMAIN}")
    site.write("config.yaml", config)
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run(*words, name, "--yes")

    assert done.code == 78
    assert f"newsletters.{name}: List-Id cannot be" in done.err
    assert "shorter" in done.err
    assert site.ok("issue", "list", "--json").json == []
    assert smtp.mails == []


def test_a_key_that_is_gone_holds_nothing_for_when_it_is_back(site: Site, smtp: Server, unused_port: int) -> None:
    site.ok("mail", "keygen", "--selector", "s1", "--type", "ed25519")
    site.write("config.yaml", CONFIG + "mail: {dkim: {keys: {s1: dkim/s1.pem}}}\n")
    site.ok("subscriber", "add", "hanako@example.jp")
    down = {"PUBLISHER_MAIL__TRANSPORT": f"smtp://127.0.0.1:{unused_port}"}
    assert site.run("digest", "weekly", "--yes", **down).code == 69
    site.ok("issue", "resume", "1")
    key = site.folder / "dkim" / "s1.pem"
    away = key.rename(site.folder / "s1.pem")

    done = site.run("deliver")

    assert done.code == 78
    assert f"{key} is not there" in done.err
    (delivery,) = site.ok("issue", "show", "1", "--json").json["deliveries"]
    assert (delivery["status"], delivery["attempts"]) == ("planned", 0)
    assert smtp.mails == []
    away.rename(key)
    site.ok("deliver")
    assert smtp.recipients == ["hanako@example.jp"]
