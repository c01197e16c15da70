"""From a stored variant and one recipient to the message that is handed over."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial

from publisher.config import Config
from publisher.errors import ConfigError, Problem, Severity, UsageError
from publisher.jobs.leave import exits
from publisher.jobs.links import Links
from publisher.jobs.ways_by_mail import way_out
from publisher.mail import (
    Address,
    Exits,
    Filling,
    Mailbox,
    Press,
    Sheet,
    Signer,
    parse_mailbox,
)
from publisher.mail.providers import Provider, fields
from publisher.mail.tokens import fingerprint
from publisher.mail.verp import HEADER, delivery_tokens, return_path
from publisher.model.field import FieldValue
from publisher.model.mailing import Delivery, Envelope, Issue, IssueKind, Variant
from publisher.store import issues, letters, sign_ups
from publisher.store.engine import Store
from publisher.struct import Struct, replace
from publisher.templating import FIELD

_KEPT = 16


class Outgoing(Struct, frozen=True):
    """What the settings say of mail that leaves.

    With `verp` the return path carries the delivery. `providers` are those whose servers it may leave by: each has a
    field of its own by which its events name the delivery. `web_url` is where this program answers those who leave,
    None where they must write; `requests` is where it reads what they write, None where a person does. `signer` gives
    what signs for the domain of a sender, None where nothing is signed. `keys` gives those of `web.secret_file`, of
    which the first signs addresses in mails; none where the ledger's secret does.
    """

    return_path: Address | None = None
    web_url: str | None = None
    signer: Callable[[str], Signer | None] = lambda _domain: None
    verp: bool = False
    providers: tuple[Provider, ...] = ()
    requests: str | None = None
    keys: Callable[[], tuple[bytes, ...]] = tuple

    @property
    def key(self) -> str:
        """The fingerprint of the key that signs addresses, empty for the ledger's secret."""
        first = self.keys()[:1]
        return fingerprint(*first) if first else ""


def kept(outgoing: Outgoing, key: str | None = None) -> str:
    """What of it stands in a mail beside its signature, as JSON: by it the mail can be made again. `key` is that of
    another time, see `Delivery.key`."""
    asked = {} if outgoing.requests is None else {"requests": outgoing.requests}
    signed = outgoing.key if key is None else key
    by = {"key": signed} if signed else {}
    return json.dumps({"web_url": outgoing.web_url, "providers": outgoing.providers, **asked, **by})


def key_of(content: str) -> str:
    """The fingerprint of the key that the addresses were signed with, empty for the ledger's secret."""
    return str(json.loads(content).get("key", ""))


def key_ring(ledger: bytes, outgoing: Outgoing) -> dict[str | None, bytes]:
    """All that may sign, by fingerprint; what signs now is under None."""
    keys = outgoing.keys()
    return {fingerprint(one): one for one in keys} | {"": ledger, None: keys[0] if keys else ledger}


def of_kept(content: str) -> Outgoing:
    """As far as it stands in a mail, and without a signer."""
    said = json.loads(content)
    providers = tuple(map(Provider, said["providers"]))
    return Outgoing(web_url=said["web_url"], providers=providers, requests=said.get("requests"))


