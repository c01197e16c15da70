"""The words by which readers ask, as people write them in Japanese and English."""

import re
import unicodedata

from publisher.core.lines import one_line
from publisher.mail.request import RequestKind
from publisher.struct import Struct

_LONGEST = 80
"""Characters of a line that may be a command; one with a token is longer."""
_LONGEST_WITH_TOKEN = 1200
_MOST_WORDS = 8

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,600}\.[A-Za-z0-9_-]{43}")
_GAP = re.compile(r"(?:\s|%20|\+)+", re.IGNORECASE)
"""Between a command and its token, also as programs leave it that do not read RFC 6068."""
_AROUND = " \t「」『』【】[]()<>\"'“”‘’。.、,!?:;*_~・…-"

_STOP = (
    r"(?:(?:メール|メルマガ|メールマガジン|ニュースレター)?(?:の|を)?(?:配信|購読|登録|送信)(?:の|を)?"
    r"(?:停止|中止|解除|解約|抹消|削除|取り?消し|ストップ|キャンセル|不要|やめ)"
    r"|(?:メール|メルマガ|メールマガジン|ニュースレター)(?:の|を|は)?(?:停止|中止|解除|不要|やめ)|退会|脱退|購読者?から外し"
    r"|(?:もう)?(?:メール(?:を|は))?送らないで|送信しないで|配信しないで)"
)
_START = (
    r"(?:(?:メルマガ|メールマガジン|ニュースレター|読者|新規)(?:の|を)?(?:購読|登録)|購読(?:の|を)?(?:開始|登録|申し?込み?)?"
    r"|登録|申し?込み?|配信(?:の|を)?(?:開始|登録))"
)
_PLEASE = (
    r"(?:(?:の|を|に|と|が|は)?(?:希望|依頼|申請|手続き?|申し?込み?|お?願い|お?ねがい|の?件)?"
    r"(?:を|の)?(?:お?願い|お?ねがい)?"
    r"(?:て|して|させて)?(?:ください|下さい|いただけますか|頂けますか|いただきたい|頂きたい|いただければ|ほしい|欲しい|たい|したい)?"
    r"(?:いたし|致し|し|い)?(?:ます|です|する)?(?:。|!)?)"
)
_ENGLISH_STOP = (
    r"(?:please |pls )?(?:unsubscribe(?: me)?|opt[ -]?out|signoff|remove me|take me off"
    r"|stop (?:sending|mailing)(?: me)?|cancel (?:my )?subscription|end (?:my )?subscription)"
    r"(?: (?:from|to|of|off))?(?: (?:this|these|your|the|all|my|any more|mailing|mail|list|lists|emails?|mails"
    r"|newsletters?|messages))*(?:,? please| thanks| thank you)?"
)

_STRONG = re.compile(rf"(?P<about>.*?)(?P<stop>{_STOP})(?P<please>{_PLEASE})")
_JOIN = re.compile(rf"(?P<about>.*?)(?P<start>{_START})(?P<please>{_PLEASE})")
_ENGLISH = re.compile(_ENGLISH_STOP)
_WEAK = re.compile(rf"(?:停止|解除|中止|解約|キャンセル|ストップ){_PLEASE}")
"""Which is said of many things, but to somebody who sends a newsletter."""

