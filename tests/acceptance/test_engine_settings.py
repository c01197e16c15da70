"""Where the engine's own settings cannot be read, nothing is made of the posts by its defaults."""

import pytest
from support.site import Site
from support.smtp import Server


@pytest.fixture
def broken(site: Site) -> Site:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.write("_config.yml", "title: 庭\nurl: [https://midori.example\n")
    return site


def theirs(site: Site) -> set[str]:
    """The files of the site but for the databases, which come and go."""
    return {path.name for path in site.folder.rglob("*") if not path.name.startswith(("cache.db", "publisher.db"))}


def test_nothing_is_built_mailed_previewed_or_recorded(broken: Site, smtp: Server) -> None:
    before = theirs(broken)

    for words in (
        ["build"],
        ["digest", "weekly", "--yes"],
        ["digest", "weekly", "--dry-run"],
        ["send", "図書館の棚", "--newsletter", "weekly", "--yes"],
        ["send", "図書館の棚", "--to", "taro@example.jp", "--yes"],
        ["preview", "weekly"],
        ["preview", "図書館の棚", "--to", "taro@example.jp", "--yes"],
        ["ids", "check"],
        ["run", "--once"],
        ["show", "config"],
    ):
        done = broken.run(*words)
        assert done.code == 65, words
        assert done.err.splitlines()[0].startswith("_config.yml:2:6: YAML: the list that '[' opens here"), words
        assert done.err.splitlines()[1].startswith("  mend it"), words

    assert smtp.mails == []
    assert broken.ok("issue", "list", "--json").json == []
    assert theirs(broken) == before


def test_check_tells_it_beside_all_else_and_ends_as_a_build_does(broken: Site) -> None:
    broken.write("posts/_posts/2026-01-05-悪い.md", "---\ntitle：全角\n---\n")

    done = broken.run("check", "--json")

    assert done.code == 65
    assert [(one["file"], one["code"]) for one in done.json if one["severity"] == "error"] == [
        ("_config.yml", "broken-front-matter"),
        ("posts/_posts/2026-01-05-悪い.md", "full-width-colon"),
    ]


def test_what_is_under_way_is_shown_all_the_same(broken: Site) -> None:
    done = broken.run("status")

    assert done.code == 65
    assert done.out.startswith("weekly: next weekly digest ")
    assert done.err.startswith("_config.yml:2:6: ")


def test_once_it_is_mended_all_goes_on(broken: Site, smtp: Server) -> None:
    assert broken.run("digest", "weekly", "--yes").code == 65
    (broken.folder / "_config.yml").unlink()

    broken.ok("digest", "weekly", "--yes")

    assert smtp.recipients == ["hanako@example.jp"]


def test_init_writes_nothing_from_settings_it_cannot_read(broken: Site) -> None:
    (broken.folder / "config.yaml").unlink()

    done = broken.run("init")

    assert done.code == 65
    assert done.err.startswith("_config.yml:2:6: ")
    assert not (broken.folder / "_publisher").exists()
    assert not (broken.folder / ".gitignore").exists()
