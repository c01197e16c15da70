"""AUTH: PLAIN, LOGIN and XOAUTH2."""

from base64 import b64encode
from typing import Literal

from publisher.errors import Scope, TransportError
from publisher.struct import Struct
from publisher.transport.dialogue import Dialogue
from publisher.transport.features import Features
from publisher.transport.replies import Stage, refusal, words

Mechanism = Literal["plain", "login", "xoauth2"]

_KNOWN: tuple[Mechanism, ...] = ("plain", "login", "xoauth2")
_CHALLENGE, _SUCCESS = 334, 2
_TLS_HINT = "many servers offer it only under TLS: look at mail.tls, or use smtps://"


class _Lines(Struct, frozen=True):
    """What goes behind AUTH, and what answers each challenge after it."""

    first: str
    answers: tuple[bytes, ...]


async def log_in(
    dialogue: Dialogue, features: Features, user: str, password: str, auth: Mechanism | None, seconds: float
) -> None:
    """By `auth`, or by the best that the server offers; raises TransportError with the scope SESSION.

    The best is PLAIN, then LOGIN. XOAUTH2, whose password is a token, comes last: only who has a token meets a server
    that knows nothing else.
    """
    lines = _lines(_chosen(dialogue.name, features, auth), user, password)
    dialogue.say(b"AUTH " + lines.first.encode() + b"\r\n", 1)
    said = await dialogue.reply(Stage.LOGIN, seconds)
    for answer in lines.answers:
        if said.code == _CHALLENGE:
            dialogue.say(b64encode(answer) + b"\r\n", 1)
            said = await dialogue.reply(Stage.LOGIN, seconds)
    if 400 <= said.code < 600:
        raise refusal(said.code, said.text, Stage.LOGIN, dialogue.name)
    if said.code // 100 != _SUCCESS:
        raise _impossible(f"{dialogue.name}: {said.code} {words(said.text)!r} makes no sense at the end of a login")


def _chosen(name: str, features: Features, auth: Mechanism | None) -> Mechanism:
    wanted = _KNOWN if auth is None else (auth,)
    offered = [one for one in wanted if one.upper() in features.logins]
    if offered:
        return offered[0]
    theirs = ", ".join(features.logins) or "none"
    raise _impossible(f"{name}: the server offers no login by {' or '.join(wanted).upper()} (AUTH: {theirs})")


def _lines(mechanism: Mechanism, user: str, password: str) -> _Lines:
    name, secret = user.encode(), password.encode()
    match mechanism:
        case "plain":
            # RFC 4616. A server that overlooks the initial response asks for it (RFC 4954 section 4).
            response = b"\0" + name + b"\0" + secret
            return _Lines("PLAIN " + b64encode(response).decode(), (response,))
        case "login":
            # draft-murchison-sasl-login: whatever the two challenges say, the first is for the name.
            return _Lines("LOGIN", (name, secret))
        case "xoauth2":
            # developers.google.com/workspace/gmail/imap/xoauth2-protocol: a failure is told in a challenge, and the
            # reply with its code comes only after an empty answer to it.
            response = b"user=" + name + b"\x01auth=Bearer " + secret + b"\x01\x01"
            return _Lines("XOAUTH2 " + b64encode(response).decode(), (b"",))


def _impossible(text: str) -> TransportError:
    return TransportError(text, scope=Scope.SESSION, permanent=True, hint=_TLS_HINT)
