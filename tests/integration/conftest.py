"""A site in a folder of its own."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.rounds import subscribe
from support.site import CONFIG, JST, Site

from publisher.store.engine import Store


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Without posts."""
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    return made


@pytest.fixture
def readers(site: Site, store: Store) -> Site:
    """A reader without a zone, in Tokyo with the newsletter, one in Berlin, one in Auckland; a post of the week before
    the 23rd of November 2026."""
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
    site.write("config.yaml", CONFIG + "    at: reader\n")
    for email, zone in (("tokyo", None), ("berlin", "Europe/Berlin"), ("auckland", "Pacific/Auckland")):
        subscribe(store, f"{email}@example.jp", monday - timedelta(weeks=3), timezone=zone)
    site.post("霜の朝", monday - timedelta(days=1), title="霜の朝")
    return site
