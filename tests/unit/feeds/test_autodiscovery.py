from support.listed import ROOT, one, whole

from publisher.feeds.autodiscovery import head_links, links
from publisher.model.feed import FeedFormat, FeedKind
from publisher.struct import replace


def test_the_sites_feeds_are_named_in_each_format() -> None:
    assert head_links([one("本"), whole()]).splitlines() == [
        f'<link rel="alternate" type="application/rss+xml" title="みどりの庭 (RSS)" href="{ROOT}feed.xml">',
        f'<link rel="alternate" type="application/atom+xml" title="みどりの庭 (Atom)" href="{ROOT}atom.xml">',
        f'<link rel="alternate" type="application/feed+json" title="みどりの庭 (JSON)" href="{ROOT}feed.json">',
    ]


def test_all_others_follow_when_asked_for_each_once() -> None:
    found = links([one("本"), one("三浦", FeedKind.AUTHOR), whole("庭", FeedFormat.ATOM)], others=True)

    assert [(link.title, link.href) for link in found] == [
        ("庭", f"{ROOT}atom.xml"),
        ("本 – みどりの庭", f"{ROOT}category/%E6%9C%AC/feed.xml"),
        ("三浦 – みどりの庭", f"{ROOT}author/%E4%B8%89%E6%B5%A6/feed.xml"),
    ]


def test_a_hostile_title_stays_within_its_attribute() -> None:
    line = head_links([whole('"><script>\n\x08&amp;\ud800', FeedFormat.RSS)])

    assert line == (
        '<link rel="alternate" type="application/rss+xml" title="&quot;&gt;&lt;script&gt; &amp;amp;" '
        f'href="{ROOT}feed.xml">\n'
    )


def test_an_address_is_escaped() -> None:
    feed = replace(whole(), addresses=((FeedFormat.RSS, f"{ROOT}?a=1&b=2"),))

    assert f'href="{ROOT}?a=1&amp;b=2"' in head_links([feed])
