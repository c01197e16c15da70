#!/usr/bin/env python3
"""A digest of 50 posts, 64 KB of HTML: what it costs to render, and what each letter costs after that.

    python benchmarks/mail.py [--rounds 7] [--letters 100000]

The first stage is told in milliseconds for one variant. A letter (its places filled, put together, encoded) is told as
a ratio to base64 of the HTML alone in one piece, which is the least that any program must do anew for each reader, and
beside what the standard library takes for the same letter. A signed letter is told beside the bare signature by
OpenSSL. Memory is the peak of a whole process that prints one letter after the other.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

from publisher.mail import (
    Address,
    Edition,
    Exits,
    Filled,
    Filling,
    Frame,
    Look,
    Mailbox,
    MailPost,
    Named,
    Press,
    Sheet,
    Signer,
    parse_mailbox,
    render_digest,
    unsubscribe_mailto,
)
from publisher.model.mailing import Rendered
from publisher.model.post import Author
from publisher.model.site import Site
from publisher.templating import Templates

POSTS = 50
HTML = 64 * 1024
DATE = datetime(2026, 1, 12, 0, 0, tzinfo=UTC)
SITE = Site("みどりの庭", "https://midori.example/", "ja", "Asia/Tokyo", address="みどり県はな市1-2-3")
SHEET = Sheet(
    sender=parse_mailbox("みどりの庭 <tayori@midori.example>"),
    reply_to=None,
    list_title="みどりの便り",
    list_name="weekly",
    language="ja",
    issue="12",
    archive_url=SITE.url,
    page_url=None,
    auto_submitted=True,
)
WORDS = "霜が降りた朝、庭は何もしていないように見えます。けれど堆肥の山に手を入れると、まだほんのり温かい。"


def post(number: int, words: int) -> MailPost:
    """A post whose summary has so many characters."""
    return MailPost(
        f"味噌を仕込む日 その{number}",
        f"{SITE.url}2026/01/{number}/",
        (WORDS * (words // len(WORDS) + 1))[:words],
        None,
        DATE - timedelta(hours=number),
        (("庭", "本", "台所")[number % 3],),
        (Author("三浦 みどり"),),
    )


def render(words: int) -> Rendered:
    """The first stage."""
    frame = Frame(SITE, Named("weekly", "みどりの便り"), Look("#2f6b3a", "#8fc79a"), "ja", Edition(12, DATE))
    return render_digest(Templates(None), frame, [post(number, words) for number in range(POSTS)])


def sized() -> int:
    """How long summaries are so that the HTML has 64 KB, or as near as 50 posts come to it."""
    return min(range(0, 400, 5), key=lambda words: abs(len(render(words).html.encode()) - HTML))


class Post:
    """Fills and prints letters, each to another reader."""

    def __init__(self, rendered: Rendered, signer: Signer | None) -> None:
        self._filling, self._press = Filling(rendered), Press(SHEET, signer)
        self._sender = SHEET.sender.address.email
        self._count = 0

    def values(self) -> Mapping[str, str]:
        """What the next reader's places are filled with."""
        self._count += 1
        email = f"reader{self._count}@example.jp"
        page = f"{SITE.url}unsubscribe/{self._count:040x}"
        return {"email": email, "name": f"山田 {self._count}", "language": "ja", "unsubscribe_url": page}

    def fill(self, values: Mapping[str, str]) -> Filled:
        """The second stage."""
        return self._filling.fill(values)

    def letter(self) -> bytes:
        """The next reader's."""
        values = self.values()
        to = Mailbox(values["name"], Address(values["email"], values["email"], True))
        ways = Exits(unsubscribe_mailto(self._sender, "weekly", values["email"]), values["unsubscribe_url"])
        message_id = f"<{self._count:032x}@midori.example>"
        return self._press.print(to, self.fill(values), message_id=message_id, date=DATE, exits=ways)

    def by_library(self) -> bytes:
        """The same by the standard library, with the places filled by the same second stage."""
        values = self.values()
        filled = self.fill(values)
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = "tayori@midori.example", values["email"]
        message["Subject"], message["Date"] = filled.subject, DATE
        message["Message-ID"] = f"<{self._count:032x}@midori.example>"
        message.set_content(filled.text, cte="base64")
        message.add_alternative(filled.html, subtype="html", cte="base64")
        return message.as_bytes()


