"""The ways by which somebody becomes a reader, as pages of the site show them."""

from urllib.parse import quote

from publisher.config import Config, mail_of
from publisher.struct import Struct


class WayIn(Struct, frozen=True):
    """A page, else a mail to an address, with a subject where this program reads it and None where a person does."""

    url: str | None = None
    mail: str | None = None
    subject: str | None = None


def subscribe_url(config: Config, newsletter: str | None = None) -> str | None:
    """Where readers sign up, for one newsletter or for any; None where nothing of ours answers on the web."""
    url = config.settings.web.url
    if url is None or not config.settings.newsletters:
        return None
    return f"{url}subscribe?newsletter={quote(newsletter)}" if newsletter else f"{url}subscribe"


def way_in(config: Config) -> WayIn:
    """How readers sign up: for any newsletter on the page, by mail for the first, which says of the others."""
    url, first = subscribe_url(config), next(iter(config.settings.newsletters), None)
    if url is not None or first is None:
        return WayIn(url)
    box, chosen = config.settings.mail.bounces, config.settings.newsletters[first]
    # As they are written: every build comes by here, and to read addresses takes a package of its own.
    requests = (box.address or mail_of(config, first).return_path) if box else None
    if requests is not None:
        return WayIn(None, _bare(requests), f"subscribe {first}")
    named = chosen.reply_to or chosen.from_
    return WayIn(None, _bare(named) if named else None)


def _bare(mailbox: str) -> str:
    return mailbox.rpartition("<")[2].rstrip(">")
