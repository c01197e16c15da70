"""Each rule of the validator on RSS: one small change to a good feed breaks just the one it is for."""

import pytest
from support.validator import rules
from support.validator.good import GOOD, LOCATION

RSS = [
    ('version="2.0"', 'version="0.92"', "InvalidRSSVersion"),
    (' version="2.0"', "", "MissingAttribute"),
    ("<title>株の日記</title>\n    <link>", "<link>", "MissingTitle ImageTitleDoesntMatch"),
    ("<link>https://kabu.example.jp/</link>\n    <desc", "<desc", "MissingLink ImageLinkDoesntMatch"),
    ("<description>毎週の投資分析</description>", "", "MissingDescription"),
    ("<language>ja</language>", "", "MissingDCLanguage"),
    ("<language>ja</language>", "<language>jp-JP</language>", "InvalidLanguage"),
    ("<language>ja</language>", "<language>日本語</language>", "InvalidLanguage"),
    ("<language>ja</language>", "<language>ja</language><language>en</language>", "DuplicateElement"),
    ("<language>ja</language>", "<language>ja</language><dc:language>ja</dc:language>", "DuplicateSemantics"),
    ("<language>ja</language>", "<language>ja</language><rating>R</rating>", "UndefinedElement"),
    ("<language>ja</language>", "<language>ja</language>あ", "UnexpectedText"),
    ("<language>ja</language>", "<language>ja</language><textInput/>", "AvoidTextInput UndefinedElement"),
    ("<language>ja</language>", '<language media:x="y">ja</language>', "UseOfExtensionAttr"),
    ("<language>ja</language>", '<language x="y">ja</language>', "UnexpectedAttribute"),
    ("</item>\n  </channel>", "</item><ttl>60</ttl></channel>", "MisplacedItem"),
    ("<language>ja", "<ttl>0</ttl><language>ja", "InvalidPositiveInteger"),
    ("/feed.xml", "/other.xml", "SelfDoesntMatchLocation"),
    ("https://kabu.example.jp/feed.xml", "/feed.xml", "SelfDoesntMatchLocation RelativeSelf InvalidFullLink"),
    ('rel="self" type="application/rss+xml"', 'rel="related"', "MissingAtomSelfLink"),
    ('type="application/rss+xml"', 'type="text/xml"', "SelfNotAtom"),
    ('type="application/rss+xml"', 'type="rss"', "SelfNotAtom InvalidMIMEType"),
    ('rel="hub"', 'rel="hubbub"', "UnregisteredAtomLinkRel"),
    ('rel="hub"', 'rel=""', "AttrNotBlank"),
    ('rel="hub"', 'rel="hub" title=" "', "NotBlank"),
    (' href="https://hub.example/"', "", "MissingAttribute"),
    ("https://hub.example/", "https://hub.example/拠点", "UriNotIri"),
    ('<atom:link href="https://kabu.example.jp/now.xml" rel="current"/>', "", "MissingCurrentInArchive"),
    ('<atom:link href="https://kabu.example.jp/old.xml" rel="prev-archive"/>', "", "ArchiveIncomplete"),
    ("https://kabu.example.jp/old.xml", "https://kabu.example.jp/feed.xml", "LinkPastEnd"),
    ("logo.png", "logo.webp", "ImageUrlFormat"),
    ("<title>株の日記</title>\n      <link>", "<title>別</title><link>", "ImageTitleDoesntMatch"),
    (
        "<link>https://kabu.example.jp/</link>\n    </image>",
        "<link>https://x.jp/</link></image>",
        "ImageLinkDoesntMatch",
    ),
    ("<url>https://kabu.example.jp/logo.png</url>", "", "MissingElement"),
    ("</url>", "</url><width>145</width>", "InvalidWidth"),
    ("</url>", "</url><height>401</height>", "InvalidHeight"),
    ("Tue, 24 Nov", "Wed, 24 Nov", "IncorrectDOW"),
    ("Tue, 24 Nov 2026 00:30:00 +0000", "2026-11-24T00:30:00Z", "InvalidRFC2822Date"),
    ("Tue, 24 Nov 2026 00:30:00 +0000", "Tue, 24 Nov 26 00:30:00 +0000", "ProblematicalRFC822Date"),
    ("Tue, 24 Nov 2026 00:30:00 +0000", "31 Nov 2026 00:30:00 +0000", "InvalidRFC2822Date"),
    ("Mon, 16 Nov 2026 23:59:59", "Thu, 16 Nov 1972 23:59:59", "ImplausibleDate"),
    ("Mon, 16 Nov 2026", "Tue, 16 Nov 2088", "ImplausibleDate NewestNotFirst StaleUpdated"),
    ("Mon, 16 Nov 2026", "Tue, 24 Nov 2026", "NewestNotFirst StaleUpdated"),
    ("2026-11-24T00:30:00+00:00", "2026-11-22T00:30:00+00:00", "UpdatedBeforePublished"),
    ("2026-11-24T00:30:00+00:00", "2026-11-25T00:30:00+00:00", "StaleUpdated"),
    ("2026-11-24T00:30:00+00:00", "2026-11-24 00:30:00+00:00", "InvalidRFC3339Date"),
    ("2026-11-24T00:30:00+00:00", "2026-11-31T00:30:00+00:00", "InvalidRFC3339Date"),
    ("<title>In English</title>", "<title>In &lt;b&gt;English&lt;/b&gt;</title>", "ContainsHTML CharacterData"),
    ("<title>In English</title>", "<title>Q &amp;amp; A</title>", "ContainsHTML CharacterData"),
    ("<title>In English</title>", "<title>a &lt;b</title>", "CharacterData"),
    ("<title>In English</title>", "<title> </title>", "NotBlank"),
    ("<title>In English</title>", "", "ItemMustContainTitleOrDescription"),
    ("https://kabu.example.jp/2.html", "https://kabu.example.jp/二.html", "UriNotIri"),
    ("https://kabu.example.jp/2.html", "https://kabu.example.jp/a b.html", "InvalidUriChar"),
    ("https://kabu.example.jp/2.html", "/2.html", "InvalidFullLink"),
    ("https://kabu.example.jp/2.html", "https:///2.html", "InvalidFullLink"),
    ("https://kabu.example.jp/2.html", "httpx://kabu.example.jp/2.html", "SchemeNotIANARegistered"),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "tag:kabu.example.jp,2026-11-23:/1.html", "DuplicateValue"),
    ('<guid isPermaLink="false">tag:kabu.example.jp,2026-11-16:/2.html</guid>', "", "MissingGuid"),
    ('isPermaLink="false">tag:kabu.example.jp,2026-11-16', ">tag:kabu.example.jp,2026-11-16", "InvalidPermalink"),
    ('isPermaLink="false">tag:kabu.example.jp,2026-11-16:', ">", "InvalidHttpGUID"),
    (
        'isPermaLink="false">tag:kabu.example.jp,2026-11-16:/2.html',
        'isPermaLink="no">x',
        "InvalidBooleanAttribute InvalidHttpGUID",
    ),
    ("tag:kabu.example.jp,2026-11-16:/2.html", "42", "NotSufficientlyUnique"),
    ("<description>まとめ &amp;lt;b&gt;</description>", "", "NeedDescriptionBeforeContent"),
    (
        "<dc:creator>Ann</dc:creator>",
        "<dc:creator>Ann</dc:creator><author>a@x.jp (A)</author>",
        "DuplicateItemSemantics",
    ),
    ("<title>In English</title>", "<title>In English</title><author>a@x.jp</author>", "MissingRealName"),
    ("<title>In English</title>", "<title>In English</title><author>A &lt;a@x.jp&gt;</author>", "EmailFormat"),
    ("<title>In English</title>", "<title>In English</title><author>山田</author>", "InvalidContact"),
    ("<category>株</category>", "<category/>", "NotBlank"),
    ('length="12345"', 'length="-1"', "UseZeroForUnknown"),
    ('length="12345"', 'length="12:05"', "InvalidIntegerAttribute"),
    (' length="12345"', "", "MissingAttribute"),
    ('type="audio/mpeg"', 'type="mp3"', "InvalidMIMEAttribute"),
    ("https://kabu.example.jp/1.mp3", "https://kabu.example.jp/音声.mp3", "InvalidURLAttribute"),
    ("https://kabu.example.jp/1.mp3", "https://kabu.example.jp/1.ogg", "UnsupportedItunesFormat"),
    (
        "<enclosure",
        '<enclosure url="https://a.jp/b.mp3" length="0" type="audio/mpeg"/><enclosure',
        "DuplicateEnclosure",
    ),
    ("<itunes:duration>1860", "<itunes:duration>31m", "InvalidDuration"),
    ("<itunes:episode>12", "<itunes:episode>0", "InvalidPositiveInteger"),
    ("<itunes:episodeType>full", "<itunes:episodeType>long", "InvalidItunesEpisodeType"),
    ("<itunes:type>episodic", "<itunes:type>weekly", "InvalidItunesChannelType"),
    ("<itunes:explicit>false</itunes:explicit>\n    <itunes:type>", "<itunes:type>", "MissingItunesElement"),
    (
        "<itunes:explicit>false</itunes:explicit>\n    <itunes:type>",
        "<itunes:explicit>no</itunes:explicit><itunes:type>",
        "InvalidTrueFalse",
    ),
    ("<itunes:email>y@example.jp</itunes:email>", "", "MissingElement"),
    ("y@example.jp", "山田@example.jp", "InvalidContact"),
    (
        "<itunes:owner><itunes:name>山田</itunes:name><itunes:email>y@example.jp</itunes:email></itunes:owner>",
        "",
        "MissingItunesEmail",
    ),
    ('text="Business"', 'text="投資"', "InvalidItunesCategory"),
    ('text="Investing"', 'text="Books"', "InvalidItunesCategory"),
    ("<itunes:name>山田", "<itunes:name>" + "山" * 256, "TooLong"),
    ('<media:thumbnail url="https://kabu.example.jp/1.png"/>', "<media:thumbnail/>", "MissingAttribute"),
    ("&lt;strong&gt;上昇&lt;/strong&gt;", "&lt;script&gt;x()&lt;/script&gt;", "SecurityRisk"),
    ("&lt;strong&gt;上昇", "&lt;strong&gt;上昇&lt;a href='/x'&gt;y&lt;/a&gt;", "ContainsRelRef"),
    ('"http://search.yahoo.com/mrss/"', '"http://search.yahoo.com/mrss"', "MediaRssNamespace UndefinedElement"),
    ('"http://purl.org/dc/elements/1.1/"', '"http://purl.org/dc/"', "ReservedPrefix UndefinedElement DuplicateElement"),
    ('version="2.0">', 'version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">', "UnknownNamespace"),
    ('version="2.0">', 'version="2.0" xmlns:duco="http://purl.org/dc/elements/1.1/">', "NonstdPrefix"),
    ("<title>In English", "<title>In \x85 English", "BadCharacters"),
    ("<title>In English", "<title>In \ufffd English", "BadCharacters"),
    ("<title>In English", "<title>Ã©tÃ©", "BadCharacters"),
    (" encoding='UTF-8'", "", "MissingEncoding"),
    ("encoding='UTF-8'", "encoding='Shift_JIS'", "NotUTF8 SAXError"),
    (
        "<?xml version='1.0' encoding='UTF-8'?>",
        "<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE rss>",
        "InvalidDoctype",
    ),
    ("<?xml", " <?xml", "WPBlankLine MissingEncoding SAXError"),
    ("version='1.0'", "version='1.1'", "BadXmlVersion"),
    ("</rss>", "", "SAXError"),
    ("<title>In English", "<title>" + "長" * 1_700_000, "ValidatorLimit"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "rule"), RSS, ids=lambda value: str(value)[:30])
def test_one_bad_thing_breaks_its_rule_and_no_other(good: str, bad: str, rule: str) -> None:
    document = GOOD["rss"]
    assert good in document

    found = rules(document.replace(good, bad).encode(), LOCATION["rss"])

    assert found == set(rule.split())


def test_a_title_may_hold_markup_as_text_where_it_is_written_so_that_every_reader_takes_it_for_text() -> None:
    document = GOOD["rss"].replace("<title>In English", "<title>a &#x3C;b")

    assert rules(document.encode(), LOCATION["rss"]) == set()
