"""Each rule of the validator on JSON Feed: one small change to a good feed breaks just the one it is for."""

import pytest
from support.validator import rules
from support.validator.good import GOOD, LOCATION

JSON = [
    ('"version": "https://jsonfeed.org/version/1.1",', "", "JSONFeedSchema"),
    ("version/1.1", "version/1", "JSONFeedSchema"),
    ('"title": "株の日記",', "", "JSONFeedSchema"),
    ('"language": "ja"', '"lang": "ja"', "JSONFeedSchema"),
    ('"language": "ja"', '"language": "jp"', "InvalidLanguage"),
    ('"language": "ja",', "", "MissingDCLanguage"),
    ('"language": "ja"', '"language": "ja", "language": "ja"', "DuplicateKey"),
    ('"_generator": {"name": "Publisher"}', '"_generator": "Publisher"', "JSONFeedSchema"),
    ("https://kabu.example.jp/feed.json", "https://kabu.example.jp/other.json", "SelfDoesntMatchLocation"),
    ("https://kabu.example.jp/old.json", "https://kabu.example.jp/feed.json", "LinkPastEnd"),
    ("https://kabu.example.jp/1.html", "/1.html", "JSONFeedSchema"),
    ("https://kabu.example.jp/1.html", "https://kabu.example.jp/一.html", "UriNotIri"),
    ("https://kabu.example.jp/logo.png", "https://kabu.example.jp/a b.png", "InvalidUriChar"),
    ('"content_text": "Short",', "", "JSONFeedSchema"),
    ('"tags": ["投資", "株"]', '"tags": ["投資", "投資"]', "JSONFeedSchema"),
    ('"tags": ["投資", "株"]', '"tags": [""]', "JSONFeedSchema"),
    ('"size_in_bytes": 12345', '"size_in_bytes": "12345"', "JSONFeedSchema"),
    ('"mime_type": "audio/mpeg",', "", "JSONFeedSchema"),
    ('"audio/mpeg"', '"audio/(mpeg)"', "InvalidMIMEType"),
    ('"authors": [{"name": "山田 太郎"}]', '"authors": [{}]', "JSONFeedSchema"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "tag:kabu.example.jp,2026-11-23:/1.html", "DuplicateIds"),
    ("2026-11-16T23:59:59+00:00", "2026-11-16", "JSONFeedSchema"),
    ("2026-11-16T23:59:59+00:00", "2026-11-31T23:59:59+00:00", "InvalidRFC3339Date"),
    ("2026-11-16T23:59:59+00:00", "2026-11-24T23:59:59+00:00", "NewestNotFirst"),
    ("<p>株価</p>", "<p>株価", ""),
    ("<p>株価</p>", "<p><b>株価</p>", "NotHtml"),
    ("まとめ", r"まと\ud800め", "LoneSurrogate"),
    ("まとめ", r"まと\u0008め", "BadCharacters"),
    ("1860", "NaN", "NotJSON"),
    ("}\n", "\n", "NotJSON"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "rule"), JSON, ids=lambda value: str(value)[:30])
def test_one_bad_thing_breaks_its_rule_and_no_other(good: str, bad: str, rule: str) -> None:
    document = GOOD["json"]
    assert good in document

    found = rules(document.replace(good, bad).encode(), LOCATION["json"])

    assert found == set(rule.split())
