"""What is common to the webhooks of all providers: a post that is to be believed or not, and what is made of it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from publisher.core.lines import one_line
from publisher.jobs.events import Events
from publisher.mail.providers import Provider
from publisher.mail.report import Action, Report
from publisher.mail.verp import HEADER
from publisher.struct import Struct

_LONGEST_WORDS = 1000
_LONGEST_ADDRESS = 320
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


class Post(Struct, frozen=True):
    """A request as it came at `now`; the names of `headers` in lower case."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


Reader = Callable[[Post], Events]
"""What a post tells. Unsigned where it is not the provider's, ValueError where it cannot be read, FetchError where that
cannot be found out now."""


class Unsigned(Exception):
    """A post that is not believed; `reason` says why, for the operator alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Verdict(StrEnum):
    """What a provider makes of a refusal: there is no such address, or not now, or our mail is not wanted."""

    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"


_STATUS_OF = {Verdict.GONE: "5.1.1", Verdict.LATER: "4.0.0", Verdict.REFUSED: "5.7.1"}


class Told(Struct, frozen=True):
    """What one event is about: `returned` names its delivery, as the header of a returned mail does."""

    provider: Provider
    recipient: str
    returned: str

    def report(self, action: Action, words: str = "", status: str = "") -> Report:
        """What became of the mail, in the server's own `words`."""
        recipient, diagnostic = one_line(self.recipient)[:_LONGEST_ADDRESS], one_line(words)[:_LONGEST_WORDS]
        code = status if _STATUS.fullmatch(status) else ""
        return Report(recipient or None, action, code, diagnostic, self.returned, source=str(self.provider))

    def failed(self, verdict: Verdict, words: str, status: str = "") -> Report:
        """That the mail was refused.

        A status that says nothing (5.0.0), or none, gives way to the provider's verdict: it knows that server better.
        """
        telling = [code for code in _STATUS.findall(f"{status} {words}") if ".0" not in code]
        return self.report(Action.FAILED, words, telling[0] if telling else _STATUS_OF[verdict])


def returned_header(token: str, message_id: str) -> str:
    """The two lines of a mail's header by which its delivery is found; `message_id` with its brackets or without."""
    bare = one_line(message_id).strip("<>")
    named = {HEADER: one_line(token), "Message-ID": f"<{bare}>" if bare else ""}
    return "".join(f"{name}: {value}\n" for name, value in named.items() if value)


def require_fresh(stamp: datetime, now: datetime, longest: timedelta) -> None:
    """Unsigned where a post was signed longer ago than `longest`, or that much ahead of our clock."""
    if abs(now - stamp) > longest:
        raise Unsigned("it was signed too long ago, or a clock is wrong, its own or ours")
