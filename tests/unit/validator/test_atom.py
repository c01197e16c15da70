"""Each rule of the validator on Atom: one small change to a good feed breaks just the one it is for."""

import pytest
from support.validator import rules
from support.validator.good import GOOD, LOCATION

ATOM = [
    ("<id>https://kabu.example.jp/atom.xml</id>", "", "MissingElement RelaxNG"),
    ("<title>株の日記</title>", "", "MissingElement RelaxNG"),
    ("<title>株の日記</title>", "<title/>", "NotBlank"),
    ("<title>株の日記</title>", "<title>株の日記</title><title>二</title>", "DuplicateElement RelaxNG"),
    ("<title>株の日記</title>", '<title type="CDATA">株の日記</title>', "InvalidTextType RelaxNG"),
    ("<title>株の日記</title>", "<title>Q&amp;amp;A</title>", "ContainsUndeclaredHTML"),
    ("<title>In English", "<title>In &lt;i&gt;English&lt;/i&gt;", "ContainsUndeclaredHTML"),
    ("<subtitle>毎週の投資分析</subtitle>", "<tagline>毎週</tagline>", "UndefinedElement RelaxNG"),
    (' xml:lang="ja"', "", "MissingDCLanguage"),
    ('xml:lang="en"', 'xml:lang="x"', "InvalidLanguage"),
    ('xml:lang="en"', 'xml:lang="英語"', "InvalidLanguage RelaxNG"),
    ('xml:lang="en"', 'lang="en"', "UnexpectedAttribute RelaxNG"),
    ('rel="self"', 'rel="via"', "MissingSelf"),
    ("atom.xml", "feed.xml", "SelfDoesntMatchLocation"),
    ('rel="hub"/>', 'rel="hub"/><link href="https://x.jp/" rel="alternate" type="text/html"/>', "DuplicateAtomLink"),
    (
        "<summary>Short",
        '<link href="https://x.jp/2" rel="alternate" type="text/html"/><summary>Short',
        "DuplicateAtomLink",
    ),
    ("<summary>Short", '<link href="https://x.jp/2" rel="current"/><summary>Short', "FeedHistoryRelInEntry"),
    ("<summary>Short</summary>", "", "MissingTextualContent"),
    ('<link href="https://kabu.example.jp/2.html" rel="alternate" type="text/html"/>', "", "MissingContentOrAlternate"),
    ('href="https://kabu.example.jp/2.html"', 'href="https://kabu.example.jp/二.html"', "UriNotIri"),
    ('length="12345"', 'length="many"', "InvalidIntegerAttribute"),
    ("<author><name>山田 太郎</name><email>y@example.jp</email></author>", "", "MissingElement"),
    ("<name>Ann</name>", "", "MissingElement RelaxNG"),
    ("<name>Ann</name>", "<name>Ann</name><email>ann</email>", "InvalidContact RelaxNG"),
    (' term="toushi"', "", "MissingAttribute RelaxNG"),
    ('scheme="https://kabu.example.jp/category/"', 'scheme="category"', "InvalidFullLink"),
    ('label="投資"', 'label="&lt;b&gt;投資&lt;/b&gt;"', "ContainsHTML"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "tag:kabu.example.jp,2026-11-23:/%E6%A0%AA.html", "DuplicateEntries"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "tag:kabu.example.jp,2026-11-23:/%e6%a0%aa.html", "NonCanonicalURI"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "tag:kabu.example.jp,2026-11-23:/%E3%81%8B%E3%82%99", "NonCanonicalURI"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "HTTP://kabu.example.jp:80/./%7Ea/../2", "NonCanonicalURI"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "tag:kabu.example.jp:/2.html", "InvalidTAG"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "urn:uuid:2.html", "InvalidUUID"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "urn:x", "InvalidURN"),
    (
        "<id>tag:kabu.example.jp,2026-11-16:/2.html",
        "<id> tag:kabu.example.jp,2026-11-16:/2.html",
        "UnexpectedWhitespace InvalidFullLink",
    ),
    ("<updated>2026-11-16T23:59:59", "<updated>2026-11-24T00:30:00", "DuplicateUpdated"),
    ("<updated>2026-11-16T23:59:59+00:00", "<updated>2026-11-16T23:59:59", "InvalidRFC3339Date"),
    ("<updated>2026-11-16T23:59:59+00:00", "<updated>yesterday", "InvalidRFC3339Date RelaxNG"),
    ("<updated>2026-11-16T23:59:59", "<updated>2026-11-16T23:59:58", "UpdatedBeforePublished"),
    ("</feed>", "<rights>山田</rights></feed>", "MisplacedMetadata RelaxNG"),
    ("&lt;p&gt;株価&lt;/p&gt;", "&lt;p onclick='x()'&gt;株価&lt;/p&gt;", "SecurityRiskAttr"),
    ("<content ", "あ<content ", "UnexpectedText RelaxNG"),
    ('xmlns="http://www.w3.org/2005/Atom"', 'xmlns="http://purl.org/atom/ns#"', "ObsoleteNamespace UndefinedElement"),
    ("<content ", '<x:a xmlns:x="http://www.w3.org/1999/xhtml"/><content ', "NonstdPrefix UndefinedElement"),
    (
        "<content ",
        '<xhtml:a xmlns:xhtml="http://www.w3.org/1999/xhtml"/><content ',
        "AvoidNamespacePrefix UndefinedElement",
    ),
    ("株の日記</title>", "&#8;株の日記</title>", "SAXError"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "rule"), ATOM, ids=lambda value: str(value)[:30])
def test_one_bad_thing_breaks_its_rule_and_no_other(good: str, bad: str, rule: str) -> None:
    document = GOOD["atom"]
    assert good in document

    found = rules(document.replace(good, bad).encode(), LOCATION["atom"])

    assert found == set(rule.split())
