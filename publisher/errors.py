"""Every error that Publisher raises on purpose.

    PublisherError                 message, hint, exit_code
    ├─ UsageError                  2   the command's words are off
    ├─ NotFound(noun, key)         2   no such issue, newsletter, post, subscriber
    ├─ Refused                     2   mail would go out without anyone having said yes
    ├─ ConfigError(problems)       78  config.yaml or environment, all problems at once
    ├─ TemplateError(template, line)  78
    ├─ ContentError(problems)      65  posts that cannot be read
    ├─ PlanChanged                 65  what would go out is not what was planned
    ├─ OutputError(path)           75  a file could not be written: full disk, no permission
    ├─ StoreError                  75  the ledger could not be read or written
    │  ├─ StoreBusy                75  another program holds it
    │  ├─ CacheDamaged             75  the cache turned out to be broken, and is empty now
    │  ├─ WrongDatabase            78  not ours, or another version's schema
    │  ├─ WrongLedger              78  not the ledger this site last used
    │  └─ Conflict(noun, key)      75  another process made it first
    ├─ TransportError(scope, permanent, code, enhanced, reply, server, undecided)  69
    ├─ FetchError(url, reason)     69  an address could not be fetched, or must not be
    ├─ ListenError(address, reason)  69  nobody can listen at an address
    └─ IllegalTransition(noun, before, after)  1

Exit codes follow sysexits.h; anything else that escapes is a bug and exits with 1.
"""

from collections.abc import Sequence
from enum import StrEnum

from publisher.struct import Struct


class Severity(StrEnum):
    """How much a problem matters: an error leaves the post out, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True, order=True):
    """One fault at one place; `line` and `column` count from 1, 0 where the place has none.

    `file` is relative to the site's folder with `/`, or names an environment variable, or a mail: `weekly (ja)`.
    `code` is a stable word from docs/reference/problems.md.
    """

    file: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str

    @classmethod
    def of(cls, file: str, line: int, column: int, severity: str, code: str, message: str) -> "Problem":
        """A problem from its parts as they are kept, the severity as a word."""
        return cls(file, line, column, Severity(severity), code, message)

    def __str__(self) -> str:
        return f"{self._place}: {self.message}"

    def told(self) -> str:
        """As compilers tell a fault, for editors and for those who look for a code."""
        return f"{self._place}: {self.severity} {self.code}: {self.message}"

    @property
    def _place(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


class PublisherError(Exception):
    """Something went wrong that a person can mend; `hint` says how."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def told(self) -> str:
        """The message and, on a line of its own, the way out."""
        return f"{self.message}\n  {self.hint}" if self.hint else self.message

    def in_one_line(self) -> str:
        """The same as the reason that is kept of what it stopped."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(PublisherError):
    """The command's words do not fit together."""

    exit_code = 2


class PlanChanged(PublisherError):
    """What would go out is not what the plan showed; trying again changes nothing, planning again does."""

    exit_code = 65


class NotFound(UsageError):
    """No `noun` has this `key`."""

    def __init__(self, noun: str, key: str, *, hint: str | None = None) -> None:
        super().__init__(f"no {noun} {key!r}", hint=hint)
        self.noun = noun
        self.key = key


class Refused(UsageError):
    """Mail would go out, and nobody said yes."""


class ProblemsError(PublisherError):
    """Faults with places; the message has one line for each."""

    def __init__(self, problems: Sequence[Problem], *, hint: str | None = None) -> None:
        super().__init__("\n".join(str(problem) for problem in problems), hint=hint)
        self.problems = tuple(problems)


class ConfigError(ProblemsError):
    """The configuration is wrong; never retried."""

    exit_code = 78


class ContentError(ProblemsError):
    """Posts cannot be read."""

    exit_code = 65


class TemplateError(PublisherError):
    """A template is missing or broken at `line` (0 where it has none); `reason` is the message without its place."""

    exit_code = 78

    def __init__(self, template: str, line: int, reason: str) -> None:
        place = f"{template}:{line}" if line else template
        super().__init__(f"{place}: {reason}")
        self.template = template
        self.line = line
        self.reason = reason


class OutputError(PublisherError):
    """A file could not be written; whatever stood there before still stands."""

    exit_code = 75

    def __init__(self, path: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}: {reason}", hint=hint)
        self.path = path


class StoreError(PublisherError):
    """The ledger could not be read or written."""

    exit_code = 75


class StoreBusy(StoreError):
    """Another program holds the ledger."""


class CacheDamaged(StoreError):
    """The cache turned out to be damaged; it is emptied, and all it held can be worked out again."""


class WrongDatabase(StoreError):
    """The database is not a ledger of ours, or of another version."""

    exit_code = 78


class WrongLedger(StoreError):
    """The ledger is not the one this site last used: fresh, restored or cloned."""

    exit_code = 78


class Conflict(StoreError):
    """Another process has made the `noun` with this `key` first."""

    def __init__(self, noun: str, key: str) -> None:
        super().__init__(f"{noun} {key!r} exists already")
        self.noun = noun
        self.key = key


class Scope(StrEnum):
    """What a refusal is about: one address, one message, or the whole session."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    SESSION = "session"


class TransportError(PublisherError):
    """The next server did not take a message.

    `code` is the SMTP reply code (RFC 5321 section 4.2) or None where no reply came,
    `enhanced` the RFC 3463 status such as "5.1.1", `reply` the server's own words.
    `server` said them, where they are about the session: then the message names it.
    `undecided`: the message had ended and no answer came, so it may have been taken.
    """

    exit_code = 69

    def __init__(
        self,
        reply: str,
        *,
        scope: Scope,
        permanent: bool,
        code: int | None = None,
        enhanced: str | None = None,
        server: str | None = None,
        undecided: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(f"{server}: {reply}" if server else reply, hint=hint)
        self.reply = reply
        self.server = server
        self.scope = scope
        self.permanent = permanent
        self.code = code
        self.enhanced = enhanced
        self.undecided = undecided


class FetchError(PublisherError):
    """What stands at `url` could not be fetched, or must not be."""

    exit_code = 69

    def __init__(self, url: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"{url}: {reason}", hint=hint)
        self.url = url
        self.reason = reason


class ListenError(PublisherError):
    """Nobody can listen at `address`: the port is taken, or not allowed, or the address is no one's here."""

    exit_code = 69

    def __init__(self, address: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"cannot listen at {address}: {reason}", hint=hint)
        self.address = address
        self.reason = reason


class IllegalTransition(PublisherError):
    """A state was to follow another that it cannot follow: a bug."""

    def __init__(self, noun: str, before: str, after: str) -> None:
        super().__init__(f"a {noun} cannot go from {before} to {after}")
        self.noun = noun
        self.before = before
        self.after = after
