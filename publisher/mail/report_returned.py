"""The mail that came back with a report, as far as its header tells which it was."""

import re

from publisher.mail.report_mime import Part, addresses, fields_of

LONGEST = 1 << 16
_LONGEST_TEXT = 200_000

_TYPES = (
    *("message/rfc822", "message/global", "message/rfc822-headers", "message/global-headers", "message/partial"),
    *("text/rfc822", "text/rfc822-headers"),
)
_LINE = re.compile(r"[!-9;-~]{1,80}[ \t]*:(?:[ \t]|$)")
_SURE = frozenset({"message-id", "received", "from", "return-path", "dkim-signature"})
_KNOWN = _SURE | {"to", "subject", "date", "mime-version", "content-type", "reply-to", "sender", "list-id"}


def header_of(parts: list[Part]) -> str:
    """The header of the mail that is one of `parts`, LF, "" where none is."""
    for part in parts:
        if part.type in _TYPES:
            text = part.text.lstrip("\n")
            return text.partition("\n\n")[0][:LONGEST].strip("\n")
    return ""


def cut(text: str) -> tuple[str, str]:
    """What a mail says, and the header of the mail that is quoted below it, "" where none is.

    What line announces it is different with each system and language ("Below this line is a copy of the message.",
    "Original message follows"): the header shows by itself.
    """
    lines = text[:_LONGEST_TEXT].split("\n")
    for start, line in enumerate(lines):
        if _LINE.match(line) and (not start or not _LINE.match(lines[start - 1])):
            block = _block(lines, start)
            if _is_header(block):
                return "\n".join(lines[:start]), block[:LONGEST]
    return text, ""


def recipients_in(header: str) -> tuple[str, ...]:
    """Whom a mail was written to, as its header says; what was taken out for privacy is none."""
    fields = fields_of(header)
    # Microsoft's junk reports keep the true one here, the field To has none where the reader was in Bcc.
    values = [value for name in ("x-hmxmroriginalrecipient", "to") for key, value in fields if key == name]
    return tuple(one for one in addresses(values) if "redacted" not in one.lower())


def _block(lines: list[str], start: int) -> str:
    end = start
    while end < len(lines) and (_LINE.match(lines[end]) or (end > start and lines[end][:1] in (" ", "\t"))):
        if end > start and not lines[end].strip():
            break
        end += 1
    return "\n".join(lines[start:end])


def _is_header(block: str) -> bool:
    names = {name for name, _ in fields_of(block)}
    return len(names & _KNOWN) >= 2 and bool(names & _SURE)
