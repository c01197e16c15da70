"""Outgoing HTTP, against a real server on this machine."""

import gzip
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FetchError
from publisher.http import REDIRECTS, Response, fetch, may_stay_inside, post

PEM = Path(__file__).parent / "transport" / "localhost.pem"
Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    """Answers every request with the same."""

    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return reply


@contextmanager
def serving(reply: Answer, certificate: Path | None = None) -> Iterator[int]:
    """The port of a server on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                reply(self)
            except OSError:
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def get(port: int, path: str = "/", **options: float) -> Response:
    return fetch(f"http://localhost:{port}{path}", allow_private=True, **options)  # type: ignore[arg-type]


def test_a_page_comes_with_its_status_and_headers() -> None:
    seen: list[dict[str, str]] = []

    def reply(request: BaseHTTPRequestHandler) -> None:
        seen.append({name.lower(): value for name, value in request.headers.items()} | {"path": request.path})
        answer("投資".encode(), Content_Type="application/atom+xml")(request)

    with serving(reply) as port:
        found = get(port, "/投資/feed.xml?a=1#x")

    assert (found.status, found.body.decode(), found.headers["content-type"]) == (200, "投資", "application/atom+xml")
    assert found.url == f"http://localhost:{port}/投資/feed.xml?a=1#x"
    assert seen[0]["path"] == "/%E6%8A%95%E8%B3%87/feed.xml?a=1"
    assert seen[0]["host"] == f"localhost:{port}"
    assert seen[0]["user-agent"].startswith("Publisher/")


def test_a_status_that_is_no_success_is_told_not_raised() -> None:
    with serving(answer(b"gone", 410)) as port:
        assert get(port).status == 410


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fd00::1]",
        "[ff02::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]",
    ],
)  # fmt: skip
def test_an_address_that_is_not_the_public_nets_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(FetchError, match="is a private address"):
        fetch(f"http://{host}/")


def test_a_private_address_that_somebody_typed_may_lead_to_another_but_a_public_one_may_not() -> None:
    assert may_stay_inside("http://a/", ["10.0.0.1"], allow_private=True)
    assert not may_stay_inside("http://b/", ["1.1.1.1", "2606:4700::1111"], allow_private=True)
    with pytest.raises(FetchError, match=r"http://c/: is a private address \(192\.168\.0\.1\)"):
        may_stay_inside("http://c/", ["1.1.1.1", "192.168.0.1"], allow_private=False)


@pytest.mark.parametrize(
    "url", ["ftp://example.jp/", "file:///etc/passwd", "example.jp", "http://", "//x/", "http://[/"]
)
def test_what_is_no_web_address_is_said_so(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url)
    assert caught.value.exit_code == 69


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(FetchError) as caught:
        fetch("http://me:secret@localhost/", allow_private=True)
    assert "secret" not in caught.value.told()


def test_a_redirect_is_followed_also_when_it_is_relative() -> None:
    def reply(request: BaseHTTPRequestHandler) -> None:
        moved = request.path == "/old"
        answer(b"here", 301 if moved else 200, **({"Location": "new/%E8%A8%98"} if moved else {}))(request)

    with serving(reply) as port:
        found = get(port, "/old")

    assert found.body == b"here"
    assert found.url.endswith("/new/%E8%A8%98")


def test_redirects_come_to_an_end() -> None:
    asked: list[str] = []

    def reply(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        answer(b"", 302, Location=f"/{len(asked)}")(request)

    with serving(reply) as port, pytest.raises(FetchError, match="more than 5 redirects"):
        get(port)
    assert len(asked) == REDIRECTS + 1


@pytest.mark.parametrize("target", ["ftp://example.jp/", "http://[", "http:///x"])
def test_a_redirect_to_what_is_no_web_address_is_an_error(target: str) -> None:
    with serving(answer(b"", 302, Location=target)) as port, pytest.raises(FetchError):
        get(port)


def test_a_body_over_the_limit_is_refused_and_one_at_it_is_not() -> None:
    with serving(answer(b"x" * 1000)) as port:
        assert len(get(port, limit_bytes=1000).body) == 1000
        with pytest.raises(FetchError, match="larger than 999 bytes"):
            get(port, limit_bytes=999)


def test_a_body_that_was_announced_as_small_is_still_measured() -> None:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100_000)

    with serving(reply) as port, pytest.raises(FetchError, match="larger than"):
        get(port, limit_bytes=1000)


def test_a_compressed_body_is_measured_after_decompression() -> None:
    bomb = gzip.compress(bytes(10_000_000), mtime=0)
    with serving(answer(bomb, Content_Encoding="gzip")) as port:
        assert len(get(port, limit_bytes=10_000_000).body) == 10_000_000
        with pytest.raises(FetchError, match="larger than"):
            get(port, limit_bytes=9_999_999)


@pytest.mark.parametrize("body", [gzip.compress("投資".encode(), mtime=0)[:-9], b"not gzip", b"\x1f\x8b\x08"])
def test_a_damaged_body_is_an_error(body: bytes) -> None:
    with serving(answer(body, Content_Encoding="gzip")) as port, pytest.raises(FetchError, match="damaged"):
        get(port)


def test_a_compression_that_nobody_asked_for_is_an_error() -> None:
    with serving(answer(b"x", Content_Encoding="br")) as port, pytest.raises(FetchError, match="not asked for: br"):
        get(port)


def test_a_server_that_says_nothing_is_given_up() -> None:
    done = Event()

    def reply(_: BaseHTTPRequestHandler) -> None:
        done.wait()

    with serving(reply) as port:
        try:
            with pytest.raises(FetchError, match=r"within 0\.2 seconds"):
                get(port, timeout=0.2)
        finally:
            done.set()


def test_a_server_that_hands_out_byte_by_byte_is_given_up() -> None:
    done = Event()

    def reply(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not done.wait(0.02):
            request.wfile.write(b"X: y\r\n")

    with serving(reply) as port:
        try:
            with pytest.raises(FetchError, match=r"within 0\.3 seconds"):
                get(port, timeout=0.3)
        finally:
            done.set()


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"\xff\xfe\r\n\r\n", b"220 smtp\r\n"]
)
def test_an_answer_that_is_no_http_or_breaks_off_is_an_error(raw: bytes) -> None:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(raw)
        request.close_connection = True

    with serving(reply) as port, pytest.raises(FetchError):
        get(port)


def test_where_nobody_listens_is_an_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError):
            get(free.getsockname()[1])


def test_a_certificate_is_checked_against_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(b"safe"), PEM) as port:
        with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"https://localhost:{port}/", allow_private=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
        assert fetch(f"https://localhost:{port}/", allow_private=True).body == b"safe"


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with serving(answer(b"direct")) as port:
        assert get(port).body == b"direct"


@given(st.text())
def test_no_text_in_an_address_raises_anything_else(text: str) -> None:
    with pytest.raises(FetchError):
        fetch(f"http://127.0.0.1/{text}")
    with pytest.raises(FetchError):
        fetch(f"http://127.0.0.1:1/{text}", allow_private=True)


def send(port: int, path: str = "/", **options: float) -> Response:
    fields = [("hub.mode", "publish"), ("hub.url", "https://庭.example/味噌.xml?a=1&b=2")]
    return post(f"http://localhost:{port}{path}", fields, allow_private=True, **options)  # type: ignore[arg-type]


def form_of(request: BaseHTTPRequestHandler) -> dict[str, list[str]]:
    return parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode())


def test_a_form_arrives_as_one_and_its_answer_comes_back() -> None:
    seen: list[tuple[str, str, dict[str, list[str]]]] = []

    def reply(request: BaseHTTPRequestHandler) -> None:
        seen.append((request.command, request.headers["Content-Type"], form_of(request)))
        answer("承りました".encode(), 202)(request)

    with serving(reply) as port:
        found = send(port)

    assert (found.status, found.body.decode()) == (202, "承りました")
    form = {"hub.mode": ["publish"], "hub.url": ["https://庭.example/味噌.xml?a=1&b=2"]}
    assert seen == [("POST", "application/x-www-form-urlencoded", form)]


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method_takes_the_form_along(status: int) -> None:
    seen: list[tuple[str, str, int]] = []

    def reply(request: BaseHTTPRequestHandler) -> None:
        seen.append((request.command, request.path, len(form_of(request))))
        answer(b"", *(() if request.path == "/new" else (status,)), Location="new")(request)

    with serving(reply) as port:
        assert send(port, "/old").status == 200
    assert seen == [("POST", "/old", 2), ("POST", "/new", 2)]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_the_form_is_told_and_not_followed(status: int) -> None:
    asked: list[str] = []

    def reply(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        answer(b"", status, Location="/new")(request)

    with serving(reply) as port:
        found = send(port, "/old")
    assert (found.status, found.headers["location"], asked) == (status, "/new", ["/old"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "[::1]", "169.254.169.254"])
def test_no_form_goes_to_an_address_that_is_not_the_public_nets(host: str) -> None:
    with pytest.raises(FetchError, match="is a private address"):
        post(f"http://{host}/", [("hub.mode", "publish")])


def test_redirects_of_a_form_come_to_an_end_and_an_answer_to_one_has_bounds() -> None:
    with serving(answer(b"", 307, Location="/again")) as port, pytest.raises(FetchError, match="more than 5 redirects"):
        send(port)
    with serving(answer(b"x" * 1001)) as port, pytest.raises(FetchError, match="larger than 1,000 bytes"):
        send(port, limit_bytes=1000)
