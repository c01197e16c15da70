"""Which addresses one company takes mail for: it slows a sender down, or shuts it out, for all of them at once."""

_GROUPS = {
    # support.google.com/mail/answer/10313: googlemail.com and gmail.com are one mailbox.
    "gmail.com": "gmail.com googlemail.com",
    # What Outlook.com has given out to people; Microsoft 365 has its customers' own domains, which no name tells.
    "outlook.com": """
        outlook.com outlook.jp outlook.de outlook.fr outlook.es outlook.it outlook.kr outlook.dk outlook.at outlook.be
        outlook.cl outlook.cz outlook.hu outlook.ie outlook.in outlook.lv outlook.my outlook.ph outlook.pt outlook.sa
        outlook.sg outlook.sk outlook.co.id outlook.co.il outlook.co.th outlook.com.ar outlook.com.au outlook.com.br
        outlook.com.gr outlook.com.tr outlook.com.vn
        hotmail.com hotmail.co.jp hotmail.co.uk hotmail.co.kr hotmail.co.th hotmail.com.ar hotmail.com.br
        hotmail.com.tr hotmail.de hotmail.fr hotmail.es hotmail.it hotmail.be hotmail.ca hotmail.ch hotmail.cl
        hotmail.dk hotmail.fi hotmail.gr hotmail.hu hotmail.nl hotmail.no hotmail.se hotmail.sg
        live.com live.jp live.co.uk live.co.kr live.com.ar live.com.au live.com.mx live.com.my live.com.pt live.com.sg
        live.at live.be live.ca live.cl live.cn live.de live.dk live.fi live.fr live.hk live.ie live.in live.it live.nl
        live.no live.ru live.se msn.com windowslive.com passport.com
    """,
    # Yahoo and AOL are one company with one set of servers (senders.yahooinc.com); Yahoo! JAPAN is another.
    "yahoo.com": """
        yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.ca yahoo.cl yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr
        yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se yahoo.co.id
        yahoo.co.in yahoo.co.kr yahoo.co.nz yahoo.co.th yahoo.co.uk yahoo.co.za yahoo.com.ar yahoo.com.au yahoo.com.br
        yahoo.com.co yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw
        yahoo.com.vn aol.com aol.co.uk aol.de aol.fr aol.jp aim.com netscape.net verizon.net
    """,
    "yahoo.co.jp": "yahoo.co.jp ymail.ne.jp",
    # support.apple.com/102540, and the addresses of "Hide My Email".
    "icloud.com": "icloud.com me.com mac.com privaterelay.appleid.com",
    "docomo.ne.jp": "docomo.ne.jp mopera.net",
    # KDDI: ezweb.ne.jp became au.com in 2018, both stay; UQ mobile is its own.
    "au.com": "au.com ezweb.ne.jp uqmobile.jp ido.ne.jp",
    # SoftBank with what it took over: Vodafone, Disney Mobile, WILLCOM, EMOBILE; yahoo.ne.jp is Y!mobile's.
    "softbank.ne.jp": """
        softbank.ne.jp i.softbank.jp vodafone.ne.jp disney.ne.jp ymobile.ne.jp ymobile1.ne.jp y-mobile.ne.jp
        yahoo.ne.jp willcom.com wcm.ne.jp pdx.ne.jp emnet.ne.jp
    """,
    "rakuten.jp": "rakuten.jp rakumail.jp",
    "yandex.ru": "yandex.ru yandex.com yandex.by yandex.kz yandex.ua yandex.com.tr ya.ru narod.ru",
    "mail.ru": "mail.ru inbox.ru list.ru bk.ru internet.ru",
    # postmaster.gmx.net speaks for GMX, WEB.DE and mail.com together.
    "gmx.net": "gmx.net gmx.de gmx.at gmx.ch gmx.com gmx.fr gmx.co.uk gmx.org web.de mail.com",
    "t-online.de": "t-online.de magenta.de",
    "proton.me": "proton.me protonmail.com protonmail.ch pm.me",
    "orange.fr": "orange.fr wanadoo.fr",
    "libero.it": "libero.it virgilio.it inwind.it iol.it blu.it",
    "qq.com": "qq.com foxmail.com",
    "163.com": "163.com 126.com yeah.net",
    "daum.net": "daum.net hanmail.net kakao.com",
    "zoho.com": "zoho.com zohomail.com zoho.eu zoho.in",
}

# Providers that give each customer, or each hundred of them, a subdomain: rose.ocn.ne.jp, aa2.so-net.ne.jp.
_WITH_SUBDOMAINS = {
    "vodafone.ne.jp": "softbank.ne.jp",
    "pdx.ne.jp": "softbank.ne.jp",
    "ezweb.ne.jp": "au.com",
    "dion.ne.jp": "au.com",
    "ocn.ne.jp": "ocn.ne.jp",
    "so-net.ne.jp": "so-net.ne.jp",
    "biglobe.ne.jp": "biglobe.ne.jp",
    "plala.or.jp": "plala.or.jp",
    "eonet.ne.jp": "eonet.ne.jp",
}

_GROUP_OF = {domain: group for group, domains in _GROUPS.items() for domain in domains.split()}


def domains(name: str) -> tuple[str, ...]:
    """The domains of the destination called `name`; those with a dot in front stand for all below them."""
    below = (f".{above}" for above, group in _WITH_SUBDOMAINS.items() if group == name)
    return (*(_GROUPS.get(name, name).split()), *below)


def destination(address_key: str) -> str:
    """The provider that takes an address's mail, named by its best known domain; the address's own domain where none is
    known. The key's domain is lower-case, as the keys of addresses are.
    """
    domain = address_key.rpartition("@")[2]
    known = _GROUP_OF.get(domain)
    if known is not None:
        return known
    above = ".".join(domain.rsplit(".", 3)[-3:])
    return _WITH_SUBDOMAINS.get(above, domain)
