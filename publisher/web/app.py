"""The application: the files of the site, and beside them the pages that are made when they are asked for."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from publisher.app import App
from publisher.jobs.site import resolve
from publisher.model.site import Site as SiteFacts
from publisher.web.addresses import base_path
from publisher.web.answers import SAFE, Site
from publisher.web.approve import METHODS as OF_APPROVAL
from publisher.web.approve import ApprovalPages
from publisher.web.confirm import ConfirmPages
from publisher.web.files import Directory, Files, Say
from publisher.web.lazy_api import LazyApi
from publisher.web.leave import METHODS, LeavePages
from publisher.web.preferences import PreferencesPages
from publisher.web.room import METHODS as OF_READERS
from publisher.web.subscribe import SubscribePages

_SAFE = {name.decode(): value.decode() for name, value in SAFE}


def create_app(app: App, say: Say) -> ASGIApp:
    """What answers for one site; `say` tells whoever runs it what is wrong. ConfigError where `ids.json` is damaged,
    or what we or providers sign with cannot be had."""
    app.signing_keys()
    place, feeds = resolve(app.config), app.config.settings.feeds
    leaving, approving = LeavePages(app, place.site, say), ApprovalPages(app, place.site, say)
    routes: list[BaseRoute] = [Route("/healthz", _healthy), *_ways_out(app, leaving), *_approvals(app, approving)]
    pages = Starlette(
        routes=[*routes, *_ways_in(app, place.site, say), *_hooks(app, say), *_api(app, say)],
        exception_handlers={HTTPException: _refused},
    )
    # Else it would lead to whatever host a request names.
    pages.router.redirect_slashes = False
    site = Site(place.site.url, feeds.hub)
    directory = Directory(app.config, place.site.url, say)
    if not directory.current().targets:
        say("nothing is built yet: 'publisher build' makes what is served")
    return Files(site, directory, place.output, pages, app.clock)


def _ways_in(app: App, site: SiteFacts, say: Say) -> list[Route]:
    """None where `web.url` is not set: mails could not lead here, and readers sign up by mail."""
    if app.config.settings.web.url is None or not app.config.settings.newsletters:
        return []
    signing_up, confirming = SubscribePages(app, site, say), ConfirmPages(app, site, say)
    choosing = PreferencesPages(app, site, say)
    return [
        route
        for base in _bases(app)
        for route in (
            Route(f"{base}subscribe", signing_up.answer, methods=OF_READERS),
            Route(f"{base}subscribe.js", signing_up.script),
            Route(f"{base}confirm/{{token}}", confirming.answer, methods=OF_READERS),
            Route(f"{base}preferences/{{token}}", choosing.answer, methods=OF_READERS),
        )
    ]


def _ways_out(app: App, pages: LeavePages) -> list[Route]:
    return [Route(f"{base}unsubscribe/{{token:path}}", pages.answer, methods=METHODS) for base in _bases(app)]


def _approvals(app: App, pages: ApprovalPages) -> list[Route]:
    return [
        route
        for base in _bases(app)
        for route in (
            Route(f"{base}approve/{{token}}", pages.answer, methods=OF_APPROVAL),
            Route(f"{base}approve/{{token}}/{{variant:int}}", pages.mail),
        )
    ]


def _hooks(app: App, say: Say) -> list[Route]:
    """None where no provider is configured; ConfigError where what verifies one cannot be had."""
    events = app.config.settings.mail.events
    if not any((events.ses, events.postmark, events.mailgun, events.sendgrid)):
        return []
    # Here, not above: most sites have none, and it needs OpenSSL and the ledger.
    from publisher.web.hooks import Hooks

    hooks = Hooks(app, say)
    return [route for base in _bases(app) for route in hooks.routes(base)]


def _api(app: App, say: Say) -> list[Mount]:
    api = LazyApi(app, say)
    return [Mount(f"{base}api/v1", api) for base in _bases(app)]


def _bases(app: App) -> list[str]:
    """The root and, where `web.url` has a path, that: a server before this one may take it off, or not."""
    return sorted({"/", base_path(app.config.settings.web.url or "")})


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={**_SAFE, "cache-control": "no-store"})


async def _refused(_request: Request, error: Exception) -> Response:
    """404 and 405 in plain words."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = (error.headers if isinstance(error, HTTPException) else None) or {}
    words = "Nothing is here.\n" if status == 404 else "This cannot be done here.\n"
    return PlainTextResponse(words, status, headers={**_SAFE, "cache-control": "no-store", **headers})
