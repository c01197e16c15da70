"""What the writer of a mail wrote themselves: without what is quoted below, and without what a program adds."""

import re
import unicodedata

from publisher.core.lines import one_line
from publisher.mail.report_mime import Part, leaves, of_html

_MOST_LINES, _LONGEST_LINE = 200, 2000
_LONGEST_TEXT = 200_000

_QUOTE_IN_HTML = re.compile(
    r"<blockquote\b|<hr\b|<[a-z]{1,10}\s[^<>]{0,500}?\b(?:class|id)\s*=\s*[\"']?[^\"'<>]{0,200}"
    r"(?:gmail_quote|gmail_attr|yahoo_quoted|appendonsend|divRplyFwdMsg|reference-message|moz-cite-prefix|protonmail_quote)",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-_=*~─━―ー]{2,}.{0,200}|[>|].*")
_HEADER = re.compile(
    r"\*?(?:from|sent|date|to|subject|差出人|送信者|送信元|送信日時|日時|宛先|件名)\*? ?:.{1,500}", re.IGNORECASE
)
_ATTRIBUTION = re.compile(
    r"on .{0,20}[a-z]{3}.{0,20}\d.{2,200}|<[^<>@ ]{1,64}@[^<>@ ]{1,255}>.{0,20}:"
    r"|(?:20\d\d[年/.-] ?\d{1,2}[月/.-] ?\d{1,2}|\d{1,2}月\d{1,2}日)(?:.{0,200}[:>]|.{0,20}\d{1,2}:\d\d.{0,200})"
    r"|.{1,200}(?:さんは書きました.{0,5}|のメール ?:|wrote ?:|schrieb.{0,60}:|a écrit ?:)",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"(?:i ?phone|ipad|スマートフォン|携帯|android|galaxy|xperia|(?:ドコモ|docomo|au|softbank).{0,20})から送信.{0,10}"
    r"|(?:sent|gesendet|enviado) (?:from|with|via|von) .{1,60}|(?:get|download) outlook for .{1,60}"
    r"|outlook for (?:ios|android).{0,60}|(?:ios|android) 版 outlook .{0,60}|yahoo!?メール.{0,60}",
    re.IGNORECASE,
)
"""What phones and mail programs put below what one writes."""


def own_lines(mail: Part) -> tuple[str, ...]:
    """The lines of the writer, folded to one form (NFKC), none empty: those before anything that looks quoted."""
    found: list[str] = []
    for line in _text(mail)[:_LONGEST_TEXT].split("\n", _MOST_LINES)[:_MOST_LINES]:
        text = one_line(unicodedata.normalize("NFKC", line[:_LONGEST_LINE]))
        if _RULE.fullmatch(text) or _ATTRIBUTION.fullmatch(text) or _HEADER.fullmatch(text):
            break
        if text and not _ADDED.fullmatch(text):
            found.append(text)
    return tuple(found)


def _text(mail: Part) -> str:
    parts = list(leaves(mail)) or [mail]
    plain = [part.text for part in parts if part.type == "text/plain" and not _is_attached(part)]
    if any(text.strip() for text in plain):
        return "\n".join(plain)
    return "\n".join(of_html(_above_quote(part.source)) for part in parts if part.type == "text/html")


def _is_attached(part: Part) -> bool:
    return part.get("content-disposition").strip().lower().startswith("attachment")


def _above_quote(source: str) -> str:
    quote = _QUOTE_IN_HTML.search(source[:_LONGEST_TEXT])
    return source[: quote.start()] if quote else source
