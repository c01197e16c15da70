"""Whose pages may read our answers."""

import pytest

from publisher.web.cors import Origins, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://midori.example/blog/", "https://midori.example"),
        ("https://Midori.example:443/", "https://midori.example"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://みどり.example/", "https://xn--p9j0b8a.example"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_stranger_hears_nothing_and_no_answer_is_kept_for_another() -> None:
    origins = Origins(["https://midori.example/blog/", "https://kyo.example"])

    for known in ("https://midori.example", "https://kyo.example"):
        assert origins.headers(known)["access-control-allow-origin"] == known
        assert "POST" in origins.preflight(known)["access-control-allow-methods"]
    for stranger in (None, "null", "*", "", "https://midori.example.evil.example", "http://midori.example"):
        assert {*origins.headers(stranger), *origins.preflight(stranger)} == {"vary"}
    assert "Origin" in origins.headers(None)["vary"]
