import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.media import m4a, mp3, opus

from publisher.content import ContentSource, Engine, Index, Renderer, looked_at, scan
from publisher.content.media_words import media_type, number, seconds, size, type_of
from publisher.content.renderings import rendering
from publisher.content.sound import playing_time
from publisher.model.feed import Enclosure, Episode

POST = "_posts/2024-01-05-記事.md"
NAME = "音声/第12回　株の話.mp3"
URL = "https://example.com/%E9%9F%B3%E5%A3%B0/%E7%AC%AC12%E5%9B%9E%E3%80%80%E6%A0%AA%E3%81%AE%E8%A9%B1.mp3"


def media(site: Any, header: str, engine: Engine = Engine.JEKYLL, file: str = POST) -> Any:
    """The only post, with that in its header, as it is rendered."""
    site.engine = engine
    fence = "+++" if engine is Engine.ZOLA else "---"
    date = "date = 2024-01-05" if engine is Engine.ZOLA else "date: 2024-01-05"
    site.write(file, f"{fence}\ntitle: 題\n{date}\n{header}\n{fence}\n本文\n".replace("title: 題\ndate =", "date ="))
    return site.rendered()


def told(found: Any) -> list[tuple[int, int, str, str]]:
    return [(fault.line, fault.column, fault.code, fault.message) for fault in found.problems]


def test_a_file_of_the_site_is_weighed_and_listened_to(site: Any) -> None:
    site.write(NAME, mp3(10))
    found = media(site, f"enclosure: /{NAME}")

    assert found.enclosures == (Enclosure(URL, "audio/mpeg", len(mp3(10)), 10),)
    assert (found.episode, found.problems) == (Episode(), ())


@pytest.mark.parametrize(
    ("name", "data", "type_"),
    [("a.m4a", m4a(1880), "audio/x-m4a"), ("a.mp4", m4a(1880), "video/mp4"), ("a.opus", opus(1880), "audio/ogg")],
)
def test_each_kind_of_file_tells_how_long_it_plays(site: Any, name: str, data: bytes, type_: str) -> None:
    site.write(f"audio/{name}", data)
    found = media(site, f"audio: audio/{name}")

    assert found.enclosures == (Enclosure(f"https://example.com/audio/{name}", type_, len(data), 1880),)


def test_what_does_not_play_has_no_duration(site: Any) -> None:
    site.write("資料.pdf", b"%PDF-1.4")
    found = media(site, "enclosure: 資料.pdf\nduration: '31:20'\nepisode: 3")

    assert [(one.type, one.length, one.seconds) for one in found.enclosures] == [("application/pdf", 8, None)]
    assert found.episode is None


@pytest.mark.parametrize(
    "header",
    [
        "enclosure: {url: /a.mp3}",
        "enclosure: [a.mp3]",
        "enclosures: [{file: a.mp3, length: 1}]",
        "audio: a.mp3",
        "audio: {mp3: a.mp3}",
        "podcast: a.mp3",
        "podcast: {file: a.mp3}",
        "podcast_file: a.mp3",
        "podcast_link: https://example.com/a.mp3",
        "video: {src: a.mp3}\naudio: a.mp3",
    ],
)
def test_the_forms_that_blogs_use_mean_the_same(site: Any, header: str) -> None:
    site.write("a.mp3", mp3(3))
    found = media(site, header)

    assert found.enclosures == (Enclosure("https://example.com/a.mp3", "audio/mpeg", len(mp3(3)), 3),)
    assert found.problems == ()


def test_an_episode_is_told_below_podcast(site: Any) -> None:
    site.write("a.mp3", mp3(3))
    found = media(
        site,
        "podcast:\n  {file: a.mp3, episode: 第12回, season: 2, type: Bonus, explicit: no, image: 絵.png,"
        " duration: 31分20秒}",
    )

    assert found.episode == Episode(12, 2, "bonus", False, "https://example.com/%E7%B5%B5.png")
    assert found.enclosures[0].seconds == 31 * 60 + 20
    assert found.problems == ()


