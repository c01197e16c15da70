"""Somebody comes with a token: what their request says, and the ledger for as long as its patience lasts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from publisher.app import App
from publisher.struct import Struct
from publisher.web.clients import Network, client
from publisher.web.negotiation import languages
from publisher.web.pages import ALWAYS, pairs, plain
from publisher.web.room import METHODS
from publisher.web.sign_up_form import LONGEST, MOST_FIELDS

if TYPE_CHECKING:
    from publisher.store.engine import Store

WAIT_SECONDS = 10.0
"""For the ledger, the time in the queue included: then a 503, before our own patience gives up (Patience.pause)."""


class Visit(Struct, frozen=True):
    """A request: `sent` are the fields of its form, None where it only looks; `tongues` as it likes them; `ip` is the
    client's address, empty where nobody knows; `until` when its patience ends."""

    token: str
    sent: tuple[tuple[str, str], ...] | None
    tongues: tuple[str, ...]
    ip: str
    until: float

    @property
    def gesture(self) -> str:
        """Which button was pressed; empty for none of ours."""
        return dict(self.sent or ()).get("do", "")


async def visit(request: Request, trusted: Sequence[Network]) -> Visit | Response:
    """What a request asks for, or its answer where it asks for nothing that pages do. GET and HEAD change nothing, for
    link scanners follow every address; what is none of ours in a form is read by nobody."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**ALWAYS, "allow": ", ".join(METHODS)})
    until, sent = monotonic() + WAIT_SECONDS, None
    try:
        if request.method == "POST":
            sent = await pairs(request, "Use a button of the page.\n", most=MOST_FIELDS, longest=LONGEST)
    except HTTPException as error:
        # Else what is still to come of the form would be waited for.
        return plain(error.detail, error.status_code, {"connection": "close"})
    except ClientDisconnect:
        return plain("The form did not arrive.\n", 400)
    tongues = tuple(languages(request.headers.get("accept-language")))
    token, posted = request.path_params["token"], None if sent is None else tuple(sent)
    return Visit(token, posted, tongues, client_of(request, trusted), until)


def client_of(request: Request, trusted: Sequence[Network]) -> str:
    """The address of who asks, see web.clients."""
    peer = request.client.host if request.client else ""
    return client(peer, request.headers.getlist("x-forwarded-for"), trusted)


class Desk:
    """Opens the ledger for one visit after the other, where they change something."""

    def __init__(self, app: App) -> None:
        self._app = app
        # Else those who come at once would find the ledger held by one another, and time out.
        self._turn = Lock()

    @contextmanager
    def ledger(self, came: Visit) -> "Iterator[Store]":
        """The ledger; NotFound where there is none, StoreError where it cannot be had in time, or is lost."""
        with (
            nullcontext() if came.sent is None else self._turn,
            self._app.existing(wait_seconds=max(came.until - monotonic(), 0)) as store,
        ):
            yield store
