"""Keys as files: which are used, and what is said of those that are not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from support.dkim_verifiers import by_dkimpy
from support.site import CONFIG

from publisher.config import Config, load_config
from publisher.errors import ConfigError
from publisher.mail.dkim import KeyType
from publisher.mail.dkim_files import key_of, signer
from publisher.mail.dkim_keys import new_pem, read_key
from publisher.mail.dkim_records import dkim_record

SENDER = "midori.example"
FIELDS = [b"From: <tayori@midori.example>", b"Date: Tue, 06 Jan 2026 09:00:00 +0900"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "dkim").mkdir(mode=0o700)
    return tmp_path


def site(home: Path, dkim: str = "{keys: {s1: dkim/s1.pem}}") -> Config:
    (home / "config.yaml").write_text(f"{CONFIG}mail:\n  dkim: {dkim}\n", encoding="utf-8")
    return load_config(None, {}, home)


def put(home: Path, data: bytes, name: str = "s1", mode: int = 0o600) -> Path:
    path = home / "dkim" / f"{name}.pem"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def rsa_pem(bits: int, form: PrivateFormat, lock: KeySerializationEncryption | None = None) -> bytes:
    return rsa.generate_private_key(65537, bits).private_bytes(Encoding.PEM, form, lock or NoEncryption())


def refusal(home: Path, dkim: str = "{keys: {s1: dkim/s1.pem}}", sender: str = SENDER) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        signer(site(home, dkim), sender)
    return caught.value


def test_without_keys_in_the_settings_nothing_is_signed(home: Path) -> None:
    (home / "config.yaml").write_text(CONFIG, encoding="utf-8")

    assert signer(load_config(None, {}, home), SENDER) is None


def test_every_key_of_the_settings_signs(home: Path) -> None:
    keys = {"old": rsa_pem(2048, PrivateFormat.TraditionalOpenSSL), "new": rsa_pem(2048, PrivateFormat.PKCS8)}
    keys["edwards"] = new_pem(KeyType.ED25519)
    for name, pem in keys.items():
        put(home, pem, name)
    config = site(home, "{keys: {old: dkim/old.pem, new: dkim/new.pem, edwards: dkim/edwards.pem}}")

    made = signer(config, SENDER)

    assert made is not None
    signature = made.sign(FIELDS, b"\r\n")
    records = [dkim_record(SENDER, name, read_key(pem)) for name, pem in keys.items()]
    assert by_dkimpy(signature + b"\r\n".join(FIELDS) + b"\r\n\r\n\r\n", records) == [True, True, True]


def test_a_file_may_be_linked_to_and_read_only(home: Path) -> None:
    real = put(home, new_pem(KeyType.ED25519), "mounted", mode=0o400)
    (home / "dkim" / "s1.pem").symlink_to(real)

    assert key_of(site(home), "s1", "dkim/s1.pem").type is KeyType.ED25519


@pytest.mark.parametrize(
    ("domain", "sender", "signs"),
    [
        (None, "Midori.Example", "midori.example"),
        ("midori.example", "midori.example", "midori.example"),
        ("midori.example", "news.midori.example", "midori.example"),
        ("mail.midori.example", "midori.example", "mail.midori.example"),
        ("MIDORI.example", "midori.example", "midori.example"),
    ],
)
def test_the_domain_is_the_senders_or_one_above_or_below_it(
    home: Path, domain: str | None, sender: str, signs: str
) -> None:
    put(home, new_pem(KeyType.ED25519))
    named = f"domain: {domain}, " if domain else ""

    made = signer(site(home, f"{{{named}keys: {{s1: dkim/s1.pem}}}}"), sender)

    assert made is not None
    assert made.domain == signs
    assert f" d={signs};".encode() in made.sign(FIELDS, b"\r\n")


@pytest.mark.parametrize("domain", ["other.example", "notmidori.example", "mail.other.example"])
def test_another_domain_than_the_senders_is_refused(home: Path, domain: str) -> None:
    put(home, new_pem(KeyType.ED25519))

    error = refusal(home, f"{{domain: {domain}, keys: {{s1: dkim/s1.pem}}}}")

    assert domain in error.message
    assert "midori.example" in error.message
    assert "mail.dkim.domain" in error.message
    assert error.hint is not None
    assert "midori.example" in error.hint


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o620, 0o777])
def test_a_key_that_others_can_reach_is_refused(home: Path, mode: int) -> None:
    path = put(home, new_pem(KeyType.ED25519), mode=mode)

    error = refusal(home)

    assert str(path) in error.message
    assert f"{mode:04o}" in error.message
    assert error.hint == f"chmod 600 {path}"
    assert (error.problems[0].file, error.problems[0].line) == ("config.yaml", CONFIG.count("\n") + 2)
    path.chmod(0o600)
    assert signer(site(home), SENDER) is not None, "the hint is the way out"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_is_refused(home: Path) -> None:
    path = put(home, new_pem(KeyType.ED25519))
    os.chown(path, 65534, 65534)

    error = refusal(home)

    assert str(path) in error.message
    assert error.hint == f"chown 0 {path}"


def test_a_pipe_or_folder_is_refused_at_once(home: Path) -> None:
    path = home / "dkim" / "s1.pem"
    os.mkfifo(path, 0o600)
    pipe = refusal(home)
    path.unlink()
    path.mkdir()
    folder = refusal(home)

    assert f"{path} is no file" in pipe.message
    assert str(path) in folder.message


def test_a_key_that_is_not_there_is_said_to_be_made_by_keygen(home: Path) -> None:
    error = refusal(home)

    assert f"{home / 'dkim' / 's1.pem'} is not there" in error.message
    assert error.hint is not None
    assert "publisher mail keygen" in error.hint


LOCK = BestAvailableEncryption(b"secret")


def curve_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: rsa_pem(1024, PrivateFormat.PKCS8), "1024 bits"),
        (lambda: rsa_pem(2047, PrivateFormat.PKCS8), "2047 bits"),
        (lambda: rsa_pem(2048, PrivateFormat.PKCS8, LOCK), "encrypted"),
        (lambda: rsa_pem(2048, PrivateFormat.TraditionalOpenSSL, LOCK), "encrypted"),
        (curve_pem, "RSA and Ed25519"),
        (lambda: new_pem(KeyType.RSA)[:900], "no private key"),
        (lambda: new_pem(KeyType.RSA).replace(b"PRIVATE", b"PUBLIC"), "no private key"),
        (lambda: "秘密の鍵です".encode(), "no private key"),
        (lambda: b"", "no private key"),
        (lambda: b"\x00\xff" * 5000, "no private key"),
    ],
    ids=["1024", "2047", "pkcs8-lock", "pkcs1-lock", "curve", "cut", "public", "words", "empty", "bytes"],
)
def test_a_key_that_cannot_sign_is_refused_and_nothing_of_it_shown(
    home: Path, make: Callable[[], bytes], words: str
) -> None:
    pem = make()
    path = put(home, pem)

    error = refusal(home)

    assert str(path) in error.message
    assert words in error.message
    assert error.hint is not None
    assert "publisher mail keygen" in error.hint
    causes = f"{error.told()}{error.__cause__!r}{error.__cause__.__cause__!r}" if error.__cause__ else error.told()
    lines = [line for line in pem.decode("latin-1").splitlines() if len(line) > 30 and "-----" not in line]
    assert not any(line in causes for line in lines)
