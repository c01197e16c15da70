"""The page where an editor looks at an issue that waits, and lets it go: GET shows, POST acts, once."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from publisher.app import App
from publisher.errors import PublisherError, TemplateError, UsageError
from publisher.model.site import Site
from publisher.web.files import Say
from publisher.web.negotiation import languages
from publisher.web.pages import AGAIN, ALWAYS, form, nearest, page, plain
from publisher.web.preview_frame import POLICY, Scheme, framed

if TYPE_CHECKING:
    from publisher.jobs.approval import Asked
    from publisher.store.engine import Store
    from publisher.templating import Templates

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
_WAIT_SECONDS = 10.0
_FRAMES = "frame-src 'self'"


class Shown(StrEnum):
    """What the page says: that a person is asked, what they have said just now or before, or why it asks nothing."""

    ASK = "ask"
    SENT = "sent"
    CANCELLED = "cancelled"
    PAST = "past"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    BUSY = "busy"


_STATUS = {Shown.UNKNOWN: 404, Shown.EXPIRED: 410, Shown.BUSY: 503}


class ApprovalPages:
    """Answers at the addresses that editors get by mail; a class because templates are compiled once."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self._site, self._say = app, site, say

    async def answer(self, request: Request) -> Response:
        """The endpoint of the page."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**ALWAYS, "allow": ", ".join(METHODS)})
        try:
            send = await _decision(request) if request.method == "POST" else None
        except HTTPException as error:
            # Else what is still to come of the form would be waited for.
            return plain(error.detail, error.status_code, {"connection": "close"})
        except ClientDisconnect:
            return plain("The form did not arrive.\n", 400)
        tongues = languages(request.headers.get("accept-language"))
        return await run_in_threadpool(self._answer, request.path_params["token"], send, tuple(tongues))

    def mail(self, request: Request) -> Response:
        """The endpoint of a frame: one variant as a sample reader gets it."""
        from publisher.jobs.approval import sample

        token, variant = request.path_params["token"], request.path_params["variant"]
        try:
            with self._ledger() as store:
                found = sample(store, self._app.signing(store), token, variant, self._app.clock())
        except UsageError:
            found = None
        except PublisherError as error:
            self._say(f"a mail that waits for approval could not be shown: {error.told()}")
            return plain("This could not be shown. Try again in half a minute.\n", 503, AGAIN)
        if found is None:
            return plain("Nothing is here.\n", 404)
        html, pictures = found
        headers = {**ALWAYS, "content-security-policy": POLICY}
        return HTMLResponse(framed(html, Scheme.LIGHT, pictures), headers=headers)

    def _answer(self, token: str, send: bool | None, tongues: Sequence[str]) -> Response:
        try:
            shown, about = self._done(token, send)
        except UsageError:
            # No ledger: nothing was ever mailed from here.
            shown, about = Shown.UNKNOWN, None
        except PublisherError as error:
            self._say(f"somebody came to approve an issue and was told to come again: {error.told()}")
            shown, about = Shown.BUSY, None
        return self._page(shown, about, token, tongues)

    def _done(self, token: str, send: bool | None) -> "tuple[Shown, Asked | None]":
        """Do what is asked; StoreError where the ledger cannot be had in time, or is lost."""
        from publisher.jobs.approval import asked, decide
        from publisher.jobs.mailing import require_known_ledger

        with self._ledger() as store:
            signing = self._app.signing(store)
            about = asked(store, signing, token, self._app.clock())
            if about is None:
                return Shown.UNKNOWN, None
            if about.expired:
                return Shown.EXPIRED, about
            if send is None or not about.waits:
                return Shown.ASK if about.waits else Shown.PAST, about
            require_known_ledger(store, self._app.config.home)
            if not decide(store, about.issue.id, send=send):
                return Shown.PAST, asked(store, signing, token, self._app.clock())
            return Shown.SENT if send else Shown.CANCELLED, about

    def _ledger(self) -> "AbstractContextManager[Store]":
        return self._app.existing(wait_seconds=_WAIT_SECONDS)

    def _page(self, shown: Shown, about: "Asked | None", token: str, tongues: Sequence[str]) -> Response:
        from publisher.templating import Templates

        facts = self._facts(shown, about, token)
        try:
            return _rendered(self._templates, [*tongues, self._site.language], shown, facts)
        except TemplateError as error:
            self._say(f"a page for approval: {error.told()}")
            return _rendered(Templates(None), [*tongues, self._site.language], shown, facts)

    def _facts(self, shown: Shown, about: "Asked | None", token: str) -> dict[str, Any]:
        from publisher.jobs.mailing import local

        newsletters = {one.name: one for one in self._app.newsletters()}
        known = newsletters.get(about.issue.newsletter or "") if about else None
        zone = known.timezone if known else self._app.timezone()
        return {
            "shown": str(shown),
            "site": self._site,
            "about": about,
            "newsletter": about.issue.list_title if about else "",
            "at": local(about.issue.at, zone) if about else "",
            "token": token,
        }

    @cached_property
    def _templates(self) -> "Templates":
        return self._app.templates()


async def _decision(request: Request) -> bool:
    """Whether the issue is to be sent; HTTPException in plain words, ClientDisconnect."""
    sent = await form(request, "Use a button of the page.\n")
    if sent.get("decision") not in ("send", "cancel"):
        raise HTTPException(400, "The form asks for nothing. Use a button of the page.\n")
    return sent["decision"] == "send"


def _rendered(templates: "Templates", wanted: Sequence[str], shown: Shown, facts: dict[str, Any]) -> Response:
    """The page, in the first language that there are words in; raises TemplateError."""
    language = next((tag for tag in nearest(wanted) if templates.exists(f"web/approve.{tag}.html.j2")), "en")
    headers = AGAIN if shown is Shown.BUSY else {}
    status = _STATUS.get(shown, 200)
    return page(templates, "approve", language, facts, status=status, headers=headers, policy=_FRAMES)
