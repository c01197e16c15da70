"""The reference of the API names all that the API describes of itself, and nothing else."""

import re
from pathlib import Path

import pytest

from publisher.app import open_app
from publisher.model.key import KeyScope
from publisher.web.api.application import build
from publisher.web.api.gate import LONGEST
from publisher.web.api.meter import RATE
from publisher.web.api.problems import Kind

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, object]]]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text("site: {url: https://example.jp/}\ncontent: {path: posts}\n", encoding="utf-8")
    found = build(open_app(None, {}, folder), print).openapi()
    paths: dict[str, dict[str, dict[str, object]]] = found["paths"]
    return paths


def test_every_operation_is_documented_with_its_scope(described: dict[str, dict[str, dict[str, object]]]) -> None:
    documented = re.findall(r"^\| `([A-Z]+ /\S+)` \| `(\S+)` \| (.+) \|$", PAGE, re.MULTILINE)
    built = [
        (f"{method.upper()} {path}", operation["security"][0]["key"][0], operation["summary"])  # type: ignore[index]
        for path, methods in described.items()
        for method, operation in methods.items()
    ]

    assert sorted(documented) == sorted(built)
    assert {scope for _, scope, _ in built} == set(KeyScope)


def test_every_problem_is_documented_with_its_status() -> None:
    documented = re.findall(r"^\| `(urn:\S+)` \| (\d+) \| .+ \|$", PAGE, re.MULTILINE)

    assert documented == [(kind.type, str(kind.status)) for kind in Kind]


def test_limits_are_those_of_the_program() -> None:
    assert f"may ask {RATE} times a minute" in PAGE
    assert f"of up to {LONGEST // 1024} KiB" in PAGE


def test_every_operation_has_words_and_no_answer_without_a_shape(
    described: dict[str, dict[str, dict[str, object]]],
) -> None:
    for methods in described.values():
        for operation in methods.values():
            assert operation["description"]
            responses: dict[str, dict[str, object]] = operation["responses"]  # type: ignore[assignment]
            assert {"401", "403", "422", "429", "503"} <= set(responses)
            assert all("$ref" in told or "content" in told for status, told in responses.items() if status != "204")
