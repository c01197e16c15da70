"""Each rule of the validator on OPML: one small change to a good file breaks just the one it is for."""

import pytest
from support.validator import rules
from support.validator.good import GOOD, LOCATION

OPML = [
    ('<opml version="2.0">', '<opml version="3.0">', "InvalidOPMLVersion"),
    ('<opml version="2.0">', "<opml>", "MissingAttribute"),
    (' xmlUrl="https://kabu.example.jp/t.xml"', "", "MissingXmlURL"),
    ("https://kabu.example.jp/t.xml", "https://kabu.example.jp/投資.xml", "UriNotIri"),
    ("https://kabu.example.jp/t.xml", "https://kabu.example.jp/feed.xml", "DuplicateSubscription"),
    (' title="投資"', "", "MissingTitleAttr"),
    (' text="投資"', "", "MissingAttribute"),
    ('text="投資"', 'text=""', "NotBlank"),
    ('type="rss" xmlUrl="https://kabu.example.jp/feed', 'xmlUrl="https://kabu.example.jp/feed', "MissingOutlineType"),
    ('title="投資" type="rss"', 'title="投資" type="link"', "MissingUrlAttr"),
    ('version="RSS2"', 'version="ATOM"', "InvalidOutlineVersion"),
    ('language="ja"', 'language="日本語"', "InvalidLanguage"),
    ("Tue, 24 Nov", "Fri, 24 Nov", "IncorrectDOW"),
    ("<ownerName>山田 太郎</ownerName>", "<owner>山田</owner>", "UndefinedElement"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "rule"), OPML, ids=lambda value: str(value)[:30])
def test_one_bad_thing_breaks_its_rule_and_no_other(good: str, bad: str, rule: str) -> None:
    document = GOOD["opml"]
    assert good in document

    found = rules(document.replace(good, bad).encode(), LOCATION["opml"])

    assert found == set(rule.split())
