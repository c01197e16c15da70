"""Settings with which mail could not leave: told before an issue is made, and nobody's mail fails for them."""

import pytest
from support.site import CONFIG, Site
from support.smtp import Server

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
    site.write("config.yaml", CONFIG + f"mail: {{return_path: '{return_path}'}}\n")
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes")

    assert smtp.recipients == ["hanako@example.jp"]
    assert smtp.senders == [sender]


def test_an_address_for_replies_outside_ascii_is_told_to_the_server(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG.replace("reply_to: midori@", "reply_to: みどり@"))
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes")

    assert smtp.options == [["SMTPUTF8", "BODY=8BITMIME"]]
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
