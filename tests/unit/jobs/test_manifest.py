"""What is kept of how an issue came to be, on both databases."""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher import __version__
from publisher.cli.manifest import manifest_json, manifest_lines
from publisher.jobs.audience import Whom
from publisher.jobs.digest import make_digest
from publisher.jobs.issue import details
from publisher.jobs.manifest import settings_hash
from publisher.jobs.send import make_one_off
from publisher.jobs.verify import verify
from publisher.model.mailing import Issue
from publisher.model.manifest import Manifest
from publisher.schedule import prev_fire
from publisher.store import subscribers, tables
from publisher.store.engine import Store
from publisher.struct import to_plain

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    made.post("味噌を仕込む", MONDAY - timedelta(days=1), title="味噌を仕込む日", categories="庭")
    made.post("図書館の棚", MONDAY - timedelta(days=2), categories="本")
    return made


def digest(site: Site, store: Store) -> Issue:
    with store.write() as connection:
        for email, categories in (("hanako@example.jp", None), ("taro@gmail.com", ("本",))):
            subscribers.subscribe(connection, wish(email, categories=categories), MONDAY, revive=True)
    with desk(site, MONDAY) as place:
        made = make_digest(place, store, at=MONDAY, now=MONDAY, prev_fire=prev_fire)
    assert made is not None
    return made


def manifest(store: Store, issue: Issue) -> Manifest:
    found = details(store, issue.id).manifest
    assert found is not None
    return found


def test_an_issue_keeps_its_posts_with_the_hashes_of_file_and_text(site: Site, store: Store) -> None:
    kept = manifest(store, digest(site, store))

    assert kept.version == __version__
    assert [(one.source, one.title, one.url) for one in kept.posts] == [
        ("posts/味噌を仕込む.md", "味噌を仕込む日", kept.posts[0].url),
        ("posts/図書館の棚.md", "図書館の棚", kept.posts[1].url),
    ]
    for one in kept.posts:
        assert one.sha256 == sha256((site.folder / one.source).read_bytes()).hexdigest()
    assert kept.posts[0].rendered_sha256 == sha256("<p>味噌を仕込むの本文です。</p>\n".encode()).hexdigest()


def test_a_variant_is_kept_with_the_hashes_of_its_three_texts(site: Site, store: Store) -> None:
    found = details(store, digest(site, store).id)

    with store.read() as connection:
        stored = connection.execute(sa.select(tables.variants).order_by(tables.variants.c.id)).all()
    assert len(found.variants) == len(stored) == 2
    for one, row in zip(found.variants, stored, strict=True):
        sums = [sha256(text.encode()).hexdigest() for text in (row.subject, row.html, row.text)]
        assert [one.subject_sha256, one.html_sha256, one.text_sha256] == sums
    assert sorted(len(one.post_ids) for one in found.variants) == [1, 2]


def test_a_one_off_keeps_the_hash_of_its_own_template(site: Site, store: Store) -> None:
    with desk(site, MONDAY) as place:
        made = make_one_off(place, store, place.library.posts[0], Whom(("a@example.jp",)), now=MONDAY)
    assert made is not None

    kept = manifest(store, made)

    assert list(kept.templates) == ["one_off/ja"]
    assert len(kept.posts) == 1


def test_an_issue_keeps_the_hashes_of_the_introductions_that_went_with_it(site: Site, store: Store) -> None:
    file = site.write("next.md", "皆さま、お元気ですか。\n")

    found = details(store, digest(site, store).id)

    assert found.introductions == {"next.md": sha256(file.read_bytes()).hexdigest()}
    printed = manifest_json(found)
    assert printed is not None
    assert printed["intro"] == found.introductions
    assert any("next.md" in line for line in manifest_lines(found))


def test_what_is_set_of_site_and_newsletter_is_in_the_hash_and_no_server_is(site: Site) -> None:
    def hashed(config: str) -> str:
        site.write("config.yaml", config)
        with desk(site, MONDAY) as place:
            return settings_hash(place)

    before = hashed(CONFIG)

    assert hashed(CONFIG + 'mail: {transport: "smtp://other.example:587"}\n') == before
    assert hashed(CONFIG.replace("みどりの便り", "便り")) != before
    assert hashed(CONFIG.replace("みどりの庭", "庭")) != before
    assert hashed(CONFIG + "categories: {庭: garden}\n") != before
    assert hashed(CONFIG + 'web: {url: "https://news.example.jp"}\n') != before


def test_a_manifest_holds_nothing_about_a_reader(site: Site, store: Store) -> None:
    kept = str(to_plain(manifest(store, digest(site, store))))

    for word in ("hanako", "taro", "example.jp", "gmail", "山田", "花子"):
        assert word not in kept


def test_an_issue_from_before_manifests_is_shown_without_one(site: Site, store: Store) -> None:
    issue = digest(site, store)
    with store.write() as connection:
        connection.execute(tables.manifests.delete())
        connection.execute(tables.variants.update().values(subject_sha256="", html_sha256="", text_sha256=""))

    assert details(store, issue.id).manifest is None
    assert verify(store, issue.id).holds


@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_a_text_that_is_not_what_was_planned_is_a_fault(site: Site, store: Store, part: str) -> None:
    issue = digest(site, store)
    assert verify(store, issue.id).holds
    variants = tables.variants
    with store.write() as connection:
        connection.execute(variants.update().where(variants.c.id == 1).values({part: "差し替え"}))

    found = verify(store, issue.id)

    assert not found.holds
    key = details(store, issue.id).variants[0].key
    assert found.lines()[-1] == f"variant {key}: its {part} is not what was planned"