def test_an_episode_is_told_below_itunes_and_at_the_top(site: Any) -> None:
    found = media(
        site,
        "podcast_file: https://cdn.example/a.mp3\npodcast_bytes: '1,234'\npodcast_duration: 1:02:03\nepisode: 7\n"
        "explicit: clean\nitunes: {season: 3, episodeType: trailer, image: {href: /b.png}}",
    )

    assert found.enclosures == (Enclosure("https://cdn.example/a.mp3", "audio/mpeg", 1234, 3723),)
    assert found.episode == Episode(7, 3, "trailer", False, "https://example.com/b.png")


def test_the_numbers_of_a_post_that_plays_nothing_are_its_own_affair(site: Any) -> None:
    found = media(site, "episode: 第一話の感想\nduration: 長い\nexplicit: たぶん\nlength: 短編")

    assert (found.enclosures, found.episode, found.problems) == ((), None, ())


def test_octopods_formats_have_their_own_lengths(site: Any) -> None:
    base = "https://cdn.example/a"
    found = media(
        site,
        f"duration: '0:03:13'\naudio:\n  mp3: {base}.mp3\n  ogg: {base}.ogg\nfilesize:\n  mp3: 123456\n  ogg: 234567",
    )

    assert [(one.url, one.length, one.seconds) for one in found.enclosures] == [
        (f"{base}.mp3", 123456, 193),
        (f"{base}.ogg", 234567, 193),
    ]


def test_wordpress_exports_hold_three_lines(site: Any) -> None:
    found = media(site, "enclosure:\n- |\n  https://cdn.example/ep?n=1\n  1234\n  audio/mpeg")

    assert found.enclosures == (Enclosure("https://cdn.example/ep?n=1", "audio/mpeg", 1234),)
    assert found.problems == ()


def test_a_file_stands_once_and_in_the_order_of_the_keys(site: Any) -> None:
    for name in ("a.mp3", "b.mp3"):
        site.write(name, mp3(1))
    found = media(site, "audio: [b.mp3, a.mp3]\npodcast: {file: /a.mp3}\nvideo: b.mp3")

    assert [one.url[-5:] for one in found.enclosures] == ["a.mp3", "b.mp3"]


def test_what_themes_keep_under_the_same_keys_is_no_file(site: Any) -> None:
    found = media(
        site,
        "podcast: 株の話\naudio: 12345\nvideo: https://www.youtube.com/watch?v=dQw4w9WgXcQ\n"
        "videos: [dQw4w9WgXcQ, true]\nenclosure:\nitunes: 12",
    )

    assert (found.enclosures, found.episode, found.problems) == ((), None, ())


def test_a_file_elsewhere_has_the_length_that_the_post_says_else_none(site: Any) -> None:
    said = media(site, "enclosure: {url: 'https://例.jp/音.mp3', length: 1234, duration: 90}")
    unsaid = media(site, "enclosure: https://cdn.example/a.mp3")

    assert said.enclosures == (Enclosure("https://xn--fsq.jp/%E9%9F%B3.mp3", "audio/mpeg", 1234, 90),)
    assert unsaid.enclosures == (Enclosure("https://cdn.example/a.mp3", "audio/mpeg", 0),)
    assert told(unsaid) == [
        (
            *(4, 12, "unknown-length"),
            "enclosure: 'https://cdn.example/a.mp3' is elsewhere: say its 'length' in bytes, feeds say 0",
        )
    ]


