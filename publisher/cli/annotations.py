"""Problems as continuous integration takes them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from publisher import __version__
from publisher.content import Code
from publisher.errors import Problem

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(problems: Iterable[Problem]) -> dict[str, Any]:
    """A log in the Static Analysis Results Interchange Format 2.1.0 (OASIS), paths relative to the site's folder."""
    # Here, not above: who has no newsletter need not wait for what reads mails.
    from publisher.mail import LintCode

    told = list(problems)
    meanings: dict[str, str] = {code.value: code.meaning for code in (*Code, *LintCode)}
    rules = [
        {"id": code, "shortDescription": {"text": meanings.get(code, code)}}
        for code in sorted({problem.code for problem in told})
    ]
    driver = {"name": "Publisher", "version": __version__, "rules": rules}
    results = [_result(problem) for problem in told]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(problem: Problem) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(problem.file)}}
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": max(problem.column, 1)}
    return {
        "ruleId": problem.code,
        "level": problem.severity.value,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
    }


def github(problem: Problem, folder: Path, cwd: Path) -> str:
    """A workflow command that annotates the line in a pull request; the path is relative to where it is run."""
    path = folder / problem.file
    file = path.relative_to(cwd).as_posix() if path.is_relative_to(cwd) else problem.file
    place = f",line={problem.line},col={max(problem.column, 1)}" if problem.line else ""
    title = _property(problem.code)
    return f"::{problem.severity} file={_property(file)}{place},title={title}::{_data(problem.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
