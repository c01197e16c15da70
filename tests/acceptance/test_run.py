"""publisher run: it wakes for files and moments, and two of it do no more than one."""

import re
import shutil
import signal
import subprocess
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

import feedparser
from support.lines import Lines
from support.site import CONFIG, JST, Site, days_ago
from support.smtp import Server

RUN_SHIFTED = """
import sys
from publisher.struct import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from publisher.app import open_app
from publisher.daemon import run, run_once
shift = timedelta(seconds=float(sys.argv[1]))
app = replace(open_app(None), clock=lambda: datetime.now(UTC) + shift)
def say(text):
    print(text, file=sys.stderr, flush=True)
if sys.argv[2] == "once":
    sys.exit(run_once(app, stop=Event(), say=say))
run(app, stop=Event(), say=say)
"""
"""The daemon, its clock so many seconds ahead."""


def shifted(site: Site, seconds: float, how: str) -> subprocess.Popen[str]:
    return site.python("-c", RUN_SHIFTED, str(seconds), how)


def next_monday_at_nine(after: datetime) -> datetime:
    local = after.astimezone(JST)
    monday = local + timedelta(days=(7 - local.weekday()) % 7)
    nine = monday.replace(hour=9, minute=0, second=0, microsecond=0)
    return nine if nine > local else nine + timedelta(days=7)


def seconds_until(moment: datetime) -> float:
    return (moment - datetime.now(ZoneInfo("UTC"))).total_seconds()


def titles(site: Site) -> list[str]:
    return [entry.title for entry in feedparser.parse(str(site.folder / "public/feed.xml")).entries]


def test_a_post_that_is_added_and_one_whose_moment_comes_enter_without_a_restart(site: Site) -> None:
    process = site.start("run")
    lines = Lines(process)
    lines.until("watching")
    lines.until("written, ")

    site.post("新着", days_ago(0), title="新着の記事")
    lines.until("written, ")
    assert titles(site)[0] == "新着の記事"

    site.post("まもなく", datetime.now(JST) + timedelta(seconds=4), title="まもなくの記事")
    lines.until("written, ")

    assert titles(site)[0] == "まもなくの記事"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_newsletter_that_cannot_be_signed_for_gets_no_issue_and_stops_no_other(site: Site, smtp: Server) -> None:
    site.ok("mail", "keygen", "--selector", "s1", "--type", "ed25519")
    other = 'other: {title: "別の便り", from: news@other.example, schedules: {weekly: "mon 09:00"}}'
    dkim = "mail: {dkim: {domain: other.example, keys: {s1: dkim/s1.pem}}}"
    site.write("config.yaml", f"{CONFIG}  {other}\n{dkim}\n")
    for newsletter in ("weekly", "other"):
        site.ok("subscriber", "add", "hanako@example.jp", "--newsletter", newsletter)
    monday = next_monday_at_nine(datetime.now(JST))
    site.post("その週", monday - timedelta(minutes=1))
    process = shifted(site, seconds_until(monday) + 60, "once")

    _, told = process.communicate(timeout=60)

    assert process.returncode == 78
    assert "other.example signs for no mail from midori.example" in told
    assert [issue["newsletter"] for issue in site.ok("issue", "list", "--json").json] == ["other"]
    assert smtp.recipients == ["hanako@example.jp"]


def test_a_digest_goes_out_at_its_hour_and_two_daemons_send_one(site: Site, smtp: Server) -> None:
    site.post("今日", days_ago(0), title="今日の記事")
    site.ok("subscriber", "add", "hanako@example.jp")
    monday = next_monday_at_nine(datetime.now(JST))
    ahead = seconds_until(monday) - 12

    both = [Lines(shifted(site, ahead, "run")) for _ in range(2)]
    for lines in both:
        lines.until("watching")
    assert smtp.mails == [], "not before its hour"
    wait_for_either(both, "1 sent")
    third = shifted(site, ahead + 60, "once")
    third.communicate(timeout=40)

    assert third.returncode == 0
    assert smtp.recipients == ["hanako@example.jp"]
    (issue,) = site.ok("issue", "list", "--json").json
    assert issue["period"] == f"weekly/weekly/Asia~Tokyo/{monday:%Y-%m-%d}T09:00"


def wait_for_either(both: list[Lines], needle: str) -> None:
    for lines in both:
        try:
            lines.until(needle, seconds=30)
        except AssertionError:
            continue
        return
    raise AssertionError([lines.seen for lines in both])