@pytest.mark.parametrize(
    ("header", "column", "code", "fault"),
    [
        ("enclosure: 音声/無い.mp3", 12, "missing-media", "enclosure: '音声/無い.mp3' is not there"),
        ("enclosure: 空.mp3", 12, "missing-media", "enclosure: '空.mp3' is an empty file"),
        ("enclosure: ../../etc/a.mp3", 12, "missing-media", "enclosure: '../../etc/a.mp3' is not there"),
        ("audio: https://x.example/12", 8, "bad-media", "audio: 'https://x.example/12' is of no known type: say its "),
        ("enclosure: javascript:a.mp3", 12, "bad-media", "enclosure: 'javascript:a.mp3' is no address of a file"),
        ("enclosure: {length: 12}", 1, "bad-media", "enclosure: a mapping without 'url' or 'file'"),
        ("enclosure: 株", 12, "bad-media", "enclosure: '株' is of no known type: say its 'type', such as audio/mpeg"),
        ("enclosure: https://[/a.mp3", 12, "bad-media", "enclosure: 'https://[/a.mp3' is no address of a file"),
    ],
)
def test_what_is_not_there_or_is_no_file_is_told_in_its_place(
    site: Any, header: str, column: int, code: str, fault: str
) -> None:
    site.write("空.mp3", b"")
    found = media(site, header)

    assert found.enclosures == ()
    ((line, at, word, message),) = told(found)
    assert (line, at, word) == (4, column, code)
    assert message.startswith(fault)


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("duration", "長い", "is no duration such as 31:20"),
        ("duration", "00:00", "is no duration such as 31:20"),
        ("episode", "0", "is no number from 1"),
        ("season", "夏", "is no number from 1"),
        ("kind", "番外", "is none of full, trailer, bonus"),
        ("explicit", "たぶん", "is neither true nor false"),
        ("image", "'data:image/png;base64,AAAA'", "is no address of a picture"),
    ],
)
def test_what_cannot_be_understood_is_left_out_and_told(site: Any, key: str, value: str, fault: str) -> None:
    site.write("a.mp3", mp3(3))
    found = media(site, f"podcast:\n  file: a.mp3\n  {key}: {value}")

    assert [one.seconds for one in found.enclosures] == [3]
    assert found.episode == Episode()
    text = value.strip("'")
    assert told(found) == [(6, 5 + len(key), "bad-media", f"podcast: '{text}' {fault}")]


def test_a_link_to_itself_is_a_file_that_is_not_there(site: Any) -> None:
    (site.folder / "輪.mp3").symlink_to("輪.mp3")
    found = media(site, "enclosure: 輪.mp3")

    assert found.enclosures == ()
    assert [message for *_, message in told(found)] == ["enclosure: '輪.mp3' is not there"]


def test_a_length_or_type_that_is_none_is_told(site: Any) -> None:
    site.write("a.mp3", mp3(3))
    found = media(site, "enclosures:\n- {url: 'https://x.example/a.mp3', length: 13.7 MB}\n- {url: a.mp3, type: /}")

    assert [(one.type, one.length > 0) for one in found.enclosures] == [("audio/mpeg", False), ("audio/mpeg", True)]
    assert [message for *_, message in told(found)] == [
        "enclosures: '13.7 MB' is no number of bytes",
        "enclosures: '/' is no media type such as audio/mpeg",
    ]


def test_a_pointer_of_git_lfs_knows_the_length_and_is_told(site: Any) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 41520000\n"
    site.write("a.mp3", pointer)
    found = media(site, "audio: a.mp3")

    assert found.enclosures == (Enclosure("https://example.com/a.mp3", "audio/mpeg", 41520000),)
    assert told(found) == [
        (4, 8, "missing-media", "audio: 'a.mp3' is only a pointer of git LFS here: run 'git lfs pull'")
    ]


def test_a_file_outside_the_sites_folder_is_never_looked_at(site: Any) -> None:
    (site.folder.parent / "秘密.mp3").write_bytes(mp3(3))
    (site.folder / "外.mp3").symlink_to(site.folder.parent / "秘密.mp3")

    assert media(site, "enclosure: 外.mp3").enclosures == ()
    assert media(site, "enclosure: '%2e%2e/秘密.mp3'").enclosures == ()


def test_what_is_no_plain_file_is_not_opened(site: Any) -> None:
    (site.folder / "夾.mp3").mkdir()
    os.mkfifo(site.folder / "管.mp3")

    assert [message for *_, message in told(media(site, "audio: [夾.mp3, 管.mp3]"))] == [
        "audio: '夾.mp3' is not there",
        "audio: '管.mp3' is not there",
    ]


def test_a_name_that_a_mac_has_decomposed_is_the_same_file(site: Any) -> None:
    site.write("カ\u3099.mp3", mp3(3))

    assert [one.seconds for one in media(site, "audio: ガ.mp3").enclosures] == [3]


