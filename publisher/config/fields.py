"""The kinds of value that `config.yaml` holds, and what is wrong with one that does not fit."""

import re
from collections.abc import Mapping
from string import printable
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from publisher.config import measures
from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.core.words import LANGUAGE, is_known_language
from publisher.core.zones import zone_name
from publisher.errors import UsageError

_LONGEST_STEP, _LONGEST_PATH = 200, 1000
"""In bytes and in characters; most file systems take 255 bytes, of which our own endings and a slug need some."""
_LONGEST_ROOT = 400
"""In characters, percent-encoded. A header of a mail holds it on one line of 998, and a reader's token behind it."""
# A name in any script, or an address in numbers.
_HOST = re.compile(r"(?![.-])(?:[^\s\\%<>\"^`{|}.]|\.(?!\.))+(?<!-)")


def _one_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("must be one line, without control or text-direction characters")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _absolute(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and parts.port != 0 and _HOST.fullmatch(parts.hostname or "")
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error
    if not is_web:
        raise ValueError("must be an absolute address such as https://example.com/")
    if parts.username is not None:
        raise ValueError("must not hold a name or password: everybody would read them")
    if parts.query or parts.fragment:
        raise ValueError("must be an address without '?' and '#'")
    return text


def _root(text: str) -> str:
    if len(quote(text, safe=printable)) > _LONGEST_ROOT:
        raise ValueError(f"is longer than {_LONGEST_ROOT} characters (of Japanese ones each counts as nine)")
    return text


def _zone(text: str) -> str:
    try:
        return zone_name(text)
    except UsageError as error:
        raise ValueError(f"{error.message}: {error.hint}") from error


def output_path(text: str) -> str:
    """A path below the output folder, spelt in the one way there is; ValueError where it is none."""
    steps = text.split("/")
    if "\\" in text or any(step in ("", ".", "..") or step != step.strip() for step in steps):
        raise ValueError("must be a path inside the output folder such as blog/feed.xml, without '..', '.' and '//'")
    if max(len(step.encode(errors="replace")) for step in steps) > _LONGEST_STEP or len(text) > _LONGEST_PATH:
        raise ValueError("is longer than the names of files may be")
    if text.endswith((".gz", ".br")):
        raise ValueError("must not end in .gz or .br: the compressed copies of feeds are called so")
    return _one_line(text)


def place(text: str) -> str:
    """A path that may lead anywhere."""
    if text.startswith("~"):
        # Only a shell knows it; a folder of that name would be made.
        raise ValueError("'~' is a shell's word and not understood here: write the path itself")
    return text


def category_path(text: str) -> str:
    """What stands for a category in paths, also as another program spells it: `Market News`, `C++`, `a/b`.

    ValueError where it would lead elsewhere.
    """
    if not {"", ".", ".."}.isdisjoint(step.strip() for step in text.split("/")) or "\\" in text:
        raise ValueError("must be a path without '..', without a slash at its start or end")
    return _one_line(text)


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        # Python takes true for 1.
        raise ValueError("must be a number, not true or false")
    return value


Count = Annotated[int, BeforeValidator(_no_truth)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_truth)]
Line = Annotated[str, AfterValidator(_one_line)]
Title = Annotated[Line, AfterValidator(_not_blank)]
Address = Annotated[str, AfterValidator(_absolute)]
Root = Annotated[Address, AfterValidator(_root)]
Zone = Annotated[str, AfterValidator(_zone)]
Location = Annotated[str, AfterValidator(place)]
Inside = Annotated[str, AfterValidator(output_path)]
Slug = Annotated[str, AfterValidator(category_path)]


def known_language(text: str) -> str:
    """A BCP 47 tag; ValueError where it is none."""
    if not LANGUAGE.fullmatch(text) or not is_known_language(text):
        raise ValueError(f"{text!r} is no language: write a tag such as ja or en-GB")
    return text


def _mailbox(text: str) -> str:
    bare = text.rpartition("<")[2].rstrip(">") if text.endswith(">") else text
    if not re.fullmatch(r'("[^"]+"|[^@\s<>"]+)@[^@\s<>]+\.[^@\s<>.]+', bare):
        raise ValueError(f"{text!r} is no mailbox: write news@example.com or 編集部 <news@example.com>")
    if len(text.rpartition("<")[0]) > LONGEST_NAME:
        raise ValueError(f"{text[:40]!r}… has a name longer than {LONGEST_NAME} characters: shorten it")
    return text


def _span(text: str) -> str:
    measures.span(text)
    return text


Span = Annotated[str, AfterValidator(_span)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
Mailbox = Annotated[Line, AfterValidator(_mailbox)]
Language = Annotated[str, AfterValidator(known_language)]


def empty(value: Any) -> Any:
    """A section whose keys are all commented out is null to YAML, and says nothing."""
    return {} if value is None else value


class Section(BaseModel):
    # Built when it is first used, as a part of the whole file: to build each section alone takes as long again. So
    # defaults are no sections yet, either.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _with_keys(cls, value: Any) -> Any:
        return empty(value)


def misplaced(section: str, faults: Mapping[tuple[str, ...], str]) -> None:
    """Raise what is wrong with a section as a whole, each fault at its key; nothing where there is none."""
    if faults:
        lines = [
            InitErrorDetails(type=PydanticCustomError("misplaced", "{told}", {"told": told}), loc=path, input=None)
            for path, told in faults.items()
        ]
        raise ValidationError.from_exception_data(section, lines)
