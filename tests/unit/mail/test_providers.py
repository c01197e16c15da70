"""Whose server it is, and by which fields its events name a delivery."""

import json

import pytest

from publisher.errors import UsageError
from publisher.mail.providers import Provider, fields, provider_of

TOKEN = "k3x9q2m7w4z8r5t6"


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("email-smtp.ap-northeast-1.amazonaws.com", Provider.SES),
        ("EMAIL-SMTP.us-gov-west-1.amazonaws.com.", Provider.SES),
        ("email-smtp-fips.us-east-1.amazonaws.com", Provider.SES),
        ("vpce-0a1b-2c3d.email-smtp.eu-west-1.vpce.amazonaws.com", Provider.SES),
        ("smtp.postmarkapp.com", Provider.POSTMARK),
        ("smtp-broadcasts.postmarkapp.com", Provider.POSTMARK),
        ("smtp.mailgun.org", Provider.MAILGUN),
        ("smtp.eu.mailgun.org", Provider.MAILGUN),
        ("smtp.sendgrid.net", Provider.SENDGRID),
        ("smtp.eu.sendgrid.net", Provider.SENDGRID),
        ("smtp.midori.example", None),
        ("smtp.sendgrid.net.midori.example", None),
        ("email-smtp.ap-northeast-1.amazonaws.com.midori.example", None),
        ("mysmtp.mailgun.org", None),
        ("", None),
    ],
)
def test_a_provider_is_known_by_its_servers_name(host: str, provider: Provider | None) -> None:
    assert provider_of(host) is provider


def test_the_fields_are_those_that_each_provider_reads() -> None:
    told = {provider: dict(line.split(": ", 1) for line in fields(provider, TOKEN)) for provider in Provider}

    assert told[Provider.SES] == {}
    assert told[Provider.POSTMARK] == {"X-PM-Metadata-delivery": TOKEN, "X-PM-KeepID": "true"}
    assert json.loads(told[Provider.MAILGUN].pop("X-Mailgun-Variables")) == {"delivery": TOKEN}
    assert json.loads(told[Provider.SENDGRID].pop("X-SMTPAPI")) == {"unique_args": {"delivery": TOKEN}}
    assert not told[Provider.MAILGUN]
    assert not told[Provider.SENDGRID]


def test_a_token_makes_no_second_field() -> None:
    with pytest.raises(UsageError, match="X-PM-Metadata-delivery"):
        fields(Provider.POSTMARK, f"{TOKEN}\r\nBcc: hanako@example.jp")
