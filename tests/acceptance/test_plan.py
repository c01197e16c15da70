"""What will go out is shown, and nothing is done."""

import hashlib
import sqlite3
from contextlib import closing

from support.site import Site
from support.smtp import Server


def all_there_is(site: Site) -> dict[str, str]:
    """Every file by its bytes, but for the cache; and every row of the ledger."""
    files = (path for path in sorted(site.folder.rglob("*")) if path.is_file() and "cache.db" not in path.name)
    found = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    if (site.folder / "publisher.db").exists():
        with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
            found |= {str(number): line for number, line in enumerate(ledger.iterdump())}
    return found


def test_a_plan_says_what_goes_to_how_many_and_changes_nothing(site: Site, smtp: Server) -> None:
    nothing = all_there_is(site)
    assert "nobody is subscribed to it" in site.ok("plan").out
    assert all_there_is(site) == nothing, "no ledger is made, and no id is written"
    site.ok("subscriber", "add", "hanako@example.jp")
    before = all_there_is(site)

    told, found = site.ok("plan").out, site.ok("plan", "weekly", "--json").json
    unknown = site.run("plan", "毎日")

    assert all_there_is(site) == before
    assert smtp.mails == []
    assert (found["hash"] in told, "味噌を仕込む日：大豆1kg" in told) == (True, True)
    assert "publisher apply" not in told, "what is not due cannot be sent"
    assert (unknown.code, "no newsletter '毎日'" in unknown.err) == (2, True)
