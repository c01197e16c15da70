"""What servers send back of our mails, as Postfix and feedback loops write it."""

from publisher.mail.verp import delivery_tokens

DOMAIN = "example.jp"


def dsn(
    recipient: str,
    *,
    to: str,
    status: str = "5.1.1",
    words: str = "550 5.1.1 User unknown",
    action: str = "failed",
    returned: str = "",
    name: str = "1",
) -> bytes:
    """A report by RFC 3464 of one recipient, sent to the return path `to`."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Tue, 24 Nov 2026 12:00:00 +0900
Message-ID: <{name}@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

<{recipient}>: host mail.example.com said: {words}

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; {words}

--=_b
Content-Type: text/rfc822-headers

From: news@{DOMAIN}
To: {recipient}
Subject: weekly
{returned}
--=_b--
""".encode()


def return_path(secret: bytes, delivery_id: int) -> str:
    """Where the mail of a delivery is sent back to."""
    return f"bounces+{delivery_tokens(secret)(delivery_id)}@{DOMAIN}"


VACATION = """\
From: Taro <taro@example.com>
To: {to}
Subject: =?utf-8?b?5LiN5Zyo44Gu44GK55+l44KJ44Gb?=
Auto-Submitted: auto-replied
Message-ID: <away@example.com>
Content-Type: text/plain; charset=utf-8

夏季休業のため不在にしております。User unknown ではありません。
"""
"""What is no report, though it comes to the same address."""

LETTER = """\
From: 三浦 みどり <tayori@midori.example>
To: bounces@example.jp
Subject: =?utf-8?b?44GU5oSf5oOz?=
Message-ID: <letter@midori.example>
Content-Type: text/plain; charset=utf-8

先週の投資分析、たいへん面白く拝読しました。
"""
