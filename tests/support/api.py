"""The API of a site that is served, as a program asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from publisher.model.key import KeyScope
from support.serving import Served, serve
from support.site import Site

ALL = tuple(scope.value for scope in KeyScope)


def key(site: Site, *scopes: str, name: str = "試験") -> str:
    """A key for these scopes, all if none is named."""
    words = [word for scope in scopes or ALL for word in ("--scope", scope)]
    return site.ok("key", "add", name, *words).out.strip()


@contextmanager
def asking(served: Served, shown: str | None) -> Iterator[httpx.Client]:
    """Somebody who shows this key, or none."""
    headers = {} if shown is None else {"authorization": f"Bearer {shown}"}
    # A command between two requests may take longer than the server keeps a connection that nobody uses.
    limits = httpx.Limits(max_keepalive_connections=0)
    url = f"{served.url}api/v1"
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60, limits=limits) as client:
        yield client


@contextmanager
def api(site: Site, *scopes: str) -> Iterator[httpx.Client]:
    """Somebody who has a key for these scopes."""
    shown = key(site, *scopes)
    with asking(serve(site), shown) as client:
        yield client


def problem(answer: httpx.Response) -> tuple[int, str, Any]:
    """Status, the last word of the type, and the places."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"]
    places = [one.get("pointer") or one.get("parameter") for one in told.get("errors", [])]
    return answer.status_code, told["type"].rpartition(":")[2], places
