"""Planning as another machine does it: `python -m support.planning NOW [warm]` in a site's folder prints what was made.

A digest of everything up to `AT` and a one-off, each with its manifest and its variants by their hashes.
"""

import json
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from publisher.app import App, open_app
from publisher.cli.manifest import manifest_json
from publisher.jobs.audience import Whom
from publisher.jobs.digest import make_digest
from publisher.jobs.issue import details
from publisher.jobs.library import Library
from publisher.jobs.send import find_post, make_one_off
from publisher.model.mailing import Issue
from publisher.schedule import prev_fire
from publisher.store import subscribers
from publisher.store.engine import Store
from support.rows import wish
from support.site import JST

AT = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
LANGUAGES = {"hanako@example.jp": "ja", "jane@example.com": "en", "taro@gmail.com": None}


def main(now: datetime, *, warm: bool) -> None:
    """Plan, and print it; with `warm` the folder was read a week before."""
    app = open_app(None, {}, Path.cwd())
    store = Store("sqlite:///publisher.db")
    with store.write() as connection:
        for email, language in sorted(LANGUAGES.items(), reverse=warm):
            for name in ("attached", "linked"):
                one = wish(email, newsletter=name, language=language)
                subscribers.subscribe(connection, one, AT - timedelta(days=30), revive=True)
    if warm:
        app.read(lambda library: [library.rendered(post) for post in library.posts], at=AT - timedelta(days=2))
    made = [
        issue for name in ("attached", "linked") for issue in app.read(partial(issues, app, store, name, now), at=AT)
    ]
    print(json.dumps([manifest_json(details(store, one.id)) for one in made]))


def issues(app: App, store: Store, name: str, now: datetime, library: Library) -> list[Issue]:
    """A newsletter's."""
    desk = app.desk(library, app.newsletter(name))
    post = find_post(library, "posts/味噌.md", Path.cwd())
    made = [
        make_digest(desk, store, at=AT, now=now, prev_fire=prev_fire),
        make_one_off(desk, store, post, Whom((f"{name}@example.jp",)), now=now),
    ]
    return [one for one in made if one is not None]


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]), warm="warm" in sys.argv)
