"""What a reader asks for by mail."""

from enum import StrEnum

from publisher.struct import Struct


class RequestKind(StrEnum):
    """What is asked; `unclear` is a request for all one sees, though not for what."""

    SUBSCRIBE = "subscribe"
    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    CHANGE = "change"
    UNSUBSCRIBE = "unsubscribe"
    HELP = "help"
    UNCLEAR = "unclear"


class Request(Struct, frozen=True):
    """One request, as a mail says it; nothing of it is proven but what `token` proves.

    `sender` is the one address in its From, with the `name` beside it. `about` is what follows the command, or stands
    before it, such as a newsletter's name. `token` is of the form of our tokens, empty for none. `lines` are the body's
    own, without what is quoted and signatures; `named` the address that is all of them. `answers` are the Message-IDs
    that it replies to, the nearest first; `to` the addresses that it came to, in lower case. `message_id` and `date`
    are as the mail has them, for the evidence. `japanese` is whether it is written so, None where one cannot see.
    """

    kind: RequestKind
    sender: str
    name: str = ""
    about: str = ""
    token: str = ""
    lines: tuple[str, ...] = ()
    named: str = ""
    answers: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    message_id: str = ""
    date: str = ""
    japanese: bool | None = None