def test_run_once_does_all_that_is_due_and_exits(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG + "    at: reader\n")
    site.post("今日", days_ago(0), title="今日の記事")
    site.ok("subscriber", "add", "hanako@example.jp")
    ahead = seconds_until(next_monday_at_nine(datetime.now(JST))) + 3600

    told = []
    for _ in range(2):
        process = shifted(site, ahead, "once")
        told.append(process.communicate(timeout=40)[1])
        assert process.returncode == 0

    monday = next_monday_at_nine(datetime.now(JST))
    made = f"weekly: weekly digest of {monday:%Y-%m-%d} 09:00 JST is issue 1, no. 1: sending\n"
    assert made in told[0]
    assert "is issue" not in told[1]
    assert smtp.recipients == ["hanako@example.jp"]
    assert titles(site)[0] == "今日の記事"
    (issue,) = site.ok("issue", "list", "--json").json
    assert issue["edition"] == f"weekly/weekly/{monday:%Y-%m-%d}T09:00"
    assert issue["period"] == f"weekly/weekly/Asia~Tokyo/{monday:%Y-%m-%d}T09:00"


def test_a_digest_waits_until_the_engines_settings_can_be_read(site: Site, smtp: Server) -> None:
    site.post("今日", days_ago(0), title="今日の記事")
    site.ok("subscriber", "add", "hanako@example.jp")
    ahead = seconds_until(next_monday_at_nine(datetime.now(JST))) + 3600
    settings = site.write("_config.yml", "timezone: [Asia/Tokyo\n")

    process = shifted(site, ahead, "once")
    process.communicate(timeout=40)
    assert process.returncode == 65
    assert smtp.mails == []

    settings.unlink()
    process = shifted(site, ahead, "once")
    process.communicate(timeout=40)
    assert process.returncode == 0
    assert smtp.recipients == ["hanako@example.jp"]


