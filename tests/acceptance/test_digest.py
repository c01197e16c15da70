"""The digest by hand, through the real command, to a real server."""

import json
from email.message import EmailMessage
from pathlib import Path

from support.site import CONFIG, Site, days_ago
from support.smtp import Server


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_a_digest_brings_each_reader_what_is_new_with_all_a_mail_needs(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "山田 花子")
    site.ok("subscriber", "add", "taro@example.jp", "--category", "庭")

    done = site.ok("digest", "weekly", "--yes")

    assert sorted(smtp.recipients) == ["hanako@example.jp", "taro@example.jp"]
    assert "2 sent" in done.err
    message = smtp.message("hanako@example.jp")
    assert message["Subject"] == "みどりの便り 第1号"
    assert message["From"] == "三浦 みどり <tayori@midori.example>"
    assert message["To"] == "山田 花子 <hanako@example.jp>"
    assert message["Reply-To"] == "midori@midori.example"
    assert message["Message-ID"].endswith("@midori.example>")
    assert message["List-Unsubscribe"].startswith("<mailto:tayori@midori.example?subject=unsubscribe")
    html, text = part(message, "html"), part(message, "plain")
    for body in (html, text):
        assert "味噌を仕込む日：大豆1kg" in body
        assert "図書館の棚" in body
        assert "昔の記事" not in body, "the archive of years is not mailed"
        assert "hanako@example.jp" in body
    assert 'style="' in html, "the CSS is inlined"
    assert "図書館の棚" not in part(smtp.message("taro@example.jp"), "html")


