"""What is needed to do what readers ask by mail."""

from publisher.jobs.door import Door
from publisher.mail.tokens import Signing
from publisher.store.engine import Store
from publisher.struct import Struct


class Room(Struct, frozen=True):
    """The door that readers come by, the ledger, and the keys of tokens.

    `language` is the site's, for who names none. With `on_pages` readers change what they get on a page, else by mail.
    """

    door: Door
    store: Store
    signing: Signing
    language: str
    on_pages: bool