def test_run_once_before_the_first_period_has_ended_mails_nobody(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    site.ok("run", "--once")

    assert smtp.mails == [], "who came on a Wednesday waits for Monday"
    assert (site.folder / "public/feed.xml").exists()


def test_an_empty_period_is_recorded_as_skipped_and_mails_nobody(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp", "--category", "無い")
    ahead = seconds_until(next_monday_at_nine(datetime.now(JST))) + 60

    process = shifted(site, ahead, "once")
    process.communicate(timeout=40)

    assert process.returncode == 0
    assert smtp.mails == []
    (issue,) = site.ok("issue", "list", "--json").json
    assert (issue["status"], issue["reason"]) == ("skipped", "nothing new")


def test_a_digest_by_hand_does_not_take_the_scheduled_ones_place(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")
    site.post("新着", days_ago(0), title="新着の記事")
    ahead = seconds_until(next_monday_at_nine(datetime.now(JST))) + 60

    process = shifted(site, ahead, "once")
    process.communicate(timeout=40)

    assert process.returncode == 0
    assert len(smtp.mails) == 2
    second = message_from_bytes(smtp.mails[1][1], policy=policy.default).get_body(("plain",))
    assert second is not None
    assert "新着の記事" in second.get_content()
    assert "味噌" not in second.get_content()


def test_broken_settings_do_not_stop_a_running_daemon(site: Site) -> None:
    process = site.start("run")
    lines = Lines(process)
    lines.until("watching")
    before = (site.folder / "config.yaml").read_text(encoding="utf-8")

    site.write("config.yaml", before + "feds: {}\n")
    lines.until("did you mean 'feeds'?")
    site.write("config.yaml", before)
    site.post("新着", days_ago(0), title="新着の記事")
    lines.until("written, ")

    assert titles(site)[0] == "新着の記事"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_half_saved_configuration_of_the_engine_is_said_once_and_the_feeds_wait(site: Site) -> None:
    whole = "url: https://midori.example\npermalink: /:year/:month/:day/:title/\n"
    site.write("_config.yml", whole)
    site.write("config.yaml", "site: {title: みどりの庭}\n")
    site.write("_posts/2026-01-05-味噌.md", "---\ntitle: 味噌\n---\n\n本文です。\n")
    process = site.start("run")
    lines = Lines(process)
    lines.until("written, ")
    before = (site.folder / "_site/feed.xml").read_bytes()

    site.write("_config.yml", "")
    lines.until("site.url: is not known any more")
    site.write("_config.yml", whole[:-6])
    lines.until("_config.yml:2:12: permalink: there is no placeholder ':t'")
    assert (site.folder / "_site/feed.xml").read_bytes() == before
    site.write("_config.yml", whole)
    site.write("_posts/2026-01-06-図書館.md", "---\ntitle: 図書館\n---\n\n本文です。\n")
    lines.until("written, ")

    entries = feedparser.parse(str(site.folder / "_site/feed.xml")).entries
    assert [(one.title, one.link[:27]) for one in entries] == [
        ("図書館", "https://midori.example/2026"),
        ("味噌", "https://midori.example/2026"),
    ]
    assert sum("is not known any more" in line for line in lines.seen) == 1
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_feeds_that_the_engine_took_away_are_written_again(site: Site) -> None:
    process = site.start("run")
    lines = Lines(process)
    lines.until("written, ")

    (site.folder / "public/atom.xml").unlink()
    lines.until("1 file written, ")

    assert (site.folder / "public/atom.xml").exists()


def test_what_is_deleted_at_the_sites_own_root_is_written_again_and_templates_there_count(site: Site) -> None:
    lines = Lines(site.start("build", "--watch", PUBLISHER_FEEDS__OUTPUT="."))
    lines.until("written, ")

    for name in ("feed.xml", "feeds.opml", "feeds/feed.css"):
        (site.folder / name).unlink()
        lines.until("1 file written")
        assert (site.folder / name).is_file()

    site.write("templates/feed/ja.json", '{"title": "購読のしかた"}')
    lines.until("1 file written")
    assert "購読のしかた" in (site.folder / "feeds/index.html").read_text("utf-8")


def test_a_ledger_that_is_older_than_the_site_or_anothers_mails_nothing_by_schedule(
    site: Site, smtp: Server, tmp_path: Path
) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("db", "backup", str(tmp_path / "older.db"))
    site.ok("digest", "weekly", "--yes")
    own = (site.folder / "ids.json").read_text(encoding="utf-8")
    site.post("新着", days_ago(0), title="新着の記事")
    ahead = seconds_until(next_monday_at_nine(datetime.now(JST))) + 60
    for said in ("is older than the site", "is not the one this site last sent with"):
        for file in site.folder.glob("publisher.db*"):
            file.unlink()
        copyfile(tmp_path / "older.db", site.folder / "publisher.db")
        if "not the one" in said:
            site.write("ids.json", re.sub('"uid": "[^"]+"', '"uid": "another"', own))

        process = shifted(site, ahead, "once")
        _, err = process.communicate(timeout=40)

        assert process.returncode == 78
        assert said in err
        for command in (("db", "check"), ("status",), ("plan",)):
            looked = site.run(*command)
            assert (command, looked.code, said in looked.err) == (command, 78, True)
    assert len(smtp.mails) == 1


def test_a_ledger_that_is_gone_is_not_taken_for_nothing_to_do(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")
    for file in site.folder.glob("publisher.db*"):
        file.unlink()

    done = site.run("run", "--once")

    assert done.code == 78
    assert "ledger" in done.err
    assert len(smtp.mails) == 1


def test_an_issue_resumed_by_hand_goes_on_under_a_running_daemon(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    process = site.start("run")
    lines = Lines(process)
    lines.until("watching")

    site.ok("issue", "resume", "1")

    lines.until("1 sent", seconds=75)
    assert smtp.recipients == ["hanako@example.jp"]


def test_a_daemon_started_before_the_first_reader_does_not_sleep_through_monday(site: Site, smtp: Server) -> None:
    site.post("今日", days_ago(0), title="今日の記事")
    ahead = seconds_until(next_monday_at_nine(datetime.now(JST))) - 20
    lines = Lines(shifted(site, ahead, "run"))
    lines.until("watching")
    site.ok("subscriber", "add", "hanako@example.jp")

    lines.until("1 sent", seconds=100)

    assert smtp.recipients == ["hanako@example.jp"]


def test_a_mail_in_the_box_that_cannot_be_read_is_told_each_time_and_stops_no_mail(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    site.ok("issue", "resume", "1")
    for name in ("new", "cur"):
        (site.folder / "Maildir" / name).mkdir(parents=True)
    endless = site.folder / "Maildir" / "new" / "1.endless.mx"
    endless.symlink_to(endless)
    site.environ["PUBLISHER_MAIL__BOUNCES__MAILDIR"] = "Maildir"

    done = site.run("run", "--once")

    assert (done.code, smtp.recipients) == (69, ["hanako@example.jp"])
    assert f"{endless}: cannot be read" in done.err


def test_a_feed_that_cannot_be_written_stops_no_mail(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    site.ok("issue", "resume", "1")
    shutil.rmtree(site.folder / "public")
    site.write("public", "これはフォルダではない")

    done = site.run("run", "--once")

    assert done.code == 75
    assert smtp.recipients == ["hanako@example.jp"]


def test_an_instant_reader_gets_a_post_that_is_written_under_a_running_daemon(site: Site, smtp: Server) -> None:
    site.write("config.yaml", CONFIG.replace('{weekly: "mon 09:00"}', '{instant: "on publish"}'))
    site.ok("subscriber", "add", "hanako@example.jp")
    process = site.start("run")
    lines = Lines(process)
    lines.until("watching")
    lines.until("written, ")

    site.post("新着", days_ago(0), title="新着の記事", categories="庭, 本")
    lines.until("what is new is issue")
    lines.until("1 sent")

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert smtp.recipients == ["hanako@example.jp"]
