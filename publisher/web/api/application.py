"""The application: every resource, and what describes them."""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from publisher import __version__
from publisher.app import App
from publisher.web.api import events, issues, send, subscribers, subscriptions
from publisher.web.api.description import describe
from publisher.web.api.faults import add_handlers
from publisher.web.api.gate import Gate
from publisher.web.api.problems import Kind, ProblemError
from publisher.web.files import Say

PATH = "/api/v1"


def create_api(app: App, say: Say) -> ASGIApp:
    """What answers below `PATH`; `say` tells whoever runs it what is wrong."""
    return Gate(app, build(app, say), say)


def build(app: App, say: Callable[[str], None]) -> FastAPI:
    """The same without what stands before it."""
    api = FastAPI(
        title="Publisher",
        summary="Readers, issues and events of one site.",
        version=__version__,
        servers=[{"url": urlsplit(app.config.settings.web.url or "").path.rstrip("/") + PATH}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.site = app
    for room in (subscribers, subscriptions, issues, send, events):
        api.include_router(room.router)
    add_handlers(api, say)
    # It answers by itself, and tells again of what it met: the gate says so.
    api.add_exception_handler(Exception, _failed)
    describe(api)
    return api


async def _failed(_request: Request, _error: Exception) -> Response:
    return ProblemError(Kind.FAILED, "This is not your fault. The operator is told.").response()
