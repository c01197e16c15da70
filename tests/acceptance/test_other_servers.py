"""Other servers do with the feeds what `publisher serve` does, by the settings that it prints for them."""

import shutil
import socket
from collections.abc import Iterator
from email.utils import formatdate

import httpx
import pytest
from support.servers import apache, caddy, nginx, running
from support.site import CONFIG, Site, days_ago

FEEDS = """\
feeds:
  formats: [rss, atom, json]
  by: [category, tag]
  hub: https://hub.example/
  redirects: {"古い feed.xml": feed.xml}
  custom: {kitchen: {title: 台所, where: {category: 台所}, formats: [rss], paths: {rss: "台所 (全部).xml"}}}
"""
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"}
KITCHEN = "category/%E5%8F%B0%E6%89%80"
SERVERS = {"nginx": nginx, "caddy": caddy, "apache": apache}
PROGRAMS = {"nginx": "nginx", "caddy": "caddy", "apache": "apache2"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site below a path of its address, one of whose feeds is gone."""
    made = Site(tmp_path_factory.mktemp("servers"))
    config = CONFIG.replace("https://midori.example/", "https://midori.example/庭/")
    made.write("config.yaml", config + FEEDS)
    made.post("ぬか床", days_ago(2), title="ぬか床の世話", categories="台所", body="本文です。" * 500)
    made.ok("build")
    made.write("config.yaml", f"{config}{FEEDS}  paths: {{atom: 新.xml}}\n")
    made.ok("build")
    return made


@pytest.fixture(
    scope="module",
    params=[
        "nginx",
        # Only where they are installed: what is printed for them was tried when it was written.
        *(
            pytest.param(name, marks=pytest.mark.skipif(shutil.which(PROGRAMS[name]) is None, reason=f"no {name} here"))
            for name in ("caddy", "apache")
        ),
    ],
)
def server(request: pytest.FixtureRequest, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the site's own stands for."""
    home, root = tmp_path_factory.mktemp(request.param), tmp_path_factory.mktemp("www")
    for folder in (home, root, *site.folder.parents, site.folder, site.folder / "public"):
        if folder.is_relative_to(tmp_path_factory.getbasetemp()):
            folder.chmod(0o755)
    shutil.copytree(site.folder / "public", root / "庭")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    told = site.ok("show", "server", request.param).out
    with running(SERVERS[request.param](home, root, told, port), port, home) as address:
        yield f"{address}/%E5%BA%AD/"


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    headers = {"accept-encoding": "identity", "accept": "*/*"}
    with httpx.Client(base_url=server, headers=headers, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("feed.xml", "application/rss+xml; charset=utf-8"),
        (f"{KITCHEN}/feed.xml", "application/rss+xml; charset=utf-8"),
        ("%E5%8F%B0%E6%89%80%20(%E5%85%A8%E9%83%A8).xml", "application/rss+xml; charset=utf-8"),
        ("%E6%96%B0.xml", "application/atom+xml; charset=utf-8"),
        (f"{KITCHEN}/atom.xml", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/feed+json"),
        ("feeds/", "text/html; charset=utf-8"),
        ("feeds/feed.css", "text/css; charset=utf-8"),
        ("feeds.opml", "text/x-opml; charset=utf-8"),
    ],
)
def test_each_file_has_its_type_and_may_be_kept_for_a_while(client: httpx.Client, path: str, type_: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
    assert answer.headers["cache-control"].startswith("public, max-age=300")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "last-modified" in answer.headers
    assert "etag" in answer.headers


def test_compressed_copies_are_sent_as_they_lie_under_tags_of_their_own(site: Site, client: httpx.Client) -> None:
    plain = client.get("feed.xml")
    with client.stream("GET", "feed.xml", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())

    assert answer.headers["content-encoding"] == "gzip"
    assert raw == (site.folder / "public/feed.xml.gz").read_bytes()
    assert answer.headers["etag"] != plain.headers["etag"]
    for one in (plain, answer):
        varied = {word.strip() for word in one.headers.get("vary", "").split(",")}
        assert {"Accept", "Accept-Encoding"} <= varied


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_what_did_not_change_is_not_sent_again(client: httpx.Client, coding: str) -> None:
    asked = {"accept-encoding": coding}
    first = client.get("feed.xml", headers=asked)

    for headers in (
        {"if-none-match": first.headers["etag"]},
        {"if-modified-since": first.headers["last-modified"]},
        {"if-modified-since": formatdate(usegmt=True)},
    ):
        answer = client.get("feed.xml", headers=asked | headers)
        assert (answer.status_code, answer.content) == (304, b"")
    assert client.get("feed.xml", headers=asked | {"if-none-match": '"x"'}).status_code == 200
    assert client.get("feed.xml", headers={"if-modified-since": formatdate(0, usegmt=True)}).status_code == 200


def test_a_browser_gets_a_feed_as_xml(client: httpx.Client) -> None:
    for path in ("feed.xml", f"{KITCHEN}/atom.xml", "%E5%8F%B0%E6%89%80%20(%E5%85%A8%E9%83%A8).xml"):
        answer = client.get(path, headers=BROWSER)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml; charset=utf-8")
        assert answer.content == client.get(path).content
    assert client.get("feed.json", headers=BROWSER).headers["content-type"] == "application/feed+json"


def test_old_paths_lead_on_and_lost_feeds_are_gone(client: httpx.Client) -> None:
    moved = client.get("%E5%8F%A4%E3%81%84%20feed.xml")

    assert moved.status_code == 301
    assert moved.headers["location"].upper().endswith("/%E5%BA%AD/FEED.XML")
    assert client.get("atom.xml").status_code == 410


def test_feeds_may_be_read_by_pages_of_other_sites(client: httpx.Client) -> None:
    assert client.get("feed.xml").headers["access-control-allow-origin"] == "*"


def test_netlify_is_told_by_two_files(site: Site) -> None:
    told = site.ok("show", "server", "netlify").out
    headers, _, redirects = told.partition("# The file _redirects")

    assert "\n/%E5%BA%AD/category/:slug/feed.xml\n  Content-Type: application/rss+xml; charset=utf-8\n" in headers
    assert "\n/%E5%BA%AD/feeds.opml\n  Content-Type: text/x-opml; charset=utf-8\n" in headers
    assert "\n/%E5%BA%AD/%E5%8F%A4%E3%81%84%20feed.xml  /%E5%BA%AD/feed.xml  301!\n" in redirects
    assert "\n/%E5%BA%AD/atom.xml  /%E5%BA%AD/atom.xml  410!\n" in redirects


def test_of_github_pages_is_said_what_follows_for_this_site(site: Site) -> None:
    told = site.ok("show", "server", "github-pages").out

    assert all(line.startswith("#") for line in told.splitlines())
    assert "/庭/古い feed.xml of /庭/feed.xml" in told
    assert told.endswith("#   /庭/atom.xml\n")


def test_of_another_server_nothing_is_known(site: Site) -> None:
    done = site.run("show", "server", "iis")

    assert done.code == 2
    assert "known are nginx, caddy, apache, netlify, github-pages" in done.err
