"""Which domains take mail, asked of a real name server."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from publisher.mx import Exchanges

ZONE = {
    ("good.example.", "MX"): "10 mail.good.example.",
    ("none.example.", "MX"): "0 .",
    ("plain.example.", "A"): "192.0.2.1",
    ("empty.example.", "TXT"): '"nothing"',
}


@contextmanager
def nameserver(asked: list[str]) -> Iterator[tuple[str, int]]:
    """Answers by ZONE; says of `silent.example` nothing, of `broken.example` that it has failed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))

        def answer() -> None:
            while data := listener.recvfrom(4096):
                query = dns.message.from_wire(data[0])
                if not query.question:
                    return
                name, kind = query.question[0].name, str(dns.rdatatype.to_text(query.question[0].rdtype))
                asked.append(str(name))
                if str(name) != "silent.example.":
                    listener.sendto(_answered(query, name, kind), data[1])

        thread = Thread(target=answer)
        thread.start()
        yield listener.getsockname()
        listener.sendto(dns.message.Message().to_wire(), listener.getsockname())
        thread.join()


def _answered(query: dns.message.Message, name: dns.name.Name, kind: str) -> bytes:
    made = dns.message.make_response(query)
    made.flags |= dns.flags.RA
    if str(name) == "broken.example.":
        made.set_rcode(dns.rcode.SERVFAIL)
    elif (str(name), kind) in ZONE:
        made.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[str(name), kind]))
    elif str(name) not in {known for known, _ in ZONE}:
        made.set_rcode(dns.rcode.NXDOMAIN)
    return made.to_wire()


@pytest.fixture
def asked() -> list[str]:
    return []


def test_only_what_surely_takes_no_mail_is_named_and_it_is_remembered_for_an_hour(
    now: datetime, asked: list[str]
) -> None:
    moment = [now]
    with nameserver(asked) as server:
        exchanges = Exchanges(lambda: moment[0], 0.5, server)
        domains = [f"{name}.example" for name in ("good", "none", "plain", "empty", "nowhere", "silent", "broken")]

        assert exchanges.unmailable(domains) == {"none.example", "empty.example", "nowhere.example"}

        before = len(asked)
        moment[0] = now + timedelta(minutes=59)
        assert exchanges.unmailable(["good.example", "none.example"]) == {"none.example"}
        assert len(asked) == before
        moment[0] = now + timedelta(hours=1)
        exchanges.unmailable(["good.example"])
        assert len(asked) == before + 1


def test_nobody_is_turned_away_where_no_name_server_is_there(now: datetime) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert Exchanges(lambda: now, 0.2, nobody.getsockname()).unmailable(["good.example"]) == set()
