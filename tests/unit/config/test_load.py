"""Finding, reading and checking the configuration."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.cache import FILE_NAME, Cache
from publisher.config import Config, database_file, database_url, load_config, newsletter, servers, shown
from publisher.config.load import NOTE
from publisher.errors import ConfigError, NotFound
from publisher.model.newsletter import Frequency

MINIMAL = 'newsletters:\n  weekly:\n    title: "週刊"\n    schedules: {weekly: "mon 09:00"}\n'


def write(folder: Path, text: str, name: str = "config.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str, **environ: str) -> list[str]:
    write(folder, text)
    with pytest.raises(ConfigError) as refusal:
        load_config(None, environ, folder)
    assert refusal.value.exit_code == 78
    return str(refusal.value).splitlines()


def test_all_faults_are_told_at_once_with_line_column_path_and_a_near_match(tmp_path: Path) -> None:
    text = """\
site:
  titel: "日本語"
  url: example.com
feeds: {limit: 0, formats: [rss, xml]}
newsletters:
  weekly:
    title: 週刊
    schedules: {weekly: "mon 9"}
mail: {prot: 25}
databse: x
"""
    assert faults(tmp_path, text) == [
        "config.yaml:2:3: site.titel: unknown key; did you mean 'title'?",
        "config.yaml:3:8: site.url: must be an absolute address such as https://example.com/",
        "config.yaml:4:16: feeds.limit: must be greater than or equal to 1",
        "config.yaml:4:34: feeds.formats.1: must be 'rss', 'atom' or 'json'",
        "config.yaml:8:16: newsletters.weekly.schedules: 'mon 9' is no schedule: write 'mon 09:00'",
        "config.yaml:9:8: mail.prot: unknown key; did you mean 'port'?",
        "config.yaml:10:1: databse: unknown key; did you mean 'database'?",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("site: {title: 5}", "site.title: must be text; put it in quotes"),
        ("site: [1]", "site: must be a section of keys"),
        ("site: {timezone: Asia/Tokio}", "'Asia/Tokio' is no time zone: did you mean Asia/Tokyo"),
        ("site: {url: 'https://a.example/?q'}", "without '?' and '#'"),
        ("site: {url: 'https://me:secret@a.example/'}", "site.url: must not hold a name or password"),
        ("site: {url: 'https://a.example:99999/'}", "site.url: 'https://a.example:99999/': Port out of range"),
        ("site: {url: 'https://a.example:0/'}", "site.url: must be an absolute address"),
        ("site: {url: 'https://a..example/'}", "site.url: must be an absolute address"),
        ("site: {url: 'https://みどり の庭.example/'}", "site.url: must be an absolute address"),
        ("site: {url: 'https://a.example\\庭/'}", "site.url: must be an absolute address"),
        ("feeds: {hub: 'https://xn--/'}", "feeds.hub: must be an absolute address"),
        (f"site: {{url: 'https://a.example/{'a' * 383}'}}", "site.url: is longer than 400 characters"),
        (f"web: {{url: 'https://a.example/{'庭' * 43}'}}", "web.url: is longer than 400 characters"),
        ("feeds: {limit: many}", "feeds.limit: must be a whole number"),
        ("feeds: {paths: {rss: ../feed.xml}}", "without '..'"),
        ("feeds: {limit: true}", "feeds.limit: must be a number, not true or false"),
        ("feeds: {limit: 1.5}", "feeds.limit: must be a whole number"),
        ("feeds: {formats: []}", "feeds.formats: must not be empty"),
        ("feeds: {formats: [rss, rss]}", "config.yaml:1:18: feeds.formats: 'rss' stands in it twice"),
        ("feeds: {by: [tag, tag]}", "feeds.by: 'tag' stands in it twice"),
        ("feeds: {content: short}", "feeds.content: must be 'full', 'summary', or one of them for each of site, cat"),
        ("feeds: {content: {custom: full}}", "feeds.content: unknown kind 'custom'; known are site, category, tag"),
        ("feeds: {content: {tag: short}}", "feeds.content: tag must be 'full' or 'summary'"),
        ("feeds: {paths: {rss: ./feed.xml, atom: feed.xml}}", "feeds.paths.rss: must be a path inside"),
        ("feeds: {paths: {rss: a//b.xml}}", "feeds.paths.rss: must be a path inside"),
        ("feeds: {paths: {page: feeds/}}", "feeds.paths.page: must be a path inside"),
        ("feeds: {paths: {rss: ' feed.xml'}}", "feeds.paths.rss: must be a path inside"),
        ("feeds: {paths: {atom: feed.xml.gz}}", "feeds.paths.atom: must not end in .gz or .br"),
        (f"feeds: {{paths: {{rss: {'あ' * 70}.xml}}}}", "feeds.paths.rss: is longer than the names of files may be"),
        ("feeds: {redirects: {./a.xml: feed.xml}}", "feeds.redirects../a.xml: must be a path inside"),
        ("feeds: {paths: {rss: x.xml, atom: x.xml}}", "written to one path: rss and atom are x.xml"),
        ("feeds: {custom: {mine: {title: '　', where: {tag: 株}}}}", "feeds.custom.mine.title: must not be empty"),
        ("feeds: {custom: {mine: {title: 株, where: {language: 日本語}}}}", "'日本語' is no language"),
        ("feeds: {custom: {mine: {title: 株, where: {path: ../posts}}}}", "'path' '../posts' takes no post"),
        ("feeds: {custom: {mine: {title: 株, where: {path: '**a**b**c**d**e**'}}}}", "holds more than 5 '*' or '**'"),
        ("feeds: {paths: {category_rss: c/feed.xml}}", "{slug}"),
        ("categories: {本: ../x}", "categories.本"),
        ("newsletters: {weekly: {schedules: {weekly: 'mon 09:00'}}}", "newsletters.weekly.title: is required"),
        ("newsletters: {週刊: {title: x, schedules: {weekly: 'mon 09:00'}}}", "may hold only letters"),
        ("newsletters: {w: {title: x, schedules: {}}}", "needs at least one of"),
        ("newsletters: {w: {title: x, schedules: {hourly: '1'}}}", "'hourly' is none of instant, daily"),
        ('newsletters: {w: {title: "a\\nb", schedules: {weekly: "mon 09:00"}}}', "must be one line"),
        ("newsletters: {w: {title: x, categories: [], schedules: {weekly: 'mon 09:00'}}}", "'all' or a list"),
        ("mail: {transport: 'smtp://me:secret@mail.example'}", "must not hold a name or password"),
        ("mail: {transport: 'ftp://x'}", "is none of smtp://"),
        ("mail: {transport: 'smtp://[::1'}", "smtp://[::1"),
        ("mail: {transport: 'smtp://a:99999'}", "smtp://a:99999"),
        ("mail: {transport: 'smtp://a:0'}", "is none of smtp://"),
        ("mail: {transport: 'smtp://a:'}", "is none of smtp://"),
        ("mail: {transport: 'smtps://a:/'}", "is none of smtp://"),
        ("mail: {transport: 'smtp://host name:25'}", "is none of smtp://"),
        ("mail: {transport: 'smtp://a..b'}", "is none of smtp://"),
        ("mail: {transport: 'console:', host: x}", "either transport, or host and port"),
        ("mail: {user: me}", "user and password_file go together"),
        ("mail: {tls: perhaps}", "mail.tls: must be true or false"),
        ("mail: {transport: 'console:', port: 25}", "either transport, or host and port"),
        (
            "newsletters: {w: {title: x, from: midori, schedules: {weekly: 'mon 09:00'}}}",
            "w.from: 'midori' is no mailbox",
        ),
        ("newsletters: {w: {title: x, catch_up: none, schedules: {weekly: 'mon 09:00'}}}", "'latest', 'all' or 'skip'"),
        ("newsletters: {w: {title: x, max_age: 3w, schedules: {weekly: 'mon 09:00'}}}", "'3w' is no span of time"),
        ("newsletters: {w: {title: x, languages: [日本語], schedules: {weekly: 'mon 09:00'}}}", "is no language"),
        ("database: postgresql://x", "must be sqlite:///FILE"),
        ("database: 'sqlite:///?synchronous=FULL'", "must be sqlite:///FILE"),
        ("database: sqlite:///x.db?synchronous=OFF", "'?synchronous=OFF' is neither ?synchronous=FULL nor"),
        ("database: sqlite:///x.db?cache=1", "database: '?cache=1' is neither"),
        ("database: sqlite:///x.db?", "database: '?' is neither"),
        ("- 1", "must be a mapping"),
        ("site: {title: a}\nsite: {title: b}", "config.yaml:2:1: site: stands here a second time"),
        ("site: {title: 'x", "not YAML"),
        ("site: {title: 'x", "config.yaml:1:15: not YAML: the quote that opens here is never closed (found unexpected"),
        ("site:\n\ttitle: x", "config.yaml:2:1: not YAML: a tab stands where YAML allows only spaces"),
        ("site:\n  title: \x07", "config.yaml:2:10: not YAML: a character that cannot be seen"),
        ("a: &a [*a]", "nested too deeply"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("feeds: {output: ~/public}", "feeds.output: '~' is a shell's word"),
        ("content: {path: ~/posts}", "content.path: '~' is a shell's word"),
        ("mail: {transport: 'maildir:~/Mail'}", "mail.transport: '~' is a shell's word"),
        ("mail: {user: me, password_file: ~/secret}", "mail.password_file: '~' is a shell's word"),
        ("database: sqlite:///~/x.db", "database: '~' is a shell's word"),
        ("newsletters:\n  w:\n", "config.yaml:2:5: newsletters.w.title: is required"),
        ("baseURL: https://x.example/", "is Hugo's own"),
    ],
)
def test_what_is_wrong_is_said_plainly(tmp_path: Path, text: str, message: str) -> None:
    assert message in "\n".join(faults(tmp_path, text))


@pytest.mark.parametrize(
    "url",
    [
        "https://みどりの庭.jp/庭/",
        "http://[2001:db8::1]:8080/",
        "http://127.0.0.1:4000",
        "https://my_site.example./",
        "https://हिन्दी.example/",
    ],
)
def test_addresses_as_sites_have_them_are_taken(tmp_path: Path, url: str) -> None:
    write(tmp_path, f"site: {{url: '{url}'}}")

    assert load_config(None, {}, tmp_path).settings.site.url == url


def test_a_rule_in_a_variable_may_be_nested_as_deep_as_in_the_file(tmp_path: Path) -> None:
    deep = '{"not":' * 300 + '{"tag":"株"}' + "}" * 300

    told = faults(tmp_path, MINIMAL, PUBLISHER_FEEDS__CUSTOM=f'{{"mine":{{"title":"私の","where":{deep}}}}}')

    assert told == ["PUBLISHER_FEEDS__CUSTOM: feeds.custom.mine.where: is nested too deeply"]


def test_json_of_a_variable_that_never_ends_is_taken_as_text(tmp_path: Path) -> None:
    told = faults(tmp_path, MINIMAL, PUBLISHER_FEEDS__BY="[" * 100_000)

    assert told == ["PUBLISHER_FEEDS__BY: feeds.by: must be a list"]


def test_sections_whose_keys_are_all_commented_out_say_nothing(tmp_path: Path) -> None:
    write(tmp_path, "")
    empty = load_config(None, {}, tmp_path).settings
    write(tmp_path, "site:\n  # title: 庭\ncontent:\nfeeds:\n  paths:\ncategories:\nnewsletters:\nmail:\n")

    assert load_config(None, {}, tmp_path).settings == empty


def test_a_file_that_is_not_utf8_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes("site: {title: 日本}".encode("cp932"))

    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(None, {}, tmp_path)


def test_words_that_yaml_1_1_would_turn_into_something_else_stay_words(tmp_path: Path) -> None:
    write(tmp_path, "site: {title: no, language: 'no'}\nnewsletters: {w: {title: on, schedules: {daily: 19:00}}}")

    config = load_config(None, {}, tmp_path)

    assert config.settings.site.title == "no"
    assert config.settings.newsletters["w"].schedules == {"daily": "19:00"}


def test_without_a_config_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        load_config(None, {}, tmp_path)

    assert refusal.value.hint is not None
    assert "publisher init" in refusal.value.hint


def test_the_config_is_found_in_the_order_promised(tmp_path: Path) -> None:
    write(tmp_path, "site: {title: plain}")
    assert load_config(None, {}, tmp_path).folder == tmp_path.resolve()

    write(tmp_path, "site: {title: home}", "_publisher/config.yaml")
    found = load_config(None, {}, tmp_path)
    assert (found.settings.site.title, found.home.name) == ("home", "_publisher")
    assert found.folder == tmp_path.resolve()

    write(tmp_path, "site: {title: env}", "env.yaml")
    environ = {"PUBLISHER_CONFIG": "env.yaml"}
    assert load_config(None, environ, tmp_path).settings.site.title == "env"

    write(tmp_path, "site: {title: given}", "given.yaml")
    assert load_config(Path("given.yaml"), environ, tmp_path).settings.site.title == "given"


def test_every_key_can_be_set_by_environment(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    environ = {
        "PUBLISHER_MAIL__TRANSPORT": "smtp://127.0.0.1:2525",
        "PUBLISHER_FEEDS__FORMATS": '["rss"]',
        "PUBLISHER_FEEDS__LIMIT": "5",
        "PUBLISHER_NEWSLETTERS__WEEKLY__FROM": "編集部 <news@example.jp>",
        "PUBLISHER_SITE__AUTHOR": '{"name": "三浦"}',
    }

    config = load_config(None, environ, tmp_path)

    assert [one.url for one in servers(config, None)] == ["smtp://127.0.0.1:2525"]
    assert (config.settings.feeds.formats, config.settings.feeds.limit) == (["rss"], 5)
    assert newsletter(config, "weekly", "UTC").sender == "編集部 <news@example.jp>"
    assert config.settings.site.author is not None
    assert config.settings.site.author.name == "三浦"


def test_a_wrong_variable_is_named_instead_of_a_line(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        MINIMAL,
        PUBLISHER_FEEDS__LIMIT="many",
        PUBLISHER_SITE__TITEL="x",
        PUBLISHER_FEED__LIMIT="3",
    )

    assert found == [
        "PUBLISHER_FEEDS__LIMIT: feeds.limit: must be a whole number",
        "PUBLISHER_FEED__LIMIT: feed: unknown key; did you mean 'feeds'?",
        "PUBLISHER_SITE__TITEL: site.titel: unknown key; did you mean 'title'?",
    ]


def test_a_variable_that_should_be_a_list_and_is_no_json_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, MINIMAL, PUBLISHER_FEEDS__FORMATS="[rss")

    assert fault == "PUBLISHER_FEEDS__FORMATS: feeds.formats: must be a list"


def test_a_title_that_only_looks_like_json_is_text(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)

    config = load_config(None, {"PUBLISHER_SITE__TITLE": "[お知らせ] 庭"}, tmp_path)

    assert config.settings.site.title == "[お知らせ] 庭"


def test_what_a_variable_began_and_did_not_finish_is_blamed_on_it(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, MINIMAL, PUBLISHER_NEWSLETTERS__DAILY__TITLE="日刊")

    assert fault == "PUBLISHER_NEWSLETTERS__DAILY__TITLE: newsletters.daily.schedules: is required"


def test_an_unknown_newsletter_lists_the_known(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)

    with pytest.raises(NotFound) as refusal:
        newsletter(load_config(None, {}, tmp_path), "daily", "UTC")

    assert "weekly" in (refusal.value.hint or "")


def test_the_effective_settings_are_shown_with_the_files_own_words(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)

    values = shown(load_config(None, {"PUBLISHER_NEWSLETTERS__WEEKLY__FROM": "a@example.jp"}, tmp_path))

    assert values["newsletters"]["weekly"]["from"] == "a@example.jp"


@pytest.mark.parametrize("query", ["", "?synchronous=NORMAL", "?SYNCHRONOUS=full"])
def test_what_is_asked_of_the_ledger_is_no_part_of_its_file(tmp_path: Path, query: str) -> None:
    write(tmp_path, f"database: sqlite:///庭/publisher.db{query}")

    config = load_config(None, {}, tmp_path)

    assert database_file(config) == tmp_path.resolve() / "庭" / "publisher.db"
    assert database_url(config) == f"sqlite:///{tmp_path.resolve()}/庭/publisher.db{query}"


def keep(config: Config) -> None:
    with Cache(config.home / FILE_NAME, "") as cache:
        cache.put_note(NOTE, config.note)


def test_settings_that_were_checked_before_are_the_same(tmp_path: Path) -> None:
    author = 'site: {title: "庭", author: {name: "花子"}}\n'
    write(tmp_path, MINIMAL + author)
    checked = load_config(None, {}, tmp_path)
    keep(checked)

    assert load_config(None, {}, tmp_path) == checked


def test_settings_are_checked_again_where_the_file_or_a_variable_differs(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    checked = load_config(None, {}, tmp_path)
    keep(checked)

    assert load_config(None, {"PUBLISHER_FEEDS__LIMIT": "7"}, tmp_path).settings.feeds.limit == 7
    assert load_config(None, {"HOME": "/"}, tmp_path).key == checked.key
    write(tmp_path, MINIMAL + "feeds: {limit: 8}\n")
    assert load_config(None, {}, tmp_path).settings.feeds.limit == 8
    assert faults(tmp_path, "site: 1\n") == ["config.yaml:1:7: site: must be a section of keys"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_it_do_anything_but_accept_or_explain(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "config.yaml").write_bytes(data)

    problems = -1
    try:
        load_config(None, {}, tmp_path)
    except ConfigError as error:
        problems = len(error.problems)
    assert problems != 0, "refused without a word"


def test_half_a_character_is_told_at_its_place(tmp_path: Path) -> None:
    assert faults(tmp_path, 'site:\n  description: "庭\\ud83d"\n') == [
        "config.yaml:2:16: holds half a character: write the whole one"
    ]
    (fault,) = faults(tmp_path, "", PUBLISHER_SITE__DESCRIPTION="庭\udce3")
    assert fault.startswith("PUBLISHER_SITE__DESCRIPTION:")


def test_dates_and_days_of_a_newsletter_are_taken_quoted_or_not(tmp_path: Path) -> None:
    days = 'quiet: [sat, Sunday], exclude: [2026-12-31, "2027-01-01..2027-01-03"]'
    rests = f'start: 2026-12-01 09:00, end: "2027-03-31", {days}'
    write(tmp_path, f"newsletters: {{w: {{title: 便り, {rests}, schedules: {{daily: 7:30}}}}}}")

    schedule = newsletter(load_config(None, {}, tmp_path), "w", "Asia/Tokyo").schedules[Frequency.DAILY]

    assert (schedule.start, schedule.end) == (datetime(2026, 12, 1, 9, 0), datetime(2027, 3, 31, 23, 59))
    assert schedule.quiet == (5, 6)
    assert schedule.excluded[1] == (date(2027, 1, 1), date(2027, 1, 3))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            "quiet: [土], schedules: {daily: 7:30}",
            "newsletters.w.quiet.0: '土' is no day of the week: write one of",
        ),
        ("start: 2026-02-30, schedules: {daily: 7:30}", "newsletters.w.start: '2026-02-30' is no date"),
        ("exclude: [12-31], schedules: {daily: 7:30}", "newsletters.w.exclude.0: '12-31' is no date: write 2026-12-31"),
        ("exclude: [2027-01-03..2027-01-01], schedules: {daily: 7:30}", "ends before it begins"),
        ("quiet: [mon], schedules: {weekly: mon 9:00}", "schedules: 'mon 9:00' never fires: start, end, quiet and"),
        ("schedules: {weekly: 0 9 30 2 *}", "newsletters.w.schedules: '0 9 30 2 *' never fires: there is no such day"),
    ],
)
def test_a_newsletters_dates_are_checked_at_their_place(tmp_path: Path, keys: str, told: str) -> None:
    fault = faults(tmp_path, f"newsletters: {{w: {{title: 便り, {keys}}}}}")

    assert len(fault) == 1
    assert told in fault[0]


def test_settings_kept_by_another_state_of_the_program_are_checked_anew(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    config = load_config(None, {}, tmp_path)
    weekly = {name: value for name, value in config.values["newsletters"]["weekly"].items() if name != "timezone"}
    before = json.dumps({"key": config.key, "values": {**config.values, "newsletters": {"weekly": weekly}}})
    with Cache(config.home / FILE_NAME, "") as cache:
        cache.put_note(NOTE, before)

    assert load_config(None, {}, tmp_path) == config
