"""What the words of a refusal say, in the languages that mail servers speak.

Written from the texts of Postfix, Exim, Sendmail, qmail, Exchange, Gmail, Yahoo!, docomo, au, SoftBank, iCloud, GMX,
Mail.ru, Yandex, QQ and NetEase as they are seen in refusals.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import cache

_LONGEST = 4000
"""Characters looked at: a server's words are short, and what is longer is a mail quoted."""


class Said(Enum):
    """There is no such address, or perhaps none; its mailbox is full; the server cannot now; it does not want us."""

    GONE = auto()
    GONE_PERHAPS = auto()
    FULL = auto()
    LATER = auto()
    POLICY = auto()


# Names of hosts are no words: `mx.antispam.example` says nothing of why. An address stands for the word.
_ADDRESS = re.compile(r"[\w.+=\-]{1,64}@[\w.\-]{1,255}")
_NAMES = re.compile(r"https?://\S{1,300}|\b[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,12}\b|[<>()\[\]\"«»]|\.{3}")

_WORDS: dict[Said, tuple[str, ...]] = {
    Said.GONE: (
        r"(?:user|recipient|address|mailbox|account|addressee|destination|email)(?: name| address)?"
        r"(?: is| was|'s)? ?(?:unknown|not found|not known|invalid|nonexistent|non-existent|inactive|disabled"
        r"|suspended|terminated|expired|deactivated|closed|does not exist|doesn't exist|not exist|no longer)",
        r"(?:unknown|invalid|nonexistent|non-existent|inactive|disabled|bad|illegal)"
        r" (?:\w{1,12} )?(?:user|recipient|address|mailbox|account|addressee|destination|local[ -]part|rcpt|alias"
        r"|hosts?)",
        r"no such (?:\w{1,12} )?(?:user|recipient|address|mailbox|account|person|addressee|domain|host|local|alias)",
        r"no (?:mailbox|account|user|recipient|longer with|longer (?:valid|available|active|in use))",
        r"not (?:a (?:valid|known)|our) (?:user|recipient|mailbox|customer|address|account)",
        r"isn'?t a valid|not listed in (?:\w{1,12} )?(?:domino|directory|public)|doesn't have an? \S{0,40} ?account",
        r"(?:user|mailbox|account|address|recipient|email)[^.;]{0,80}"
        r"(?:does not exist|doesn't exist|not found|couldn't be found|could not be found|wasn't found|is disabled"
        r"|is unknown|has been (?:disabled|suspended|deactivated|closed|deleted)|no longer)",
        r"can(?:no|')t (?:find|verify) (?:your )?(?:recipient|user|address|mailbox)|address(?:ee)? (?:un)?known",
        r"(?:host|domain)(?: name)?(?: is)? (?:unknown|not found|does not exist|doesn't exist|invalid)",
        r"(?:unknown|unrouteable|unroutable|undeliverable|unresolvable) (?:host|domain|mail domain|address)",
        r"(?:couldn't|could not|cannot) find (?:any host|a mail exchanger|any mail server)|name or service not known",
        r"bad[ _-]?(?:recipient|rcptto)|\bno one at this|no mail ?box|no such entry|no matches to nameserver|no existe"
        r"|non.?existent user|not (?:a )?(?:local|active|activated|ok|present|a member)\b|account unavailable"
        r"|(?:cannot|can't) (?:be verified|accept user)|not have an? (?:\S{1,40} )?account|archived recipient"
        r"|(?:is now|been|has been) (?:disabled|discontinued|deactivated)|deactivated mailbox|missing home directory"
        r"|server rejected recipients|unknown e-mail|addressee? (?:unknown|does not exist|doesn't exist|no longer)",
        r"does not accept (?:any )?mail\b(?! from)|user (?:has )?moved|has left the company|nosuchuser"
        r"|recipientnotfound|user unknown|domain not exist",
        # Japanese
        r"(?:宛先|あて先|宛て先|受信者|ユーザー?|メールアドレス|アドレス|メールボックス|アカウント|ホスト|ドメイン)"
        r"[^。]{0,40}(?:不明|見つかりません|みつかりません|存在しません|存在しない|ありません|無効|誤|間違|使われて)",
        r"宛先不明|あて先不明|宛先が不明",
        # German, French, Spanish, Portuguese, Italian
        r"(?:empf(?:ä|ae)nger|benutzer|adresse|postfach|e-?mail-adresse|mailbox)[^.]{0,60}"
        r"(?:unbekannt|existiert nicht|nicht gefunden|ung(?:ü|ue)ltig|nicht vorhanden|deaktiviert)",
        r"unbekannte[rn]? (?:empf(?:ä|ae)nger|benutzer|adresse)|kein solcher (?:benutzer|empf(?:ä|ae)nger)",
        r"(?:utilisateur|destinataire|adresse|bo(?:î|i)te|compte)[^.]{0,60}"
        r"(?:inconnue?|n'existe pas|introuvable|invalide|n'a pas (?:é|e)t(?:é|e) trouv|inexistant|d(?:é|e)sactiv)",
        r"(?:usuario|destinatario|direcci(?:ó|o)n|buz(?:ó|o)n|cuenta|usu(?:á|a)rio|destinat(?:á|a)rio|endere(?:ç|c)o"
        r"|conta|utente|indirizzo|casella|caixa)[^.]{0,60}(?:desconocid|no existe|no encontrad|no se (?:ha )?encontr"
        r"|inv(?:á|a)lid|desconhecid|n(?:ã|a)o existe|n(?:ã|a)o encontrad|inexistente|sconosciut|non esiste"
        r"|non trovat|non valid|inesistente|no v(?:á|a)lid)",
        # Dutch, Polish, Russian
        r"(?:gebruiker|ontvanger|geadresseerde|adres)[^.]{0,40}(?:onbekend|bestaat niet|niet gevonden)",
        r"(?:u(?:ż|z)ytkownik|odbiorca|adres|skrzynka)[^.]{0,40}(?:nieznany|nie istnieje|nie znalezion)",
        r"(?:пользователь|получатель|адрес|ящик|учетная запись|учётная запись|аккаунт)[^.]{0,60}"
        r"(?:не найден|не существует|неизвест|не зарегистрирован|заблокирован|недействител|отключ)",
        r"(?:неизвестный|несуществующий) (?:пользователь|получатель|адрес)|нет такого (?:пользователя|адреса)",
        # Chinese, Korean
        r"(?:收件人|用户|用戶|使用者|邮箱|郵箱|信箱|地址|帐号|账号|帳號|帐户|账户)[^。]{0,30}"
        r"(?:不存在|未找到|找不到|无效|無效|未知|不正确|已停用|被禁用|不可用)",
        r"(?:无效|無效|未知)的?(?:收件人|用户|用戶|地址)|(?:사용자|수신자|주소|메일함|계정)[^.]{0,30}"
        r"(?:없습니다|찾을 수 없|존재하지 않|알 수 없)",
    ),
    Said.GONE_PERHAPS: (
        r"mailbox (?:is )?(?:currently )?(?:un|not )available|(?:recipient|address) (?:was )?rejected"
        r"|(?:invalid|unknown)$|undeliverable to this (?:user|address)|not our customer"
        # "554 5.5.1 Error: no valid recipients": what Postfix says to DATA behind any refusal, be it a greylist's.
        r"|no valid recipients?",
    ),
    Said.FULL: (
        r"(?:mailbox|mail box|inbox|account|quota|mail ?drop|mail file|user|disk|maildir|storage)[^.;]{0,60}"
        r"(?:\bfull\b|over ?-?quota|exceed|out of storage|size limit|too (?:large|full)|above quota|overdrawn)",
        r"over ?-?quota|exceed\w{0,3} (?:\w{1,12} ){0,3}(?:quota|storage|mailbox)|insufficient (?:system )?storage"
        r"|quota (?:has been )?(?:exceeded|violation)|(?:full|overfull) (?:mailbox|inbox)|overquota|mailboxfull"
        r"|out of (?:storage|quota)|too much mail data|file too large|not enough (?:storage|disk) space|no space left",
        r"(?:容量|メールボックス|受信箱|受信ボックス|保存領域|ディスク)[^。]{0,30}(?:超|いっぱい|一杯|満杯|不足|上限"
        r"|オーバー)",
        r"(?:postfach|speicher|mailbox|quota|kontingent)[^.]{0,40}(?:voll|(?:ü|ue)berschritten|ersch(?:ö|oe)pft)",
        r"(?:bo(?:î|i)te|quota|compte|espace)[^.]{0,60}(?:pleine?|d(?:é|e)pass(?:é|e)|satur(?:é|e)e?|insuffisant)",
        r"(?:buz(?:ó|o)n|cuota|cuenta|caixa|cota|conta|casella|quota)[^.]{0,60}"
        r"(?:llen[ao]|excedid[ao]|superad[ao]|chei[ao]|lotad[ao]|pien[ao]|superat[ao])|sobrepasad[ao]",
        r"(?:ящик|квота|место|хранилищ)[^.]{0,40}(?:переполн|превышен|исчерпан|заполнен|полон)",
        r"(?:skrzynka|limit)[^.]{0,40}(?:pe(?:ł|l)na|przepe(?:ł|l)nion|przekroczon)|(?:postbus|mailbox) is vol",
        r"(?:邮箱|郵箱|信箱|空间|空間|容量|配额|配額)[^。]{0,20}(?:已满|已滿|满了|不足|超出|超过|超過|用尽)"
        r"|(?:메일함|용량|사서함)[^.]{0,20}(?:가득|초과|부족)",
    ),
    Said.LATER: (
        r"try again|temporar|timed? ?out|greylist|graylist|connection (?:refused|lost|reset|dropped)|too busy"
        r"|retry|at a rate|rate that|too many (?:hops|connections)|unreachable|not (?:yet )?responding"
        r"|could not be delivered (?:for|within)|(?:mail )?loop|message expired|retry time(?:out)? (?:not|exceeded)"
        r"|system (?:is )?(?:full|not accepting)|server (?:is )?(?:down|error|busy)|local error|resources|deferred"
        # "再送信してください" asks the sender, as "550 5.1.10" does in Exchange's Japanese texts.
        r"|しばらく|一時的|時間切れ|タイムアウト|接続でき|応答が|混み合"
        r"|再送(?!信?(?:を行っ|し)?て?(?:を?お?願|くだ|下さ|いただ))"
        r"|vor(?:ü|ue)bergehend|temporaire|temporal|temporane|временн|позже|稍后|稍後|暂时|暫時|잠시",
    ),
    Said.POLICY: (
        r"\b(?:spam\w{0,6}|junk ?mail|bulk mail|unsolicited|dnsbl|rbl\w{0,4}|rhsbl|spamhaus|barracuda|spamcop|sorbs"
        r"|unauthenticated|proofpoint|dmarc|dkim|spf|reputation|blacklist\w{0,3}|black ?listed|blocklist\w{0,3}"
        r"|denylist\w{0,3}"
        r"|phish\w{0,5}|virus\w{0,2}|malware|suspicious|content (?:filter|reject|restriction)\w{0,3})\b",
        r"\bblock(?:ed|ing)\b|\bbanned\b|polic(?:y|ies)|not (?:allowed|permitted|authori[sz]ed)|unauthori[sz]ed"
        r"|unable to relay|relay(?:ing)? (?:access )?(?:denied|not)|we do not relay|reverse dns|\bptr\b|\bhelo\b"
        r"|sender (?:address |verify |domain )?(?:rejected|denied|failed|not|verification|unknown|invalid)"
        r"|authentication (?:is )?required|ip address|(?<!not )\blisted (?:in|on|at|by)\b|prohibited"
        r"|message (?:was )?refused"
        r"|too (?:big|large)|size (?:limit|exceed)|exceeds? (?:\w{1,12} ){0,3}(?:size|length)|message size"
        r"|undesirable|only accepts (?:mail|messages)|restricted|delivery not authorized|complain|abus(?:e|ive)"
        r"|bad (?:reputation|sender)|badmailfrom|forbidden|not accepted (?:from|for)|too many (?:messages|recipients)"
        r"|rejected (?:\w{1,12} ){0,3}(?:by|due to|for) (?:\w{1,12} ){0,3}(?:filter|content|rule)|sending rate"
        r"|rate ?-?limit|unusual (?:rate|traffic)|low reputation|does not accept (?:mail|messages) from",
        r"\bips?\b|access.denied|refused - see|rcpthosts|block list|open proxy|does not accept mail from|no reverse"
        r"|relay host"
        r"|not accept mail from|reverse lookup|resolve your|responsible address|\bof (?:the )?sender\b|your access\b"
        r"|\bsender(?:'s)? (?:ip|host|check|policy|is)\b|callback|callout|content denied|verification failed",
        r"迷惑メール|スパム|ブロック|拒否|受信制限|送信元|送信ドメイン認証|なりすまし|ウイルス|サイズ|ブラックリスト",
        r"abgelehnt wegen|blockiert|gesperrt|richtlinie|zu gro(?:ß|ss)|bloqu(?:é|e|ead|iad)|politique|pol(?:í|i)tica"
        r"|trop (?:volumineux|grand)|demasiado grande|lista negra|liste noire|indesejad|indesiderat|non autorizzat"
        r"|спам|отклонен\w{0,3} политик|черн\w{1,3} списк|чёрн\w{1,3} списк|слишком больш"
        r"|垃圾|黑名单|黑名單|拒收|被拒绝|被拒絕|过大|策略|스팸|차단",
    ),
}


def words_of(diagnostic: str) -> Callable[[Said], bool]:
    """Whether the words say this or that. Each question takes a tenth to half a millisecond: ask what is needed."""
    text = _ADDRESS.sub(" address ", diagnostic[:_LONGEST].lower().replace("’", "'"))
    text = " ".join(_NAMES.sub(" ", text).split())
    return lambda word: _patterns()[word].search(text) is not None


def say_anything(diagnostic: str) -> bool:
    """Whether the words say anything that is known here."""
    return any(map(words_of(diagnostic), Said))


@cache
def _patterns() -> dict[Said, re.Pattern[str]]:
    """Compiled when the first refusal comes: it takes 30 ms, and most commands see none."""
    return {word: re.compile("|".join(texts)) for word, texts in _WORDS.items()}
