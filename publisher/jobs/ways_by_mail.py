"""The ways of readers where nothing of ours answers on the web: addresses that write a mail."""

from collections.abc import Sequence

from publisher.config import Config
from publisher.jobs.requests_address import requests_address
from publisher.mail import ByMail, mailto, unsubscribe_mailto
from publisher.mail.tokens import leave_token
from publisher.model.newsletter import Newsletter


def way_out(secret: bytes, requests: str | None, sender: str, newsletter: str | None, email: str) -> str:
    """The mail by which the reader at `email` leaves.

    To `requests` with a token, which is as good as the link, from whichever address it is sent. To the `sender` where a
    person reads it: with the newsletter's name and the address, which tell a person more.
    """
    if requests is None:
        return unsubscribe_mailto(sender, newsletter, email)
    return mailto(requests, f"unsubscribe {leave_token(secret, newsletter, email)}")


def way_in(requests: str | None, sender: str, token: str) -> str:
    """The mail by which whoever got `token` says that they meant to subscribe."""
    return mailto(requests or sender, f"confirm {token}")


def way_to_change(requests: str | None, sender: str, newsletter: str | None) -> str:
    """The mail by which a reader asks what they get, and how to change it."""
    return mailto(requests or sender, "preferences" if newsletter is None else f"preferences {newsletter}")


def way_to_choose(requests: str | None, sender: str, token: str, choices: str) -> str:
    """The mail by which a reader who got `token` changes what they get; it holds what they have."""
    return mailto(requests or sender, f"change {token}", choices)


def ways_of(config: Config, newsletters: Sequence[Newsletter]) -> tuple[ByMail, ...]:
    """What anybody may ask by mail; none where people read it all. ConfigError."""
    boxes = {one.name: box for one in newsletters if (box := requests_address(config, one.name)) is not None}
    joins = [
        ByMail("subscribe", one.title, mailto(boxes[one.name].email, f"subscribe {one.name}"))
        for one in newsletters
        if one.name in boxes
    ]
    rest = [
        ByMail(word, "", mailto(box.email, word))
        for box in list(boxes.values())[:1]
        for word in ("preferences", "unsubscribe")
    ]
    return (*joins, *rest)
