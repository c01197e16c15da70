"""What a server says it can do, in its answer to EHLO."""

from publisher.struct import Struct


class Features(Struct, frozen=True):
    """The service extensions of a server that we have a use for (RFC 5321 section 2.2).

    `size` is the largest message it takes in octets, 0 where it names no bound, None where it does not know the
    parameter (RFC 1870). `logins` are the mechanisms of AUTH in its order, in capitals (RFC 4954).
    """

    pipelining: bool = False
    size: int | None = None
    eight_bit: bool = False
    utf8: bool = False
    dsn: bool = False
    starttls: bool = False
    logins: tuple[str, ...] = ()


def read_features(text: bytes) -> Features:
    """From the lines of an answer to EHLO without their codes; the first only greets."""
    words: dict[str, list[str]] = {}
    for line in text.decode("ascii", "replace").upper().splitlines()[1:]:
        # `AUTH=LOGIN` is how servers wrote it before RFC 2554, for a mail program that read nothing else.
        keyword, *parameters = line.replace("AUTH=", "AUTH ").split() or [""]
        words.setdefault(keyword, []).extend(parameters)
    return Features(
        pipelining="PIPELINING" in words,
        size=_size(words["SIZE"]) if "SIZE" in words else None,
        eight_bit="8BITMIME" in words,
        utf8="SMTPUTF8" in words,
        dsn="DSN" in words,
        starttls="STARTTLS" in words,
        logins=tuple(dict.fromkeys(words.get("AUTH", ()))),
    )


def _size(parameters: list[str]) -> int:
    return int(parameters[0]) if parameters and parameters[0].isdigit() and len(parameters[0]) <= 20 else 0
