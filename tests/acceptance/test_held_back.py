"""A mail with an error does not go out by itself."""

from contextlib import closing
from datetime import datetime, timedelta

import pytest
from support.desk import desk
from support.letters import content
from support.rows import wish
from support.site import JST, Site, days_ago
from support.smtp import Server

from publisher.jobs.due import due_periods, make_due
from publisher.model.mailing import Issue, IssueStatus
from publisher.schedule import prev_fire
from publisher.store import subscribers
from publisher.store.engine import Store
from publisher.templating import Templates

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
BROKEN = '<a href="http://localhost:4000/draft/">下書き</a>'


@pytest.mark.parametrize("words", [("digest", "weekly"), ("send", "下書き", "--newsletter", "weekly")])
def test_an_error_needs_force(site: Site, smtp: Server, words: tuple[str, ...]) -> None:
    site.post("下書き", days_ago(1), body=BROKEN)
    site.write("templates/mail/ja/digest.preheader.j2", "新着")
    site.write("templates/mail/post.html.j2", f"<p>{{{{ post.title }}}} {BROKEN}</p>")
    site.ok("subscriber", "add", "hanako@example.jp")

    held = site.run(*words, "--yes")

    assert held.code == 65
    assert "weekly (ja): error local-address: http://localhost:4000/draft/" in held.err
    assert "--force" in held.err
    assert smtp.mails == []
    assert site.ok("issue", "list", "--json").json == []
    assert site.run(*words, "--dry-run").code == 0

    site.ok(*words, "--yes", "--force")

    assert smtp.recipients == ["hanako@example.jp"]


def test_a_warning_holds_nothing_back_and_is_told(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.ok("digest", "weekly", "--yes")

    assert "weekly (ja): warning no-postal-address" in done.err
    assert smtp.recipients == ["hanako@example.jp"]


def make_held(site: Site, store: Store) -> Issue:
    """The issue of a digest on schedule whose mail has an error."""
    site.post("下書き", MONDAY - timedelta(days=1))
    site.write("templates/mail/post.html.j2", f"<p>{{{{ post.title }}}} {BROKEN}</p>")
    with store.write() as connection:
        subscribers.subscribe(connection, wish("hanako@example.jp"), MONDAY - timedelta(days=7), revive=True)
    with desk(site, MONDAY) as place:
        due = due_periods(store, [place.newsletter], MONDAY, prev_fire)
        templates = Templates(site.folder / "templates")
        made, errors = make_due(place.library, store, templates, due, now=MONDAY, prev_fire=prev_fire)
    assert errors == []
    (issue,) = made
    return issue


def test_a_digest_on_schedule_is_made_and_waits_for_a_person(site: Site, store: Store) -> None:
    issue = make_held(site, store)
    assert issue.status is IssueStatus.PAUSED
    assert issue.reason.startswith("local-address: http://localhost:4000/draft/")
    assert due_periods(store, [], MONDAY, prev_fire) == []


def test_what_waits_on_schedule_goes_out_mended_in_the_way_that_is_told(site: Site, smtp: Server) -> None:
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store:
        number = make_held(site, store).id

    told = site.run("deliver")

    assert told.code == 69
    assert f"mend it, then publisher issue cancel {number}, then publisher digest weekly" in told.err
    assert f"or as it is: publisher issue resume {number}" in told.err

    site.write("templates/mail/post.html.j2", "<p>{{ post.title }}</p>")
    site.ok("issue", "cancel", str(number))
    site.ok("digest", "weekly", "--yes")

    assert smtp.recipients == ["hanako@example.jp"]
    html = content(smtp.message("hanako@example.jp"), "html")
    assert "下書き" in html
    assert "localhost" not in html


def test_what_was_held_back_goes_out_when_a_person_says_so(site: Site, smtp: Server) -> None:
    site.write("templates/mail/post.html.j2", f"<p>{{{{ post.title }}}} {BROKEN}</p>")
    site.ok("subscriber", "add", "hanako@example.jp")
    assert site.run("digest", "weekly", "--yes").code == 65

    site.write("templates/mail/post.html.j2", "<p>{{ post.title }}</p>")

    site.ok("digest", "weekly", "--yes")
    assert smtp.recipients == ["hanako@example.jp"]


def test_check_tells_what_would_be_held_back_where_a_newsletter_mails(site: Site) -> None:
    site.write("templates/mail/post.html.j2", f"<p>{{{{ post.title }}}} {BROKEN}</p>")
    told = site.ok("check", "--json").json
    assert {one["code"] for one in told} >= {"local-address", "no-postal-address"}
    assert site.run("check", "--strict").code == 65

    config = (site.folder / "config.yaml").read_text(encoding="utf-8")
    site.write("config.yaml", config.replace('    from: "三浦 みどり <tayori@midori.example>"\n', ""))

    assert site.ok("check", "--json").json == [], "who has no sender mails nobody"


def test_check_tells_a_broken_template_with_its_line(site: Site) -> None:
    site.write("templates/mail/digest.html.j2", "{{ newsletter.title }}\n{{ newsletter.titel }}\n")

    (problem,) = [one for one in site.ok("check", "--json").json if one["code"] == "template"]

    assert (problem["file"], problem["line"]) == ("templates/mail/digest.html.j2", 2)
    assert "'titel' is not known here; did you mean 'title'?" in problem["message"]
