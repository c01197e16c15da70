"""What `publisher check` says of the mails that newsletters would send."""

from datetime import datetime

from support.desk import desk
from support.site import CONFIG, JST, Site

from publisher.errors import Problem, Severity
from publisher.jobs.check_mail import check_mail
from publisher.templating import Templates

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)


def faults_of(site: Site) -> list[Problem]:
    with desk(site, MONDAY) as place:
        return check_mail(place.library, Templates(site.folder / "templates"), [place.newsletter])


def test_a_fault_in_a_template_of_the_sites_own_is_told_once_and_where_an_editor_finds_it(site: Site) -> None:
    site.post("a", MONDAY, title="霜の朝")
    file = "templates/mail/ja/digest.html.j2"
    site.write(file, "<p>\n{{ newsletter.titel }}</p>")

    (found,) = faults_of(site)

    assert (found.file, found.line, found.severity, found.code) == (file, 2, Severity.ERROR, "template")
    assert found.message == "'titel' is not known here; did you mean 'title'?"


def test_every_mail_in_every_language_is_looked_at_and_each_fault_told_once(site: Site) -> None:
    site.write("config.yaml", CONFIG + "    languages: [ja, en]\n")
    site.post("a", MONDAY, title="霜の朝", body="[ここ](http://localhost:4000/)")

    found = faults_of(site)

    assert len(found) == len(set(found))
    assert {one.file for one in found} == {"weekly (ja)", "weekly (en)"}
    assert {one.code for one in found} == {"no-postal-address", "local-address"}


def test_a_newsletter_that_cannot_mail_yet_is_not_looked_at(site: Site) -> None:
    site.write("config.yaml", "".join(line for line in CONFIG.splitlines(True) if "from:" not in line))
    site.post("a", MONDAY, body="[ここ](http://localhost:4000/)")

    assert faults_of(site) == []
