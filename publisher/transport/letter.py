"""One message as SMTP says it."""

import re

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope
from publisher.struct import Struct
from publisher.transport.features import Features

_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_TOO_LARGE = 552
_XTEXT = re.compile("[!-*,-<>-~]*")


class Letter(Struct, frozen=True):
    """The commands that open a message, each with its CRLF, and its text, all but the final dot."""

    mail: bytes
    rcpt: bytes
    text: bytes


def letter(envelope: Envelope, features: Features) -> Letter:
    """`envelope` for a server with these `features`; raises TransportError where this server cannot be given it.

    The addresses go as they are, never through email.utils.parseaddr, which reads them as header text and loses the
    quotes of `"a..b"@docomo.ne.jp`.
    """
    _check(envelope, features)
    mail = f"MAIL FROM:<{envelope.sender}>{_about_message(envelope, features)}\r\n"
    rcpt = f"RCPT TO:<{envelope.recipient}>{_about_recipient(envelope, features)}\r\n"
    try:
        return Letter(mail.encode(), rcpt.encode(), dot_stuffed(envelope.data))
    except UnicodeEncodeError as error:
        raise _unmailable("the address holds half a character (a lone surrogate)") from error


def dot_stuffed(data: bytes) -> bytes:
    """`data` with every leading dot doubled (RFC 5321 section 4.5.2), ending in CRLF, the final dot not yet there."""
    # No further than to the last dot: of base64, which has none, only the header is searched.
    if data.startswith(b".") or data.find(b"\n.", 0, data.rfind(b".") + 1) >= 0:
        data = (b"\r\n" + data).replace(b"\r\n.", b"\r\n..")[2:]
    return data if data.endswith(b"\r\n") or not data else data + b"\r\n"


def xtext(text: str) -> str:
    """ASCII `text` as a parameter's value (RFC 3461 section 4)."""
    if _XTEXT.fullmatch(text):
        return text
    return "".join(c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text)


def original_recipient(address: str) -> str:
    """The value of ORCPT: type and address (RFC 3461 section 4.2; RFC 6533 section 3 outside ASCII)."""
    if address.isascii():
        return f"rfc822;{xtext(address)}"
    # The form that is pure ASCII: it survives every server on the way, those without SMTPUTF8 too.
    spelt = (c if "!" <= c <= "~" and c not in "+=\\" else f"\\x{{{ord(c):02X}}}" for c in address)
    return f"utf-8;{''.join(spelt)}"


def _about_message(envelope: Envelope, features: Features) -> str:
    told = "" if features.size is None else f" SIZE={len(envelope.data)}"
    if envelope.utf8:
        told += " SMTPUTF8 BODY=8BITMIME"
    elif features.eight_bit and not envelope.data.isascii():
        told += " BODY=8BITMIME"
    if envelope.envid and features.dsn:
        told += f" RET=HDRS ENVID={xtext(envelope.envid)}"
    return told


def _about_recipient(envelope: Envelope, features: Features) -> str:
    if not (envelope.envid and features.dsn):
        return ""
    return f" NOTIFY=FAILURE ORCPT={original_recipient(envelope.recipient)}"


def _check(envelope: Envelope, features: Features) -> None:
    if envelope.utf8 and not features.utf8:
        raise _without_utf8(envelope)
    if not envelope.utf8 and not envelope.recipient.isascii():
        raise _unmailable("the address holds characters outside ASCII")
    if not envelope.recipient.isprintable() and _CONTROLS.search(envelope.recipient):
        raise _unmailable("the address holds control characters")
    if (not envelope.sender.isprintable() and _CONTROLS.search(envelope.sender)) or not (
        envelope.utf8 or envelope.sender.isascii()
    ):
        raise _no_sender("the sender holds characters that no envelope may hold")
    if features.size and len(envelope.data) > features.size:
        told = f"the message has {len(envelope.data)} octets, and the server takes {features.size} (SIZE, RFC 1870)"
        hint = "send fewer or shorter posts, or none of their pictures"
        raise TransportError(told, scope=Scope.MESSAGE, permanent=True, code=_TOO_LARGE, enhanced="5.3.4", hint=hint)


def _without_utf8(envelope: Envelope) -> TransportError:
    """About the recipient where their address needs it, else about the sender: then nobody's mail fails for it."""
    if not envelope.recipient.isascii():
        return _unmailable("the server takes no addresses with characters outside ASCII (SMTPUTF8, RFC 6531)")
    return _no_sender("the server takes no sender with characters outside ASCII (SMTPUTF8, RFC 6531)")


def _no_sender(text: str) -> TransportError:
    hint = "write an address in ASCII into the newsletter's from and mail.return_path"
    return TransportError(text, scope=Scope.SESSION, permanent=True, hint=hint)


def _unmailable(text: str) -> TransportError:
    return TransportError(text, scope=Scope.RECIPIENT, permanent=True)
