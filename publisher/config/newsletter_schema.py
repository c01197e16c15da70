"""`newsletters.NAME` in `config.yaml`; its own `mail` is in config.mail_schema."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from publisher.config.fields import Address, Count, Language, Line, Mailbox, Section, Span, Title, Zone
from publisher.config.mail_schema import OwnMailConfig
from publisher.core.rests import days, end_moment, start_moment, weekday
from publisher.core.schedules import never_fires, parse_schedule
from publisher.model.newsletter import Frequency


def _all_or_list(value: Any) -> Any:
    if value == "all":
        return None
    if not isinstance(value, list) or not value:
        raise ValueError("must be 'all' or a list of category names")
    return value


def _schedules(texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    faults = [] if texts else ["needs at least one of: " + ", ".join(Frequency)]
    bounds: dict[str, Any] = {key: info.data[key] for key in ("start", "end", "quiet", "exclude") if key in info.data}
    for name, text in texts.items():
        if name not in set(Frequency):
            faults.append(f"{name!r} is none of {', '.join(Frequency)}")
        elif len(bounds) == 4:
            # Else one of them is at fault itself, and is told.
            faults += _fault(Frequency(name), text, bounds)
    if faults:
        raise ValueError("; ".join(faults))
    return texts


def _fault(frequency: Frequency, text: str, bounds: Mapping[str, Any]) -> list[str]:
    try:
        schedule = parse_schedule(frequency, text, **bounds)
    except ValueError as error:
        return [str(error)]
    if not never_fires(schedule):
        return []
    told = "start, end, quiet and exclude leave it no day" if any(bounds.values()) else "there is no such day"
    return [f"{text!r} never fires: {told}"]


def _text(text: str, parse: Callable[[str], object]) -> str:
    parse(text)
    return text


def _colour(text: str) -> str:
    """A colour as `#` and six digits, in lower case; ValueError where it is none."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f'{text!r} is no colour: write # and six digits such as "#1f5a99", in quotes')
    return text.lower()


class UtmConfig(Section):
    """`newsletters.NAME.utm`: what links to the site say of where a reader comes from."""

    source: Title
    medium: Title = "email"
    campaign: Title | None = None


class NewsletterConfig(Section):
    """`newsletters.NAME`."""

    title: Line
    from_: Mailbox | None = Field(default=None, alias="from")
    reply_to: Mailbox | None = None
    editor: Mailbox | None = None
    approve: bool = False
    subject: Line | None = None
    preheader: Line | None = None
    logo: Address | None = None
    accent: Annotated[str, AfterValidator(_colour)] | None = None
    footer: str | None = None
    images: Literal["linked", "attached"] = "linked"
    utm: UtmConfig | None = None
    start: Annotated[str, AfterValidator(partial(_text, parse=start_moment))] | None = None
    end: Annotated[str, AfterValidator(partial(_text, parse=end_moment))] | None = None
    quiet: list[Annotated[str, AfterValidator(partial(_text, parse=weekday))]] = Field(default=[])
    exclude: list[Annotated[str, AfterValidator(partial(_text, parse=days))]] = Field(default=[])
    # After what bounds them, which they are checked with.
    schedules: Annotated[dict[str, str], AfterValidator(_schedules)]
    timezone: Zone | None = None
    at: Literal["newsletter", "reader"] = "newsletter"
    categories: Annotated[list[Line] | None, BeforeValidator(_all_or_list)] = None
    languages: list[Language] = Field(default=[])
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "digest"
    catch_up: Literal["latest", "all", "skip"] = "latest"
    max_age: Span | None = None
    welcome: Literal["plain", "latest", "none"] = "plain"
    hold: Span | None = None
    reach: Span = "60d"
    min_posts: Annotated[Count, Field(ge=1, le=100)] = 1
    max_posts: Annotated[Count, Field(ge=1, le=1000)] | None = None
    archive: bool = True
    mail: OwnMailConfig | None = None
