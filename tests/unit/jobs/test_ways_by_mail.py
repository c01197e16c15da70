"""Where readers write to, and what their mail program writes for them."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from publisher.config import Config, load_config
from publisher.errors import ConfigError
from publisher.jobs.letter import Outgoing, kept, of_kept
from publisher.jobs.requests_address import requests_address
from publisher.jobs.ways_by_mail import way_out
from publisher.mail.tokens import Leave, read_leave_token

SECRET = b"secret of a ledger"
NEWSLETTERS = """\
newsletters:
  weekly: {title: 週刊, schedules: {weekly: "mon 09:00"}, mail: {return_path: weekly@bounces.example}}
  daily: {title: 日刊, schedules: {daily: "07:00"}}
"""


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Config]:
    def load(mail: str) -> Config:
        (tmp_path / "config.yaml").write_text(f"site: {{title: 便り}}\nmail: {mail}\n{NEWSLETTERS}", encoding="utf-8")
        return load_config(tmp_path / "config.yaml", {}, tmp_path)

    return load


@pytest.mark.parametrize(
    ("mail", "of_weekly", "of_daily"),
    [
        ("{}", None, None),
        ("{return_path: back@niwa.example}", None, None),
        ("{bounces: {maildir: M}}", "weekly@bounces.example", None),
        (
            "{return_path: 不達 <back@niwa.example>, bounces: {maildir: M}}",
            "weekly@bounces.example",
            "back@niwa.example",
        ),
        (
            "{return_path: back@niwa.example, bounces: {maildir: M, address: 庭 <niwa@庭.example>}}",
            "niwa@xn--3xt.example",
            "niwa@xn--3xt.example",
        ),
    ],
)
def test_readers_write_to_the_address_of_the_box_that_is_read(
    configured: Callable[[str], Config], mail: str, of_weekly: str | None, of_daily: str | None
) -> None:
    config = configured(mail)

    found = [requests_address(config, name) for name in ("weekly", "daily")]

    assert [one and one.email for one in found] == [of_weekly, of_daily]


def test_an_address_that_is_none_is_told_at_its_place(configured: Callable[[str], Config]) -> None:
    config = configured("{bounces: {maildir: M, address: a..b@niwa.example}}")

    with pytest.raises(ConfigError, match=r"mail\.bounces\.address"):
        requests_address(config, "weekly")


def test_the_mail_that_leaves_carries_a_token_where_a_program_reads_it() -> None:
    way = way_out(SECRET, "box@niwa.example", "news@niwa.example", "weekly", "hanako@example.jp")

    assert way.startswith("mailto:box@niwa.example?")
    (subject,) = parse_qs(urlsplit(way).query)["subject"]
    word, token = subject.split(" ")
    assert word == "unsubscribe"
    assert read_leave_token([SECRET], token) == Leave("weekly", "hanako@example.jp")


def test_a_person_who_reads_it_is_told_name_and_address() -> None:
    way = way_out(SECRET, None, "news@niwa.example", "weekly", "hanako@example.jp")

    assert way == "mailto:news@niwa.example?subject=unsubscribe%20weekly&body=hanako%40example.jp"


def test_a_mail_that_was_sent_before_is_made_again_with_its_own_way() -> None:
    assert of_kept('{"web_url": null, "providers": []}').requests is None
    assert of_kept(kept(Outgoing(requests="box@niwa.example"))).requests == "box@niwa.example"
