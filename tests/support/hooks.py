"""Providers as they post: bodies in their shapes, signed with keys made here."""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:midori"
CERTIFICATE = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
SUBSCRIBE = "https://sns.ap-northeast-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37"
MAILGUN_KEY = "mailgun-signing-key"
HANAKO = "hanako@example.jp"


class Sns:
    """Amazon SNS with a key and a certificate of its own."""

    def __init__(self, begins: datetime, *, name: str = "sns.amazonaws.com", days: int = 365) -> None:
        self._key = new_rsa_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).serial_number(1)
        made = made.public_key(self._key.public_key())
        made = made.not_valid_before(begins).not_valid_after(begins + timedelta(days=days))
        self.pem = made.sign(self._key, SHA256()).public_bytes(Encoding.PEM)

    def notification(self, told: Any, now: datetime, **changes: str) -> bytes:
        """What SNS posts for a notification of SES; `changes` are signed as well, but for SigningCertURL."""
        inner = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        return self._message({"Type": "Notification", "Message": inner}, now, changes)

    def confirmation(self, kind: str, now: datetime, **changes: str) -> bytes:
        """What SNS posts when somebody subscribes us, or ends that."""
        fields = {"Type": kind, "Message": "You have chosen…", "Token": "2336412f37", "SubscribeURL": SUBSCRIBE}
        return self._message(fields, now, changes)

    def _message(self, fields: Mapping[str, str], now: datetime, changes: Mapping[str, str]) -> bytes:
        common = {
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "SignatureVersion": "2",
            "SigningCertURL": CERTIFICATE,
        }
        message = {**common, **fields, **changes}
        named = sorted(set(message) - {"SignatureVersion", "SigningCertURL"})
        data = "".join(f"{name}\n{message[name]}\n" for name in named).encode()
        digest = SHA1() if message["SignatureVersion"] == "1" else SHA256()
        message["Signature"] = b64encode(self._key.sign(data, PKCS1v15(), digest)).decode()
        return json.dumps(message, ensure_ascii=False).encode()


class Sendgrid:
    """SendGrid with a key of its own."""

    def __init__(self) -> None:
        self._key = new_ec_key(SECP256R1())
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = b64encode(public).decode()

    def headers(self, body: bytes, now: datetime) -> dict[str, str]:
        """Its signature over a body."""
        stamp = str(int(now.timestamp()))
        signature = self._key.sign(stamp.encode() + body, ECDSA(SHA256()))
        return {
            "x-twilio-email-event-webhook-signature": b64encode(signature).decode(),
            "x-twilio-email-event-webhook-timestamp": stamp,
        }


def ses_mail(token: str) -> dict[str, Any]:
    """What SES tells of the mail itself."""
    return {
        "timestamp": "2026-11-24T03:00:00.000Z",
        "messageId": "0106018e-000000",
        "destination": [HANAKO],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": "三浦 みどり <tayori@midori.example>"},
            {"name": "X-Publisher-Delivery", "value": token},
        ],
    }


def ses_bounce(token: str, kind: str = "Permanent", subtype: str = "General", **dsn: str) -> dict[str, Any]:
    """A bounce as feedback notifications have it."""
    recipient = {"emailAddress": HANAKO, **dsn}
    bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient], "feedbackId": "0106"}
    return {"notificationType": "Bounce", "bounce": bounce, "mail": ses_mail(token)}


def mailgun(event: Mapping[str, Any], now: datetime, key: str = MAILGUN_KEY) -> bytes:
    """What Mailgun posts."""
    stamp, token = str(int(now.timestamp())), "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"
    signature = hmac.digest(key.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    said = {"timestamp": stamp, "token": token, "signature": signature}
    return json.dumps({"signature": said, "event-data": event}, ensure_ascii=False).encode()


def mailgun_event(token: str, event: str, **changes: Any) -> dict[str, Any]:
    """One event of Mailgun's."""
    return {
        "event": event,
        "recipient": HANAKO,
        "message": {"headers": {"message-id": "20261124@midori.example"}},
        "user-variables": {"delivery": token},
        **changes,
    }


def sendgrid_events(token: str, *events: Mapping[str, Any]) -> bytes:
    """A batch of SendGrid's."""
    common = {"email": HANAKO, "delivery": token, "smtp-id": "<20261124@midori.example>"}
    return json.dumps([{**common, **event} for event in events], ensure_ascii=False).encode()


def postmark_event(token: str, record: str, **changes: Any) -> bytes:
    """One event of Postmark's."""
    common = {"RecordType": record, "Email": HANAKO, "Metadata": {"delivery": token}, "MessageID": "883953f4"}
    return json.dumps({**common, **changes}, ensure_ascii=False).encode()


def basic(user: str, password: str) -> dict[str, str]:
    """The header of RFC 7617."""
    return {"authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
