"""The names of time zones, as somebody writes them."""

from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from publisher.errors import UsageError

_NO_PLACES = ("posix", "right", "posixrules", "localtime", "Factory")
"""Files beside the zones, which no other machine need have, or has with another time in them."""


def zone_name(text: str) -> str:
    """The IANA name of a zone, as it stands; UsageError names those that are near to what is none."""
    try:
        if text.partition("/")[0] in _NO_PLACES:
            raise ValueError(text)
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"{text!r} is no time zone", hint=_hint(text)) from error


def _hint(text: str) -> str:
    known = {zone.lower(): zone for zone in available_timezones() if zone not in _NO_PLACES}
    near = [known[zone] for zone in get_close_matches(text.lower().replace(" ", "_"), known, n=3)]
    return f"did you mean {' or '.join(near)}?" if near else "write an IANA name such as Asia/Tokyo"
