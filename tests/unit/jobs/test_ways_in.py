"""How pages of the site say that readers sign up."""

from pathlib import Path

from publisher.app import open_app
from publisher.jobs.ways_in import WayIn, subscribe_url, way_in

SITE = "site: {title: みどりの庭, url: https://midori.example/, language: ja}\ncontent: {path: posts}\n"
LETTERS = """\
newsletters:
  weekly: {title: 便り, from: "みどり <tayori@midori.example>", schedules: {weekly: "mon 09:00"}}
"""
BOX = 'mail: {transport: "console:", bounces: {maildir: box, address: "受付 <box@midori.example>"}}\n'
WEB = "web: {url: https://midori.example/mail/}\n"


def test_a_page_comes_before_a_box_and_a_box_before_a_person(tmp_path: Path) -> None:
    def of(text: str) -> WayIn:
        (tmp_path / "config.yaml").write_text(SITE + text, encoding="utf-8")
        return way_in(open_app(tmp_path, {}).config)

    assert of("") == of(WEB) == WayIn()
    assert of(LETTERS) == WayIn(mail="tayori@midori.example")
    assert of(LETTERS + BOX) == WayIn(mail="box@midori.example", subject="subscribe weekly")
    assert of(LETTERS + BOX + WEB) == WayIn(url="https://midori.example/mail/subscribe")
    config = open_app(tmp_path, {}).config
    assert subscribe_url(config, "weekly") == "https://midori.example/mail/subscribe?newsletter=weekly"
