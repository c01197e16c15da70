"""The description of the API (OpenAPI 3.1), with what FastAPI does not know of it: problems."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from publisher.web.api.problems import MEDIA_TYPE, Kind

_TEXT = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong (RFC 9457). `type` is stable, and says which.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {**_TEXT, "enum": [kind.type for kind in Kind]},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {
            "description": "Each fault with its place.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": _TEXT,
                    "pointer": {**_TEXT, "description": "Into the body (RFC 6901)."},
                    "parameter": {**_TEXT, "description": "Of the path, the query or the header."},
                },
            },
        },
    },
}
_HEADERS = {
    Kind.UNAUTHORIZED: ["WWW-Authenticate"],
    Kind.FORBIDDEN: ["WWW-Authenticate"],
    Kind.LIMITED: ["Retry-After", "RateLimit", "RateLimit-Policy"],
    Kind.BUSY: ["Retry-After"],
}
_ALWAYS = (Kind.UNAUTHORIZED, Kind.FORBIDDEN, Kind.INVALID, Kind.LIMITED, Kind.BUSY)
_WITH_BODY = (Kind.MALFORMED, Kind.TOO_LARGE, Kind.MEDIA)


def describe(api: FastAPI) -> None:
    """Let `api` describe itself so."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_described(api))
        return made

    api.openapi = openapi  # type: ignore[method-assign]


def _described(api: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=api.title, version=api.version, summary=api.summary, routes=api.routes, servers=api.servers
    )
    components = found["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {kind.name.title(): _response(kind) for kind in Kind}
    for path in found["paths"].values():
        for operation in path.values():
            _tell_problems(operation)
    return found


def _tell_problems(operation: dict[str, Any]) -> None:
    """Those that any operation may meet; what it alone may meet it names by a status without words."""
    kinds = {kind.status: kind for kind in Kind}
    responses = operation["responses"]
    own = [kinds[int(status)] for status, told in responses.items() if int(status) in kinds and "content" not in told]
    body = _WITH_BODY if "requestBody" in operation else ()
    for kind in {*own, *_ALWAYS, *body}:
        responses[str(kind.status)] = {"$ref": f"#/components/responses/{kind.name.title()}"}
    operation["responses"] = dict(sorted(responses.items()))


def _response(kind: Kind) -> dict[str, Any]:
    example = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": f"{kind.title}."}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    headers = {name: {"schema": _TEXT} for name in _HEADERS.get(kind, ())}
    return {"description": kind.title, "content": content} | ({"headers": headers} if headers else {})


def may(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """What an operation may meet that others do not."""
    return {kind.status: {"description": kind.title} for kind in kinds}
