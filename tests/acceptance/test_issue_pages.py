"""The web archive: each issue a page, a list and a feed of them, by the real command with a real server."""

import re
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import unquote

from support.pictures import painted
from support.site import CONFIG, Site, days_ago
from support.smtp import Server
from support.validator import rules

ROOT = "https://midori.example/"
TWO_TONGUES = CONFIG + "    languages: [ja, en]\n"


def pages(site: Site) -> Path:
    return site.folder / "public/newsletters/weekly"


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def body(smtp: Server, email: str, kind: str) -> str:
    part = smtp.message(email).get_body((kind,))
    assert part is not None
    return str(part.get_content())


def sent(site: Site) -> None:
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "山田 花子")
    site.ok("digest", "weekly", "--yes")


def test_an_issue_is_a_page_that_its_mail_leads_to(site: Site, smtp: Server) -> None:
    sent(site)

    page, message = text(pages(site) / "1/index.html"), smtp.message("hanako@example.jp")
    assert "味噌を仕込む日：大豆1kg" in page
    assert "図書館の棚" in page
    assert message["Archived-At"] == f"<{ROOT}newsletters/weekly/1/>"
    assert message["List-Archive"] == f"<{ROOT}newsletters/weekly/>"
    for kind in ("html", "plain"):
        part = message.get_body((kind,))
        assert part is not None
        assert f"{ROOT}newsletters/weekly/1/" in part.get_content()
    assert f'<link rel="canonical" href="{ROOT}newsletters/weekly/1/">' in page


def test_pages_and_feeds_know_no_reader(site: Site, smtp: Server) -> None:
    sent(site)

    for path in pages(site).rglob("*.*ml"):
        for told in ("hanako", "花子", "unsubscribe", "配信を停止"):
            assert told not in text(path), path
    assert len(smtp.mails) == 1


def test_the_feed_of_a_newsletter_has_an_entry_for_each_issue_and_is_valid(site: Site, smtp: Server) -> None:
    sent(site)
    site.post("新しい", days_ago(0), title="新しい記事")
    site.ok("digest", "weekly", "--yes")

    assert len(smtp.mails) == 2
    for name in ("feed.xml", "atom.xml"):
        data = (pages(site) / name).read_bytes()
        # Two digests by hand may be of one second, of which the W3C itself says that nothing is to be done then.
        assert rules(data, f"{ROOT}newsletters/weekly/{name}") <= {"DuplicateUpdated"}
        entries = re.findall(r"tag:midori\.example,[0-9-]+:newsletters/weekly/[12]", data.decode())
        assert [one[-1] for one in entries] == ["2", "1"], "the newest first"


def test_each_page_leads_to_the_one_before_and_the_one_after(site: Site, smtp: Server) -> None:
    sent(site)
    site.post("新しい", days_ago(0), title="新しい記事")
    site.ok("digest", "weekly", "--yes")

    first, second, listed = (text(pages(site) / name) for name in ("1/index.html", "2/index.html", "index.html"))
    assert f'<link rel="next" href="{ROOT}newsletters/weekly/2/">' in first
    assert f'<link rel="prev" href="{ROOT}newsletters/weekly/1/">' in second
    assert listed.index("第2号") < listed.index("第1号")
    assert len(smtp.mails) == 2


def test_what_the_engine_empties_the_next_build_puts_back_byte_for_byte(site: Site, smtp: Server) -> None:
    sent(site)
    before = {path: path.read_bytes() for path in pages(site).rglob("*.*ml")}
    shutil.rmtree(pages(site))

    done = site.ok("build", "--json")

    assert "public/newsletters/weekly/1/index.html" in done.json["written"]
    assert {path: path.read_bytes() for path in pages(site).rglob("*.*ml")} == before
    assert site.ok("build", "--json").json["written"] == []
    assert len(smtp.mails) == 1


def test_a_post_that_is_edited_later_changes_no_page(site: Site, smtp: Server) -> None:
    sent(site)
    before = (pages(site) / "1/index.html").read_bytes()
    site.post("味噌を仕込む", days_ago(2), title="書き直した題", body="書き直した本文。")
    (site.folder / "cache.db").unlink()

    site.ok("build")

    assert (pages(site) / "1/index.html").read_bytes() == before
    assert len(smtp.mails) == 1


