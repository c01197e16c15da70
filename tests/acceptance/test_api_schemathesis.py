"""Whatever a program sends, the API answers as it describes itself: a real server, all operations, schemathesis."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.api import asking
from support.rows import wish
from support.serving import Served, serve
from support.site import CONFIG, Site

from publisher.jobs import keys
from publisher.model.key import KeyScope
from publisher.store import subscribers
from publisher.store.engine import Store

FIELDS = """\
web: {url: "https://midori.example/"}
fields:
  plan: {type: choice, choices: [個人, 法人]}
  since: {type: date}
  score: {type: number}
"""
READERS = 40
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    missing_required_header,
]


@pytest.fixture
def readers(site: Site) -> Site:
    """A site with some readers and an issue."""
    site.write("config.yaml", CONFIG + FIELDS)
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("send", "図書館の棚", "--newsletter", "weekly", "--yes")
    return site


def each_operation(site: Site, examples: int) -> dict[str, int]:
    """Ask every operation so often, in either way; how many answers had which status."""
    served, statuses = serve(site), dict[str, int]()
    with asking(served, None) as client:
        described = client.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store:
        found: Iterable[Any] = schema.get_all_operations()
        operations = [one.ok() for one in found]
        for operation in sorted(operations, key=lambda one: one.method == "delete"):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _people(store)
                _ask(served, operation, mode, examples, _key(store, f"{operation.label} {mode}"), statuses)
    return statuses


def _key(store: Store, name: str) -> str:
    """One for each, since each may ask but so often."""
    return keys.make(store, name[:64], list(KeyScope), now=datetime.now(UTC))


def _people(store: Store) -> None:
    """As many as are forgotten meanwhile."""
    with store.write() as connection:
        for number in range(READERS):
            subscribers.subscribe(connection, wish(f"reader{number}@example.jp"), datetime.now(UTC), revive=True)


def _ask(
    served: Served, operation: Any, mode: GenerationMode, examples: int, key: str, statuses: dict[str, int]
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans(), number=st.integers(1, READERS))
    def ask(case: Any, known: bool, number: int) -> None:
        if known and mode is GenerationMode.POSITIVE:
            _make_known(case, number)
        answer = case.call(base_url=f"{served.url}api/v1", headers={"authorization": f"Bearer {key}"})
        statuses[str(answer.status_code)] = statuses.get(str(answer.status_code), 0) + 1
        case.validate_response(answer, checks=CHECKS)

    ask()


def _make_known(case: Any, number: int) -> None:
    """Name what there is: nobody guesses it."""
    known = {"subscriber_id": number, "issue_id": 1, "newsletter": "weekly"}
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    if isinstance(case.body, dict) and case.path == "/send":
        case.body |= {"newsletter": "weekly", "post": "posts/味噌を仕込む.md"}
    if isinstance(case.body, dict) and "newsletters" in case.body:
        case.body |= {"newsletters": ["weekly"], "email": f"new{number}@example.jp"}


def test_every_operation_answers_as_it_is_described(readers: Site) -> None:
    statuses = each_operation(readers, 5)

    assert {"200", "404", "422"} <= set(statuses)
    assert not {status for status in statuses if status.startswith("5")}


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described_however_often_it_is_asked(readers: Site) -> None:
    statuses = each_operation(readers, 100)

    assert {"200", "201", "202", "204", "400", "404", "422"} <= set(statuses)
    assert not {status for status in statuses if status.startswith("5")}
