"""Delivery status notifications: RFC 3464, with the addresses and types of RFC 6533."""

import re

from publisher.mail.report import Action
from publisher.mail.report_mime import Part, fields_of
from publisher.struct import Struct

TYPES = ("message/delivery-status", "message/global-delivery-status")

_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_ADDRESS = re.compile(r"[^\s<>]{1,320}@[^\s<>]{1,255}")
_EMBEDDED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_MOST = 1000
_OF_RECIPIENT = ("final-recipient", "original-recipient", "action", "status", "diagnostic-code")
_BY_CLASS = {"2": Action.DELIVERED, "4": Action.DELAYED}


class Status(Struct, frozen=True):
    """What a notification says of one recipient; see `Report` for the fields."""

    recipient: str | None
    action: Action
    status: str
    diagnostic: str
    envid: str


def statuses(part: Part) -> tuple[Status, ...]:
    """One for each recipient in a part of the type `message/delivery-status`."""
    return in_text(part.text)


def in_text(text: str) -> tuple[Status, ...]:
    """One for each group of recipient fields in a text, the fields of the message before them or not."""
    envid, groups = "", list[dict[str, str]]()
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.strip()):
        fields = fields_of(block)
        envid = envid or next((value for name, value in fields if name == "original-envelope-id"), "")
        told = [(name, value) for name, value in fields if name in _OF_RECIPIENT]
        if not groups or _is_next(groups[-1], {name for name, _ in told}):
            groups.append({})
        for name, value in told:
            _add(groups, name, value)
    return tuple(_status(group, envid) for group in groups if len(group) > 1 or "final-recipient" in group)[:_MOST]


def _is_next(group: dict[str, str], names: set[str]) -> bool:
    """Whether the fields after a blank line are another recipient's: some servers write one after each field."""
    return bool(group.keys() & {"action", "status"}) and any(name.endswith("-recipient") for name in names)


def _add(groups: list[dict[str, str]], name: str, value: str) -> None:
    """A field that comes again is the next recipient's: some servers write no blank line between them."""
    if name in groups[-1]:
        groups.append({})
    groups[-1][name] = value


def _status(group: dict[str, str], envid: str) -> Status:
    code = _CODE.search(group.get("status", ""))
    status = code[0] if code else ""
    # RFC 3464 section 2.3.1: the original one is as the sender gave it, before any forwarding.
    recipient = _address(group.get("original-recipient", "")) or _address(group.get("final-recipient", ""))
    return Status(recipient, _action(group, status), status, _diagnostic(group), envid)


def _action(group: dict[str, str], status: str) -> Action:
    word = re.match(r"[a-z]*", group.get("action", "").strip().lower())
    try:
        return Action(word[0] if word else "")
    except ValueError:
        return _BY_CLASS.get(status[:1], Action.FAILED)


def _diagnostic(group: dict[str, str]) -> str:
    value = group.get("diagnostic-code", "")
    kind, semicolon, rest = value.partition(";")
    return one_line(rest if semicolon and re.fullmatch(r"[\w\-. ]{1,40}", kind) else value)


def one_line(text: str) -> str:
    """Words on one line, of bounded length."""
    return " ".join(text[:4000].split())[:1000]


def _address(value: str) -> str | None:
    kind, semicolon, rest = value.partition(";")
    text = (rest if semicolon else value).strip().strip("\"'")
    # Of xtext (RFC 3461 section 4) only what an encoder must encode: `user+20@` is a subaddress.
    plain = text.replace("+2B", "+").replace("+3D", "=") if semicolon else text
    if kind.strip().lower() == "utf-8":
        plain = _EMBEDDED.sub(_character, plain)
    match = _ADDRESS.search(plain)
    return match[0].rstrip(".;,") if match else None


def _character(match: re.Match[str]) -> str:
    """RFC 6533 section 3."""
    point = int(match[1], 16)
    return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else match[0]