_ALONE = {
    RequestKind.UNSUBSCRIBE: ("stop", "remove", "leave", "cancel", "不要"),
    RequestKind.SUBSCRIBE: ("join", "signup", "sign up", "subscribe me", "please subscribe", "please subscribe me"),
    RequestKind.PREFERENCES: (
        *("preferences", "preference", "settings", "options", "change", "変更", "設定", "設定変更", "設定の変更"),
        *("配信設定", "配信設定の変更", "配信設定変更", "登録内容", "登録内容の確認", "登録内容の変更", "登録内容確認"),
        *("登録内容変更", "登録情報", "登録情報の変更", "登録情報変更"),
    ),
    RequestKind.HELP: ("help", "ヘルプ", "使い方", "コマンド"),
}
_EXACT = {word: kind for kind, words in _ALONE.items() for word in words}
_FIRST = {
    **dict.fromkeys(("subscribe", "購読", "登録", "申込", "申し込み"), RequestKind.SUBSCRIBE),
    **dict.fromkeys(("unsubscribe", "配信停止", "購読解除", "登録解除", "購読停止", "退会"), RequestKind.UNSUBSCRIBE),
    **dict.fromkeys(("confirm", "確認", "登録確認", "購読確認"), RequestKind.CONFIRM),
    **dict.fromkeys(("change", "変更", "設定変更"), RequestKind.CHANGE),
    **dict.fromkeys(("preferences", "設定"), RequestKind.PREFERENCES),
    "help": RequestKind.HELP,
}
_YES = re.compile(
    r"はい|(?:登録|購読|確認|承認|同意|承諾)(?:を|に)?(?:お?願い(?:いた)?|希望(?:いた)?|いた|し|する|します|しました)?(?:します|です)?"
    r"|(?:どうぞ)?(?:よろしく)?お願い(?:し|いたし)ます"
    r"|yes|yes,? please|ok|okay|i? ?confirm(?:ed)?|please confirm|subscribe"
)


class Command(Struct, frozen=True):
    """What a line asks for. `sure` is whether it is one also among other lines: `停止` alone is said of many things."""

    kind: RequestKind
    about: str = ""
    token: str = ""
    sure: bool = True


def folded(line: str) -> str:
    """A line as words are compared: full-width as narrow, small letters, no quotes and stops around, single spaces."""
    text = one_line(unicodedata.normalize("NFKC", line[:_LONGEST_WITH_TOKEN]))
    return " ".join(text.casefold().split()).strip(_AROUND)


def command_in(line: str) -> Command | None:
    """The command that a line is, None where it is none."""
    with_token = _with_token(line)
    if with_token is not None:
        return with_token
    text = folded(line)
    if not text or len(text) > _LONGEST:
        return None
    return _alone(text) or _first(text) or _in_japanese(text)


def is_yes(line: str) -> bool:
    """Whether a line says no more than that something is so."""
    return _YES.fullmatch(folded(line)) is not None


def _with_token(line: str) -> Command | None:
    text = one_line(unicodedata.normalize("NFKC", line[:_LONGEST_WITH_TOKEN]))
    word, *rest = _GAP.split(text, maxsplit=1)
    kind = _FIRST.get(word.casefold().strip(_AROUND))
    # Some programs fold a long word, too.
    token = _GAP.sub("", rest[0]) if rest else ""
    return Command(kind, token=token) if kind and _TOKEN.fullmatch(token) else None


def _alone(text: str) -> Command | None:
    kind = _EXACT.get(text)
    if kind is not None:
        return Command(kind, sure=False)
    return Command(RequestKind.UNSUBSCRIBE) if _ENGLISH.fullmatch(text) else None


def _first(text: str) -> Command | None:
    word, _, about = text.partition(" ")
    kind = _FIRST.get(word.strip(_AROUND))
    if kind is None or len(about.split()) > _MOST_WORDS:
        return None
    if kind is RequestKind.CONFIRM:
        # 確認 is the subject of many a mail that is none to us.
        return Command(RequestKind.UNCLEAR, sure=False) if text == "confirm" else None
    if kind is RequestKind.CHANGE:
        # Without a token a mail is sent that has one.
        return Command(RequestKind.PREFERENCES, sure=False)
    return Command(kind, about.strip(_AROUND), sure=kind is RequestKind.UNSUBSCRIBE)


def _in_japanese(text: str) -> Command | None:
    stop = _STRONG.fullmatch(text)
    if stop is not None:
        return Command(RequestKind.UNSUBSCRIBE, _bare(stop["about"]))
    if _WEAK.fullmatch(text):
        return Command(RequestKind.UNSUBSCRIBE, sure=False)
    start = _JOIN.fullmatch(text)
    return Command(RequestKind.SUBSCRIBE, _bare(start["about"]), sure=False) if start else None


def _bare(about: str) -> str:
    return about.strip(_AROUND).removesuffix("の").removesuffix("を").removesuffix("は").strip(_AROUND)
