"""The providers whose events come by webhook: known by their servers' names, and how their events name a delivery."""

import re
from enum import StrEnum

from publisher.mail.headers import raw

DELIVERY = "delivery"
"""The name under which a provider keeps our token with a mail, and gives it back with each event."""


class Provider(StrEnum):
    """Who takes our mail and tells by webhook what became of it: the last word of its address below `/hooks/`."""

    SES = "ses"
    POSTMARK = "postmark"
    MAILGUN = "mailgun"
    SENDGRID = "sendgrid"


_HOSTS = {
    # With those of the FIPS endpoints and of private links (`vpce-0a1b.email-smtp.eu-west-1.vpce.amazonaws.com`).
    Provider.SES: r"([a-z0-9-]+\.)*email-smtp(-fips)?\.[a-z0-9-]+\.(vpce\.)?amazonaws\.com",
    # Newsletters go by the second one.
    Provider.POSTMARK: r"smtp(-broadcasts)?\.postmarkapp\.com",
    Provider.MAILGUN: r"smtp\.([a-z]{2}\.)?mailgun\.org",
    Provider.SENDGRID: r"smtp\.([a-z]{2}\.)?sendgrid\.net",
}


def provider_of(host: str) -> Provider | None:
    """Whose server `host` is, a name of the DNS in any case; None where its events are not known here."""
    name = host.lower().removesuffix(".")
    return next((provider for provider, pattern in _HOSTS.items() if re.fullmatch(pattern, name)), None)


def fields(provider: Provider, token: str) -> tuple[str, ...]:
    """The header lines by which the events of `provider` name the delivery whose token is `token`.

    They come beside `verp.HEADER`. A provider may take them off, so no DKIM signature of ours may name them.

    - Postmark: metadata, of at most 20 characters for the name and 80 for the value (its article 1125). It makes a
      Message-ID of its own unless told to keep ours.
    - Mailgun: user variables, which are JSON ("Attaching data to messages").
    - SendGrid: unique arguments of the SMTP API, in ASCII; of several such fields it reads the first alone.
    - Amazon SES: nothing. `X-SES-MESSAGE-TAGS` come back only in event publishing, and there the mail's own header
      fields come as well; feedback notifications have those alone, where they are switched on.
    """
    variable = f'{{"{DELIVERY}": "{token}"}}'
    match provider:
        case Provider.POSTMARK:
            return (raw(f"X-PM-Metadata-{DELIVERY}", token), "X-PM-KeepID: true")
        case Provider.MAILGUN:
            return (raw("X-Mailgun-Variables", variable),)
        case Provider.SENDGRID:
            return (raw("X-SMTPAPI", f'{{"unique_args": {variable}}}'),)
        case Provider.SES:
            return ()
