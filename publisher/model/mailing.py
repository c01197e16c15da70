"""Issues, variants, deliveries and what became of them."""

from datetime import datetime
from enum import StrEnum

from publisher.model.sign_up import LetterKind
from publisher.struct import Struct, field


class IssueKind(StrEnum):
    """What an issue is: the new posts of a newsletter, or one post sent by hand."""

    DIGEST = "digest"
    ONE_OFF = "one_off"


class IssueStatus(StrEnum):
    """Where an issue stands."""

    AWAITING = "awaiting"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class DeliveryStatus(StrEnum):
    """Where one mail to one address stands; `sent` means accepted by the next server, no more."""

    PLANNED = "planned"
    ATTEMPTING = "attempting"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Picture(Struct, frozen=True):
    """An image that travels in a mail: `cid` names it there, without brackets (RFC 2392); `type` is a media type."""

    cid: str
    type: str
    name: str
    data: bytes


class Rendered(Struct, frozen=True):
    """A mail that knows all but its recipient: its texts are templates of the second stage.

    Their delimiters hold the `marker`, which is alphanumeric, derived from the content and absent from it, so
    nothing a writer or a reader typed can become template code.
    """

    subject: str
    html: str
    text: str
    marker: str
    preheader: str = ""
    pictures: tuple[Picture, ...] = ()


class Variant(Struct, frozen=True):
    """What a group of recipients shares, stored when the issue is planned.

    `key` is the SHA-256 over (ordered post ids, language, format, template hash), in hex. `resent` are the words for
    which posts of it are sent again, by their ids.
    """

    key: str
    post_ids: tuple[str, ...]
    language: str
    rendered: Rendered
    resent: dict[str, str] = field(default_factory=dict)


class Recipient(Struct, frozen=True, gc=False):
    """One address a mail goes to; `address_key` is its normal form, what makes it unique.

    `fields` are the reader's own, by name, as the JSON that they lie in the ledger as: of a million who have them few
    are asked for them, and nobody before their mail leaves. None for none.
    """

    email: str
    address_key: str
    name: str = ""
    language: str | None = None
    subscriber_id: int | None = None
    fields: str | None = None


class Issue(Struct, frozen=True):
    """One mailing. `at` bounds its posts; `since` is set on a newsletter's first, how far it reached back.

    `archive_url` is where all that was published lies, `page_url` where this mail is to be read, if anywhere.
    `recipients` is how many deliveries it has. An `urgent` one overtakes all others and heeds neither caps nor warm-up.
    A paused one that a server held up goes on by itself at `resume_at`; `setbacks` counts those pauses in a row.
    An awaiting one begins by itself at `starts_at`, or, where that is None, when a person approves it.
    `audience` says in words to which of a newsletter's readers it is, empty for all; one sent `again` is also for those
    who had its posts before. One that `greets` is of no newsletter; its posts were carried for the one it greets in.
    Issues of one `edition`, a period of all zones, share their `number` and their page. One of letters says of which
    kind they are.
    `asked_sha256` is of the request by which a program asked for it, in hex.
    """

    id: int
    uid: str
    newsletter: str | None
    number: int | None
    kind: IssueKind
    status: IssueStatus
    reason: str
    period: str | None
    sender: str
    reply_to: str | None
    list_title: str
    archive_url: str
    page_url: str | None
    at: datetime
    since: datetime | None
    created_at: datetime
    recipients: int = 0
    urgent: bool = False
    resume_at: datetime | None = None
    setbacks: int = 0
    starts_at: datetime | None = None
    audience: str = ""
    again: bool = False
    greets: str | None = None
    edition: str | None = None
    letter: LetterKind | None = None
    asked_sha256: str | None = None


class SettledBy(StrEnum):
    """Who said what became of an unknown delivery: a person, or a report of the server's."""

    HAND = "hand"
    EVENT = "event"


class Delivery(Struct, frozen=True):
    """One mail to one address.

    `attempts` counts those since it was last planned, one that is under way included; that one began at `attempted_at`.
    `settled_by` is set where its state follows from what somebody said, not from an attempt.
    `dated_at` is its mail's Date, in UTC, whole seconds, kept from when its message first ended on; until then it is
    `claimed_at`, when the process that holds it took it in hand. Then, too, `outgoing_id` is the row of the settings it
    was written by, and `key` the fingerprint of what signed its addresses where that signs no more; None else.
    """

    id: int
    issue_id: int
    variant_id: int
    recipient: Recipient
    status: DeliveryStatus
    reason: str
    message_id: str
    attempts: int
    last_reply: str
    due_at: datetime | None
    attempted_at: datetime | None = None
    settled_by: SettledBy | None = None
    dated_at: datetime | None = None
    claimed_at: datetime | None = None
    outgoing_id: int | None = None
    key: str | None = None


class Reply(Struct, frozen=True):
    """What the next server answered to a message it took."""

    code: int
    text: str


class Envelope(Struct, frozen=True):
    """One message as handed to a transport: `sender` may be empty (RFC 5321 null reverse-path).

    `data` has CRLF line ends and is not dot-stuffed; `utf8` where RFC 6531 is needed. `envid` names the delivery to
    servers that report by RFC 3461, empty where there is none.
    """

    sender: str
    recipient: str
    data: bytes
    utf8: bool = False
    envid: str = ""
