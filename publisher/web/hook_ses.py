"""Amazon SES by way of SNS: signed messages, which hold feedback notifications or published events.

docs.aws.amazon.com: "Verifying the signatures of Amazon SNS messages", "Amazon SNS notification contents for Amazon
SES", "Examples of event data that Amazon SES publishes to Amazon SNS".
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from publisher.errors import FetchError
from publisher.jobs.events import Events, Fetch
from publisher.web.hook_json import Json, read_json, text_at
from publisher.web.hook_keys import SnsKey, sns_key, sns_signed
from publisher.web.hook_post import Post, Unsigned, require_fresh
from publisher.web.hook_ses_events import events

_LONGEST = timedelta(hours=2)
"""It tries again for an hour at most. The same event twice changes nothing."""

_HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_MOST_KEYS = 8
"""More than there are regions of one account's topics; a certificate lasts a year."""

_LIMIT_BYTES, _TIMEOUT_SECONDS = 64 * 1024, 10.0

_CONFIRMATIONS = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    **dict.fromkeys(_CONFIRMATIONS, ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")),
}


class Ses:
    """Reads posts of `topics`; a class because it keeps the keys of the certificates that it has seen.

    `say` is told of topics that are subscribed to.
    """

    def __init__(self, topics: Sequence[str], fetch: Fetch, say: Callable[[str], None]) -> None:
        self._topics, self._fetch, self._say = frozenset(topics), fetch, say
        self._keys: dict[str, SnsKey] = {}

    def read(self, post: Post) -> Events:
        """What a post tells; see hook_post.Reader. To confirm a subscription is done here, and tells nothing."""
        message = read_json(post.body)
        self._require_signed(message, post.now)
        match text_at(message, "Type"):
            case "Notification":
                return events(_inner(text_at(message, "Message")))
            case "SubscriptionConfirmation":
                self._confirm(message)
        return Events()

    def _require_signed(self, message: Json, now: datetime) -> None:
        kind, topic = text_at(message, "Type"), text_at(message, "TopicArn")
        if kind not in _SIGNED:
            raise ValueError("it is no message of Amazon SNS: raw message delivery must be off")
        # Before anything is fetched for it.
        if topic not in self._topics:
            raise Unsigned("its topic is none of mail.events.ses.topics")
        key = self._key(text_at(message, "SigningCertURL"), now)
        version, signature = text_at(message, "SignatureVersion"), text_at(message, "Signature")
        if not sns_signed(key, version, signature, _canonical(message, _SIGNED[kind])):
            raise Unsigned("it is not signed by Amazon SNS")
        require_fresh(_moment(text_at(message, "Timestamp")), now, _LONGEST)

    def _key(self, url: str, now: datetime) -> SnsKey:
        _require_sns(url)
        if not urlsplit(url).path.endswith(".pem"):
            raise Unsigned("its certificate has no address of Amazon SNS")
        key = self._keys.get(url) or self._fetched(url)
        if not key.begins <= now <= key.ends:
            raise Unsigned(f"its certificate counts from {key.begins:%Y-%m-%d} to {key.ends:%Y-%m-%d}")
        return key

    def _fetched(self, url: str) -> SnsKey:
        try:
            key = sns_key(self._get(url))
        except ValueError as error:
            raise Unsigned(f"its certificate is none: {error}") from error
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        self._keys[url] = key
        return key

    def _get(self, url: str) -> bytes:
        found = self._fetch(url, limit_bytes=_LIMIT_BYTES, timeout=_TIMEOUT_SECONDS)
        if found.status != 200 or found.url != url:
            raise FetchError(url, f"is not there: status {found.status} at {found.url}")
        return found.body

    def _confirm(self, message: Json) -> None:
        url = text_at(message, "SubscribeURL")
        _require_sns(url)
        self._get(url)
        self._say(f"subscribed to {text_at(message, 'TopicArn')}: its events come in")


def _require_sns(url: str) -> None:
    """Unsigned where `url` is not one of Amazon SNS: what stands there would be believed."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and parts.netloc == parts.hostname
    except ValueError as error:
        raise Unsigned("it names an address that is none") from error
    if not is_plain or not _HOST.fullmatch(parts.netloc):
        raise Unsigned("it names an address that is not at https://sns.REGION.amazonaws.com")


def _canonical(message: Json, names: Sequence[str]) -> bytes:
    """What is signed; ValueError where it cannot be written as UTF-8. Only Subject may be missing."""
    told = {name: text_at(message, name) for name in names}
    return "".join(f"{name}\n{value}\n" for name, value in told.items() if value or name != "Subject").encode()


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _inner(message: str) -> Json:
    # SES greets a new destination in plain words.
    try:
        return read_json(message.encode())
    except ValueError:
        return None
