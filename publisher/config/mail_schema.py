"""The keys below `newsletters.NAME` and `mail` that are sections of their own."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from publisher.config.fields import Line, Location, Section, Title

# RFC 6376 section 3.1: a selector is a sub-domain of ASCII labels.
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")


def colour(text: str) -> str:
    """A colour as `#` and six digits, in lower case; ValueError where it is none."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f'{text!r} is no colour: write # and six digits such as "#1f5a99", in quotes')
    return text.lower()


def _domain(text: str) -> str:
    if len(text) > 253 or not _DOMAIN.fullmatch(text):
        raise ValueError(f"{text!r} is no domain: write it as DNS has it, such as example.com or xn--wgv71a119e.jp")
    return text.lower()


class UtmConfig(Section):
    """`newsletters.NAME.utm`: what links to the site say of where a reader comes from."""

    source: Title
    medium: Title = "email"
    campaign: Title | None = None


class DkimConfig(Section):
    """`mail.dkim`: one file of a private key for each selector."""

    domain: Annotated[str, AfterValidator(_domain)] | None = None
    keys: dict[Annotated[Line, Field(pattern=rf"^{_LABEL}(\.{_LABEL})*$", max_length=63)], Location]

    @model_validator(mode="after")
    def _signed(self) -> "DkimConfig":
        if not self.keys:
            raise ValueError("keys needs at least one SELECTOR: FILE; 'publisher mail keygen' makes them")
        return self