def test_the_same_command_again_sends_nothing_and_says_so(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")

    done = site.ok("digest", "weekly", "--yes")

    assert len(smtp.mails) == 1
    assert "nothing new for 1 reader; nothing was sent" in done.err
    assert len(site.ok("issue", "list", "--json").json) == 1, "nothing is recorded either"


def test_a_post_added_later_goes_alone_into_the_next(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")
    site.post("新しい", days_ago(0), title="新しい記事")
    smtp.mails.clear()

    site.ok("digest", "weekly", "--yes")

    message = smtp.message("hanako@example.jp")
    assert message["Subject"] == "みどりの便り 第2号"
    assert "新しい記事" in part(message, "html")
    assert "味噌" not in part(message, "html")


def test_a_future_post_is_not_mailed(site: Site, smtp: Server) -> None:
    site.post("未来", days_ago(-2), title="未来の記事")
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes")

    assert "未来の記事" not in part(smtp.message("hanako@example.jp"), "html")


def test_without_yes_and_without_a_terminal_nothing_is_sent(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly")

    assert done.code == 2
    assert "--yes" in done.err
    assert smtp.mails == []
    assert site.ok("issue", "list", "--json").json == []


def test_a_dry_run_shows_what_would_go_and_to_how_many(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.ok("digest", "weekly", "--dry-run")

    assert "図書館の棚" in done.err
    assert "1 reader" in done.err
    assert smtp.mails == []


def test_what_is_looked_at_before_has_the_number_that_goes_out(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + """    subject: "{{ '第%03d号' | format(issue.number) }}"\n""")
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("digest", "weekly", "--yes")

    assert smtp.message("hanako@example.jp")["Subject"] == "第001号"


def test_as_of_the_future_is_refused(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes", "--at", "2099-01-01")

    assert done.code == 2
    assert "future" in done.err
    assert smtp.mails == []


def test_readers_come_from_a_file_and_leave_by_a_word(site: Site, smtp: Server) -> None:
    rows = "email,name,newsletter,categories,language,frequency\nａｂｃ＠example.jp,全角,weekly,庭;本,,\nkaputt,,,,,\n"
    site.write("readers.csv", "\ufeff" + rows)

    done = site.run("subscriber", "import", "readers.csv")

    assert done.code == 65
    assert "readers.csv:3:1: 'kaputt' is no address" in done.err
    assert "1 added" in done.err
    listed = site.ok("subscriber", "list", "--json").json
    assert [(one["email"], one["name"], one["categories"]) for one in listed] == [
        ("abc@example.jp", "全角", ["庭", "本"])
    ]
    site.ok("subscriber", "remove", "abc@example.jp")
    site.ok("digest", "weekly", "--yes")
    assert smtp.mails == []
    assert site.run("subscriber", "remove", "abc@example.jp").code == 2


def test_who_has_paused_is_left_out_until_then(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("subscriber", "add", "taro@example.jp", "--timezone", "Europe/Berlin")

    done = site.ok("subscriber", "pause", "taro@example.jp", "--until", "2098-12-28")

    assert "1 subscription paused until 2098-12-28 00:00" in done.err
    hanako, taro = site.ok("subscriber", "list").out.splitlines()
    assert hanako == "hanako@example.jp  weekly  confirmed  weekly  all"
    assert taro == "taro@example.jp  weekly  paused until 2098-12-28  weekly (Europe/Berlin)  all"
    site.ok("digest", "weekly", "--yes")
    assert smtp.recipients == ["hanako@example.jp"]
    site.ok("subscriber", "unpause", "taro@example.jp")
    site.ok("digest", "weekly", "--yes")
    assert smtp.recipients == ["hanako@example.jp", "taro@example.jp"]
    assert site.run("subscriber", "pause", "taro@example.jp", "--until", "昨日").code == 2


def test_a_site_without_its_address_mails_nobody(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes", PUBLISHER_SITE__URL="https://your-site.invalid/")

    assert done.code == 78
    assert "placeholder" in done.err
    assert smtp.mails == []


def test_a_newsletter_without_a_sender_mails_nobody(site: Site, smtp: Server) -> None:
    config = (site.folder / "config.yaml").read_text(encoding="utf-8")
    site.write("config.yaml", "".join(line for line in config.splitlines(True) if "from:" not in line))
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "newsletters.weekly.from" in done.err
    assert smtp.mails == []


def test_a_ledger_that_is_not_the_sites_own_may_not_send(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")
    for file in site.folder.glob("publisher.db*"):
        file.unlink()
    smtp.mails.clear()

    for words in (("digest", "weekly", "--yes"), ("subscriber", "add", "a@example.jp"), ("db", "check"), ("deliver",)):
        refused = site.run(*words)
        assert refused.code == 78, words
        assert "publisher db check --adopt" in refused.err
    assert not (site.folder / "publisher.db").exists()
    site.ok("db", "check", "--adopt")
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")
    assert smtp.recipients == ["hanako@example.jp"]


def test_a_restored_older_ledger_may_not_send(site: Site, smtp: Server, tmp_path: Path) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    copy = tmp_path / "copy.db"
    site.ok("db", "backup", str(copy))
    site.ok("digest", "weekly", "--yes")
    for file in site.folder.glob("publisher.db*"):
        file.unlink()
    copy.rename(site.folder / "publisher.db")

    refused = site.run("digest", "weekly", "--yes")

    assert refused.code == 78
    assert "older" in refused.err
    assert len(smtp.mails) == 1


def test_who_is_suppressed_is_recorded_and_makes_no_issue_of_their_own(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("subscriber", "add", "taro@example.jp")
    site.ok("suppress", "add", "taro@example.jp", "--reason", "本人の希望")

    site.ok("digest", "weekly", "--yes")
    again = site.ok("digest", "weekly", "--yes")

    assert smtp.recipients == ["hanako@example.jp"]
    assert "nothing new" in again.err
    (issue,) = site.ok("issue", "list", "--json").json
    shown = site.ok("issue", "show", str(issue["id"]), "--json").json
    assert [(one["email"], one["status"], one["reason"]) for one in shown["deliveries"]] == [
        ("hanako@example.jp", "sent", ""),
        ("taro@example.jp", "suppressed", "本人の希望"),
    ]


def test_a_post_that_cannot_be_read_is_named_before_a_digest_goes_without_it(site: Site) -> None:
    site.write("posts/壊れた.md", "---\ntitle: 日付なし\n---\n")
    site.ok("subscriber", "add", "hanako@example.jp")

    assert "壊れた.md" in site.ok("digest", "weekly", "--dry-run").err
    assert "壊れた.md" in site.ok("preview", "weekly").err


def test_the_effective_settings_can_be_read_back(site: Site) -> None:
    shown = site.ok("show", "config")
    assert "categories: all" in shown.out
    assert "path: posts" in shown.out

    site.write("config.yaml", shown.out)

    assert site.ok("show", "config").out == shown.out


def test_an_ids_file_that_is_lost_beside_a_living_ledger_stops_mail(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")
    (site.folder / "ids.json").unlink()
    site.post("新しい", days_ago(0))

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "ids.json" in done.err
    assert len(smtp.mails) == 1


def test_looking_makes_no_ledger(site: Site) -> None:
    for words in (("issue", "list"), ("subscriber", "list"), ("suppress", "list"), ("status",), ("digest", "weekly")):
        site.ok(*words)

    assert not (site.folder / "publisher.db").exists()


def test_what_it_makes_is_told_as_json(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    planned = json.loads(site.ok("digest", "weekly", "--dry-run", "--json").out)
    made = json.loads(site.ok("digest", "weekly", "--yes", "--json").out)
    nothing = json.loads(site.ok("digest", "weekly", "--yes", "--json").out)

    assert (planned["issue"], planned["newsletter"], planned["recipients"]) == (None, "weekly", 1)
    assert planned["posts"]
    assert made == {**planned, "issue": 1}
    assert nothing == {"issue": None, "newsletter": "weekly", "recipients": 0, "posts": []}
    assert smtp.recipients == ["hanako@example.jp"]


def test_only_who_was_not_there_yet_is_greeted(site: Site, smtp: Server) -> None:
    greet = ("subscriber", "add", "taro@example.jp", "--welcome")

    planned = site.ok(*greet, "--dry-run").err
    assert "taro@example.jp: weekly: would be added and greeted" in planned
    assert site.ok("subscriber", "list").out == ""
    assert smtp.recipients == []

    site.ok(*greet, "--yes")
    assert smtp.recipients == ["taro@example.jp"]
    assert "taro@example.jp was there already and is not greeted again" in site.ok(*greet, "--yes").err
    assert "taro@example.jp: weekly: is there already" in site.ok(*greet, "--dry-run").err
    assert smtp.recipients == ["taro@example.jp"]
