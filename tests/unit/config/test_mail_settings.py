"""`mail` and a newsletter's own: what is taken, and what is said of what is not."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import load_config, servers
from publisher.config.mail_settings import MailSettings
from publisher.config.schema import SECTIONS
from publisher.errors import ConfigError
from publisher.model.server import WarmUp

NEWSLETTER = 'newsletters:\n  weekly:\n    title: "みどりの便り"\n    schedules: {weekly: "mon 09:00"}\n    mail: '
SITE = "mail: {transport: 'smtp://mx.midori.example', user: tayori, password_file: secret}\n"
SEVERAL = "mail: {servers: {a: {transport: 'smtp://a.example'}}}\n"


def mail(folder: Path, text: str, **environ: str) -> MailSettings:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return load_config(None, environ, folder).settings.mail


def fault(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as refusal:
        mail(folder, text, **environ)
    return str(refusal.value)


def test_a_section_that_says_nothing_has_the_defaults(tmp_path: Path) -> None:
    found = mail(tmp_path, "mail:\n")

    assert (found.transport, found.servers, found.connections, found.verp) == (None, {}, 1, True)
    assert found.give_up.total_seconds() == 72 * 3600
    assert (found.limits.bounces, found.limits.complaints) == (5, 0.1)
    assert (found.bounces, found.events.ses, found.events.postmark) == (None, None, None)


def test_every_key_of_mail_is_read(tmp_path: Path) -> None:
    found = mail(
        tmp_path,
        """\
