"""One-offs and previews, through the real command."""

from datetime import UTC
from email import message_from_bytes, policy

import pytest
from support.pictures import painted
from support.site import Site, days_ago
from support.smtp import Server

from publisher.store import tables
from publisher.store.engine import Store


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


def test_who_is_suppressed_is_counted_and_gets_nothing(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "taro@example.jp")
    site.ok("suppress", "add", "hanako@example.jp")

    alone = site.ok("send", "図書館の棚", "--to", "hanako@example.jp", "--yes", "--json")
    both = site.ok("send", "図書館の棚", "--to", "hanako@example.jp", "--to", "taro@example.jp", "--yes")

    assert (alone.json["issue"], alone.json["recipients"], alone.json["suppressed"]) == (None, 0, 1)
    assert "publisher suppress list" in alone.err
    assert "to 1 reader; 1 more suppressed; 0 had it already" in both.err
    assert smtp.recipients == ["taro@example.jp"]


def test_what_a_killed_send_left_is_told_and_no_second_mail_is_offered(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    smtp.hold_at_mail = True
    process = site.start("send", "図書館の棚", "--newsletter", "weekly", "--yes")
    assert smtp.held.wait(60)
    process.kill()
    process.wait()
    smtp.hold_at_mail = False
    smtp.let_go.set()

    again = site.ok("send", "図書館の棚", "--newsletter", "weekly", "--yes")

    assert "1 had it already or wait for it" in again.err
    assert "issue 1 is sending with 1 to send: publisher deliver" in again.err
    assert "--again" not in again.err
    site.ok("deliver")
    assert smtp.recipients == ["hanako@example.jp"]
    assert "add --again" in site.ok("send", "図書館の棚", "--newsletter", "weekly", "--yes").err


def test_a_post_that_is_not_there_or_not_out_yet_is_said_so(site: Site, smtp: Server) -> None:
    site.post("未来", days_ago(-5))

    missing = site.run("send", "図書館の机", "--to", "a@example.com", "--yes")
    future = site.run("send", "未来", "--to", "a@example.com", "--yes")

    site.write("手紙.txt", "本文\n")
    other, nowhere = (
        site.run("send", name, "--to", "a@example.com", "--yes") for name in ("手紙.txt", "nowhere.markdown")
    )

    assert (missing.code, future.code, other.code, nowhere.code) == (2, 2, 2, 2)
    assert "図書館の棚" in missing.err, "a near match is offered"
    assert "no post or Markdown file '手紙.txt'\n  a text of another kind is not sent" in other.err
    assert "no post or Markdown file 'nowhere.markdown'\n  name its file, from this folder" in nowhere.err
    assert "not out yet" in future.err
    assert smtp.mails == []


def test_a_text_that_is_no_post_goes_out_with_its_pictures_and_enters_no_feed_of_posts(
    site: Site, smtp: Server
) -> None:
    head = "---\nsubject: 会場が変わりました\nintro: 取り急ぎ<b>\n---\n"
    site.write("お便り/お知らせ.md", f"{head}# 展示会\n\n![桜](桜.png)\n")
    (site.folder / "お便り" / "桜.png").write_bytes(painted("PNG", 40, 30))
    site.ok("subscriber", "add", "hanako@example.jp")

    report = site.ok("send", "お便り/お知らせ.md", "--newsletter", "weekly", "--yes", "--json").json

    message = smtp.message("hanako@example.jp")
    html = message.get_body(("html",))
    assert html is not None
    assert (message["Subject"], "cid:" in html.get_content()) == ("会場が変わりました", True)
    assert "image/png" in [part.get_content_type() for part in message.walk()]
    assert (report["issue"], report["recipients"], report["already"], report["scheduled"]) == (1, 1, 0, None)
    site.ok("build")
    page = (site.folder / "public/newsletters/weekly/1/index.html").read_text("utf-8")
    assert "<p>取り急ぎ&lt;b&gt;</p>" in page
    telling = {
        path.parent.name for path in (site.folder / "public").rglob("*.xml") if "展示会" in path.read_text("utf-8")
    }
    assert telling == {"weekly"}, "the newsletter's own feed tells of its issues; no feed of posts does"
    assert report["post"] not in (site.folder / "ids.json").read_text(encoding="utf-8")
    assert "add --again" in site.ok("send", "お便り/お知らせ.md", "--newsletter", "weekly", "--yes").err
    site.ok("send", "お便り/お知らせ.md", "--newsletter", "weekly", "--again", "--yes")
    assert smtp.recipients == ["hanako@example.jp"] * 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("下書き.md", "---\ndraft: true\n---\n# 題\n\n本文\n", "下書き.md:2:8: is a draft"),
        ("無題.md", "本文だけです。\n", "無題.md:1:1: has no title"),
        ("空.md", "---\ntitle: 空\n---\n\n", "has no text"),
        ("題.md", "# 題だけ\n", "題.md:1:1: has no text"),
        ("言語.md", "---\nlanguage: 日本語\n---\n# 題\n\n本文\n", "is not a language tag"),
        ("posts/壊れた.md", '---\ntitle: "壊\ndate: 2026-01-01\n---\n本文\n', "posts/壊れた.md"),
    ],
)
def test_a_text_that_cannot_be_sent_is_named_with_its_place(site: Site, name: str, text: str, said: str) -> None:
    site.write(name, text)

    done = site.run("send", name, "--to", "a@example.jp", "--yes")

    assert done.code == 65
    assert said in done.err
    assert site.ok("issue", "list", "--json").json == []


