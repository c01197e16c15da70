"""What a program is told that asked for what cannot be had: problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from starlette.responses import JSONResponse

from publisher.struct import Struct

MEDIA_TYPE = "application/problem+json"
_NAMES = "urn:publisher:problem:"


class Kind(Enum):
    """What may be wrong: the last word of its `type`, the status, and the title."""

    MALFORMED = ("malformed", 400, "This cannot be read")
    UNAUTHORIZED = ("unauthorized", 401, "A key is needed")
    FORBIDDEN = ("forbidden", 403, "The key is not for this")
    NOT_FOUND = ("not-found", 404, "There is no such thing")
    NOT_ALLOWED = ("not-allowed", 405, "This cannot be done here")
    CONFLICT = ("conflict", 409, "As things stand this cannot be done")
    TOO_LARGE = ("too-large", 413, "This is too long")
    MEDIA = ("media-type", 415, "This is not JSON")
    INVALID = ("invalid", 422, "This cannot be meant")
    LIMITED = ("limited", 429, "Too much was asked for")
    FAILED = ("failed", 500, "Publisher has a bug")
    BUSY = ("busy", 503, "This could not be done yet")

    @property
    def type(self) -> str:
        """A stable name, for programs."""
        return _NAMES + str(self.value[0])

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return int(self.value[1])

    @property
    def title(self) -> str:
        """For people, the same for all of a kind."""
        return str(self.value[2])


class Place(Struct, frozen=True):
    """Where something is wrong, and what: a JSON Pointer into the body (RFC 6901), or the name of a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def as_json(self) -> dict[str, str]:
        """Without what it has not."""
        told = {"detail": self.detail, "pointer": self.pointer, "parameter": self.parameter}
        return {name: value for name, value in told.items() if value is not None}


class ProblemError(Exception):
    """Ends a request."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        places: Sequence[Place] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.places, self.headers = kind, detail, tuple(places), dict(headers or {})

    def response(self) -> JSONResponse:
        """What is answered."""
        body: dict[str, Any] = {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.places:
            body["errors"] = [one.as_json() for one in self.places]
        return JSONResponse(body, self.kind.status, self.headers, MEDIA_TYPE)


def invalid(detail: str, *, pointer: str | None = None, parameter: str | None = None) -> ProblemError:
    """Something that was sent means nothing."""
    return ProblemError(Kind.INVALID, detail, [Place(detail, pointer, parameter)])


def missing(noun: str, key: object) -> ProblemError:
    """What was named is not there."""
    return ProblemError(Kind.NOT_FOUND, f"There is no {noun} {key}.")
