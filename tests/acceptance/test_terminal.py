"""On a terminal: a person is asked, and long work shows itself."""

import os
import pty
import subprocess
import sys
from threading import Timer

from support.site import Site, days_ago
from support.smtp import Server


def on_terminal(site: Site, *words: str, answer: str = "") -> tuple[int, str]:
    """Run the command with a terminal on all sides; its exit code and all it showed."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", *words],
        cwd=site.folder,
        env=os.environ | site.environ | {"TERM": "xterm-256color"},
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
    )
    os.close(child)
    site.started.append(process)  # type: ignore[arg-type]
    guard = Timer(60, process.kill)
    guard.start()
    shown = b""
    try:
        while chunk := os.read(parent, 65536):
            shown += chunk
            if answer and "[y/N]" in shown.decode(errors="replace"):
                os.write(parent, answer.encode())
                answer = ""
    except OSError:
        pass  # Linux tells the end of a terminal by EIO.
    finally:
        guard.cancel()
        os.close(parent)
    return process.wait(), shown.decode(errors="replace")


def readers(site: Site, number: int) -> None:
    site.write("readers.csv", "email\n" + "".join(f"r{n}@example.jp\n" for n in range(number)))


def test_a_person_is_asked_before_several_mails_go_out(site: Site, smtp: Server) -> None:
    readers(site, 3)
    site.ok("subscriber", "import", "readers.csv")

    code, shown = on_terminal(site, "digest", "weekly", answer="n\n")
    assert (code, smtp.mails) == (2, [])
    assert "Send 3 mails?" in shown

    code, _ = on_terminal(site, "digest", "weekly", answer="y\n")
    assert (code, len(smtp.mails)) == (0, 3)


def test_one_mail_needs_no_question_on_a_terminal(site: Site, smtp: Server) -> None:
    code, shown = on_terminal(site, "send", "図書館の棚", "--to", "a@example.com")

    assert (code, len(smtp.mails)) == (0, 1)
    assert "[y/N]" not in shown


def test_a_title_turns_no_line_of_a_terminal_about_and_programs_get_it_as_it_is(site: Site, smtp: Server) -> None:
    site.post("罠", days_ago(0), title=r"領収書\u202Egpj.exe")
    site.ok("subscriber", "add", "hanako@example.jp")

    _, shown = on_terminal(site, "digest", "weekly", "--dry-run")

    assert "領収書\ufffdgpj.exe" in shown
    assert "\u202e" not in shown
    assert "領収書\u202egpj.exe" in site.ok("digest", "weekly", "--dry-run").err
    assert smtp.mails == []


def test_build_import_and_delivery_show_a_bar_on_a_terminal_and_a_line_elsewhere(site: Site) -> None:
    readers(site, 30)

    for label, words in (
        ("Building feeds", ("build",)),
        ("Importing", ("subscriber", "import", "readers.csv", "--yes")),
        ("Delivering", ("digest", "weekly", "--yes")),
    ):
        _, shown = on_terminal(site, *words)
        assert label in shown
    assert "Building" not in site.ok("build").err


def test_who_has_left_is_mailed_by_hand_only_where_a_person_says_so(site: Site, smtp: Server) -> None:
    site.post("味噌", days_ago(2))
    site.ok("subscriber", "add", "left@example.jp")
    site.ok("subscriber", "remove", "left@example.jp")

    code, shown = on_terminal(site, "send", "味噌", "--to", "left@example.jp", answer="n\n")
    assert (code, smtp.mails) == (2, [])
    assert "left@example.jp has left weekly" in shown
    code, _ = on_terminal(site, "send", "味噌", "--to", "left@example.jp", answer="y\n")
    assert (code, len(smtp.mails)) == (0, 1)
    code, shown = on_terminal(site, "send", "味噌", "--to", "nie@example.jp")
    assert (code, len(smtp.mails), "has left" in shown) == (0, 2, False)


def test_an_import_is_shown_before_a_person_says_yes(site: Site) -> None:
    site.write("readers.csv", "email,name\nhanako@example.jp,花子\n" + "kaputt,x\n" * 25)

    code, shown = on_terminal(site, "subscriber", "import", "readers.csv", answer="n\n")
    assert code == 2
    assert "1 added" in shown
    assert "nothing was imported" in shown
    assert site.ok("subscriber", "list").out == ""
    code, shown = on_terminal(site, "subscriber", "import", "readers.csv", answer="y\n")
    assert code == 65
    assert shown.count("is no address") == 20
    assert "… and 5 more: --report FILE" in shown
    assert "hanako" in site.ok("subscriber", "list").out


def test_one_bar_makes_room_for_the_next(site: Site) -> None:
    _, shown = on_terminal(site, "check")

    assert "Reading posts" in shown.partition("Checking posts")[0]
    assert "Reading posts" not in shown.partition("Checking posts")[2]


def test_a_bar_needs_no_thread_beside_which_no_work_could_be_shared() -> None:
    script = (
        "import os, threading; from publisher.cli.talk import bar\n"
        "with bar('記事') as tell:\n    tell(1, 9)\n    os.write(1, b'%d' % threading.active_count())"
    )
    parent, child = pty.openpty()
    try:
        done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=child, check=True)
        assert os.read(parent, 4096)
    finally:
        os.close(parent)
        os.close(child)
    assert done.stdout == b"1"