def test_without_a_ledger_what_stands_stays(site: Site, smtp: Server) -> None:
    sent(site)
    before = (pages(site) / "1/index.html").read_bytes()
    for name in ("publisher.db", "publisher.db-wal", "publisher.db-shm", "cache.db"):
        (site.folder / name).unlink(missing_ok=True)

    site.ok("build")

    assert (pages(site) / "1/index.html").read_bytes() == before
    assert "newsletters/weekly/1/index.html" in text(site.folder / "ids.json"), "and is known to be ours"
    assert len(smtp.mails) == 1


def test_the_page_of_all_feeds_leads_to_the_issues_with_a_ledger_and_without(site: Site, smtp: Server) -> None:
    site.ok("build")
    feeds = site.folder / "public/feeds"
    assert "newsletters/weekly/" not in text(feeds / "index.html"), "there is no issue yet"
    sent(site)

    site.ok("build")

    page = text(feeds / "index.html")
    assert f'<a href="{ROOT}newsletters/weekly/" dir="auto">みどりの便りのこれまでの号</a>' in page
    assert "newsletters/weekly" not in text(site.folder / "public/feeds.opml"), "who imports it has each post already"
    for name in ("publisher.db", "publisher.db-wal", "publisher.db-shm", "cache.db"):
        (site.folder / name).unlink(missing_ok=True)
    site.ok("build")
    assert text(feeds / "index.html") == page
    assert len(smtp.mails) == 1


def test_a_ledger_of_another_version_is_told_and_keeps_no_feed_from_its_readers(site: Site, smtp: Server) -> None:
    sent(site)
    (site.folder / "cache.db").unlink()
    with sqlite3.connect(site.folder / "publisher.db") as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    site.post("新しい", days_ago(0), title="新しい記事")

    done = site.ok("build", "--json")

    assert [one["code"] for one in done.json["problems"]] == ["no-ledger"]
    assert "新しい記事" in text(site.folder / "public/feed.xml")
    assert (pages(site) / "1/index.html").is_file()
    assert len(smtp.mails) == 1


