"""What a server's refusal is about: one address, one message, or the whole session."""

import re
from enum import StrEnum

from publisher.errors import Scope, TransportError

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
# RFC 3463 section 3.2: X.1.7 and X.1.8 are about the *sender's* address, all other X.1.x about the recipient's.
# Postfix answers them to RCPT, where it holds back its refusal of the sender.
_BAD_SENDER = ("5.1.7", "5.1.8")
_CLOSING = 421
# RFC 1870 section 6.1: with SIZE the message is refused at MAIL, and nothing is wrong with its sender.
_TOO_LARGE = 552


class Stage(StrEnum):
    """Where in the dialogue a reply came."""

    OPEN = "the greeting"
    LOGIN = "the login"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    RSET = "RSET"
    DATA = "DATA"
    TEXT = "the text of the message"
    END = "the end of the message"
    QUIT = "QUIT"


_HINTS = {
    Stage.OPEN: "look at mail.transport",
    Stage.LOGIN: "look at mail.user and mail.password_file",
    Stage.MAIL: "the server does not take mail from this sender: look at the newsletter's from and mail.return_path",
}


def words(reply: bytes | str) -> str:
    """The server's own words, on one line."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())


def enhanced_status(text: str) -> str | None:
    """The RFC 3463 status that a reply starts with (RFC 2034)."""
    match = _ENHANCED.match(text)
    return match[0] if match else None


def refusal(code: int, reply: bytes | str, stage: Stage, server: str) -> TransportError:
    """The reply `code` (400 to 599, RFC 5321 section 4.2.1) of `server` at `stage` as an error."""
    text = words(reply)
    enhanced = enhanced_status(text)
    scope, permanent = _judge(code, enhanced or "", stage)
    of_session = scope is Scope.SESSION
    return TransportError(
        text or f"{code} without a word",
        scope=scope,
        permanent=permanent,
        code=code,
        enhanced=enhanced,
        server=server if of_session else None,
        hint=_HINTS.get(stage) if of_session else None,
    )


def broken(text: str, cause: Exception | None = None) -> TransportError:
    """The session is over, for a reason that may pass."""
    error = TransportError(text, scope=Scope.SESSION, permanent=False)
    error.__cause__ = cause
    return error


def again(
    error: TransportError, *, told: str | None = None, undecided: bool = False, hint: str | None = None
) -> TransportError:
    """`error` anew, to be raised where somebody else waits; `told` in place of its words, `hint` where it has none."""
    return TransportError(
        told or error.reply,
        scope=error.scope,
        permanent=error.permanent,
        code=error.code,
        enhanced=error.enhanced,
        server=error.server,
        undecided=undecided,
        hint=error.hint or hint,
    )


def _judge(code: int, enhanced: str, stage: Stage) -> tuple[Scope, bool]:
    permanent = 500 <= code < 600
    if code == _CLOSING:
        return Scope.SESSION, False
    if stage is Stage.MAIL and code == _TOO_LARGE:
        return Scope.MESSAGE, True
    if stage in (Stage.OPEN, Stage.LOGIN, Stage.MAIL, Stage.RSET) or enhanced in _BAD_SENDER:
        return Scope.SESSION, permanent
    if enhanced.startswith("5.1."):
        return Scope.RECIPIENT, True
    if stage is Stage.RCPT or not permanent:
        return Scope.RECIPIENT, permanent
    return Scope.MESSAGE, True
