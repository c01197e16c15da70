"""Delivery through the real command: servers that misbehave, processes that die."""

import signal
from pathlib import Path

import pytest
from support.site import Site, days_ago
from support.smtp import Server

READERS = [f"reader{number}@example.jp" for number in range(8)]


@pytest.fixture
def readers(site: Site) -> list[str]:
    rows = "\n".join(["email", *READERS])
    site.write("readers.csv", rows + "\n")
    site.ok("subscriber", "import", "readers.csv")
    return READERS


def states(site: Site, issue: int = 1) -> dict[str, str]:
    shown = site.ok("issue", "show", str(issue), "--json").json
    return {one["email"]: one["status"] for one in shown["deliveries"]}


def test_a_delivery_killed_in_the_middle_is_finished_and_what_is_undecidable_is_named(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    smtp.hold_after = 3
    process = site.start("digest", "weekly", "--yes")
    assert smtp.held.wait(30)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    smtp.let_go.set()
    smtp.hold_after = None

    done = site.run("deliver")

    found = states(site)
    unknown = [email for email, status in found.items() if status == "unknown"]
    sent = [email for email, status in found.items() if status == "sent"]
    assert len(unknown) == 1, "one connection, one undecided"
    assert sorted(sent + unknown) == readers, "nobody is lost"
    assert all(smtp.recipients.count(email) == 1 for email in sent), "nobody sent gets it twice"
    assert smtp.recipients.count(unknown[0]) <= 1
    assert done.code == 75
    assert "1 unknown" in done.err
    shown = site.ok("issue", "show", "1")
    assert f"unknown    {unknown[0]}" in shown.out
    assert "resolve" in shown.err


def test_an_unknown_delivery_is_sent_again_only_when_told_under_the_same_message_id(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    smtp.at_end = ""
    done = site.run("digest", "weekly", "--yes")
    assert done.code == 75
    assert "unknown" in done.err
    smtp.at_end = "250 OK"
    site.ok("deliver")
    assert states(site) == {"a@example.jp": "unknown"}

    site.ok("issue", "retry", "1", "--unknown")
    site.ok("deliver")

    assert states(site) == {"a@example.jp": "sent"}
    (first, second) = [data for _, data in smtp.mails]
    assert message_id(first) == message_id(second)


def message_id(data: bytes) -> bytes:
    (line,) = [line for line in data.splitlines() if line.lower().startswith(b"message-id:")]
    return line


def test_an_unknown_delivery_can_be_settled_by_hand(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    smtp.at_end = ""
    site.run("digest", "weekly", "--yes")

    site.ok("issue", "resolve", "1", "a@example.jp", "sent")

    assert states(site) == {"a@example.jp": "sent"}
    assert site.run("issue", "resolve", "1", "a@example.jp", "sent").code == 2


def test_a_server_that_is_down_pauses_the_issue_and_spends_nobodys_attempt(
    site: Site, smtp: Server, readers: list[str], unused_port: int
) -> None:
    down = {"PUBLISHER_MAIL__TRANSPORT": f"smtp://127.0.0.1:{unused_port}"}

    done = site.run("digest", "weekly", "--yes", **down)

    assert done.code == 69
    assert "it goes on by itself in a while" in done.err
    shown = site.ok("issue", "show", "1", "--json").json
    assert shown["status"] == "paused"
    assert {(one["status"], one["attempts"]) for one in shown["deliveries"]} == {("planned", 0)}

    site.ok("issue", "resume", "1")
    site.ok("deliver")

    assert sorted(smtp.recipients) == readers


def test_a_server_that_refuses_the_session_pauses_the_issue_with_its_words(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    smtp.at_mail = "421 4.3.2 try later"

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 69
    assert "try later" in done.err
    assert set(states(site).values()) == {"planned"}
    assert smtp.mails == []
    assert len(readers) == 8


def test_an_address_that_is_refused_fails_alone_with_the_servers_words(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    smtp.refuse = {readers[2]: "550 5.1.1 no such user"}

    done = site.ok("digest", "weekly", "--yes")

    assert "1 failed" in done.err
    shown = site.ok("issue", "show", "1", "--json").json
    failed = [one for one in shown["deliveries"] if one["status"] == "failed"]
    assert [one["email"] for one in failed] == [readers[2]]
    assert "no such user" in failed[0]["last_reply"]
    assert shown["status"] == "done"
    assert sorted(smtp.recipients) == sorted(set(readers) - {readers[2]})


def test_an_address_that_is_busy_is_deferred_and_tried_later(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.refuse = {readers[0]: "451 4.7.1 greylisted"}

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 75
    assert states(site)[readers[0]] == "deferred"
    assert "greylisted" in site.ok("issue", "show", "1").out


def test_a_server_that_closes_in_the_middle_defers_that_one_and_the_others_get_theirs(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    smtp.refuse = {readers[4]: ""}

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 75
    assert states(site)[readers[4]] == "deferred"
    assert sorted(smtp.recipients) == sorted(set(readers) - {readers[4]})


def test_ctrl_c_finishes_the_mail_in_hand_and_stops(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.hold_after = 2
    process = site.start("digest", "weekly", "--yes")
    assert smtp.held.wait(30)
    process.send_signal(signal.SIGINT)
    smtp.hold_after = None
    smtp.let_go.set()
    _, err = process.communicate(timeout=30)

    assert process.returncode == 75
    assert "still to send" in err
    assert "Traceback" not in err
    assert "unknown" not in states(site).values()
    site.ok("deliver")
    assert sorted(smtp.recipients) == readers, "each once"


def test_two_processes_share_the_work_and_double_nothing(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    site.ok("issue", "resume", "1")

    both = [site.start("deliver") for _ in range(2)]
    for process in both:
        process.communicate(timeout=60)

    assert [process.returncode for process in both] == [0, 0]
    assert sorted(smtp.recipients) == readers


def test_several_connections_at_once_lose_and_double_nothing(site: Site, smtp: Server, readers: list[str]) -> None:
    site.ok("digest", "weekly", "--yes", PUBLISHER_MAIL__CONNECTIONS="4")

    assert sorted(smtp.recipients) == readers
    assert set(states(site).values()) == {"sent"}


def test_who_is_suppressed_or_leaves_meanwhile_gets_nothing(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    site.ok("suppress", "add", readers[0], "--reason", "本人の希望")
    site.ok("subscriber", "remove", readers[1])
    site.ok("issue", "resume", "1")

    site.ok("deliver")

    found = states(site)
    assert (found[readers[0]], found[readers[1]]) == ("suppressed", "suppressed")
    assert "本人の希望" in site.ok("issue", "show", "1").out
    assert sorted(smtp.recipients) == readers[2:]


def test_a_cancelled_issue_gives_its_posts_back(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"

    site.ok("issue", "cancel", "1")
    site.ok("digest", "weekly", "--yes")

    assert sorted(smtp.recipients) == readers
    listed = site.ok("issue", "list", "--json").json
    assert [one["status"] for one in listed] == ["done", "cancelled"]


def test_a_failed_reader_gets_the_posts_with_the_next_digest(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.refuse = {readers[2]: "552 5.2.2 mailbox full"}
    site.ok("digest", "weekly", "--yes")
    smtp.refuse = {}

    site.ok("digest", "weekly", "--yes")

    assert smtp.recipients.count(readers[2]) == 1
    assert len(smtp.mails) == 8


def test_a_command_that_an_issue_is_past_is_refused_kindly(site: Site) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    site.ok("digest", "weekly", "--yes")

    for verb in ("pause", "resume", "cancel"):
        done = site.run("issue", verb, "1")
        assert done.code == 2, verb
        assert "is done" in done.err


def test_a_paused_issue_is_told_by_every_delivery(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"

    for command in (("deliver",), ("run", "--once")):
        done = site.run(*command)
        assert done.code == 69
        assert "publisher issue resume 1" in done.err
    assert smtp.mails == []


def test_a_server_that_limits_mails_per_session_gets_them_over_several(
    site: Site, smtp: Server, readers: list[str]
) -> None:
    smtp.per_session = 3

    done = site.ok("digest", "weekly", "--yes")

    assert sorted(smtp.recipients) == readers
    assert "8 sent" in done.err


def test_a_cancelled_delivery_that_a_dead_process_held_is_given_back(site: Site, smtp: Server) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    smtp.at_mail = "250 OK"
    smtp.hold_at_mail = True
    process = site.start("digest", "weekly", "--yes")
    assert smtp.held.wait(30)
    process.kill()
    process.communicate()
    smtp.hold_at_mail = False
    smtp.let_go.set()

    assert "1 mail" in site.ok("issue", "cancel", "1").err
    site.ok("digest", "weekly", "--yes")

    assert smtp.recipients == ["a@example.jp"]


def test_a_restored_older_ledger_delivers_nothing_again(site: Site, smtp: Server, tmp_path: Path) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    site.ok("issue", "resume", "1")
    copy = tmp_path / "copy.db"
    site.ok("db", "backup", str(copy))
    site.ok("deliver")
    site.post("新着", days_ago(0))
    site.ok("digest", "weekly", "--yes")
    for file in site.folder.glob("publisher.db*"):
        file.unlink()
    copy.rename(site.folder / "publisher.db")

    for words in (("deliver",), ("run", "--once")):
        done = site.run(*words)
        assert done.code == 78
        assert "older" in done.err
    assert len(smtp.mails) == 2


def test_sigterm_drains_run_once_and_says_that_mail_is_left(site: Site, smtp: Server, readers: list[str]) -> None:
    smtp.at_mail = "550 5.7.1 not you"
    site.run("digest", "weekly", "--yes")
    smtp.at_mail = "250 OK"
    site.ok("issue", "resume", "1")
    smtp.hold_after = 2
    process = site.start("run", "--once")
    assert smtp.held.wait(30)
    process.send_signal(signal.SIGTERM)
    smtp.hold_after = None
    smtp.let_go.set()
    process.communicate(timeout=30)

    assert process.returncode == 75
    assert "unknown" not in states(site).values()
    site.ok("deliver")
    assert sorted(smtp.recipients) == readers