@pytest.mark.parametrize(
    ("engine", "post", "lies", "header", "url"),
    [
        (Engine.HUGO, "content/posts/a.md", "static/音/a.mp3", "audio: 音/a.mp3", "%E9%9F%B3/a.mp3"),
        (Engine.HUGO, "content/posts/a.md", "static/音/a.mp3", "params: {audio: /音/a.mp3}", "%E9%9F%B3/a.mp3"),
        (Engine.HUGO, "content/posts/b/index.md", "content/posts/b/a.mp3", "audio: a.mp3", "posts/b/a.mp3"),
        (Engine.HUGO, "content/posts/b/index.md", "static/a.mp3", "audio: a.mp3", "a.mp3"),
        (Engine.ZOLA, "content/a.md", "static/a.mp3", "[extra]\naudio = 'a.mp3'", "a.mp3"),
        (Engine.ZOLA, "content/b/index.md", "content/b/a.mp3", "[extra.podcast]\nfile = 'a.mp3'", "b/a.mp3"),
        (Engine.PELICAN, "content/a.md", "content/audio/a.mp3", "podcast: audio/a.mp3", "audio/a.mp3"),
        (Engine.ELEVENTY, "posts/a.md", "src/audio/a.mp3", "audio: /audio/a.mp3", "audio/a.mp3"),
        (Engine.PLAIN, "a.md", "音声/a.mp3", "audio: 音声/a.mp3", "%E9%9F%B3%E5%A3%B0/a.mp3"),
        (Engine.JEKYLL, POST, "_site/gen/a.mp3", "audio: gen/a.mp3", "gen/a.mp3"),
    ],
)
def test_each_engine_has_its_files_where_it_has_them(
    site: Any, engine: Engine, post: str, lies: str, header: str, url: str
) -> None:
    site.content = post.partition("/")[0] if engine in (Engine.HUGO, Engine.ZOLA, Engine.PELICAN) else "."
    site.write(lies, mp3(3))
    found = media(site, header, engine, post)

    assert [(one.url, one.seconds) for one in found.enclosures] == [(f"https://example.com/{url}", 3)]


def test_below_a_base_path_a_file_is_found_with_and_without_it(site: Any) -> None:
    site.url = "https://example.com/ブログ/"
    site.write("a.mp3", mp3(3))
    base = "https://example.com/%E3%83%96%E3%83%AD%E3%82%B0"

    for written in ("/a.mp3", "a.mp3", f"{base}/a.mp3"):
        assert [one.seconds for one in media(site, f"audio: {written}").enclosures] == [3]
    (site.folder / POST).unlink()
    found = media(site, "audio: /ブログ/a.mp3", Engine.PLAIN, "x.md")
    assert [one.url for one in found.enclosures] == [f"{base}/a.mp3"]


def test_what_settings_give_all_posts_has_no_place_in_one(site: Any) -> None:
    site.write("_config.yml", "defaults: [{scope: {path: ''}, values: {audio: 無い.mp3}}]\n")

    assert told(media(site, "x: y")) == [(1, 1, "missing-media", "audio: '無い.mp3' is not there")]


def test_a_built_page_has_the_files_of_its_post(site: Any) -> None:
    site.source = ContentSource.BUILT
    site.write("_site/2024/01/05/記事.html", "<main><p>本文</p></main>")
    site.write("a.mp3", mp3(3))
    found = media(site, "audio: a.mp3\nepisode: 4")

    assert (found.html, found.enclosures[0].seconds, found.episode) == ("<p>本文</p>", 3, Episode(4))


