"""Whose key an operation needs, for the operation and for its description."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from publisher.app import App
from publisher.model.key import Key, KeyScope
from publisher.web.api.problems import Kind, ProblemError

_BEARER = HTTPBearer(scheme_name="key", description="A key of `publisher key add`.", auto_error=False)


async def _allowed(request: Request, scopes: SecurityScopes, _shown: Annotated[object, Depends(_BEARER)]) -> Key:
    """The key, which the gate knows; ProblemError where it is for other things."""
    key: Key = request.scope["state"]["key"]
    needed = [scope for scope in scopes.scopes if scope not in key.scopes]
    if needed:
        challenge = f'Bearer realm="publisher", error="insufficient_scope", scope="{" ".join(scopes.scopes)}"'
        detail = f"This needs a key with the scope {needed[0]}."
        raise ProblemError(Kind.FORBIDDEN, detail, headers={"www-authenticate": challenge})
    return key


async def _site(request: Request) -> App:
    app: App = request.app.state.site
    return app


Site = Annotated[App, Depends(_site)]
SubscribersReader = Annotated[Key, Security(_allowed, scopes=[KeyScope.SUBSCRIBERS_READ.value])]
SubscribersWriter = Annotated[Key, Security(_allowed, scopes=[KeyScope.SUBSCRIBERS_WRITE.value])]
SubscribersEraser = Annotated[Key, Security(_allowed, scopes=[KeyScope.SUBSCRIBERS_ERASE.value])]
IssuesReader = Annotated[Key, Security(_allowed, scopes=[KeyScope.ISSUES_READ.value])]
Sender = Annotated[Key, Security(_allowed, scopes=[KeyScope.SEND.value])]
EventsReader = Annotated[Key, Security(_allowed, scopes=[KeyScope.EVENTS_READ.value])]
