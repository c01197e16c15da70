"""The tree of errors."""

import pytest

from publisher import errors
from publisher.errors import ConfigError, Problem, PublisherError, Severity


def test_a_problem_reads_as_file_line_column_message() -> None:
    problem = Problem("posts/本.md", 3, 7, Severity.ERROR, "yaml", "閉じていない")

    assert str(problem) == "posts/本.md:3:7: 閉じていない"
    assert str(Problem("PUBLISHER_X", 0, 0, Severity.ERROR, "config", "x")) == "PUBLISHER_X: x"


def test_all_problems_are_told_and_the_way_out_last() -> None:
    problems = [Problem("a", line, 1, Severity.ERROR, "c", "m") for line in (1, 2)]

    assert ConfigError(problems, hint="直す").told() == "a:1:1: m\na:2:1: m\n  直す"


@pytest.mark.parametrize("name", [n for n in vars(errors) if n[0].isupper()])
def test_every_error_is_in_the_drawn_tree(name: str) -> None:
    kind = getattr(errors, name)
    if isinstance(kind, type) and issubclass(kind, PublisherError) and kind.__name__ != "ProblemsError":
        assert name in (errors.__doc__ or "")
        assert kind.exit_code in (0, 1, 2, 65, 69, 75, 78)
