"""Archives: every post stays reachable from a short feed (RFC 5005 section 4)."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from support.site import Site, days_ago

ATOM = "{http://www.w3.org/2005/Atom}"
CONFIG = "feeds:\n  archive: true\n  limit: 5\n  formats: [rss, atom, json]\n"


@pytest.fixture
def big(site: Site) -> Site:
    """A site of two hundred posts."""
    path = site.folder / "config.yaml"
    path.write_text(path.read_text("utf-8") + CONFIG, encoding="utf-8")
    for number in range(200):
        site.post(f"記事{number:03}", days_ago(1000 - number), title=f"第{number}回", categories="庭")
    site.ok("build")
    return site


def place(site: Site, address: str) -> Path:
    return site.folder / "public" / unquote(urlsplit(address).path).lstrip("/")


def links(path: Path) -> dict[str, str]:
    root = ElementTree.parse(path).getroot()
    return {link.get("rel", ""): link.get("href", "") for link in root.iter(f"{ATOM}link") if link.get("rel")}


def chain(site: Site, name: str) -> Iterator[Path]:
    """The feed, then its archives from the newest to the oldest."""
    path = site.folder / "public" / name
    yield path
    while True:
        if path.suffix == ".json":
            following = json.loads(path.read_text("utf-8")).get("next_url")
        else:
            following = links(path).get("prev-archive")
        if following is None:
            return
        path = place(site, following)
        yield path


def titles(path: Path) -> list[str]:
    if path.suffix == ".json":
        return [item["title"] for item in json.loads(path.read_text("utf-8"))["items"]]
    root = ElementTree.parse(path).getroot()
    return [
        one.findtext("title") or one.findtext(f"{ATOM}title") or ""
        for one in root.iter()
        if one.tag in ("item", f"{ATOM}entry")
    ]


def outputs(site: Site) -> dict[str, bytes]:
    folder = site.folder / "public"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.xml")}


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml", "feed.json", "category/庭/atom.xml"])
def test_who_walks_the_archives_meets_every_post(big: Site, name: str) -> None:
    documents = list(chain(big, name))
    found = [title for path in documents for title in titles(path)]

    assert len(documents) > 2
    assert len(titles(documents[0])) < 100
    expected = 200 + (3 if name.count("/") == 0 else 2)
    assert len(set(found)) == expected
    archived = [title for path in documents[1:] for title in titles(path)]
    assert len(archived) == len(set(archived)), "each once"


def test_every_document_names_its_neighbours_and_the_feed(big: Site) -> None:
    feed, *archives = chain(big, "atom.xml")

    for number, path in enumerate(archives):
        named = links(path)
        assert place(big, named["current"]) == feed
        assert named.get("next-archive") == (None if number == 0 else links(archives[number - 1])["self"])
        assert ElementTree.parse(path).getroot().find("{http://purl.org/syndication/history/1.0}archive") is not None
    assert "next-archive" not in links(feed)


def test_a_new_post_leaves_archives_alone(big: Site) -> None:
    before = outputs(big)
    big.post("新しい", days_ago(0.1), title="新しい記事", categories="庭")

    written = big.ok("build", "--json").json["written"]

    changed = {name for name, data in outputs(big).items() if before.get(name) != data}
    # The newest archive may be closed by it, and then the one before is told of that.
    assert {"atom.xml", "feed.xml"} <= changed
    assert len([name for name in changed if "archive" in name and name in before]) <= 4
    assert len(written) < 20


def test_a_back_dated_post_and_a_deleted_one_change_only_the_documents_they_must(big: Site) -> None:
    before = outputs(big)
    big.post("あとから", days_ago(900.5), title="あとから書いた昔の記事", categories="庭")
    big.ok("build")
    late = outputs(big)

    for name in ("atom", "feed", "category/庭/atom", "category/庭/feed"):
        touched = {one for one in late if one.startswith(f"{name}-archive/") and late[one] != before.get(one)}
        assert 1 <= len(touched) <= 3
        assert late[f"{name}.xml"] == before[f"{name}.xml"]

    (big.folder / "posts/あとから.md").unlink()
    done = big.ok("build", "--json").json

    assert outputs(big) == before
    assert done["withdrawn"] == [] or done["withdrawn"][0]["title"] == "あとから書いた昔の記事"


def test_a_post_that_leaves_with_its_archive_is_told_of(big: Site) -> None:
    path = list(chain(big, "atom.xml"))[2]
    last = titles(path)[0]
    (big.folder / f"posts/記事{last[1:-1].zfill(3)}.md").unlink()

    done = big.ok("build", "--json").json

    assert not path.exists(), "it is named after its newest post"
    assert [one["title"] for one in done["withdrawn"]] == [last]


def test_without_archives_their_documents_go(big: Site) -> None:
    path = big.folder / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("archive: true", "archive: false"), encoding="utf-8")

    done = big.ok("build", "--json").json

    assert [name for name in outputs(big) if "archive" in name] == []
    assert done["gone"] == [], "no feed that anybody subscribes to"
    assert len(list(chain(big, "atom.xml"))) == 1
    assert len(titles(big.folder / "public/atom.xml")) == 5
