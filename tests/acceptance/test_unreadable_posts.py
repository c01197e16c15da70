"""A post that cannot be read stays in its feeds, also where nothing is left but the feeds: in CI no cache is kept."""

from datetime import datetime, timedelta
from pathlib import Path

from support.site import JST, Site, days_ago

BROKEN = "---\ntitle: [\n---\n"
EVERY = """\
feeds:
  formats: [rss, atom, json]
  by: [category, tag, author, language, section]
  content: {site: summary, tag: summary}
  custom:
    mine:
      title: 私の
      where: {tag: 麹, language: en, author: Ann Lee, path: posts/台所}
      paths: {atom: mine.xml}
"""


def configure(site: Site, text: str) -> None:
    path = site.folder / "config.yaml"
    path.write_text(path.read_text("utf-8") + text, encoding="utf-8")


def forget(site: Site) -> None:
    for path in site.folder.glob("cache.db*"):
        path.unlink()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_stays_in_feeds_of_every_kind(site: Site) -> None:
    configure(site, EVERY)
    head = "tags: [麹]\nauthor: Ann Lee\nlang: en\ncategories: [本]\n"
    post = site.write("posts/台所/麹.md", f"---\ntitle: 麹\ndate: {days_ago(2)}\n{head}---\n\n本文 *全体*\n")
    site.ok("build")
    before = contents(site.folder / "public")

    post.write_text(BROKEN, encoding="utf-8")
    forget(site)
    done = site.run("build", "--json")

    assert (done.code, done.json["written"], done.json["withdrawn"], done.json["emptied"]) == (65, [], [], [])
    assert contents(site.folder / "public") == before


def test_it_stays_in_the_archives(site: Site) -> None:
    configure(site, "feeds:\n  archive: true\n  limit: 1\n  by: []\n")
    for number in range(260):
        site.post(f"記事{number}", datetime(2020, 1, 1, tzinfo=JST) + timedelta(days=number))
    site.ok("build")
    before = contents(site.folder / "public")
    assert any("記事3の本文".encode() in data for path, data in before.items() if path.startswith("feed-archive/"))

    (site.folder / "posts/記事3.md").write_text(BROKEN, encoding="utf-8")
    forget(site)
    done = site.run("build", "--json")

    assert (done.code, done.json["written"]) == (65, [])
    assert contents(site.folder / "public") == before
