"""One good document of each format, with all that a feed may hold: the rules are tested by breaking them."""

LOCATION = {
    "rss": "https://kabu.example.jp/feed.xml",
    "atom": "https://kabu.example.jp/atom.xml",
    "json": "https://kabu.example.jp/feed.json",
    "opml": "https://kabu.example.jp/feeds.opml",
}

RSS = """\
<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" \
xmlns:media="http://search.yahoo.com/mrss/" xmlns:fh="http://purl.org/syndication/history/1.0" version="2.0">
  <channel>
    <title>株の日記</title>
    <link>https://kabu.example.jp/</link>
    <description>毎週の投資分析</description>
    <atom:link href="https://kabu.example.jp/feed.xml" rel="self" type="application/rss+xml"/>
    <atom:link href="https://hub.example/" rel="hub"/>
    <fh:archive/>
    <atom:link href="https://kabu.example.jp/now.xml" rel="current"/>
    <atom:link href="https://kabu.example.jp/old.xml" rel="prev-archive"/>
    <generator>Publisher</generator>
    <image>
      <url>https://kabu.example.jp/logo.png</url>
      <title>株の日記</title>
      <link>https://kabu.example.jp/</link>
    </image>
    <language>ja</language>
    <lastBuildDate>Tue, 24 Nov 2026 00:30:00 +0000</lastBuildDate>
    <dc:creator>山田 太郎</dc:creator>
    <itunes:category text="Business"><itunes:category text="Investing"/></itunes:category>
    <itunes:image href="https://kabu.example.jp/cover.jpg"/>
    <itunes:explicit>false</itunes:explicit>
    <itunes:type>episodic</itunes:type>
    <itunes:owner><itunes:name>山田</itunes:name><itunes:email>y@example.jp</itunes:email></itunes:owner>
    <item>
      <title>投資分析（１）</title>
      <link>https://kabu.example.jp/1.html</link>
      <guid isPermaLink="false">tag:kabu.example.jp,2026-11-23:/1.html</guid>
      <description>まとめ &amp;lt;b&gt;</description>
      <category domain="https://kabu.example.jp/category/">投資</category>
      <category>株</category>
      <dc:creator>山田 太郎</dc:creator>
      <dc:creator>Ann</dc:creator>
      <dc:language>en</dc:language>
      <pubDate>Mon, 23 Nov 2026 00:00:00 +0000</pubDate>
      <atom:updated>2026-11-24T00:30:00+00:00</atom:updated>
      <content:encoded>&lt;p&gt;株価は&lt;strong&gt;上昇&lt;/strong&gt;。&lt;/p&gt;</content:encoded>
      <media:thumbnail url="https://kabu.example.jp/1.png"/>
      <enclosure url="https://kabu.example.jp/1.mp3" length="12345" type="audio/mpeg"/>
      <itunes:duration>1860</itunes:duration>
      <itunes:episode>12</itunes:episode>
      <itunes:season>2</itunes:season>
      <itunes:episodeType>full</itunes:episodeType>
      <itunes:explicit>false</itunes:explicit>
    </item>
    <item>
      <title>In English</title>
      <link>https://kabu.example.jp/2.html</link>
      <guid isPermaLink="false">tag:kabu.example.jp,2026-11-16:/2.html</guid>
      <pubDate>Mon, 16 Nov 2026 23:59:59 +0000</pubDate>
    </item>
  </channel>
</rss>
"""

