"""Whether a report in words is of a delay, or of a failure for good.

Only what a mail system says of its own trying on is a delay. "Check the address and send again", "do not delay" ask
something of whoever wrote the mail, and stand in reports of failures.
"""

import re

# "550 円" and "500 seconds" are no replies, "550 時間切れ" and "550 security" are. The subjects of a code are 0 to 7
# (RFC 3463 section 3).
_MEASURE = (
    r"\s{0,3}(?:(?:sec(?:ond)?|min(?:ute)?|hour|day|byte|time)s?\b|[kmg]i?b\b"
    r"|秒|分間|時間(?!切)|日間|円|件(?!名)|通の|回の|人の)"
)
_LASTING = re.compile(
    rf"(?<![\d.\w\-])5[0-5]\d(?=[\s\-#:)]|$)(?!{_MEASURE})"
    r"|(?<![\w.])5\.[0-7]\.\d{1,3}(?![\d.])",
    re.IGNORECASE,
)
_PASSING = re.compile(r"(?<![\d.\w\-])4[0-5]\d(?=[\s\-#:)]|$)|(?<![\w.])4\.[0-7]\.\d{1,3}(?![\d.])")

_GOES_ON = r"(?:ます(?!か|よう|場合|と|際|時)|て(?:います|おります)(?!か|場合|と|際|時))"
"""As a mail system ends a sentence of what it does: not "してください", "しましたが" or "されますようお願い"."""

_STILL_TRYING = re.compile(
    r"\bdelayed\b|\(delay\)|delay reason|\b(?:delivery|mail|message) delays?\b|delays? in (?:the )?deliver"
    r"|delay (?:notif|notice|warning)|warning: (?:message|could not|mail)|warning message only"
    r"|will be (?:retried|re-?attempted|tried again|attempted again)|attempts will continue"
    r"|(?:will|'ll) (?:retry|re-?attempt|try again|keep (?:on )?trying|go on trying"
    r"|continue (?:trying|attempting|to (?:re)?try|to (?:be )?attempt))"
    r"|still (?:being )?(?:retr|try|queue)|not yet been delivered|n't been delivered yet"
    r"|no (?:further )?action is (?:required|needed)|do not need to resend"
    rf"|再(?:送信?|配信|配送|試行)(?:処理)?[をがは]?(?:自動的に|自動で|引き続き|継続して|定期的に|繰り返し|順次|後ほど)?"
    rf"(?:試み|続け|継続し|行い|行っ|行われ|繰り返し|され|いたし|致し|し){_GOES_ON}"
    rf"|(?:配送|配信|送信)を(?:続け|継続し|試み){_GOES_ON}|引き続き(?:(?:配送|配信|送信)を)?(?:試み|試行|続け)"
    r"|まだ(?:配信|配送|送信|お届け)(?:され|でき)て(?:いま|おりま)せん|遅延(?!の?な)|遅れて(?:います|おります)"
    r"|verz(?:ö|oe)ger|retard(?:é|e)|en attente|retras|atras(?:o|ada)|задерж|延迟|延遲",
    re.IGNORECASE,
)


def lasts(text: str) -> bool | None:
    """Whether a server's code in a text is one for good (5yz, 5.Y.Z), False where all pass, None where none stands."""
    if _LASTING.search(text):
        return True
    return False if _PASSING.search(text) else None


def is_still_trying(text: str) -> bool:
    """Whether a mail system says that it tries on by itself."""
    return _STILL_TRYING.search(text.replace("’", "'")) is not None
