"""Crowds sign up at once: all are answered, none is lost, and limits hold."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from support.serving import Served, serve
from support.site import CONFIG, Site

from publisher.mail.tokens import stamp
from publisher.store.engine import Store

_CONNECTIONS = 1000
WEB = "web: {url: https://midori.example/, trusted_proxies: [127.0.0.1], sign_up: {per_ip: 8}}\n"


async def _come(served: Served, forms: list[tuple[str, bytes]]) -> list[int]:
    """The statuses of some posts on one connection, one after the other."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    statuses = []
    for ip, body in forms:
        head = (
            f"POST /subscribe HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {ip}\r\naccept: application/json\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        statuses.append(int(answer.split()[1]))
        lines = dict(line.lower().split(b": ", 1) for line in answer.split(b"\r\n")[1:] if line)
        await reader.readexactly(int(lines[b"content-length"]))
    writer.close()
    return statuses


async def _crowd(served: Served, forms: list[tuple[str, bytes]]) -> Counter[int]:
    shares = [forms[start::_CONNECTIONS] for start in range(min(_CONNECTIONS, len(forms)))]
    found = await asyncio.gather(*(_come(served, share) for share in shares))
    return Counter(status for statuses in found for status in statuses)


@pytest.mark.parametrize("readers", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_crowd_that_signs_up_at_once_is_answered_and_none_of_it_is_lost(site: Site, readers: int) -> None:
    """Ten sign-ups of each address, from as many clients, of each of which eight are taken."""
    site.write("config.yaml", CONFIG + WEB)
    site.environ["PUBLISHER_MAIL__TRANSPORT"] = "maildir:mail"
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store:
        shown = stamp(store.secret, datetime.now(UTC) - timedelta(seconds=5))
    served = serve(site)
    forms = [
        (
            f"10.{number % readers // 250}.{number % readers % 250}.7",
            urlencode({"email": f"r{number % readers}@example.jp", "newsletter": "weekly", "stamp": shown}).encode(),
        )
        for number in range(10 * readers)
    ]

    statuses = asyncio.run(_crowd(served, forms))

    assert statuses == {200: 8 * readers, 429: 2 * readers}
    with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
        counts = "SELECT count(*), count(DISTINCT address_key) FROM "
        assert ledger.execute(counts + "sign_ups").fetchone() == (readers, readers)
        assert ledger.execute(counts + "letters WHERE kind = 'confirm'").fetchone() == (readers, readers)
        waiting = "SELECT count(*) FROM subscriptions WHERE status = 'unconfirmed'"
        assert ledger.execute(waiting).fetchone() == (readers,)