ATOM = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" \
xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="ja">
  <id>https://kabu.example.jp/atom.xml</id>
  <title>株の日記</title>
  <subtitle>毎週の投資分析</subtitle>
  <updated>2026-11-24T00:30:00+00:00</updated>
  <author><name>山田 太郎</name><email>y@example.jp</email></author>
  <link href="https://kabu.example.jp/atom.xml" rel="self" type="application/atom+xml"/>
  <link href="https://hub.example/" rel="hub"/>
  <link href="https://kabu.example.jp/" rel="alternate" type="text/html"/>
  <fh:archive/>
  <link href="https://kabu.example.jp/now.xml" rel="current"/>
  <link href="https://kabu.example.jp/old.xml" rel="prev-archive"/>
  <generator>Publisher</generator>
  <icon>https://kabu.example.jp/favicon.ico</icon>
  <logo>https://kabu.example.jp/logo.png</logo>
  <entry>
    <id>tag:kabu.example.jp,2026-11-23:/%E6%A0%AA.html</id>
    <title>投資分析（１）&lt;b&gt;</title>
    <updated>2026-11-24T00:30:00+00:00</updated>
    <published>2026-11-23T00:00:00+00:00</published>
    <author><name>Ann</name></author>
    <category term="toushi" label="投資" scheme="https://kabu.example.jp/category/"/>
    <link href="https://kabu.example.jp/1.html" rel="alternate" type="text/html"/>
    <link href="https://kabu.example.jp/1.mp3" rel="enclosure" type="audio/mpeg" length="12345"/>
    <summary>まとめ</summary>
    <content type="html">&lt;p&gt;株価&lt;/p&gt;</content>
    <media:thumbnail url="https://kabu.example.jp/1.png"/>
  </entry>
  <entry xml:lang="en">
    <id>tag:kabu.example.jp,2026-11-16:/2.html</id>
    <title>In English</title>
    <updated>2026-11-16T23:59:59+00:00</updated>
    <published>2026-11-16T23:59:59+00:00</published>
    <link href="https://kabu.example.jp/2.html" rel="alternate" type="text/html"/>
    <summary>Short</summary>
  </entry>
</feed>
"""

JSON = """\
{
  "version": "https://jsonfeed.org/version/1.1",
  "title": "株の日記",
  "home_page_url": "https://kabu.example.jp/",
  "feed_url": "https://kabu.example.jp/feed.json",
  "next_url": "https://kabu.example.jp/old.json",
  "icon": "https://kabu.example.jp/logo.png",
  "authors": [{"name": "山田 太郎"}],
  "language": "ja",
  "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
  "_generator": {"name": "Publisher"},
  "items": [
    {
      "id": "tag:kabu.example.jp,2026-11-23:/1.html",
      "url": "https://kabu.example.jp/1.html",
      "title": "投資分析（１）<b>",
      "content_html": "<p>株価</p>",
      "summary": "まとめ",
      "image": "https://kabu.example.jp/1.png",
      "date_published": "2026-11-23T00:00:00+00:00",
      "date_modified": "2026-11-24T00:30:00+00:00",
      "tags": ["投資", "株"],
      "language": "en",
      "attachments": [
        {
          "url": "https://kabu.example.jp/1.mp3",
          "mime_type": "audio/mpeg",
          "size_in_bytes": 12345,
          "duration_in_seconds": 1860
        }
      ]
    },
    {
      "id": "tag:kabu.example.jp,2026-11-16:/2.html",
      "content_text": "Short",
      "date_published": "2026-11-16T23:59:59+00:00"
    }
  ]
}
"""

OPML = """\
<?xml version='1.0' encoding='UTF-8'?>
<opml version="2.0">
  <head>
    <title>株の日記</title>
    <dateModified>Tue, 24 Nov 2026 00:30:00 +0000</dateModified>
    <ownerName>山田 太郎</ownerName>
  </head>
  <body>
    <outline text="株の日記" title="株の日記" type="rss" xmlUrl="https://kabu.example.jp/feed.xml" \
htmlUrl="https://kabu.example.jp/" language="ja" version="RSS2"/>
    <outline text="カテゴリー">
      <outline text="投資" title="投資" type="rss" xmlUrl="https://kabu.example.jp/t.xml"/>
    </outline>
  </body>
</opml>
"""
GOOD = {"rss": RSS, "atom": ATOM, "json": JSON, "opml": OPML}
