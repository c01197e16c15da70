"""publisher serve: every answer is of the file as it is now, and says of it what caches and readers ask."""

import gzip
import hashlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from support.lines import Lines
from support.serving import Served, asking, put, serve
from support.site import CONFIG, Site, days_ago

FEEDS = 'feeds: {formats: [rss, atom, json], redirects: {"古い feed.xml": feed.xml}, hub: "https://hub.example/"}\n'
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
KITCHEN = "/category/%E5%8F%B0%E6%89%80"


def build(site: Site) -> Site:
    site.write("config.yaml", CONFIG.replace("https://midori.example/", "https://midori.example/blog/") + FEEDS)
    site.post("味噌を仕込む", days_ago(1), title="味噌を仕込む日：大豆1kg", categories="庭, 本")
    site.post("ぬか床", days_ago(2), title="ぬか床の世話", categories="台所", body="<b>太字</b>の本文です。" * 300)
    site.ok("build")
    return site


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that no test changes."""
    made = build(Site(tmp_path_factory.mktemp("standing")))
    for name in ("secret.txt", "index.html", ".htaccess", ".feed.xml.publisher-new"):
        made.write(f"public/{name}", "秘密")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server(standing: Site) -> Served:
    return serve(standing)


@pytest.fixture
def reader(server: Served) -> Iterator[httpx.Client]:
    """Who asks of the site that no test changes."""
    with asking(server) as client:
        yield client


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Site]:
    made = build(Site(tmp_path / "site"))
    yield made
    made.stop()


@pytest.fixture
def served(built: Site) -> Served:
    return serve(built)


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with asking(served) as client:
        yield client


def output(site: Site, name: str) -> bytes:
    return (site.folder / "public" / name).read_bytes()


def remembered(site: Site, path: str) -> dict[str, str]:
    import json

    feeds = json.loads((site.folder / "ids.json").read_text(encoding="utf-8"))["feeds"]
    return next(one for one in feeds if one and one["path"] == path)


@pytest.mark.parametrize(
    ("path", "name", "type_"),
    [
        ("/feed.xml", "feed.xml", "application/rss+xml; charset=utf-8"),
        ("/blog/atom.xml", "atom.xml", "application/atom+xml; charset=utf-8"),
        (f"{KITCHEN}/feed.json", "category/台所/feed.json", "application/feed+json"),
        (f"/blog{KITCHEN}/feed.xml", "category/台所/feed.xml", "application/rss+xml; charset=utf-8"),
        ("/feeds/", "feeds/index.html", "text/html; charset=utf-8"),
        ("/feeds/index.html", "feeds/index.html", "text/html; charset=utf-8"),
        ("/feeds/feed.css", "feeds/feed.css", "text/css; charset=utf-8"),
        ("/feeds.opml", "feeds.opml", "text/x-opml; charset=utf-8"),
    ],
)
def test_each_file_is_sent_whole_with_its_type(
    standing: Site, reader: httpx.Client, path: str, name: str, type_: str
) -> None:
    answer = reader.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
    assert answer.content == output(standing, name)
    assert answer.headers["etag"] == f'"{remembered(standing, name)["digest"]}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"].startswith("public, max-age=300")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_last_modified_is_when_the_bytes_last_changed(standing: Site, reader: httpx.Client) -> None:
    told = parsedate_to_datetime(reader.get("/feed.xml").headers["last-modified"])

    assert told.isoformat().replace("+00:00", "Z") == remembered(standing, "feed.xml")["changed"]


def test_a_head_has_the_headers_of_a_get_and_no_body(reader: httpx.Client) -> None:
    get, head = reader.get("/feed.xml"), reader.head("/feed.xml")

    assert head.content == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}
    assert int(head.headers["content-length"]) == len(get.content)


@pytest.mark.parametrize(("coding", "decode"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_a_compressed_copy_is_sent_as_it_lies_under_a_tag_of_its_own(
    standing: Site, reader: httpx.Client, coding: str, decode: Any
) -> None:
    plain = reader.get("/feed.xml")
    with reader.stream("GET", "/feed.xml", headers={"accept-encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())

    assert answer.headers["content-encoding"] == coding
    assert answer.headers["etag"] == f'"{hashlib.sha256(raw).hexdigest()[:16]}"'
    assert answer.headers["etag"] != plain.headers["etag"]
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    assert decode(raw) == plain.content == output(standing, "feed.xml")
    again = reader.get("/feed.xml", headers={"accept-encoding": coding, "if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert reader.get("/feed.xml", headers={"if-none-match": answer.headers["etag"]}).status_code == 200


def test_not_modified_repeats_what_caches_need_and_sends_nothing(reader: httpx.Client) -> None:
    first = reader.get("/feed.xml")

    for headers in (
        {"if-none-match": first.headers["etag"]},
        {"if-none-match": f'W/{first.headers["etag"]}, "x"'},
        {"if-none-match": "*"},
        {"if-modified-since": first.headers["last-modified"]},
        {"if-modified-since": formatdate(time.time(), usegmt=True)},
    ):
        answer = reader.get("/feed.xml", headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
        for name in ("etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"):
            assert answer.headers[name] == first.headers[name]


def test_what_changed_since_is_sent(reader: httpx.Client) -> None:
    for headers in (
        {"if-none-match": '"0000000000000000"'},
        {"if-none-match": '"x"', "if-modified-since": formatdate(time.time(), usegmt=True)},
        {"if-modified-since": formatdate(0, usegmt=True)},
        {"if-modified-since": "yesterday"},
    ):
        assert reader.get("/feed.xml", headers=headers).status_code == 200


def test_a_part_is_sent_and_a_part_behind_the_end_is_not(standing: Site, reader: httpx.Client) -> None:
    whole = output(standing, "feed.xml")
    tag = reader.head("/feed.xml").headers["etag"]

    some = reader.get("/feed.xml", headers={"range": "bytes=5-9"})
    assert (some.status_code, some.content) == (206, whole[5:10])
    assert some.headers["content-range"] == f"bytes 5-9/{len(whole)}"
    last = reader.get("/feed.xml", headers={"range": "bytes=-7", "if-range": tag})
    assert (last.status_code, last.content) == (206, whole[-7:])
    old = reader.get("/feed.xml", headers={"range": "bytes=-7", "if-range": '"old"'})
    assert (old.status_code, old.content) == (200, whole)
    behind = reader.get("/feed.xml", headers={"range": f"bytes={len(whole)}-"})
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    head = reader.head("/feed.xml", headers={"range": "bytes=5-9"})
    assert (head.status_code, int(head.headers["content-length"])) == (200, len(whole))


def test_a_browser_gets_a_feed_as_xml_under_a_tag_of_its_own(reader: httpx.Client) -> None:
    plain = reader.get("/feed.xml")
    person = reader.get("/feed.xml", headers={"accept": BROWSER})

    assert person.headers["content-type"] == "application/xml; charset=utf-8"
    assert person.content == plain.content
    assert person.headers["etag"] != plain.headers["etag"]
    tagged = {"accept": BROWSER, "if-none-match": person.headers["etag"]}
    assert reader.get("/feed.xml", headers=tagged).status_code == 304
    assert reader.get("/feed.json", headers={"accept": BROWSER}).headers["content-type"] == "application/feed+json"


def test_feeds_name_their_hub_and_shared_caches_ask_each_time(reader: httpx.Client) -> None:
    answer = reader.get(f"{KITCHEN}/feed.xml")

    kitchen = f"https://midori.example/blog{KITCHEN}/feed.xml"
    assert answer.headers["link"] == f'<https://hub.example/>; rel="hub", <{kitchen}>; rel="self"'
    assert answer.headers["cache-control"] == "public, max-age=300, s-maxage=0"
    assert "link" not in reader.get("/feeds.opml").headers


def test_a_page_of_another_site_may_read_a_feed(reader: httpx.Client) -> None:
    asked = {"origin": "https://reader.example", "access-control-request-method": "GET"}
    before = reader.request("OPTIONS", "/feed.xml", headers=asked)

    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == "*"
    assert "If-None-Match" in before.headers["access-control-allow-headers"]
    assert reader.get("/feed.xml").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in reader.get("/feeds/").headers


def test_feeds_can_only_be_read(reader: httpx.Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = reader.request(method, "/feed.xml", content=b"x" if method == "POST" else None)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert reader.post("/nothing").status_code == 404


def test_an_old_path_leads_to_the_new_one(reader: httpx.Client) -> None:
    for base in ("/", "/blog/"):
        answer = reader.get(f"{base}%E5%8F%A4%E3%81%84%20feed.xml?x=1")
        assert (answer.status_code, answer.headers["location"]) == (301, f"{base}feed.xml")


def test_a_feed_that_is_no_longer_made_is_gone_and_one_that_comes_is_there(built: Site, client: httpx.Client) -> None:
    config = (built.folder / "config.yaml").read_text(encoding="utf-8")
    assert client.get("/atom.xml").status_code == 200

    built.write("config.yaml", config.replace("[rss, atom, json]", "[rss, json]"))
    built.post("新着", days_ago(0), categories="新着")
    built.ok("build")

    gone = client.get("/atom.xml")
    assert (gone.status_code, gone.headers["content-type"]) == (410, "text/plain; charset=utf-8")
    assert "no longer made" in gone.text
    assert client.get("/category/%E6%96%B0%E7%9D%80/feed.xml").status_code == 200


def test_a_build_changes_the_answer_and_its_tag(built: Site, client: httpx.Client) -> None:
    before = client.get("/feed.xml")

    built.post("新着", days_ago(0), title="新着の記事")
    built.ok("build")
    after = client.get("/feed.xml", headers={"if-none-match": before.headers["etag"]})

    assert after.status_code == 200
    assert "新着の記事" in after.text
    assert after.headers["etag"] != before.headers["etag"]
    assert parsedate_to_datetime(after.headers["last-modified"]) > parsedate_to_datetime(
        before.headers["last-modified"]
    )


def test_a_feed_that_an_engine_took_away_is_to_come_again(built: Site, client: httpx.Client) -> None:
    (built.folder / "public/feed.xml").unlink()

    answer = client.get("/feed.xml")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/secret.txt",
        "/index.html",
        "/category",
        "/category/",
        "/feed.xml.gz",
        "/.feed.xml.publisher-new",
        "/.htaccess",
        "/../config.yaml",
        "/..%2fconfig.yaml",
        "/%2e%2e/ids.json",
        "/feeds/../../config.yaml",
        "/feeds/%2e%2e/%2e%2e/config.yaml",
        "//feed.xml",
        "/feed.xml%00",
        "/feed.xml/",
        "/%ff%fe",
        "/publisher.db",
        "/blog",
        "/healthz/",
    ],
)
def test_nothing_but_what_was_built_is_given_away(server: Served, path: str) -> None:
    with socket.create_connection((server.host, server.port)) as asking:
        asking.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: asking.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert "秘密".encode() not in answer


def test_a_link_out_of_the_folder_gives_nothing_away(built: Site, client: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("秘密", encoding="utf-8")
    (built.folder / "public/feed.xml").unlink()
    (built.folder / "public/feed.xml").symlink_to(tmp_path / "secret")

    answer = client.get("/feed.xml")

    assert answer.status_code == 503
    assert "秘密" not in answer.text


def test_a_date_that_lies_ahead_is_not_told(built: Site, client: httpx.Client) -> None:
    ahead = int(time.time()) + 3600
    os.utime(built.folder / "public/feed.xml", (ahead, ahead))

    answer = client.get("/feed.xml", headers={"if-modified-since": formatdate(ahead, usegmt=True)})

    assert answer.status_code == 200
    assert "last-modified" not in answer.headers
    assert client.get("/feed.xml", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_an_answer_is_of_one_version_while_builds_go_on(built: Site, client: httpx.Client) -> None:
    path, start = built.folder / "public/feed.xml", int(time.time()) - 10_000
    versions = [b"%d" % number * 60_000 for number in range(10, 60)]

    for number, data in enumerate(versions):
        put(path, data, start + number)
        for coding in ("identity", "gzip", "br"):
            answer = client.get("/feed.xml", headers={"accept-encoding": coding})
            assert answer.content == data
            assert parsedate_to_datetime(answer.headers["last-modified"]).timestamp() == start + number


def test_a_long_answer_stays_of_the_version_it_began_with(built: Site, client: httpx.Client) -> None:
    path = built.folder / "public/feed.xml"
    old, new = "味噌".encode() * 500_000, "醤油".encode() * 500_000
    put(path, old, 1_700_000_000)

    with client.stream("GET", "/feed.xml") as answer:
        chunks = answer.iter_bytes(1000)
        first = next(chunks)
        put(path, new, 1_700_000_001)
        body = first + b"".join(chunks)

    assert body == old
    assert client.get("/feed.xml").content == new


def test_it_says_that_it_is_well_and_nothing_else(reader: httpx.Client) -> None:
    answer = reader.get("/healthz")

    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "ok\n", "no-store")
    assert "server" not in answer.headers


def test_damaged_ids_are_said_once_and_the_feeds_go_on(built: Site, served: Served, client: httpx.Client) -> None:
    whole = (built.folder / "ids.json").read_text(encoding="utf-8")
    client.get("/feed.xml")

    built.write("ids.json", whole.replace('"feeds": [\n', '"feeds": [\n<<<<<<< HEAD\n'))
    assert [client.get("/feed.xml").status_code for _ in range(3)] == [200] * 3
    served.lines.until("a merge stopped here")
    built.write("ids.json", whole.replace('"atom.xml"', '"other.xml"'))

    assert client.get("/atom.xml").status_code == 404
    assert client.get("/feed.xml").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well_and_it_has_said_nothing_but_where_it_is(served: Served, number: int) -> None:
    with asking(served) as client:
        assert client.get("/feed.xml").status_code == 200
        served.process.send_signal(number)
        served.process.wait(timeout=20)

    assert served.process.returncode == 0
    assert served.lines.seen == [f"serving {served.url} (Ctrl-C stops)"]


def test_a_port_that_is_taken_is_said_and_ends_with_69(standing: Site, server: Served) -> None:
    done = standing.run("serve", "--listen", f"127.0.0.1:{server.port}")

    assert done.code == 69
    assert f"cannot listen at 127.0.0.1:{server.port}: Address already in use" in done.err
    assert "--listen" in done.err


@pytest.mark.parametrize(
    "listen", ["8080", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", "127.0.0.1:８０８０", ":8080"]
)
def test_what_is_no_place_to_listen_is_refused(standing: Site, listen: str) -> None:
    done = standing.run("serve", "--listen", listen)

    assert done.code == 2
    assert "is no HOST:PORT" in done.err
    assert standing.run("serve", PUBLISHER_WEB__LISTEN=listen).code == 78


def test_it_listens_where_the_settings_say_also_by_ipv6(standing: Site, unused_port: int) -> None:
    process = standing.start("serve", PUBLISHER_WEB__LISTEN=f"[::1]:{unused_port}")
    Lines(process).until(f"serving http://[::1]:{unused_port}/")

    assert httpx.get(f"http://[::1]:{unused_port}/feed.xml", trust_env=False).status_code == 200


def test_before_the_first_build_there_is_nothing_and_a_build_needs_no_restart(site: Site) -> None:
    served = serve(site)
    assert served.lines.seen[0].startswith("nothing is built yet")
    with asking(served) as client:
        assert client.get("/feed.xml").status_code == 404

        site.ok("build")

        assert client.get("/feed.xml").status_code == 200
