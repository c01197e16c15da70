"""The keys of links are rotated, lost and found: over HTTP, from a real server, with mails by a real SMTP server."""

import re
import secrets
from contextlib import closing
from datetime import timedelta
from urllib.parse import urlsplit

from support.letters import content, parsed
from support.rows import wish
from support.serving import asking, serve
from support.site import CONFIG, Site, days_ago
from support.smtp import Server

from publisher.model.newsletter import Frequency
from publisher.store import subscribers
from publisher.store.engine import Store

WEB = 'web: {url: "https://midori.example/", secret_file: kagi}\n'
HANAKO = "hanako@example.jp"


def keys(site: Site, *lines: str) -> None:
    site.write("kagi", "".join(f"{line}\n" for line in lines)).chmod(0o600)


def links(smtp: Server, kind: str) -> list[str]:
    """The paths of this kind in the mails, oldest first."""
    texts = [content(parsed(data), "plain") for _, data in smtp.mails]
    return [
        urlsplit(found).path for text in texts for found in re.findall(rf"https://midori\.example/{kind}/\S+", text)
    ]


def mail_one(site: Site, name: str) -> None:
    site.post(name, days_ago(0.01))
    site.ok("send", name, "--newsletter", "weekly", "--yes")


def test_links_outlive_rotations_removals_and_a_lost_ledger(site: Site, smtp: Server) -> None:
    first, second = secrets.token_hex(32), secrets.token_hex(32)
    site.write("config.yaml", CONFIG + WEB.replace(", secret_file: kagi", ""))
    site.ok("subscriber", "add", HANAKO)
    mail_one(site, "鍵の前")
    site.write("config.yaml", CONFIG + WEB)
    assert "unusable-keys" in site.run("check").out
    refused = site.run("send", "鍵の前", "--newsletter", "weekly", "--again", "--yes")
    keys(site, first)
    mail_one(site, "最初の鍵")
    keys(site, second, first)
    mail_one(site, "次の鍵")
    site.ok("db", "backup", "copy.db")
    (site.folder / "publisher.db").unlink()
    (site.folder / "copy.db").rename(site.folder / "publisher.db")

    before, of_first, of_second = links(smtp, "unsubscribe")
    assert (refused.code, len({before, of_first, of_second})) == (78, 3)
    assert "web.secret_file" in refused.err
    served = serve(site)
    with asking(served) as client:

        def asked() -> list[int]:
            return [client.get(path).status_code for path in (before, of_first, of_second)]

        assert asked() == [200, 200, 200]
        keys(site, second)
        assert asked() == [200, 404, 200], "the ledger's own opens the way out for ever, a key only while it is listed"
        (site.folder / "kagi").unlink()
        assert asked() == [503, 503, 503]
        keys(site, second, first)
        assert client.post(f"{of_first}/one-click", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    (one,) = site.ok("subscriber", "list", "--json").json
    assert one["status"] == "unsubscribed"


def test_an_editors_link_is_believed_while_its_key_is_listed(site: Site, smtp: Server) -> None:
    first, second = secrets.token_hex(32), secrets.token_hex(32)
    now = days_ago(0)
    daily = CONFIG.replace('weekly: "mon 09:00"', f'daily: "{now - timedelta(minutes=2):%H:%M}"')
    site.write("config.yaml", f"{daily}    approve: true\n{WEB}")
    keys(site, first)
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store, store.write() as connection:
        wished = wish(HANAKO, frequency=Frequency.DAILY)
        subscribers.subscribe(connection, wished, now - timedelta(days=30), revive=True)
    site.ok("run", "--once")

    (path,) = links(smtp, "approve")
    with asking(serve(site)) as client:
        assert client.get(path).status_code == 200
        keys(site, second, first)
        assert client.get(path).status_code == 200
        keys(site, second)
        assert client.get(path).status_code == 404