mail:
  servers:
    tokyo: {transport: "smtp://tokyo.example:587", user: a, password_file: a.pw, auth: xoauth2, weight: 3}
    osaka: {transport: "smtps://osaka.example", weight: 0, rate: 600/min, daily: 50000}
    shin: {transport: "smtp://[::1]:25", warm_up: {begins: 2026-12-01, first: 200}}
  give_up: 3d
  return_path: "不達 <bounces@midori.example>"
  verp: false
  limits: {bounces: 8, complaints: 0.3}
  bounces: {imap: "imaps://imap.midori.example:993", user: bounces, password_file: imap.pw}
  events:
    ses: {topics: ["arn:aws:sns:ap-northeast-1:123456789012:tayori"]}
    postmark: {user: tayori, password_file: postmark.pw}
    mailgun: {key_file: mailgun.key}
    sendgrid: {public_key: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"}
""",
    )

    assert list(found.servers) == ["tokyo", "osaka", "shin"]
    tokyo, osaka, shin = found.servers.values()
    assert (tokyo.user, tokyo.auth, tokyo.weight, tokyo.rate) == ("a", "xoauth2", 3, None)
    assert (osaka.weight, osaka.rate, osaka.daily) == (0, 10.0, 50000)
    assert shin.warm_up is not None
    assert (shin.warm_up.begins.isoformat(), shin.warm_up.first, shin.warm_up.growth) == ("2026-12-01", 200, 1.5)
    assert (found.give_up.days, found.verp, found.limits.bounces) == (3, False, 8.0)
    assert found.bounces is not None
    assert (found.bounces.imap, found.bounces.folder) == ("imaps://imap.midori.example:993", "INBOX")
    assert found.events.ses is not None
    assert found.events.ses.topics == ["arn:aws:sns:ap-northeast-1:123456789012:tayori"]
    assert found.events.postmark is not None
    assert found.events.mailgun is not None
    assert found.events.sendgrid is not None


@pytest.mark.parametrize(
    ("text", "seconds"), [("10/s", 10), ("600/min", 10), ("20000/h", 20000 / 3600), ("0.5/s", 0.5), ("1/h", 1 / 3600)]
)
def test_a_rate_is_so_many_mails_a_second(tmp_path: Path, text: str, seconds: float) -> None:
    assert mail(tmp_path, f"mail: {{rate: {text}}}").rate == pytest.approx(seconds)


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("72h", 72), ("3d", 72)])
def test_a_span_of_time_has_a_unit(tmp_path: Path, text: str, hours: float) -> None:
    assert mail(tmp_path, f"mail: {{give_up: {text}}}").give_up.total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{rate: 10}", "config.yaml:1:14: mail.rate: must be text"),
        ("{rate: 10/sec}", "mail.rate: '10/sec' is no rate: write 10/s, 600/min or 20000/h"),
        ("{rate: 0/s}", "mail.rate: '0/s' is no rate"),
        ("{rate: -1/s}", "mail.rate: '-1/s' is no rate"),
        ("{rate: １０/s}", "is no rate"),
        ("{daily: 0}", "mail.daily: must be greater than or equal to 1"),
        ("{daily: true}", "mail.daily: must be a number, not true or false"),
        ("{daily: many}", "mail.daily: must be a whole number"),
        ("{give_up: 72}", "mail.give_up: must be text"),
        ("{give_up: 72 h}", "mail.give_up: '72 h' is no span of time: write 90m, 72h or 3d"),
        ("{give_up: 0h}", "is no span of time"),
        ("{give_up: 99999d}", "is no span of time"),
        ("{warm_up: {first: 200}}", "mail.warm_up.begins: is required"),
        ("{warm_up: {begins: 2026-12-01}}", "mail.warm_up.first: is required"),
        ("{warm_up: {begins: 2026-13-01, first: 200}}", "mail.warm_up.begins: '2026-13-01' is no day: write it like"),
        ("{warm_up: {begins: 20261201, first: 200}}", "mail.warm_up.begins: 20261201 is no day"),
        ("{warm_up: {begins: 2026-12-01, first: 200, growth: 1}}", "mail.warm_up.growth: must be greater than 1"),
        ("{warm_up: {begins: 2026-12-01, first: 200, growth: nan}}", "mail.warm_up.growth: must be a number"),
        ("{warm_up: {begins: 2026-12-01, frist: 200}}", "mail.warm_up.frist: unknown key; did you mean 'first'?"),
        ("{limits: {bounces: 101}}", "mail.limits.bounces: must be less than or equal to 100"),
        ("{limits: {complaints: -1}}", "mail.limits.complaints: must be greater than or equal to 0"),
        ("{limits: {bounces: 5%}}", "mail.limits.bounces: must be a number"),
        ("{limits: {bounces: true}}", "mail.limits.bounces: must be a number"),
        ("{limits: {bounces: nan}}", "mail.limits.bounces: must be"),
        ("{limits: {bounce: 5}}", "mail.limits.bounce: unknown key; did you mean 'bounces'?"),
        ("{verp: perhaps}", "mail.verp: must be true or false"),
        ("{host: 'smtp.midori.example:587'}", "mail.host: 'smtp.midori.example:587' is no host"),
        ("{host: 'me@smtp.midori.example'}", "is no host"),
        ("{host: 'smtp midori'}", "is no host"),
        ("{host: '[::1]'}", "is no host"),
        ("{port: 25}", "mail: port needs host"),
        ("{host: a, port: true}", "mail.port: must be a number"),
        ("{user: a, password_file: b, auth: cram-md5}", "mail.auth: must be 'plain', 'login' or 'xoauth2'"),
        ("{auth: login}", "config.yaml:1:14: mail.auth: needs user and password_file"),
        ("{user: a, password_file: b, auth: xoauth2, tls: false}", "mail.auth: xoauth2 needs TLS"),
    ],
)
def test_what_is_wrong_with_mail_is_said_plainly(tmp_path: Path, text: str, message: str) -> None:
    assert message in fault(tmp_path, f"mail: {text}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]", "mail.servers: must be a section of keys"),
        ("{a: {}}", "mail.servers.a.transport: is required"),
        ("{a: 'smtp://a.example'}", "mail.servers.a: must be a section of keys"),
        ("{A b: {transport: 'console:'}}", "mail.servers.A b: 'A b' may hold only letters"),
        (f"{{{'a' * 33}: {{transport: 'console:'}}}}", "must have at most 32 characters"),
        ("{a: {transport: ftp}}", "mail.servers.a.transport: 'ftp' is none of smtp://HOST:PORT"),
        ("{a: {transport: 'smtp://me:secret@a.example'}}", "must not hold a name or password"),
        ("{a: {trasnport: 'console:'}}", "mail.servers.a.trasnport: unknown key; did you mean 'transport'?"),
        ("{a: {transport: 'console:', host: a}}", "mail.servers.a.host: unknown key"),
        ("{a: {transport: 'console:', weight: 0}}", "mail.servers: needs a server with a weight over 0"),
        ("{a: {transport: 'console:', weight: -1}}", "mail.servers.a.weight: must be greater than or equal to 0"),
        ("{a: {transport: 'console:', connections: 51}}", "mail.servers.a.connections: must be less than"),
        ("{a: {transport: 'console:', user: me}}", "mail.servers.a: user and password_file go together"),
        ("{a: {transport: 'console:', auth: plain}}", "config.yaml:3:13: mail.servers.a.auth: needs user"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_plainly(tmp_path: Path, text: str, message: str) -> None:
    text = text.replace("auth", "\n      auth")

    assert message in fault(tmp_path, f"mail:\n  servers: {text}\n")


@pytest.mark.parametrize(
    "key",
    [
        "transport: 'console:'",
        "host: a.example",
        "connections: 4",
        "connections: 1",
        "tls: true",
        "rate: 10/s",
        "daily: 5",
        "warm_up: {begins: 2026-12-01, first: 200}",
    ],
)
def test_keys_of_one_server_beside_several_are_told_at_their_place(tmp_path: Path, key: str) -> None:
    name = key.partition(": ")[0]
    column = len(name) + 5
    told = fault(tmp_path, f"mail:\n  {key}\n  servers: {{a: {{transport: 'console:'}}}}\n")

    assert (
        told == f"config.yaml:2:{column}: mail.{name}: stands beside servers, which have their own: move it into them"
    )


def test_a_variable_that_names_a_server_beside_several_is_told_by_its_name(tmp_path: Path) -> None:
    told = fault(tmp_path, SEVERAL, PUBLISHER_MAIL__TRANSPORT="smtp://127.0.0.1:2525")

    assert told.startswith("PUBLISHER_MAIL__TRANSPORT: mail.transport: stands beside servers")


def test_servers_can_be_named_by_the_environment(tmp_path: Path) -> None:
    found = mail(
        tmp_path,
        "",
        PUBLISHER_MAIL__SERVERS__A__TRANSPORT="smtp://a.example",
        PUBLISHER_MAIL__SERVERS__A__WARM_UP='{"begins": "2026-12-01", "first": "200"}',
        PUBLISHER_MAIL__SERVERS__B="{}",
        PUBLISHER_MAIL__SERVERS__B__TRANSPORT="console:",
        PUBLISHER_MAIL__SERVERS__B__WEIGHT="0",
        PUBLISHER_MAIL__LIMITS__COMPLAINTS="0.2",
    )

    assert {name: (one.transport, one.weight) for name, one in found.servers.items()} == {
        "a": ("smtp://a.example", 1),
        "b": ("console:", 0),
    }
    assert found.servers["a"].warm_up == WarmUp(found.servers["a"].warm_up.begins, 200, 1.5)  # type: ignore[union-attr]
    assert found.limits.complaints == 0.2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "mail.bounces: give either maildir or imap"),
        ("{maildir: a, imap: 'imaps://b'}", "mail.bounces: give either maildir or imap"),
        ("{maildir: ~/Mail}", "mail.bounces.maildir: '~' is a shell's word"),
        ("{maildir: a, user: b, password_file: c}", "mail.bounces.user: belongs to imap"),
        ("{maildir: a, folder: b}", "mail.bounces.folder: belongs to imap"),
        ("{imap: 'imaps://imap.example'}", "mail.bounces: imap needs user and password_file"),
        ("{imap: 'pop3://a', user: b, password_file: c}", "'pop3://a' is neither imaps://HOST nor imap://HOST"),
        ("{imap: 'imaps://me@a', user: b, password_file: c}", "mail.bounces.imap: must not hold a name or password"),
        ("{imap: 'imaps://a/INBOX', user: b, password_file: c}", "is neither imaps://HOST nor"),
        ("{imap: 'imaps://a:0', user: b, password_file: c}", "is neither imaps://HOST nor"),
        (
            "{imap: 'imap://localhost:', user: b, password_file: c}",
            "config.yaml:1:24: mail.bounces.imap: 'imap://local",
        ),
        ("{imap: 'imaps://[::1]:', user: b, password_file: c}", "is neither imaps://HOST nor"),
    ],
)
def test_what_is_wrong_with_the_box_of_reports_is_said_plainly(tmp_path: Path, text: str, message: str) -> None:
    assert message in fault(tmp_path, f"mail: {{bounces: {text}}}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ses: {}}", "mail.events.ses.topics: is required"),
        ("{ses: {topics: []}}", "mail.events.ses.topics: must not be empty"),
        ("{ses: {topics: [tayori]}}", "mail.events.ses.topics.0: 'tayori' is no topic: write its ARN"),
        ("{postmark: {user: a}}", "mail.events.postmark.password_file: is required"),
        ("{postmark: {user: 'a:b', password_file: c}}", "mail.events.postmark.user: 'a:b' holds a colon"),
        ("{mailgun: {keyfile: a}}", "mail.events.mailgun.keyfile: unknown key; did you mean 'key_file'?"),
        ("{sendgrid: {public_key: '鍵'}}", "mail.events.sendgrid.public_key: is no key"),
        ("{sendgrid: {public_key: 'abc'}}", "mail.events.sendgrid.public_key: is no key"),
        ("{sparkpost: {}}", "mail.events.sparkpost: unknown key; "),
    ],
)
def test_what_is_wrong_with_a_providers_events_is_said_plainly(tmp_path: Path, text: str, message: str) -> None:
    assert message in fault(tmp_path, f"mail: {{events: {text}}}")


@pytest.mark.parametrize(
    ("site", "own", "message"),
    [
        (SITE, "{transport: 'console:', host: a}", "newsletters.weekly.mail: give either transport, or host and port"),
        (SITE, "{user: a}", "newsletters.weekly.mail: user and password_file go together"),
        (SITE, "{give_up: 3d}", "newsletters.weekly.mail.give_up: unknown key"),
        (SITE, "{tranport: 'console:'}", "newsletters.weekly.mail.tranport: unknown key; did you mean 'transport'?"),
        (SITE, "{servers: {a: {transport: x}}}", "newsletters.weekly.mail.servers.a.transport: 'x' is none of"),
        (SITE, "{auth: xoauth2, tls: false}", "config.yaml:5:18: newsletters.weekly.mail.auth: xoauth2 needs TLS"),
        (SITE, "{transport: 'console:', auth: plain}", "newsletters.weekly.mail.auth: needs user and password_file"),
        ("", "{auth: plain}", "newsletters.weekly.mail.auth: needs user and password_file"),
        (SEVERAL, "{rate: 10/s}", "newsletters.weekly.mail.rate: is of which server?"),
        (SEVERAL, "{connections: 2}", "newsletters.weekly.mail.connections: is of which server?"),
    ],
)
def test_what_is_wrong_with_a_newsletters_own_is_told_at_its_place(
    tmp_path: Path, site: str, own: str, message: str
) -> None:
    assert message in fault(tmp_path, f"{NEWSLETTER}{own}\n{site}")


def test_the_file_says_all_faults_of_both_at_once(tmp_path: Path) -> None:
    told = fault(tmp_path, f"{NEWSLETTER}{{rate: 10/s, daily: 5}}\n{SEVERAL}").splitlines()

    assert [line.split(": ")[0] for line in told] == ["config.yaml:5:18", "config.yaml:5:31"]


WORDS = sorted({name for section, model in SECTIONS.items() if "mail" in section for name in model.model_fields})
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["console:", "smtp://a.example", "10/s", "3d", "2026-12-01", "a@b.example", "a", "xoauth2", "平"])
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "a", "b"]), inner, max_size=5),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_any_settings_are_taken_or_refused_with_a_place(site: object, own: object) -> None:
    newsletter = {"title": "便り", "schedules": {"weekly": "mon 09:00"}, "mail": own}
    environ = {
        "PUBLISHER_MAIL": json.dumps(site, ensure_ascii=False),
        "PUBLISHER_NEWSLETTERS__WEEKLY": json.dumps(newsletter, ensure_ascii=False),
    }
    with TemporaryDirectory() as folder:
        (Path(folder) / "config.yaml").touch()
        try:
            config = load_config(None, environ, Path(folder))
        except ConfigError as refusal:
            assert {problem.file for problem in refusal.problems} <= set(environ)  # noqa: PT017
            return
        for name in (None, "weekly"):
            with suppress(ConfigError):
                assert servers(config, name)
