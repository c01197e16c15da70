"""The operator's commands on readers."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.site import Site, days_ago


def test_a_reader_is_shown_and_then_forgotten(site: Site) -> None:
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "山田 花子", "--category", "庭")

    shown = site.ok("subscriber", "show", "Hanako@example.jp").out
    assert "山田 花子" in shown
    assert "weekly: confirmed" in shown
    assert "by: added by the operator" in shown
    held = site.ok("subscriber", "show", "hanako@example.jp", "--json").json
    assert held["subscriptions"][0]["categories"] == ["庭"]

    refused = site.run("subscriber", "forget", "hanako@example.jp")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert "backups" in site.ok("subscriber", "forget", "hanako@example.jp", "--yes").err
    assert "hanako" not in everything(site.folder)
    assert "forgotten already" in site.ok("subscriber", "forget", "hanako@example.jp", "--yes").err
    assert "gets no mail: asked to be forgotten" in site.ok("subscriber", "show", "hanako@example.jp").out
    assert site.run("subscriber", "show", "dare@example.jp").code == 2


def test_a_file_is_looked_at_and_then_imported(site: Site) -> None:
    head = "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at,Mood\n"
    site.write("list.csv", head + "a@example.jp,false,,other,false,2025-01-01,,\nkaputt,false,,,false,,,\n")
    words = ("subscriber", "import", "list.csv", "--newsletter", "weekly")

    dry = site.run(*words, "--dry-run", "--json")
    assert (dry.code, dry.json["program"], dry.json["counts"]["added"]) == (65, "substack", 1)
    assert [one["line"] for one in dry.json["problems"]] == [1, 3]
    assert "nothing was imported" in dry.err
    assert not (site.folder / "publisher.db").exists()

    done = site.run(*words, "--report", "report.txt", "--from", "substack")
    assert done.code == 65
    assert "a file of substack" in done.err
    assert "1 added" in done.err
    assert "kaputt" not in done.err
    assert "list.csv:3:1: 'kaputt' is no address" in (site.folder / "report.txt").read_text()
    again = site.run(*words, "--from", "substack")
    assert "this very file was imported before" in again.err
    assert "1 was there already" in again.err
    assert site.run("subscriber", "import", "list.csv", "--from", "sendy").code == 2


def test_what_is_exported_is_imported_elsewhere(site: Site, tmp_path: Path) -> None:
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "=山田 花子", "--category", "庭")
    site.ok("subscriber", "add", "left@example.jp")
    site.ok("subscriber", "remove", "left@example.jp")
    site.ok("suppress", "add", "nie@example.jp", "--reason", "怒")

    assert "3 rows in readers.csv" in site.ok("subscriber", "export", "readers.csv").err
    assert "'=山田 花子" in (site.folder / "readers.csv").read_text(encoding="utf-8")
    site.ok("subscriber", "export", "readers.json")
    listed = site.ok("subscriber", "list", "--json").json
    (site.folder / "publisher.db").rename(tmp_path / "old.db")
    (site.folder / "ids.json").unlink(missing_ok=True)

    site.ok("subscriber", "import", "readers.json")
    assert site.ok("subscriber", "list", "--json").json == listed
    assert site.ok("subscriber", "export").out == (site.folder / "readers.csv").read_text(encoding="utf-8")
    assert site.ok("subscriber", "export", "--format", "json", "--status", "confirmed").json[0]["name"] == "=山田 花子"
    assert site.run("subscriber", "export", "--status", "gone").code == 2
    assert site.run("subscriber", "export", "--format", "xml").code == 2


def test_a_category_that_no_post_has_is_told_and_a_zone_is_given_back(site: Site) -> None:
    site.post("味噌", days_ago(2), categories="台所しごと")

    said = site.ok("subscriber", "add", "a@example.jp", "--category", "台所しご", "--timezone", "Europe/Berlin").err
    assert "no post has the category '台所しご' yet: did you mean 台所しごと?" in said
    assert "yet" not in site.ok("subscriber", "add", "b@example.jp", "--category", "台所しごと").err
    site.ok("subscriber", "add", "a@example.jp")
    assert site.ok("subscriber", "list", "--json").json[0]["timezone"] == "Europe/Berlin"
    site.ok("subscriber", "add", "a@example.jp", "--timezone", "none")
    assert site.ok("subscriber", "list", "--json").json[0]["timezone"] is None


@pytest.mark.slow
def test_an_import_that_is_killed_goes_on_where_it_was(site: Site) -> None:
    number = 130_000
    site.write("many.csv", "email\n" + "".join(f"reader{one}@example.jp\n" for one in range(number)))
    site.ok("subscriber", "add", "hanako@example.jp")

    process = site.start("subscriber", "import", "many.csv")
    with closing(sqlite3.connect(site.folder / "publisher.db", timeout=60)) as ledger:
        while ledger.execute("SELECT done FROM imports WHERE done > 0").fetchone() is None:
            assert process.poll() is None, "it ended before it was killed"
        process.kill()
        process.wait()
        (done,) = ledger.execute("SELECT done FROM imports").fetchone()
        assert ledger.execute("SELECT count(*) FROM subscriptions").fetchone() == (done + 1,)

    again = site.ok("subscriber", "import", "many.csv").err
    assert f"went on behind {done} rows" in again
    assert f"{number} added, 0 were there already, 0 problems" in again
    with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
        assert ledger.execute("SELECT count(*) FROM subscriptions").fetchone() == (number + 1,)


def everything(folder: Path) -> str:
    return "".join(one.read_bytes().decode(errors="replace") for one in folder.glob("publisher.db*"))
