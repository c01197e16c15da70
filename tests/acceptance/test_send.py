"""One-offs and previews, through the real command."""

from email import message_from_bytes, policy

from support.site import Site, days_ago
from support.smtp import Server


def test_a_post_goes_whole_to_a_newsletters_readers_and_not_into_their_next_digest(site: Site, smtp: Server) -> None:
    site.post("詳しい話", days_ago(2), title="詳しい話", body="これが本文です。\n\n- 一\n- 二\n")
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("send", "詳しい話", "--newsletter", "weekly", "--yes")

    message = smtp.message("hanako@example.jp")
    assert message["Subject"] == "詳しい話"
    html = message.get_body(("html",))
    assert html is not None
    assert "これが本文です。" in html.get_content()
    again = site.ok("send", "posts/詳しい話.md", "--newsletter", "weekly", "--yes")
    assert "nothing was sent" in again.err
    smtp.mails.clear()
    site.ok("digest", "weekly", "--yes")
    digest = smtp.message("hanako@example.jp").get_body(("html",))
    assert digest is not None
    assert "詳しい話" not in digest.get_content()
    assert "図書館の棚" in digest.get_content()


def test_a_post_goes_to_an_address_that_never_subscribed(site: Site, smtp: Server) -> None:
    site.ok("send", "図書館の棚", "--to", "friend@example.com", "--to", ["山田 ", "b@example.com>"][1][:-1], "--yes")

    assert sorted(smtp.recipients) == ["b@example.com", "friend@example.com"]
    body = smtp.message("friend@example.com").get_body(("plain",))
    assert body is not None
    assert "ご登録" not in body.get_content(), "a stranger is not told that they subscribed"
    (issue,) = site.ok("issue", "list", "--json").json
    assert (issue["kind"], issue["newsletter"], issue["counts"]["sent"]) == ("one_off", None, 2)


def test_nothing_goes_out_without_yes_or_to_nobody(site: Site, smtp: Server) -> None:
    assert site.run("send", "図書館の棚", "--to", "friend@example.com").code == 2
    assert site.run("send", "図書館の棚", "--yes").code == 2
    assert site.run("send", "図書館の棚", "--to", "kein", "--yes").code == 2
    assert smtp.mails == []


def test_a_post_that_is_not_there_or_not_out_yet_is_said_so(site: Site, smtp: Server) -> None:
    site.post("未来", days_ago(-5))

    missing = site.run("send", "図書館の机", "--to", "a@example.com", "--yes")
    future = site.run("send", "未来", "--to", "a@example.com", "--yes")

    assert (missing.code, future.code) == (2, 2)
    assert "図書館の棚" in missing.err, "a near match is offered"
    assert "not out yet" in future.err
    assert smtp.mails == []


def test_a_preview_writes_three_files_and_no_ledger(site: Site, smtp: Server) -> None:
    done = site.ok("preview", "weekly")

    names = ["weekly.html", "weekly.txt", "weekly.eml"]
    folder = site.folder / "preview"
    assert done.out.split() == [str(folder / name) for name in names]
    assert "図書館の棚" in (folder / "weekly.html").read_text(encoding="utf-8")
    assert "図書館の棚" in (folder / "weekly.txt").read_text(encoding="utf-8")
    message = message_from_bytes((folder / "weekly.eml").read_bytes(), policy=policy.default)
    assert message["Subject"] == "みどりの便り 第1号"
    assert not (site.folder / "publisher.db").exists()
    assert smtp.mails == []


def test_a_preview_of_a_post_is_the_one_off(site: Site) -> None:
    done = site.ok("preview", "図書館の棚", "--output", "見本")

    assert len(done.out.split()) == 3
    assert "図書館の棚の本文です。" in (site.folder / "見本" / "図書館の棚.html").read_text(encoding="utf-8")


def test_a_preview_is_mailed_as_a_test_and_leaves_no_trace(site: Site, smtp: Server) -> None:
    assert site.run("preview", "weekly", "--to", "me@example.com").code == 2
    assert smtp.mails == []

    site.ok("preview", "weekly", "--to", "me@example.com", "--yes")

    message = smtp.message("me@example.com")
    assert message["Subject"].startswith("[テスト]")
    assert not (site.folder / "publisher.db").exists()


def test_a_broken_template_of_the_sites_own_is_named_with_its_line(site: Site, smtp: Server) -> None:
    site.write("templates/mail/ja/digest.html.j2", "<p>\n{{ newsletter.titel }}</p>")
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "mail/ja/digest.html.j2:2" in done.err
    assert smtp.mails == []
    assert site.ok("issue", "list", "--json").json == []
