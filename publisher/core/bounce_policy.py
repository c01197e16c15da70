"""What a refusal says of its reader, and when refusals are too many.

Codes are those of RFC 3463, with the later ones of the IANA registry "SMTP Enhanced Status Codes", and those that
Exchange Online adds with details of two and three digits ("Email non-delivery reports and SMTP errors in Exchange
Online", learn.microsoft.com).
"""

import re
from collections.abc import Callable, Iterable
from datetime import date

from publisher.core.bounce_words import Said, words_of
from publisher.model.bounce import BounceKind
from publisher.struct import Struct

SOFT_DAYS = 3
"""On as many days soft bounces must have come, with no good mail for each of them, before an address is given up."""

FEWEST_HARD = 10
FEWEST_COMPLAINTS = 3
"""Fewer never pause an issue: one in three is nothing on a list of three."""

_HARD, _SOFT, _POLICY = BounceKind.HARD, BounceKind.SOFT, BounceKind.POLICY

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.\w])([45]\d\d)(?=[ \-\t#]|$)")

_BY_DETAIL: dict[str, BounceKind] = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.4", "1.6", "1.10"), _HARD),
    # About the sender's address, not the reader's; 1.20 and 1.90 are Exchange Online's for the same.
    **dict.fromkeys(("1.7", "1.8", "1.20", "1.90"), _POLICY),
    "2.1": _HARD,
    "2.2": _SOFT,
    # Too big for the mailbox or the system: our mail, not their address.
    **dict.fromkeys(("2.3", "3.3", "3.4"), _POLICY),
    # No route, which means no such host (Exim, Postfix and Sendmail all say 4.4 for that); 4.310 is Exchange Online's.
    **dict.fromkeys(("4.4", "4.310"), _HARD),
    # "Mailbox owner has changed" and "Domain owner has changed", RFC 7293.
    **dict.fromkeys(("7.17", "7.18"), _HARD),
}
_BY_SUBJECT = {"1": _HARD, "2": _SOFT, "3": _SOFT, "4": _SOFT, "5": _POLICY, "6": _POLICY, "7": _POLICY}
_BY_REPLY = {521: _HARD, 551: _HARD, 556: _HARD}
"""RFC 7504 for a host or a domain that takes no mail at all, RFC 5321 for a user who lives elsewhere."""

# Codes whose words are to be believed before them, each for a liar seen: 1.1 with "spam" (filters that answer every
# refusal alike), 7.1 with "user unknown" (Postfix with a code of its own in an access map), 5.0 with "mailbox
# unavailable" (Hotmail), 4.1 with "access denied" (Exchange Online, where it says that there is no such user), 2.1 with
# "at a rate" (Gmail), 2.3 and 3.4 with "mailbox full".
_DOUBTFUL = re.compile(r"1\.[1-4]|1\.10|2\.[13]|3\.4|4\.[14]|[567]\.(?!17$|18$)\d+")
_NOBODY = re.compile(r"recipient address rejected: access denied", re.IGNORECASE)

# au says `550 <reader@au.com>: User unknown` where there is none, and leaves the address out where its owner's filter
# refuses us (sisimai, rhost/for-kddi.go). docomo answers both with the same `550 Unknown user`: there nobody can know.
_FILTERED = re.compile(r"\b550 (?:5\.\d\.\d )?: user unknown", re.IGNORECASE)


class Limits(Struct, frozen=True):
    """From how many percent of an issue's deliveries on it pauses: addresses that are none, and complaints."""

    bounces: float = 5.0
    complaints: float = 0.1


class Outcome(Struct, frozen=True):
    """What became of one mail to an address: the day (of the site's zone), and whether it came back soft or was taken
    and did not come back."""

    day: date
    bounced: bool


def classify(status: str, diagnostic: str, code: int | None = None) -> BounceKind:
    """What a refusal says, by its RFC 3463 `status` or "", the server's words and its SMTP reply code if any.

    A code that says something counts before words, and words before one that does not ("5.0.0", none). Where neither
    does, the address is not given up for it: soft. What does not last (4.X.X) is soft, or policy by its words: a reader
    is not to blame where a server thinks that we send too fast.
    """
    says = words_of(diagnostic)
    detail, lasting = _code_of(status, diagnostic, code)
    if not lasting:
        return _POLICY if says(Said.POLICY) and not says(Said.FULL) else _SOFT
    if _FILTERED.search(diagnostic):
        return _POLICY
    if detail.startswith("4.1") and _NOBODY.search(diagnostic):
        return _HARD
    meant = _meant(detail)
    if meant is None:
        perhaps = _HARD if says(Said.GONE_PERHAPS) else _SOFT
        return _by_words(says) or _BY_REPLY.get(code or _reply_of(diagnostic) or 0, perhaps)
    is_doubted = _DOUBTFUL.fullmatch(detail) is not None and not says(_as_said(meant))
    return (is_doubted and _by_words(says)) or meant


def soft_limit_reached(history: Iterable[Outcome]) -> bool:
    """Whether an address is to be given up for soft bounces, from its history, oldest first.

    A good mail takes back the oldest soft bounce that still counts: who was away for a month and has emptied the
    mailbox is a reader again (listmonk #2770). Bounces of one day count once, as an outage is one event.
    """
    days: list[date] = []
    for outcome in history:
        if outcome.bounced:
            days.append(outcome.day)
        else:
            del days[:1]
    return len(set(days)) >= SOFT_DAYS


def over_limit(sent: int, bounced: int, complained: int, limits: Limits) -> str | None:
    """Why an issue is to pause: of `sent` mails, taken or refused, too many found no such address, or were complained
    of. None where all is well."""
    if bounced >= FEWEST_HARD and bounced * 100 > limits.bounces * sent:
        return f"{_share(bounced, sent)} bounced: more than {limits.bounces:g} %"
    if complained >= FEWEST_COMPLAINTS and complained * 100 > limits.complaints * sent:
        return f"{_share(complained, sent)} were complained of: more than {limits.complaints:g} %"
    return None


def _share(some: int, sent: int) -> str:
    return f"{some} of {sent} mails ({some * 100 / max(sent, some):.3g} %)"


def _code_of(status: str, diagnostic: str, code: int | None) -> tuple[str, bool]:
    """Subject and detail, "0.0" where nobody gives one, and whether the refusal lasts.

    Many a reporter writes Status: 5.0.0 and leaves the server's own code in its words.
    """
    found = [match for text in (status, diagnostic) for match in _CODE.finditer(text) if match[1] != "2"]
    telling = next((match for match in found if match[2] != "0" and match[3] != "0"), None) or next(iter(found), None)
    if telling:
        lasts = (found[0] if status else telling)[1] == "5"
        return f"{int(telling[2])}.{int(telling[3])}", lasts and (code is None or code >= 500)
    code = code or _reply_of(diagnostic)
    return "0.0", code is None or code >= 500


def _meant(detail: str) -> BounceKind | None:
    """What a code says by itself, None for one that says nothing."""
    subject, _, rest = detail.partition(".")
    if detail in _BY_DETAIL:
        return _BY_DETAIL[detail]
    if rest == "0":
        return None if subject in "012345" else _POLICY
    return _BY_SUBJECT.get(subject)


def _reply_of(diagnostic: str) -> int | None:
    match = _REPLY.search(diagnostic)
    return int(match[1]) if match else None


def _by_words(says: Callable[[Said], bool]) -> BounceKind | None:
    """Full before all, as it is the most exact; policy before hard, as a reader wrongly given up is never mailed
    again."""
    for word, kind in ((Said.FULL, _SOFT), (Said.POLICY, _POLICY), (Said.GONE, _HARD), (Said.LATER, _SOFT)):
        if says(word):
            return kind
    return None


def _as_said(kind: BounceKind) -> Said:
    return {_HARD: Said.GONE, _POLICY: Said.POLICY}.get(kind, Said.FULL)
