import pytest

from publisher.core.destinations import destination, domains


@pytest.mark.parametrize(
    ("address_key", "group"),
    [
        ("taro@gmail.com", "gmail.com"),
        ("taro@googlemail.com", "gmail.com"),
        ("taro@hotmail.co.jp", "outlook.com"),
        ("taro@msn.com", "outlook.com"),
        ("taro@yahoo.co.uk", "yahoo.com"),
        ("taro@aol.com", "yahoo.com"),
        ("taro@me.com", "icloud.com"),
        ("taro@ezweb.ne.jp", "au.com"),
        ("taro@uqmobile.jp", "au.com"),
        ("taro@docomo.ne.jp", "docomo.ne.jp"),
        ("taro@t.vodafone.ne.jp", "softbank.ne.jp"),
        ("taro@yahoo.ne.jp", "softbank.ne.jp"),
        ("taro@rose.ocn.ne.jp", "ocn.ne.jp"),
        ("taro@web.de", "gmx.net"),
        ("taro@ya.ru", "yandex.ru"),
        ("taro@pm.me", "proton.me"),
        ("みどり@庭.example", "庭.example"),
        ('"a@b"@example.jp', "example.jp"),
        ("taro@mail.gmail.com", "mail.gmail.com"),
    ],
)
def test_who_takes_an_addresss_mail(address_key: str, group: str) -> None:
    assert destination(address_key) == group


def test_yahoo_in_japan_is_another_company_than_yahoo_elsewhere() -> None:
    names = {destination(f"a@{domain}") for domain in ("yahoo.co.jp", "yahoo.com", "yahoo.ne.jp")}

    assert names == {"yahoo.co.jp", "yahoo.com", "softbank.ne.jp"}


@pytest.mark.parametrize("name", ["gmail.com", "softbank.ne.jp", "ocn.ne.jp", "庭.example"])
def test_a_destinations_domains_lead_back_to_it(name: str) -> None:
    assert name in domains(name)
    assert {destination(f"a@{'x' if domain.startswith('.') else ''}{domain}") for domain in domains(name)} == {name}