class Letters:
    """Writes messages; keeps the variants it has read, of which an issue has few and its deliveries many."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ring = lru_cache(maxsize=_KEPT)(partial(key_ring, store.secret))
        self._token = delivery_tokens(store.secret)
        self._load = lru_cache(maxsize=_KEPT)(partial(_load, store))

    def write(self, delivery: Delivery, outgoing: Outgoing) -> Envelope:
        """The message of a delivery that is claimed, or that was tried before: at any time the same, byte for byte,
        but for its signature. UsageError or TemplateError where it cannot be composed, ConfigError where it cannot be
        signed."""
        date = delivery.dated_at or delivery.claimed_at
        assert date is not None
        # As it was taken in: to read it anew would cost a third of what a letter costs.
        email = delivery.recipient.email
        to = Mailbox(delivery.recipient.name, Address(email, delivery.recipient.address_key, email.isascii()))
        plate, ring = self._load(delivery.variant_id, outgoing), self._ring(outgoing)
        token, secret = self._token(delivery.id), ring.get(delivery.key, ring[None])
        more = {**_own_fields(delivery.recipient.fields), **self._more(delivery, plate, secret)}
        language = delivery.recipient.language
        return plate.letter(to, delivery.message_id, date, secret, language=language, more=more, token=token)

    def _more(self, delivery: Delivery, plate: "Plate", secret: bytes) -> dict[str, str]:
        if plate.asks_to_confirm:
            return {"confirm_url": self._confirm_url(delivery, plate.links(secret))}
        return self._choices(delivery, plate.links(secret)) if plate.tells_choices else {}

    def _choices(self, delivery: Delivery, links: Links) -> dict[str, str]:
        with self._store.read() as connection:
            letter = letters.of_delivery(connection, delivery.id)
        if letter is None:
            raise UsageError("what it would tell is forgotten", hint="they may ask again")
        said = letter.said
        url = links.choose(letter.email, letter.expires_at, said.get("choices", ""))
        return {
            "choices_text": said.get("choices", ""),
            "unread_lines": said.get("unread", ""),
            "preferences_url": url,
        }

    def _confirm_url(self, delivery: Delivery, links: Links) -> str:
        with self._store.read() as connection:
            letter = letters.of_delivery(connection, delivery.id)
            asked = sign_ups.by_ids(connection, [letter.sign_up_id]) if letter and letter.sign_up_id else {}
        if letter is None or letter.sign_up_id not in asked:
            raise UsageError("the sign-up that it would ask about is forgotten", hint="they may sign up again")
        return links.confirm(asked[letter.sign_up_id].uid, letter.expires_at)


class Plate:
    """A variant ready to be printed for its recipients: all that is the same for them is made once."""

    def __init__(self, sheet: Sheet, variant: Variant, outgoing: Outgoing) -> None:
        self._sheet, self._language, self._outgoing = sheet, variant.language, outgoing
        self._ascii = all(box.address.ascii for box in (sheet.sender, sheet.reply_to) if box)
        self._filling = Filling(variant.rendered)
        # Who is told something that they did not subscribe to is shown no way out, and has none.
        self._leaves = bool(variant.post_ids) or "unsubscribe_url" in variant.rendered.text
        self.asks_to_confirm = "confirm_url" in variant.rendered.html or "confirm_url" in variant.rendered.text
        self._has_preferences = any(
            "preferences_url" in part for part in (variant.rendered.html, variant.rendered.text)
        )
        self.tells_choices = "choices_text" in variant.rendered.text
        self._press = Press(sheet, outgoing.signer(sheet.sender.address.domain))

    def links(self, secret: bytes) -> Links:
        """What makes the addresses that are a reader's own, by the key that signs them."""
        return Links(secret, self._outgoing.web_url, self._outgoing.requests, self._sheet.sender.address.email)

    def letter(
        self,
        to: Mailbox,
        message_id: str,
        now: datetime,
        secret: bytes,
        *,
        language: str | None = None,
        more: Mapping[str, FieldValue] | None = None,
        token: str = "",
    ) -> Envelope:
        """One recipient's message; UsageError or TemplateError where it cannot be made.

        `token` names its delivery to other servers, empty where it has none. `more` is what this mail alone asks of
        its recipient, such as a confirmation its `confirm_url`, or what it knows of them beyond the others.
        """
        email, sender = to.address.email, self._sheet.sender.address
        back_to = self._outgoing.return_path or sender
        mailto = way_out(secret, self._outgoing.requests, sender.email, self._sheet.list_name, email)
        page, post = (
            exits(self._outgoing.web_url, secret, self._sheet.list_name, email)
            if self._outgoing.web_url
            else (mailto, None)
        )
        recipient: dict[str, FieldValue] = {
            "email": email,
            "name": to.name,
            "language": language or self._language,
            "unsubscribe_url": page,
            **(more or {}),
        }
        if self._has_preferences and "preferences_url" not in recipient:
            recipient["preferences_url"] = self.links(secret).preferences(email, self._sheet.list_name, now)
        data = self._press.print(
            to,
            self._filling.fill(recipient),
            message_id=message_id,
            date=now,
            exits=Exits(mailto, post) if self._leaves else None,
            more=self._named(token),
        )
        return Envelope(
            sender=return_path(back_to, token) if token and self._outgoing.verp else back_to.email,
            recipient=email,
            data=data,
            utf8=not (to.address.ascii and back_to.ascii and self._ascii),
            envid=token,
        )

    def _named(self, token: str) -> list[str]:
        """The fields by which a report names the delivery again."""
        if not token:
            return []
        return [f"{HEADER}: {token}", *(line for one in self._outgoing.providers for line in fields(one, token))]


def _own_fields(kept: str | None) -> dict[str, FieldValue]:
    """The reader's own fields by the names that templates have for them."""
    return {FIELD + name: value for name, value in json.loads(kept).items()} if kept else {}


def sheet_of(issue: Issue, variant: Variant) -> Sheet:
    """What all letters of a variant say beside its text; UsageError where the sender is no mailbox."""
    return Sheet(
        sender=parse_mailbox(issue.sender),
        reply_to=parse_mailbox(issue.reply_to) if issue.reply_to else None,
        list_title=issue.list_title,
        # Whoever is greeted leaves by its link what they are greeted in.
        list_name=issue.newsletter or issue.greets,
        language=variant.language,
        issue=str(issue.number or issue.uid[:8]),
        archive_url=issue.archive_url,
        page_url=issue.page_url,
        # RFC 3834 section 5: a mail that nobody wrote by hand; a post that is sent by hand somebody did.
        auto_submitted=issue.kind is IssueKind.DIGEST or not variant.post_ids,
        pictures=variant.rendered.pictures,
    )


def require_headers(config: Config, issue: Issue, variant: Variant) -> None:
    """ConfigError where no header can carry what the settings say: every mail of the issue would fail for it."""
    try:
        Press(replace(sheet_of(issue, variant), pictures=()), None)
    except UsageError as error:
        name = "mail" if issue.newsletter is None else f"newsletters.{issue.newsletter}"
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", f"{name}: {error.message}")
        raise ConfigError([problem], hint=error.hint) from error


def _load(store: Store, variant_id: int, outgoing: Outgoing) -> Plate:
    with store.read() as connection:
        issue, variant = issues.of_variant(connection, variant_id), issues.variant(connection, variant_id)
    return Plate(sheet_of(issue, variant), variant, outgoing)