def test_a_rendering_keeps_its_files_and_is_made_anew_when_one_changes(site: Any) -> None:
    def renderer(index: Index) -> Renderer:
        return Renderer(site.rules, index, index.posts)

    path = site.write("a.mp3", mp3(3))
    site.write(POST, "---\npodcast: {file: a.mp3, episode: 4}\n---\n本文\n")
    with site.index() as index:
        scan(site.rules, index)
        (post,) = index.posts()
        first = renderer(index).render(post)
        assert rendering(index, post.digest, post.url) == first
        assert first
        assert (first.enclosures[0].seconds, first.episode) == (3, Episode(4))
        assert "a.mp3" in looked_at(index)
        stamp = renderer(index).stamp(post)

        path.write_bytes(mp3(5))
        assert renderer(index).stamp(post) != stamp
        second = renderer(index).render(post)
        assert second
        assert second.enclosures == (Enclosure("https://example.com/a.mp3", "audio/mpeg", len(mp3(5)), 5),)

        path.unlink()
        third = renderer(index).render(post)
        assert third
        assert third.enclosures == ()


def test_when_a_file_was_changed_does_not_count(site: Any) -> None:
    path = site.write("a.mp3", mp3(3))
    first = media(site, "audio: a.mp3")
    os.utime(path, (0, 0))
    second = media(site, "audio: a.mp3")

    assert (second.html, second.text, second.enclosures) == (first.html, first.text, first.enclosures)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[("31:20", 1880), ("0:31:20", 1880), ("1:02:03", 3723), ("90:00", 5400), ("1880", 1880), ("1880.6", 1880)],
        *[("PT31M20S", 1880), ("pt1h", 3600), ("PT1H2M3.5S", 3723), ("31分20秒", 1880), ("1時間2分3秒", 3723)],
        *[("３１：２０", 1880), ("45 min", 2700), ("1h 2m 3s", 3723), ("00:03:13.25", 193)],
        *[("", None), ("0", None), ("0:00", None), ("PT", None), ("-5", None), ("1:2:3:4", None), ("1:75", None)],
        *[("9" * 5000, None), ("9999999", None), ("PT31M20", None), ("約30分", None), ("nan", None), ("1e9", None)],
    ],
)
def test_durations_are_read_as_people_write_them(text: str, expected: int | None) -> None:
    assert seconds(text) == expected


def test_numbers_and_sizes_are_read_as_people_write_them() -> None:
    assert [number(text) for text in ("12", "第１２回", "#12", "EP 12", "Season 2", "0", "S1E2", "")] == [
        *(12, 12, 12, 12, 2),
        *(None, None, None),
    ]
    assert [size(text) for text in ("13654375", "13,654,375", "0", "13.7 MB", "1,2", "9" * 5000)] == [
        *(13654375, 13654375),
        *(None, None, None, None),
    ]


def test_types_are_plain_and_lower_case() -> None:
    assert [media_type(text) for text in ("Audio/MPEG; charset=x", "audio", 'a/b"', "x/y z", "")] == [
        "audio/mpeg",
        *([None] * 4),
    ]
    assert [type_of(word) for word in ("MP3", "m4a", "exe", "")] == ["audio/mpeg", "audio/x-m4a", None, None]


@given(data=st.one_of(st.binary(max_size=400), st.binary(max_size=60).map(lambda tail: m4a(3)[:-40] + tail)))
def test_a_damaged_file_plays_for_no_time_at_worst(tmp_path_factory: Any, data: bytes) -> None:
    path = tmp_path_factory.mktemp("a") / "a.mp3"
    path.write_bytes(data)
    found = playing_time(path)

    assert found is None or 1 <= found <= 60 * 60 * 24 * 30


VALUES = st.recursive(
    st.text(max_size=20) | st.sampled_from(["a.mp3", "https://x.example/a.ogg", "//", "12:30", "%", "\x00.mp3"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["url", "file", "length", "duration", "type", "image", "episode", "mp3", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


KEYS = ("podcast", "enclosure", "enclosures", "audio", "video", "itunes", "duration", "filesize", "length", "episode")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_no_value_stops_a_post(site: Any, values: dict[str, Any]) -> None:
    site.engine = Engine.PLAIN
    site.write("a.mp3", mp3(1))
    site.write("b.md", json.dumps({"date": "2024-01-05", **values}) + "\n本文\n")
    found = site.rendered()

    assert all(one.url.startswith("http") and one.length >= 0 and "/" in one.type for one in found.enclosures)
    assert "本文" in found.html
