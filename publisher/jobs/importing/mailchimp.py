"""Mailchimp: the CSV files in the archive of an audience export.

`subscribed_…`, `unsubscribed_…` and `cleaned_email_audience_export_….csv` (formerly `…_members_export_…`), each with
the audience's own fields (`Email Address`, `First Name`, `Last Name`, which an account may call otherwise), then
`MEMBER_RATING, OPTIN_TIME, OPTIN_IP, CONFIRM_TIME, CONFIRM_IP, LATITUDE, LONGITUDE, GMTOFF, DSTOFF, TIMEZONE, CC,
REGION`, then `LAST_CHANGED`, or `UNSUB_TIME, UNSUB_CAMPAIGN_TITLE, UNSUB_CAMPAIGN_ID, UNSUB_REASON,
UNSUB_REASON_OTHER`, or `CLEAN_TIME, CLEAN_CAMPAIGN_TITLE, CLEAN_CAMPAIGN_ID`, then `LEID, EUID, NOTES, TAGS`. The same
columns stand in its Export API 1.0 (`/export/1.0/list/`), whose times are in UTC.
"""

import re
from pathlib import Path

from publisher.jobs.importing.nouns import Cells, Places, Program, Reading, Said, Standing
from publisher.jobs.importing.sheet import tidied
from publisher.model.bounce import SuppressionKind

_OWN = {"member_rating", "optin_time", "leid", "euid"}
_GIVEN = ("first_name", "fname", "名", "prénom", "vorname", "nombre")
_FAMILY = ("last_name", "lname", "姓", "nom", "nachname", "apellidos")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_COMPLAINTS = ("spam", "abuse", "complaint")
_DROPPED = frozenset(
    {
        *("member_rating", "optin_ip", "confirm_ip", "latitude", "longitude", "gmtoff", "dstoff", "timezone", "cc"),
        *("region", "last_changed", "leid", "euid", "unsub_campaign_title", "unsub_campaign_id", "unsub_reason_other"),
        *("clean_campaign_title", "clean_campaign_id", "email_type"),
    }
)


def _knows(places: Places) -> bool:
    return bool(_OWN & places.keys()) and "email" not in places and len(places) > 1


def _reading(places: Places, file: Path) -> Reading:
    email = places.get("email_address", 0)
    given, family = _place(places, _GIVEN), _place(places, _FAMILY)
    whole, language, reason = (places.get(name, -1) for name in ("name", "language", "unsub_reason"))
    confirmed, asked = places.get("confirm_time", -1), places.get("optin_time", -1)
    left, cleaned = places.get("unsub_time", -1), places.get("clean_time", -1)
    usual = _standing_of(file, places)

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        name = row[whole] or full_name(row[given], row[family])
        standing, kind = usual, SuppressionKind.HARD
        if row[cleaned]:
            standing = Standing.SUPPRESSED
        elif row[left]:
            standing = Standing.LEFT
        if standing is Standing.LEFT and any(word in row[reason].lower() for word in _COMPLAINTS):
            standing, kind = Standing.SUPPRESSED, SuppressionKind.COMPLAINT
        return Said(
            row[email],
            name,
            language=row[language],
            standing=standing,
            confirmed=row[confirmed] or row[asked],
            left=row[left] or row[cleaned],
            kind=kind,
            reason="complained" if kind is SuppressionKind.COMPLAINT else "cleaned",
        )

    return read


def full_name(given: str, family: str) -> str:
    """Both names as one, the family's first where it is written so."""
    parts = (family, given) if _CJK.search(given + family) else (given, family)
    return " ".join(filter(None, parts))


def _standing_of(file: Path, places: Places) -> Standing:
    """Of a row whose own cells do not tell."""
    kind = plain_kind(file)
    if kind == "cleaned" or ("clean_time" in places and "last_changed" not in places):
        return Standing.SUPPRESSED
    if kind == "unsubscribed" or ("unsub_time" in places and "last_changed" not in places):
        return Standing.LEFT
    return Standing.UNCONFIRMED if kind in ("nonsubscribed", "pending") else Standing.SUBSCRIBED


def plain_kind(file: Path) -> str:
    """The word with which Mailchimp names its file."""
    return file.name.lower().partition("_")[0]


def _place(places: Places, names: tuple[str, ...]) -> int:
    return next((places[name] for name in names if name in places), -1)


MAILCHIMP = Program(
    "mailchimp",
    _knows,
    _reading,
    frozenset(
        {
            *("email_address", "name", "language", "confirm_time", "optin_time", "unsub_time", "clean_time"),
            *("unsub_reason", *_GIVEN, *_FAMILY),
        }
    ),
    _DROPPED,
)
