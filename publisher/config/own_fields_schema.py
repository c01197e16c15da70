"""`fields` in `config.yaml`: what a site knows of its readers beyond name and language."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from publisher.config.fields import Section, Title
from publisher.model.field import FieldType

_NAME = re.compile("[a-z][a-z0-9_]{0,31}")


def _name(text: str) -> str:
    # As templates and rules write it: a hyphen would be a minus there.
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} may hold up to 32 of the letters a to z, digits and '_', and starts with a letter")
    return text


def _different(choices: list[str]) -> list[str]:
    seen = [unicodedata.normalize("NFKC", one).strip().casefold() for one in choices]
    if len(set(seen)) < len(seen):
        raise ValueError("has the same choice twice; case and width make no difference")
    return choices


OwnFieldName = Annotated[str, AfterValidator(_name)]


class OwnFieldConfig(Section):
    """`fields.NAME`."""

    type: FieldType = FieldType.TEXT
    label: Title | None = None
    choices: Annotated[list[Title], AfterValidator(_different)] = Field(default=[])

    @model_validator(mode="after")
    def _choices_fit(self) -> "OwnFieldConfig":
        if (self.type is FieldType.CHOICE) != bool(self.choices):
            raise ValueError("choices and 'type: choice' go together")
        return self
