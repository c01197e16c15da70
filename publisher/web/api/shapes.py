"""What the shapes of all resources are made of: strict about what comes in, the same words for what goes out."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from publisher.core.lines import is_one_line

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
    """Something that comes in: what is not known is refused, and a number is no text."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


def _one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("write it on one line, without characters that nobody sees")
    return text


def _text(given: object) -> object:
    if not isinstance(given, str):
        raise ValueError("write a text, such as 2026-12-24T09:00:00+09:00")
    return given


def _in_reach(moment: datetime) -> datetime:
    if not 1970 <= moment.year < 9999:
        raise ValueError("write a year from 1970 to 9998")
    return moment.astimezone(UTC)


def _prose(text: str) -> str:
    if not is_one_line(text.replace("\n", " ")):
        raise ValueError("write it without characters that nobody sees")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
Prose = Annotated[str, Field(max_length=2000), AfterValidator(_prose)]
Tag = Annotated[Line, Field(max_length=35, examples=["ja"])]
"""A language (BCP 47)."""
When = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_reach)]
"""RFC 3339, in any zone."""
