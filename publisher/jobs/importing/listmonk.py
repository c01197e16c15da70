"""listmonk: its export of subscribers, and its API.

`uuid,email,name,attributes,status,created_at,updated_at`, as `ExportSubscribers` of knadh/listmonk
(cmd/subscribers.go) writes them; moments are Go's `2024-03-01 09:30:00.12 +0000 UTC`, attributes are JSON, the status
is `enabled`, `disabled` or `blocklisted`. Which lists somebody has left is not in it (listmonk #738); the API's
`/api/subscribers` has them below `lists`, with `subscription_status` and `optin`.
"""

import json
from pathlib import Path

from publisher.jobs.importing.nouns import Cells, Places, Program, Reading, Said, Standing
from publisher.jobs.importing.sheet import tidied
from publisher.model.bounce import SuppressionKind

_NOTE = (
    "listmonk's CSV does not say who has left a list (listmonk #738): "
    "export one list's subscribers who are 'subscribed', or take the JSON of its API"
)


def _knows(places: Places) -> bool:
    return {"uuid", "email", "status"} <= places.keys() and bool({"attributes", "attribs"} & places.keys())


def _reading(places: Places, file: Path) -> Reading:  # noqa: ARG001
    names = ("email", "name", "status", "created_at", "lists")
    email, name, status, created, lists = (places.get(one, -1) for one in names)

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        standing = _standing(row[status].lower(), row[lists])
        return Said(
            row[email],
            row[name],
            standing=standing,
            confirmed=row[created],
            kind=SuppressionKind.HAND,
            reason="blocklisted",
        )

    return read


def _standing(status: str, lists: str) -> Standing:
    if status == "blocklisted":
        return Standing.SUPPRESSED
    if status == "disabled":
        return Standing.LEFT
    if status != "enabled":
        raise ValueError(f"{status!r} is no status of listmonk; there are enabled, disabled and blocklisted")
    return _on_lists(lists) if lists[:1] == "[" else Standing.SUBSCRIBED


def _on_lists(lists: str) -> Standing:
    """The best that they are on any list; a list of single opt-in mails also whom it calls unconfirmed."""
    states = [(one.get("subscription_status"), one.get("optin")) for one in json.loads(lists)]
    if not states or any(
        state == "confirmed" or (state, optin) == ("unconfirmed", "single") for state, optin in states
    ):
        return Standing.SUBSCRIBED
    return Standing.LEFT if any(state == "unsubscribed" for state, _ in states) else Standing.UNCONFIRMED


LISTMONK = Program(
    "listmonk",
    _knows,
    _reading,
    frozenset({"email", "name", "status", "created_at", "lists"}),
    frozenset({"uuid", "id", "updated_at"}),
    _NOTE,
)
