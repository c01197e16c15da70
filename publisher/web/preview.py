"""The application of a preview: the page of each mail, its frames and pictures, and word of the next version."""

import re

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from publisher.jobs.proof import MailKind, Proof
from publisher.jobs.trouble import Trouble
from publisher.model.mailing import Picture
from publisher.web.answers import SAFE
from publisher.web.preview_board import Board
from publisher.web.preview_frame import POLICY, Scheme, framed
from publisher.web.preview_page import Stand, page, script, style

_SAFE = {
    **{name.decode(): value.decode() for name, value in SAFE},
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}
_OF_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# BCP 47, well-formed enough to be a folder's name and nothing else.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def create_preview(board: Board) -> ASGIApp:
    """What answers for the mails on `board`, to this machine's own browsers alone.

    A page of somebody else's whose name leads to 127.0.0.1 (DNS rebinding) asks under that name, and gets 400.
    """
    pages = _Pages(board)
    mail = "/{kind}/{language}/"
    return Starlette(
        routes=[
            Route("/", pages.first),
            Route("/changes", pages.changes),
            Route("/preview.css", _style),
            Route("/preview.js", _script),
            Route(mail, pages.page),
            Route(mail + "{scheme}.html", pages.frame),
            Route(mail + "mail.eml", pages.message),
            Route(mail + "picture/{number:int}", pages.picture),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)],
    )


class _Pages:
    """Answers from one board. What makes a mail runs in a thread, as Starlette does with plain functions."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def first(self, _request: Request) -> Response:
        kind, language = self._board.first
        return RedirectResponse(f"/{kind}/{language}/", headers=_SAFE)

    async def changes(self, request: Request) -> Response:
        since = request.query_params.get("since", "")
        version = await self._board.changed(int(since) if re.fullmatch("[0-9]{1,9}", since) else 0)
        return PlainTextResponse(str(version), headers=_SAFE)

    def page(self, request: Request) -> Response:
        kind, language = _asked(request)
        # Before it is made: what changes meanwhile is another version.
        version = self._board.version
        shown = self._board.proof(kind, language)
        stand = Stand(kind, language, self._board.languages, version)
        html = page(shown, stand, self._board.first[1])
        return HTMLResponse(html, headers={**_SAFE, "content-security-policy": _OF_PAGE})

    def frame(self, request: Request) -> Response:
        proof = self._proof(request)
        scheme = request.path_params["scheme"]
        if scheme not in list(Scheme):
            raise HTTPException(404)
        pictures = {url: f"picture/{number}" for number, url in enumerate(proof.pictures)}
        html = framed(proof.read.html, Scheme(scheme), pictures)
        return HTMLResponse(html, headers={**_SAFE, "content-security-policy": POLICY})

    def message(self, request: Request) -> Response:
        return Response(self._proof(request).data, media_type="message/rfc822", headers=_SAFE)

    def picture(self, request: Request) -> Response:
        pictures, number = list(self._proof(request).pictures.values()), request.path_params["number"]
        if number >= len(pictures):
            raise HTTPException(404)
        found = pictures[number]
        # A picture may be an SVG, and that a page with scripts where it is opened by itself.
        headers = {**_SAFE, "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
        if isinstance(found, Picture):
            return Response(found.data, media_type=found.type, headers=headers)
        return FileResponse(found.path, media_type=found.type, headers=headers)

    def _proof(self, request: Request) -> Proof:
        found = self._board.proof(*_asked(request))
        if isinstance(found, Trouble):
            raise HTTPException(404)
        return found


def _asked(request: Request) -> tuple[MailKind, str]:
    kind, language = request.path_params["kind"], request.path_params["language"]
    if kind not in list(MailKind) or not _LANGUAGE.fullmatch(language):
        raise HTTPException(404)
    return MailKind(kind), language


def _style(_request: Request) -> Response:
    return Response(style(), media_type="text/css", headers=_SAFE)


def _script(_request: Request) -> Response:
    return Response(script(), media_type="text/javascript", headers=_SAFE)
