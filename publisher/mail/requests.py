"""What a mail in the box asks of us."""

import re
from collections.abc import Collection

from publisher.core.lines import LONGEST_NAME, one_line
from publisher.mail.report_mime import Part, addresses, read_mail, sent_to
from publisher.mail.report_signs import is_away
from publisher.mail.request import Request, RequestKind
from publisher.mail.request_signs import is_automatic, without_reply
from publisher.mail.request_text import own_lines
from publisher.mail.request_words import Command, command_in, is_yes

__all__ = ["Request", "RequestKind", "read_request"]

_LONGEST_SUBJECT = 1200
_MOST_LINES = 8
"""Of a letter that asks to be let go: a greeting, the wish, a name. What is longer a person should read."""
_MOST_ANSWERED = 5
_LONGEST_ID, _LONGEST_DATE = 250, 100
_ADDRESS = re.compile(r"<?([^\s<>@]{1,64}@[^\s<>@]{1,255})>?")
_MESSAGE_ID = re.compile(r"<[^\s<>]{1,250}>")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)


def read_request(data: bytes, own: Collection[str] = ()) -> Request | None:
    """The request that a mail is, as its bytes; None for every other mail, which people read.

    None for what a program wrote or a list passes on, for a mail of ours that comes back (From is among `own`, in lower
    case), and for one that is not from one address. Whether it is a report of a failure ask `read_report` before.
    Never fails, and looks at the first MiB only.
    """
    mail = read_mail(data)
    senders = addresses(mail.all("from"))
    if len(senders) != 1 or senders[0].lower() in own or is_automatic(mail):
        return None
    subject, is_reply = without_reply(mail.get("subject")[:_LONGEST_SUBJECT])
    lines = own_lines(mail)
    found = _in_subject(subject, lines) or _in_body(lines, is_reply=is_reply)
    return None if found is None else _request(mail, senders[0], found, lines)


def _in_subject(subject: str, lines: tuple[str, ...]) -> Command | None:
    """The command that a subject is. Above a letter it may be a heading; a wish to leave is one above anything."""
    found = command_in(subject)
    is_letter = len(lines) > _MOST_LINES
    return found if found is not None and (found.token or found.sure or not is_letter) else None


def _in_body(lines: tuple[str, ...], *, is_reply: bool) -> Command | None:
    """The command that a body is, or a wish to leave among few lines.

    A vacation reply has more to say than one word, and says so.
    """
    if len(lines) == 1:
        return Command(RequestKind.CONFIRM) if is_reply and is_yes(lines[0]) else command_in(lines[0])
    if len(lines) > _MOST_LINES or is_away(" ".join(lines)):
        return None
    found = {command for command in map(command_in, lines) if command is not None and (command.token or command.sure)}
    return found.pop() if len(found) == 1 else None


def _request(mail: Part, sender: str, found: Command, lines: tuple[str, ...]) -> Request:
    named = _ADDRESS.fullmatch(lines[0]) if len(lines) == 1 else None
    return Request(
        kind=found.kind,
        sender=sender,
        name=_name(mail.get("from"), sender),
        about=found.about,
        token=found.token,
        lines=lines,
        named=named[1] if named else "",
        answers=_answered(mail),
        to=tuple(address.lower() for address in (*sent_to(mail), *addresses(mail.all("cc")))),
        message_id=one_line(mail.get("message-id"))[:_LONGEST_ID],
        date=one_line(mail.get("date"))[:_LONGEST_DATE],
        japanese=_is_japanese(mail, lines),
    )


def _name(field: str, sender: str) -> str:
    """What stands beside the address; many programs write the address itself there."""
    name = one_line(field.rpartition("<")[0]).strip("\"' ")
    return "" if "@" in name or name.lower() == sender.lower() else name[:LONGEST_NAME]


def _answered(mail: Part) -> tuple[str, ...]:
    near = _MESSAGE_ID.findall(mail.get("in-reply-to")[:2000])
    all_before = _MESSAGE_ID.findall(mail.get("references")[-5000:])
    return tuple(dict.fromkeys([*near, *reversed(all_before)]))[:_MOST_ANSWERED]


def _is_japanese(mail: Part, lines: tuple[str, ...]) -> bool | None:
    words = "\n".join([mail.get("subject")[:_LONGEST_SUBJECT], *lines])
    if _JAPANESE.search(words):
        return True
    # A subject is often what our own link has put there.
    return False if any(_WORD.search(line) for line in lines) and not _ADDRESS.fullmatch(lines[0]) else None