def microseconds(work: Callable[[], object], seconds: float = 0.2) -> float:
    """Of the processor's time, for one call, over as many as fit."""
    calls, began = 0, time.process_time()
    while (past := time.process_time() - began) < seconds:
        work()
        calls += 1
    return past / calls * 1e6


def turns(rounds: int, works: Mapping[str, Callable[[], object]]) -> Mapping[str, float]:
    """The median time of each, measured in turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(microseconds(work))
    return {name: statistics.median(found) for name, found in times.items()}


def keys() -> Mapping[str, tuple[Signer, Callable[[bytes], bytes]]]:
    """Signers, and the bare signature over a digest that each cannot do without."""
    from publisher.mail.dkim import KeyType
    from publisher.mail.dkim_keys import new_pem, read_key

    made = {kind: read_key(new_pem(kind)) for kind in KeyType}
    return {kind.value: (Signer("midori.example", [("s1", key)]), key.sign) for kind, key in made.items()}


def tell_first_stage(rounds: int, words: int) -> Rendered:
    """Prints what rendering one variant takes; the variant."""
    render(words)
    found = statistics.median(microseconds(partial(render, words)) for _ in range(rounds)) / 1000
    rendered = render(words)
    size, text = len(rendered.html.encode()), len(rendered.text.encode())
    print(f"{POSTS} posts, {size:,} bytes of HTML and {text:,} of text, medians of {rounds}")
    print(f"first stage        {found:6.1f} ms (goal 150)", flush=True)
    return rendered


def tell_letters(rounds: int, rendered: Rendered) -> None:
    """Prints what a letter takes, beside base64 and beside the standard library."""
    desk = Post(rendered, None)
    html = desk.fill(desk.values()).html.encode()
    found = turns(
        rounds,
        {
            "base64": lambda: b2a_base64(html, newline=False),
            "fill": lambda: desk.fill(desk.values()),
            "letter": desk.letter,
            "library": desk.by_library,
        },
    )
    least, letter, library, filling = (found[name] for name in ("base64", "letter", "library", "fill"))
    costs = f"{letter:.0f} / {least:.0f} us, of which filling {filling:.0f}"
    print(f"letter / base64    {letter / least:6.2f} (goal 3) [{costs}]")
    print(f"letter / library   {letter / library:6.3f} [{letter:.0f} / {library:.0f} us]", flush=True)


def tell_signing(rounds: int, rendered: Rendered) -> None:
    """Prints the rate of signed letters beside that of OpenSSL's bare signatures."""
    for name, (signer, sign) in keys().items():
        desk = Post(rendered, signer)
        found = turns(rounds, {"bare": partial(sign, bytes(32)), "signed": desk.letter})
        signed, bare = 1e6 / found["signed"], 1e6 / found["bare"]
        print(f"signed / {name:9} {signed / bare:6.2f} [{signed:,.0f} / {bare:,.0f} a second]", flush=True)


def tell_memory(words: int, letters: int) -> None:
    """Prints the peaks of processes that print few letters and many."""
    few, many = (peak(words, number) for number in (1000, letters))
    print(f"memory             {many / few:6.2f} (goal 1.00) [{many:.1f} MB for {letters:,} / {few:.1f} MB for 1,000]")


def peak(words: int, letters: int) -> float:
    """Of a process of its own, in megabytes."""
    process = subprocess.Popen([sys.executable, __file__, "--print", str(letters), "--words", str(words)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"printing {letters} letters ended with {status}")
    return usage.ru_maxrss / 1024


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--print", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--words", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.print:
        desk = Post(render(given.words), None)
        for _ in range(given.print):
            desk.letter()
        return
    words = sized()
    rendered = tell_first_stage(given.rounds, words)
    tell_letters(given.rounds, rendered)
    tell_signing(given.rounds, rendered)
    tell_memory(words, given.letters)


if __name__ == "__main__":
    main()
