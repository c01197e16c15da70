"""A thousand who take their time do not hold up one who does not, and are not waited for without end."""

import resource
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from support.serving import Served, asking, put, serve, serve_impatiently
from support.site import CONFIG, Site, days_ago

MANY = 1000
LONG = "味噌を仕込む。".encode() * 250_000
ASK = b"GET /feed.xml HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(autouse=True)
def room_for_many() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY + 500
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), max(hard, wanted) if hard != -1 else hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Its RSS feed is of five megabytes, its Atom feed is short."""
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    made.post("味噌を仕込む", days_ago(1))
    made.ok("build")
    put(made.folder / "public/feed.xml", LONG, 1_795_000_000)
    yield made
    made.stop()


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    """Who comes and stays."""
    with ExitStack() as stack:
        yield stack


def come(crowd: ExitStack, served: Served, count: int, words: bytes) -> list[socket.socket]:
    """So many connections, each of which says `words` and then nothing."""
    made = []
    for _ in range(count):
        one = crowd.enter_context(socket.socket())
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect((served.host, served.port))
        # In a full house it may be cut before it has spoken.
        with suppress(ConnectionError):
            one.sendall(words)
        made.append(one)
    return made


def are_cut(crowd: list[socket.socket], seconds: float) -> bool:
    """Whether the other end gives all of them up in time."""
    poll, left, end = select.poll(), {one.fileno() for one in crowd}, time.monotonic() + seconds
    for descriptor in left:
        # Nothing is read: only that the connection is no more is waited for.
        poll.register(descriptor, select.POLLRDHUP)
    while left and time.monotonic() < end:
        for descriptor, _ in poll.poll(1000):
            poll.unregister(descriptor)
            left.discard(descriptor)
    return not left


def queued(served: Served) -> int:
    """How many bytes the system still has to send for the server."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    ours = [row for row in rows if int(row[1].rpartition(":")[2], 16) == served.port]
    return sum(int(row[4].partition(":")[0], 16) for row in ours)


def ask(served: Served, path: str = "/atom.xml") -> float:
    """Ask for a short feed, as somebody who has just come; the seconds it takes."""
    began = time.monotonic()
    with asking(served) as client:
        assert client.get(path).status_code == 200
    return time.monotonic() - began


def test_a_thousand_who_do_not_read_hold_nobody_up_and_little_memory(site: Site, crowd: ExitStack) -> None:
    served = serve(site)
    ask(served)
    before = served.memory

    come(crowd, served, MANY, ASK)

    assert ask(served) < 10
    assert ask(served) < 2
    assert served.memory - before < 200, "megabytes, where the feed is of five"
    assert queued(served) < MANY * 500_000, "bytes, which the system holds for them"


def test_a_thousand_who_never_end_their_question_hold_nobody_up(site: Site, crowd: ExitStack) -> None:
    served = serve(site)

    come(crowd, served, MANY, b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX-Slow: ")

    assert ask(served) < 2


@pytest.mark.parametrize("words", [b"", b"GET /atom.xml HTTP/1.1\r\nHo", ASK, b"\r\n\r\n", ASK + b"GET"])
def test_whoever_does_not_go_on_is_cut(site: Site, crowd: ExitStack, words: bytes) -> None:
    served = serve_impatiently(site, request=1, pause=1, answer=30)

    assert are_cut(come(crowd, served, 50, words), seconds=20)
    ask(served)


def test_whoever_reads_a_byte_now_and_then_is_cut(site: Site, crowd: ExitStack) -> None:
    served = serve_impatiently(site, request=10, pause=1, answer=30)
    (reader,) = come(crowd, served, 1, ASK)

    end = time.monotonic() + 20
    while time.monotonic() < end and not are_cut([reader], seconds=0.2):
        assert len(reader.recv(1)) == 1

    assert time.monotonic() < end


def test_whoever_goes_on_reading_is_cut_when_the_answer_takes_too_long(site: Site, crowd: ExitStack) -> None:
    served = serve_impatiently(site, request=10, pause=10, answer=1)
    (reader,) = come(crowd, served, 1, ASK)
    taken, end = 0, time.monotonic() + 20

    while time.monotonic() < end and not are_cut([reader], seconds=0.05):
        taken += len(reader.recv(8192))

    assert time.monotonic() < end
    assert taken < len(LONG)


def test_a_full_house_makes_room_for_who_comes(site: Site, crowd: ExitStack) -> None:
    served = serve_impatiently(site, request=300, pause=300, answer=300, room=20)

    first = come(crowd, served, 60, ASK)
    come(crowd, served, 60, b"")

    assert ask(served) < 5
    assert are_cut(first, seconds=20)


def test_a_head_without_end_is_refused(site: Site, crowd: ExitStack) -> None:
    served = serve(site)
    (one,) = come(crowd, served, 1, b"GET /atom.xml HTTP/1.1\r\nX: ")
    one.settimeout(10)

    answer = b""
    try:
        for _ in range(100):
            one.sendall(b"a" * 10_000)
        answer = one.recv(1000)
    except (BrokenPipeError, ConnectionResetError):
        # Refused so early that not even the answer was waited for.
        answer = answer or b"HTTP/1.1 431 "

    assert answer.startswith(b"HTTP/1.1 431 ")
    ask(served)


def test_questions_by_the_thousand_at_once_are_refused(site: Site, crowd: ExitStack) -> None:
    served = serve(site)
    before = served.memory

    are_cut(come(crowd, served, 20, ASK * 4000), seconds=20)

    ask(served)
    assert served.memory - before < 100


def test_questions_in_a_row_are_answered_in_their_order(site: Site, crowd: ExitStack) -> None:
    served = serve(site)
    paths = ["/atom.xml", "/feeds.opml", "/nothing", "/healthz"] * 5
    asked = "".join(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths)
    (one,) = come(crowd, served, 1, f"{asked}GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    answer = b"".join(iter(lambda: one.recv(65536), b""))

    assert [line[9:12] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")] == [
        *[b"200", b"200", b"404", b"200"] * 5,
        b"200",
    ]


def test_who_does_not_read_does_not_keep_it_from_ending(site: Site, crowd: ExitStack) -> None:
    served = serve(site)
    come(crowd, served, 100, ASK)
    ask(served)

    served.process.send_signal(signal.SIGTERM)
    served.process.wait(timeout=20)

    assert served.process.returncode == 0
    assert len(served.lines.seen) == 1
