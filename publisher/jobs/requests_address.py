"""Where readers write to for what this program does by itself."""

from publisher.config import Config, mail_key, mail_of, refusal
from publisher.errors import UsageError
from publisher.mail import Address, parse_mailbox


def requests_address(config: Config, newsletter: str | None) -> Address | None:
    """The address of the box that requests of readers of `newsletter` are read from, None where a person reads them.

    It is `mail.bounces.address`, else the newsletter's return path: what comes there comes into that box already.
    ConfigError where what is set is none.
    """
    box = config.settings.mail.bounces
    if box is None:
        return None
    if box.address is not None:
        return _address(config, "mail.bounces.address", box.address)
    back = mail_of(config, newsletter).return_path
    return None if back is None else _address(config, mail_key(config, newsletter, "return_path"), back)


def _address(config: Config, key: str, text: str) -> Address:
    try:
        return parse_mailbox(text).address
    except UsageError as error:
        raise refusal(config, key, error.message, hint=error.hint or "") from error
