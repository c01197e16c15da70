"""The very mail that a reader got, made again from what was kept."""

from publisher.errors import NotFound, StoreError, UsageError
from publisher.jobs.letter import Letters, key_of, key_ring, of_kept
from publisher.mail import parse_address
from publisher.model.mailing import Delivery
from publisher.store import deliveries, issues, manifests, outgoings, suppressions
from publisher.store.engine import Store
from publisher.struct import replace


def eml(store: Store, issue_id: int, email: str, keys: tuple[bytes, ...] = ()) -> bytes:
    """The message of an issue to an address as it was handed over last, but for its signature, in CRLF lines. `keys`
    are those of `web.secret_file`.

    NotFound where the issue has nothing for the address; UsageError where no attempt ended its message, its reader has
    been forgotten, or the key that signed its addresses is none of `keys` any more; StoreError where somebody altered
    what is kept of it.
    """
    address = parse_address(email)
    with store.read() as connection:
        issues.get(connection, issue_id)
        if suppressions.is_forgotten(connection, store.secret, address.key):
            raise UsageError(f"{email} asked to be forgotten: their mail cannot be made again")
        found = deliveries.to_address(connection, issue_id, address.key)
        if found is None:
            hint = f"'publisher issue show {issue_id}' names its readers"
            raise NotFound(f"delivery of issue {issue_id} to", email, hint=hint)
        delivery, outgoing_id = found
        if delivery.dated_at is None or outgoing_id is None:
            raise _never_left(issue_id, delivery)
        if changed := [part for _, part in manifests.altered(connection, issue_id, delivery.variant_id)]:
            message = (
                f"the {' and '.join(changed)} kept of issue {issue_id} is not what was planned: that is not their mail"
            )
            raise StoreError(message, hint=f"'publisher issue verify {issue_id}' names what was altered")
        content = outgoings.get(connection, outgoing_id)
    outgoing, key = replace(of_kept(content), keys=lambda: keys), key_of(content)
    if key not in key_ring(store.secret, outgoing):
        message = f"the key that signed the links in the mail to {email} is not in web.secret_file any more"
        raise UsageError(message, hint="put it back as the last line, and the mail can be made again")
    return Letters(store).write(replace(delivery, key=key), outgoing).data


def _never_left(issue_id: int, delivery: Delivery) -> UsageError:
    why = f" ({delivery.reason})" if delivery.reason else ""
    message = f"issue {issue_id} has not been handed over to {delivery.recipient.email}: it is {delivery.status}{why}"
    return UsageError(message, hint="a mail has its date from when its text has first gone out to the end")