def test_one_that_is_to_wait_goes_out_at_its_moment_to_who_is_still_subscribed(site: Site, smtp: Server) -> None:
    for email in ("hanako@example.jp", "taro@example.jp"):
        site.ok("subscriber", "add", email)
    late = f"{days_ago(-2):%Y-%m-%dT%H:%M}"

    done = site.ok("send", "図書館の棚", "--newsletter", "weekly", "--schedule", late, "--yes", "--json")

    assert done.json["scheduled"].startswith(f"{days_ago(-2).astimezone(UTC):%Y-%m-%dT%H:%M}")
    assert "in 1 day and 23 hours" in done.err or "in 2 days" in done.err
    assert "issue 1 (weekly no. 1) is awaiting" in site.ok("status").out
    site.ok("subscriber", "remove", "taro@example.jp")
    assert "issue 1 (weekly no. 1) is awaiting" in site.ok("deliver").err
    assert smtp.mails == []
    store = Store(f"sqlite:///{site.folder / 'publisher.db'}")
    with store.write() as connection:
        connection.execute(tables.issues.update().values(starts_at=days_ago(0)))
    store.close()

    site.ok("run", "--once")

    assert smtp.recipients == ["hanako@example.jp"]
    (issue,) = site.ok("issue", "list", "--json").json
    assert (issue["status"], issue["counts"]["sent"], issue["counts"]["suppressed"]) == ("done", 1, 1)


def test_a_test_goes_to_the_editor_and_leaves_no_trace(site: Site, smtp: Server) -> None:
    site.post("未来", days_ago(-5))

    site.ok("send", "未来", "--test", "--yes")

    assert smtp.message("tayori@midori.example")["Subject"] == "[テスト] 未来"
    assert not (site.folder / "publisher.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--newsletter", "weekly", "--where", "domin: a.jp"], "unknown field 'domin'"),
        (["--newsletter", "weekly", "--where", "{{{"], "is no rule"),
        (["--newsletter", "weekly", "--schedule", "2020-01-01T09:00"], "not to come"),
        (["--to", "a@example.jp", "--category", "庭"], "leave one of them out"),
        (["--category", "庭"], "nobody to send to"),
        (["--test", "--to", "a@example.jp"], "--test goes to the editor alone"),
        (["--test", "--json"], "beside it go --newsletter, --dry-run and --yes alone"),
        (["--test", "--force"], "beside it go --newsletter, --dry-run and --yes alone"),
    ],
)
def test_words_that_mean_nothing_make_no_ledger(site: Site, words: list[str], said: str) -> None:
    done = site.run("send", "図書館の棚", *words, "--yes")

    assert done.code == 2
    assert said in done.err
    assert not (site.folder / "publisher.db").exists()


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
