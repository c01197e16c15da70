"""A site with two new posts, and a mail server."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.site import CONFIG, Site, days_ago
from support.smtp import Server, smtp_server


@pytest.fixture
def smtp() -> Iterator[Server]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, smtp: Server) -> Iterator[Site]:
    """Two posts of the last days, one of years ago; mail goes to the test's server."""
    made = Site(tmp_path / "site", {"PUBLISHER_MAIL__TRANSPORT": smtp.url})
    made.write("config.yaml", CONFIG)
    made.post("味噌を仕込む", days_ago(1), title="味噌を仕込む日：大豆1kg", categories="庭, 本")
    made.post("図書館の棚", days_ago(3), title="図書館の棚", categories="本")
    made.post("昔の記事", days_ago(900), title="昔の記事")
    yield made
    made.stop()


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