def test_an_issue_that_is_cancelled_before_anybody_got_it_has_no_page(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.run("digest", "weekly", "--yes", PUBLISHER_MAIL__TRANSPORT="smtp://127.0.0.1:1")
    assert (pages(site) / "1/index.html").is_file()
    site.ok("issue", "cancel", "1")

    site.ok("deliver")

    assert smtp.mails == []
    assert not (pages(site) / "1/index.html").exists()
    assert not [path for path in site.ok("build", "--json").json["written"] if "newsletters" in path]


def test_a_page_of_the_site_in_its_place_is_refused_before_anything_is_made(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    own = site.write("public/newsletters/weekly/index.html", "<title>わたしのページ</title>")

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "feeds.paths.newsletter_page" in done.err
    assert text(own) == "<title>わたしのページ</title>"
    assert smtp.mails == []
    assert site.ok("issue", "list", "--json").json == []


def test_so_it_is_where_a_text_goes_to_all_readers_and_not_where_it_goes_to_some(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.write("お知らせ.md", "# 庭びらき\n\n四月三日、庭をひらきます。\n")
    own = site.write("public/newsletters/weekly/1/index.html", "<title>わたしのページ</title>")
    order = ("send", "お知らせ.md", "--newsletter", "weekly", "--yes")

    refused = site.run(*order)
    assert (refused.code, smtp.mails, site.ok("issue", "list", "--json").json) == (78, [], [])
    site.ok(*order, "--where", "frequency: weekly")

    assert "feeds.paths.newsletter_issue" in refused.err
    assert text(own) == "<title>わたしのページ</title>"
    assert smtp.recipients == ["hanako@example.jp"]


def test_a_newsletter_without_an_archive_has_no_page_and_no_link(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + "    archive: false\n")

    sent(site)

    assert not pages(site).exists()
    assert smtp.message("hanako@example.jp")["Archived-At"] is None
    assert smtp.message("hanako@example.jp")["List-Archive"] == f"<{ROOT}>"
    assert "newsletters/weekly" not in str(smtp.message("hanako@example.jp").get_body(("plain",)))


def test_a_post_that_was_sent_by_hand_is_listed_at_its_own_address(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("send", "posts/味噌を仕込む.md", "--newsletter", "weekly", "--yes")

    assert not (pages(site) / "1").exists(), "the post has its page"
    address = smtp.message("hanako@example.jp")["Archived-At"].strip("<>")
    assert f'<a href="{address.lower()}">第1号</a>' in text(pages(site) / "index.html").lower()


def test_what_goes_to_addresses_is_in_no_archive(site: Site, smtp: Server) -> None:
    site.ok("send", "posts/味噌を仕込む.md", "--to", "taro@example.jp", "--yes")

    assert smtp.recipients == ["taro@example.jp"]
    assert not pages(site).exists()


def test_each_language_of_an_issue_has_its_page(site: Site, smtp: Server) -> None:
    site.write("config.yaml", TWO_TONGUES)
    site.ok("subscriber", "add", "bob@example.jp", "--language", "en")
    sent(site)

    english = text(pages(site) / "1/en/index.html")
    assert '<html lang="en">' in english
    assert f'<link rel="alternate" hreflang="ja" href="{ROOT}newsletters/weekly/1/">' in english
    assert f"{ROOT}newsletters/weekly/1/en/" in body(smtp, "bob@example.jp", "plain")


def test_a_text_that_is_no_post_has_a_page_of_its_own_that_its_mail_leads_to(site: Site, smtp: Server) -> None:
    site.write("config.yaml", TWO_TONGUES)
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("subscriber", "add", "bob@example.jp", "--language", "en")
    site.write("お知らせ.md", "---\ntitle: 庭びらきのお知らせ\n---\n\n四月三日、庭を**ひらきます**。\n")

    site.ok("send", "お知らせ.md", "--newsletter", "weekly", "--yes")

    page, message = text(pages(site) / "1/index.html"), smtp.message("hanako@example.jp")
    assert "<strong>ひらきます</strong>" in page
    assert "庭びらきのお知らせ" in text(pages(site) / "index.html")
    assert message["Archived-At"] == f"<{ROOT}newsletters/weekly/1/>"
    assert f'href="{ROOT}newsletters/weekly/1/"' in body(smtp, "hanako@example.jp", "html")
    assert f"ウェブ版：{ROOT}newsletters/weekly/1/\r\n" in body(smtp, "hanako@example.jp", "plain")
    assert f"On the web: {ROOT}newsletters/weekly/1/en/\r\n" in body(smtp, "bob@example.jp", "plain")
    assert (pages(site) / "1/en/index.html").is_file()


def test_pictures_beside_such_a_text_are_left_out_of_its_page_and_its_feed(site: Site, smtp: Server) -> None:
    """They travel in the mail, and the site does not serve them; those that it serves stay."""
    site.ok("subscriber", "add", "hanako@example.jp")
    site.write(
        "便り/地図.md", "# 会場の地図\n\n![地図](地図.png)\n\n![遠く](https://cdn.example/遠く.png)\n\n門は東です。\n"
    )
    (site.folder / "便り/地図.png").write_bytes(painted("PNG", 40, 30))

    site.ok("send", "便り/地図.md", "--newsletter", "weekly", "--yes")

    assert body(smtp, "hanako@example.jp", "html").count("cid:") == 1
    for name in ("1/index.html", "feed.xml", "atom.xml"):
        told = unquote(text(pages(site) / name))
        assert "門は東です。" in told, name
        assert "https://cdn.example/遠く.png" in told, name
        assert "地図.png" not in told, name


def test_a_preview_names_the_page_that_the_issue_will_have(site: Site) -> None:
    site.write("お知らせ.md", "# 庭びらき\n\n四月三日、庭をひらきます。\n")

    for what in ("weekly", "お知らせ.md"):
        html, _, eml = (Path(one) for one in site.ok("preview", what).out.splitlines())
        assert f'href="{ROOT}newsletters/weekly/1/"' in text(html), what
        assert f"\nArchived-At: <{ROOT}newsletters/weekly/1/>" in eml.read_text("ascii"), what
    assert not (site.folder / "publisher.db").exists()


def test_what_goes_to_some_readers_alone_is_shown_to_nobody_else(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.write("内緒.md", "---\ntitle: 内緒の話\n---\n\nここだけの話です。\n")

    site.ok("send", "内緒.md", "--newsletter", "weekly", "--where", "frequency: weekly", "--yes")

    assert smtp.recipients == ["hanako@example.jp"]
    assert smtp.message("hanako@example.jp")["Archived-At"] is None
    assert "newsletters/weekly" not in body(smtp, "hanako@example.jp", "html")
    assert not pages(site).exists()
