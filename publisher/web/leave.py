"""The way out for readers of mail: a page with a button, and the POST of RFC 8058 that needs no page."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from publisher.app import App
from publisher.errors import PublisherError, TemplateError, UsageError
from publisher.model.site import Site
from publisher.struct import Struct
from publisher.web.files import Say
from publisher.web.negotiation import languages
from publisher.web.pages import AGAIN, ALWAYS, form, nearest, page, plain

if TYPE_CHECKING:
    from publisher.jobs.leave import Visitor
    from publisher.store.engine import Store
    from publisher.templating import Templates

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]

_WAIT_SECONDS = 10.0
"""For the ledger, the time in the queue included: then a 503, before our own patience gives up (Patience.pause)."""


class Wish(StrEnum):
    """What a POST asks for: the word of the pages' buttons, or ONE_CLICK for the form of RFC 8058 section 3.2."""

    ONE_CLICK = "one-click"
    THIS = "this"
    ALL = "all"


class Shown(StrEnum):
    """What a page says."""

    ASK = "ask"
    LEFT = "left"
    LEFT_ALL = "left_all"
    UNKNOWN = "unknown"
    BUSY = "busy"


_STATUS = {Shown.UNKNOWN: 404, Shown.BUSY: 503}
_WORDS = {
    Shown.LEFT: "You have left. Nothing more will be sent.\n",
    Shown.UNKNOWN: "This is no address of ours, or a part of it is missing.\n",
    Shown.BUSY: "This could not be done yet. Try again in half a minute.\n",
}
"""What a mail program is told instead."""


class Asked(Struct, frozen=True):
    """A request: `wish` None where it only looks; `tongues` as it likes them; `until` when its patience ends."""

    token: str
    wish: Wish | None
    tongues: tuple[str, ...]
    until: float


class LeavePages:
    """Answers at the addresses that stand in mails; a class because templates are compiled once."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self._site, self._say = app, site, say
        # Else those who come at once would find the ledger held by one another, and time out.
        self._turn = Lock()

    async def answer(self, request: Request) -> Response:
        """The endpoint: GET and HEAD change nothing (link scanners follow every address), POST ends it."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**ALWAYS, "allow": ", ".join(METHODS)})
        until = monotonic() + _WAIT_SECONDS
        try:
            wish = await _wish(request) if request.method == "POST" else None
        except HTTPException as error:
            # Else what is still to come of the form would be waited for.
            return plain(error.detail, error.status_code, {"connection": "close"})
        except ClientDisconnect:
            # It will not hear this. What was sent of the form names no wish.
            return plain("The form did not arrive.\n", 400)
        tongues = tuple(languages(request.headers.get("accept-language")))
        token = request.path_params["token"].removesuffix("/one-click")
        return await run_in_threadpool(self._answer, Asked(token, wish, tongues, until))

    def _answer(self, asked: Asked) -> Response:
        try:
            shown, visitor = self._done(asked)
        except PublisherError as error:
            self._say(f"somebody came to leave and was told to come again: {error.told()}")
            shown, visitor = Shown.BUSY, None
        if asked.wish is Wish.ONE_CLICK:
            return plain(_WORDS[shown], _STATUS.get(shown, 200), AGAIN if shown is Shown.BUSY else {})
        return self._page(shown, visitor, asked.tongues)

    def _done(self, asked: Asked) -> "tuple[Shown, Visitor | None]":
        """Do what is asked; StoreError where the ledger cannot be had in time, or is lost."""
        # Here, not above: a server that nobody leaves needs no database.
        from publisher.jobs.leave import leave, visit

        try:
            with self._turn if asked.wish else nullcontext(), self._ledger(asked.until) as store:
                visitor = visit(store, self._app.signing(store), asked.token)
                if visitor is None:
                    return Shown.UNKNOWN, None
                if asked.wish is None:
                    return Shown.LEFT if visitor.is_gone else Shown.ASK, visitor
                leave(store, visitor.who, self._app.clock(), everything=asked.wish is Wish.ALL)
                return Shown.LEFT_ALL if asked.wish is Wish.ALL else Shown.LEFT, visitor
        except UsageError:
            # No ledger: nobody was ever mailed from here.
            return Shown.UNKNOWN, None

    def _ledger(self, until: float) -> "AbstractContextManager[Store]":
        return self._app.existing(wait_seconds=max(until - monotonic(), 0))

    def _page(self, shown: Shown, visitor: "Visitor | None", tongues: Sequence[str]) -> Response:
        from publisher.templating import Templates

        own = [visitor.language] if visitor and visitor.language else []
        wanted, facts = [*own, *tongues, self._site.language], self._facts(shown, visitor)
        try:
            return _rendered(self._templates, wanted, facts)
        except TemplateError as error:
            # The reader has left, or wants to: the packaged page says so as well.
            self._say(f"a page for readers who leave: {error.told()}")
            return _rendered(Templates(None), wanted, facts)

    def _facts(self, shown: Shown, visitor: "Visitor | None") -> dict[str, Any]:
        from publisher.jobs.leave import masked

        newsletters = self._app.config.settings.newsletters
        name = visitor.who.newsletter if visitor else None
        known = newsletters.get(name) if name else None
        return {
            "shown": str(shown),
            "site": self._site,
            "newsletter": known.title if known else name,
            "address": masked(visitor.who.email) if visitor else None,
            "several": name is not None and len(newsletters) > 1,
        }

    @cached_property
    def _templates(self) -> "Templates":
        return self._app.templates()


async def _wish(request: Request) -> Wish:
    """What a POST asks for; HTTPException in plain words where it is no form of ours, ClientDisconnect."""
    sent = await form(request, "Send a form: List-Unsubscribe=One-Click, as RFC 8058 has it.\n")
    if any((name.lower(), value.lower()) == ("list-unsubscribe", "one-click") for name, value in sent.items()):
        return Wish.ONE_CLICK
    if sent.get("leave") in (Wish.THIS, Wish.ALL):
        return Wish(sent["leave"])
    raise HTTPException(400, "The form asks for nothing: List-Unsubscribe=One-Click is missing.\n")


def _rendered(templates: "Templates", wanted: Sequence[str], facts: Mapping[str, Any]) -> Response:
    """The page, in the first language that there are words in; raises TemplateError."""
    language = next((tag for tag in nearest(wanted) if templates.exists(f"web/leave.{tag}.html.j2")), "en")
    return page(
        templates,
        "leave",
        language,
        facts,
        status=_STATUS.get(Shown(facts["shown"]), 200),
        headers=AGAIN if facts["shown"] == Shown.BUSY else {},
    )
