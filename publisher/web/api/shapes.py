"""What the shapes of all resources are made of: strict about what comes in, the same words for what goes out."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

_T = TypeVar("_T")

MOST_IDS = 2**31 - 1
"""The greatest id of PostgreSQL."""

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-30T09:00:00Z"]),
]
"""RFC 3339, in UTC, whole seconds."""

Id = Annotated[int, Path(ge=1, le=MOST_IDS)]
NewsletterName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64, examples=["weekly"])]
Cursor = Annotated[int | None, Field(ge=1, le=MOST_IDS, description="`next` of the answer before; the first without.")]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]


class Shape(BaseModel):
    """Something that goes out. All of it is there, null where it is nothing."""

    model_config = ConfigDict(frozen=True)


class Sent(BaseModel):
    """Something that comes in: what is not known is refused, and `"1"` is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Asked(BaseModel):
    """The parameters of a query; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Shape, Generic[_T]):
    """A stretch of a list; `next` is the cursor of the one after it, null where this is the last."""

    data: list[_T]
    next: int | None


class Paged(Asked):
    """The parameters of a list."""

    cursor: Cursor = None
    limit: Limit = 50


def examples(*values: dict[str, Any]) -> ConfigDict:
    """The settings of a shape that has examples."""
    return ConfigDict(json_schema_extra={"examples": list(values)})
