"""Fields of one's own: what a site knows of its readers beyond name and language."""

from enum import StrEnum
from typing import TypeAlias

from publisher.struct import Struct

FieldValue: TypeAlias = str | int | float | bool
"""A value in its canonical form, as JSON keeps it; a day is written 2026-11-30."""


class FieldType(StrEnum):
    """What kind of value a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class Field(Struct, frozen=True):
    """A field as the settings have it; `choices` in their order, of a choice alone."""

    name: str
    type: FieldType = FieldType.TEXT
    label: str = ""
    choices: tuple[str, ...] = ()
