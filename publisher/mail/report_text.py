"""Bounces in words only: qmail, old Exim, Exchange and Notes, DragonFly, and the Japanese carriers.

One reader for all: an address at the start of a line or behind a label, and what stands beside it. A list of formats
would always miss the next one.
"""

import re
from collections.abc import Iterable

from publisher.core.bounce_words import say_anything
from publisher.mail.report import Action
from publisher.mail.report_delay import is_still_trying, lasts
from publisher.mail.report_dsn import Status, in_text, one_line
from publisher.mail.report_mime import Part, addresses
from publisher.mail.report_returned import recipients_in
from publisher.mail.report_signs import is_about_bounce, is_cut_report

_LONGEST = 50_000
_MOST_LINES = 30

_AT = r"[^\s<>\"'(),:;\[\]\\@（）「」『』。、]{1,64}@[^\s<>\"'(),:;\[\]\\@（）「」『』。、/]{1,255}"
_FIRST = re.compile(rf"[ \t>*•・\-]{{0,20}}<?({_AT})>?[ \t]*(?:[:：,;]|\.{{3}}|\(|$|(?=\s))(.*)")
_LABELLED = re.compile(
    r"[ \t>*\-<]{0,20}(?:(?:original|final|failed|intended|invalid)?[ \-]?(?:recipient|address|rcpt"
    r"|e-?mail)s?(?: address)?|rcpt to"
    r"|(?:message |mail )?to|宛先|あて先|宛て先|送信先|受信者|メールアドレス|宛先アドレス|empf(?:ä|ae)nger"
    r"|destinatari\w|destinataire|получатель"
    r"|收件人)"
    rf"[ \t]{{0,10}}(?:\([^)]{{0,40}}\))?[:：=][ \t]{{0,10}}(?:rfc822;[ \t]?)?<?({_AT})>?(.*)",
    re.IGNORECASE,
)
_ANY = re.compile(_AT)
_CODE = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?<![\d.\w])[45][0-5]\d(?=[ \-\t#]|$)")
_NOT_DELIVERED = re.compile(
    r"(?:not|n't|never|unable to|impossible to|cannot|can't|failed to) (?:be |been |have been )?(?:deliver|sen[dt]"
    r"|reach)"
    r"|undeliver|delivery[^.\n]{0,40}fail|error delivering|failed to deliver|permanent (?:error|failure)"
    r"|had (?:permanent|delivery)"
    r"|did not reach|(?:was|were|been) (?:rejected|returned|undelivered)|wasn't able to|return(?:ed|ing) (?:your"
    r"|to sender|mail|message)"
    r"|(?:配信|配送|送信|送達|お届け|届け)[^。\n]{0,20}(?:でき|出来|られ)(?:ません|な|ず)|不達|配信不能|届きません"
    r"|届いておりません|届かな|エラーとな|受け付けられ|宛先不明|返送"
    r"|nicht (?:zugestellt|ausgeliefert|zustellbar|erreicht)|unzustellbar|n'a pas (?:pu|été)|non (?:remis|distribu"
    r"|livr)|no (?:se )?(?:pudo|ha podido|puede|fue)"
    r"|n(?:ã|a)o (?:pôde|foi|pode)|не (?:может|удалось|было|был)[^.\n]{0,20}(?:достав|отправ)|не доставлен|无法(?:投递"
    r"|送达"
    r"|发送)|未能|無法(?:投遞|傳遞|送達)|退回|退信"
    r"|non (?:è stato|e' stato|è possibile)|niet (?:worden )?(?:bezorgd|afgeleverd)|nie (?:został|można|mogła)"
    r"|전달(?:되지"
    r"|할 수)|배달",
    re.IGNORECASE,
)
_OF_SYSTEMS = re.compile(
    r"(?:mailer-daemon|postmaster|abuse|support|helpdesk|admin|no-?reply|info-?desk)@", re.IGNORECASE
)


def statuses_in(mail: Part, head: str, returned: str, own: Iterable[str]) -> tuple[Status, ...]:
    """What a bounce of `mail` says in its words: `head` without the mail returned, whose header is `returned`.

    `own` are our addresses, those that the report was sent to. Nothing where the words are about no failure.
    """
    head = head[:_LONGEST]
    is_bounce = is_about_bounce(mail) or is_cut_report(mail, head)
    if not (is_bounce or _NOT_DELIVERED.search(head)):
        return ()
    if given := tuple(one for one in in_text(head) if one.recipient):
        return given
    found = _named(mail, head, returned, {one.lower() for one in own})
    written = recipients_in(returned)
    pairs: list[tuple[str | None, str]] = [*found.items()] or [(written[0] if len(written) == 1 else None, "")]
    # A quota warning of a postmaster's speaks of a full mailbox, and names nobody it could not reach.
    if pairs[0][0] is None and not (is_bounce and _is_telling(head)):
        return ()
    return tuple(_status(mail, head, recipient, words, alone=len(pairs) == 1) for recipient, words in pairs)


def words_beside(text: str, recipient: str | None) -> str:
    """What a text says of a recipient, for a notification that leaves the server's words out of its fields."""
    blocks = [block for block in re.split(r"\n\s*\n", text[:_LONGEST]) if recipient and recipient in block]
    return one_line(next(filter(_is_telling, blocks), ""))


def _status(mail: Part, head: str, recipient: str | None, words: str, *, alone: bool) -> Status:
    # What a report says elsewhere of the only address in it is said of that one; of several it may be another's.
    common = head if alone else ""
    code = _CODE.search(words) or _CODE.search(common)
    beside = lasts(words)
    action = _action(mail, head, for_good=bool(lasts(common) if beside is None else beside))
    return Status(recipient, action, code[0] if code else "", one_line(words if _is_telling(words) else head), "")


def _action(mail: Part, head: str, *, for_good: bool) -> Action:
    """A code for good counts before words of a delay: a subject may quote ours, a text ask to be sent again."""
    if for_good or mail.has("x-failed-recipients"):
        return Action.FAILED
    is_delayed = is_still_trying(mail.get("subject")[:500]) or is_still_trying(head[:1500])
    return Action.DELAYED if is_delayed else Action.FAILED


def _named(mail: Part, head: str, returned: str, own: set[str]) -> dict[str, str]:
    """The recipients by address, each with the words beside it, the surest signs only."""
    listed = addresses(mail.all("x-failed-recipients"))
    placed = _placed(head)
    if listed:
        return {one: placed.get(one, "") for one in listed}
    written = recipients_in(returned)
    others = dict.fromkeys(_ANY.findall(head), "")
    for candidates in (placed, others):
        known = {_trim(one): words for one, words in candidates.items() if one in written or not _is_ours(one, own)}
        meant = {one: words for one, words in known.items() if one in written or _is_telling(words)}
        if meant or known:
            return meant or (known if candidates is placed else dict(list(known.items())[:1]))
    return {}


def _placed(head: str) -> dict[str, str]:
    """Addresses that stand first on a line or behind a label, with the lines up to a blank one or the next address."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in head.split("\n"):
        match = _LABELLED.match(line[:1000]) or _FIRST.match(line[:1000])
        if match:
            current = found.setdefault(_trim(match[1]), [])
            current.append(match[2])
        elif (
            current is not None and len(current) < _MOST_LINES and (line.strip() or not _is_telling("\n".join(current)))
        ):
            current.append(line)
        else:
            current = None
    return {address: "\n".join(lines) for address, lines in found.items()}


def _trim(address: str) -> str:
    return address.rstrip(".,;:!?")


def _is_ours(address: str, own: set[str]) -> bool:
    return _trim(address).lower() in own or bool(_OF_SYSTEMS.match(address))


def _is_telling(words: str) -> bool:
    return bool(_REPLY.search(words) or _CODE.search(words) or say_anything(words))
