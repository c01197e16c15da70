"""A site and posts to mail."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from publisher.mail import MailPost
from publisher.model.post import Author
from publisher.model.site import Site


@pytest.fixture
def site() -> Site:
    return Site(
        title="技術と投資",
        url="https://example.jp/",
        language="ja",
        timezone="Asia/Tokyo",
        address="株式会社例\n〒100-0001 東京都千代田区1-1",
    )


@pytest.fixture
def posts() -> tuple[MailPost, ...]:
    def post(title: str, slug: str, *categories: str, html: str = "<p>本文。</p>") -> MailPost:
        moment = datetime(2026, 1, 5, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
        url = f"https://example.jp/{slug}/"
        return MailPost(
            title, url, f"{title}の要約", html, moment, categories, (Author("山田太郎"), Author("佐藤花子"))
        )

    return (
        post("500億ドルの真意", "a", "投資分析", "技術動向"),
        post("半導体の来年 {{ 7*7 }} {% raw %} {# x #}", "b", "技術動向"),
        post("<b>お知らせ</b> & more", "c"),
    )
