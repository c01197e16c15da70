"""From what goes wrong on the way to what a program is told of it."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from publisher.errors import Conflict, NotFound, PublisherError, UsageError
from publisher.web.api.problems import Kind, Place, ProblemError

AGAIN = {"retry-after": "5"}
_UNREADABLE = "The body is no JSON in UTF-8."
_OF_STATUS = {404: Kind.NOT_FOUND, 405: Kind.NOT_ALLOWED}
_STRANGE = re.compile(r"[^ -~]")


def add_handlers(api: FastAPI, say: Callable[[str], None]) -> None:
    """Answer all of them as problems; `say` tells the operator of what is theirs."""

    async def told(_request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return error.response()

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _invalid(error.errors()).response()

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = _OF_STATUS.get(error.status_code, Kind.MALFORMED)
        detail = {Kind.NOT_FOUND: "Nothing is here.", Kind.NOT_ALLOWED: "This method is not for this address."}
        return ProblemError(kind, detail.get(kind, _UNREADABLE), headers=error.headers).response()

    async def failed(_request: Request, error: Exception) -> Response:
        assert isinstance(error, PublisherError)
        return of_error(error, say).response()

    api.add_exception_handler(ProblemError, told)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(HTTPException, refused)
    api.add_exception_handler(PublisherError, failed)


def of_error(error: PublisherError, say: Callable[[str], None]) -> ProblemError:
    """What is told of an error of ours: the caller's are explained, the operator's are not for strangers."""
    if isinstance(error, NotFound):
        return ProblemError(Kind.NOT_FOUND, f"There is no {error.noun} {error.key}.")
    if isinstance(error, Conflict):
        return ProblemError(Kind.CONFLICT, error.in_one_line())
    if isinstance(error, UsageError):
        return ProblemError(Kind.INVALID, error.message, [Place(error.message)])
    say(f"a program that used the API was told to come again: {error.told()}")
    return ProblemError(Kind.BUSY, "This could not be done yet. Try again in a moment.", headers=AGAIN)


def _invalid(errors: Sequence[Any]) -> ProblemError:
    if any(one["type"] == "json_invalid" for one in errors):
        return ProblemError(Kind.MALFORMED, _UNREADABLE)
    places = [_place(one) for one in errors]
    return ProblemError(Kind.INVALID, "; ".join(f"{_named(one)}: {one.detail}" for one in places[:5]), places)


def _named(place: Place) -> str:
    return place.parameter or place.pointer or "the body"


def _place(error: Any) -> Place:
    """Pydantic's words without what was sent, which would come back to who may have been sent it by another."""
    where, *path = error["loc"]
    words = str(error["msg"]).removeprefix("Value error, ")
    if where == "body":
        return Place(words, pointer="#" + "".join(f"/{_escaped(one)}" for one in path))
    return Place(words, parameter=_plain(path[0]) if path else str(where))


def _escaped(step: object) -> str:
    return _plain(step).replace("~", "~0").replace("/", "~1")


def _plain(step: object) -> str:
    """A name that was sent: a lone surrogate could not be sent back."""
    return _STRANGE.sub(lambda found: f"\\u{ord(found[0]):04x}", str(step)[:100])
