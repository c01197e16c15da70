"""The reference names everything that is in the code, and nothing else."""

import ast
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from publisher.cli.root import tree
from publisher.config.schema import SECTIONS, keys_of
from publisher.content import Code
from publisher.core.lifecycle import DELIVERY, ISSUE
from publisher.errors import PublisherError
from publisher.mail import LintCode
from publisher.mail.filling import KNOWN
from publisher.model.reader import SubscriptionStatus

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/**/*.md"))
SHOWN_OTHERWISE = {"newsletters.NAME.categories": "all"}
"""Defaults that the file writes in another way than the settings hold them."""


def rows(text: str) -> list[list[str]]:
    """The cells of every table row whose first cell starts with code."""
    lines = (re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| `"))
    return [[cell.strip() for cell in line] for line in lines]


def code(cell: str) -> str:
    return cell.strip("`")


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def part(text: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


def settings() -> Iterator[tuple[str, str]]:
    """Every key of the configuration with its default, as the file would write both."""
    for section, model in SECTIONS.items():
        for name, field in model.model_fields.items():
            path = (*section, field.alias or name)
            dotted = ".".join("NAME" if word == "*" else word for word in path)
            if any(len(other) > len(section) and other[: len(path)] == path for other in SECTIONS):
                continue
            yield dotted, SHOWN_OTHERWISE.get(dotted, _default(field))


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    assert not isinstance(value, BaseModel), "a section that SECTIONS does not name"
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def documented_settings() -> list[list[str]]:
    return [row for row in rows(page("config.md")) if len(row) == 5]


def commands(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every command, paired with "" and with each of its options."""
    children: Mapping[str, Any] = getattr(command, "commands", {})
    if not children or name == "publisher":
        yield name, ""
    for parameter in command.params:
        if parameter.param_type_name == "option":
            yield from ((name, option) for option in (*parameter.opts, *parameter.secondary_opts))
    for word, child in children.items():
        yield from commands(child, f"{name} {word}")


def documented_commands() -> Iterator[tuple[str, str]]:
    for piece in re.split(r"^### ", page("commands.md"), flags=re.MULTILINE)[1:]:
        name = code(piece.partition("\n")[0])
        yield name, ""
        for row in rows(piece):
            yield from ((name, option) for option in words(row[0]))


def errors(kind: type[PublisherError]) -> Iterator[type[PublisherError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


def problem_codes() -> set[str]:
    """The content codes, and every code that a Problem is made with by its word."""
    found = {code.value for code in (*Code, *LintCode)}
    for path in (ROOT / "publisher").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                given = [node.args[4]] if len(node.args) > 4 else [k.value for k in node.keywords if k.arg == "code"]
                found |= {str(word.value) for word in given if isinstance(word, ast.Constant)}
    return found


def anchors(path: Path) -> set[str]:
    """The names of a page's headings in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def documented_states(heading: str) -> dict[str, set[str]]:
    return {code(row[0]): set(words(row[2])) for row in rows(part(page("states.md"), heading))}


def as_words(lifecycle: Mapping[Any, frozenset[Any]]) -> dict[str, set[str]]:
    assert all(isinstance(state, StrEnum) for state in lifecycle)
    return {str(before): {str(after) for after in following} for before, following in lifecycle.items()}


def blocks(language: str) -> Iterator[str]:
    """Every fenced block of a language, in all pages."""
    for path in PAGES:
        yield from re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def command_lines() -> Iterator[list[str]]:
    """The words of every command line that calls publisher; what a shell would do after it is left out."""
    for block in (*blocks("sh"), *blocks("console"), *blocks("cron")):
        for line in re.findall(r"^(?:\$ |.*/bin/|(?:\S+=\S+ )*)publisher (.+)", block, re.MULTILINE):
            yield shlex.split(re.split(r" [>|&] | && ", line)[0], comments=True)


def unknown_words(line: list[str]) -> list[str]:
    """The words of a command line that name no command and no option."""
    command: Any = typer.main.get_command(tree())
    options = [*command.params]
    rest = list(line)
    while rest and getattr(command, "commands", None):
        word = rest.pop(0)
        if word not in command.commands:
            return [word]
        command = command.commands[word]
        options += command.params
    known = {name for option in options for name in option.opts}
    return [word for word in rest if word.startswith("-") and word not in known]


def unknown_keys(values: Any, section: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys of a piece of config.yaml that Publisher does not have."""
    known = keys_of(section)
    if not isinstance(values, dict) or (section and not known and section != ("newsletters",)):
        return
    for key, value in values.items():
        if known and key not in known:
            yield ".".join((*section, key))
        yield from unknown_keys(value, (*section, key))


def test_every_config_key_is_documented_with_its_default() -> None:
    documented = [(code(row[0]), code(row[2])) for row in documented_settings()]

    assert sorted(documented) == sorted(settings())


def test_every_config_key_is_documented_with_its_variable() -> None:
    for key, _, _, variable, _ in documented_settings():
        assert code(variable) == "PUBLISHER_" + code(key).upper().replace(".", "__")


def test_every_command_and_option_is_documented() -> None:
    built = [pair for pair in commands(typer.main.get_command(tree()), "publisher") if pair[1] != "--help"]

    assert sorted(documented_commands()) == sorted(built)


def test_every_delivery_state_is_documented_with_those_that_may_follow() -> None:
    assert documented_states("Delivery") == as_words(DELIVERY)


def test_every_issue_state_is_documented_with_those_that_may_follow() -> None:
    assert documented_states("Issue") == as_words(ISSUE)


def test_every_subscription_state_is_documented() -> None:
    documented = [code(row[0]) for row in rows(part(page("states.md"), "Subscription"))]

    assert documented == [str(state) for state in SubscriptionStatus]


def test_every_error_is_documented_with_its_exit_code() -> None:
    documented = {code(row[0]): row[1] for row in rows(part(page("errors.md"), "Errors"))}
    built = {error.__name__: str(error.exit_code) for error in errors(PublisherError)}

    assert documented == {name: number for name, number in built.items() if not name.startswith("_")}


def test_every_exit_code_of_an_error_is_explained() -> None:
    explained = set(re.findall(r"^\| (\d+) \|", part(page("errors.md"), "Exit codes"), re.MULTILINE))

    assert {str(error.exit_code) for error in errors(PublisherError)} | {"0"} == explained


def test_every_problem_code_is_documented() -> None:
    documented = [code(row[0]) for row in rows(page("problems.md"))]

    assert sorted(documented) == sorted(problem_codes())


@pytest.mark.parametrize("codes", [Code, LintCode])
def test_problems_are_explained_in_the_programs_own_words(codes: type[Code] | type[LintCode]) -> None:
    documented = {code(row[0]): row[2] for row in rows(page("problems.md"))}

    assert {member.value: member.meaning for member in codes} == {
        word: meaning for word, meaning in documented.items() if word in set(codes)
    }


def test_all_that_a_template_knows_of_a_reader_is_documented() -> None:
    documented = [code(row[0]) for row in rows(part(page("templates.md"), "The reader"))]

    assert sorted(documented) == sorted(KNOWN)


def test_every_packaged_template_and_block_is_documented() -> None:
    folder = ROOT / "templates"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    names = {re.sub(r"^(mail|feed)/[a-z]{2}\b", r"\1/LANG", file) for file in files}
    blocks = re.findall(r"{% block (\w+) %}", (folder / "mail" / "layout.html.j2").read_text(encoding="utf-8"))
    documented = [code(row[0]) for row in rows(part(page("templates.md"), "Names"))]

    assert sorted(documented) == sorted([*names, *blocks])


def test_every_relative_link_leads_to_a_file() -> None:
    links = [
        (path.relative_to(ROOT).as_posix(), target)
        for path in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target)
    ]

    assert [(file, target) for file, target in links if not (ROOT / file).parent.joinpath(target).exists()] == []
    assert len(links) > 20


def test_every_link_to_a_heading_leads_to_one() -> None:
    links = [
        (path, target, heading)
        for path in PAGES
        for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)]+)\)", path.read_text(encoding="utf-8"))
    ]

    assert [link for link in links if link[2] not in anchors(link[0].parent / link[1] if link[1] else link[0])] == []
    assert len(links) > 3


def test_every_command_line_in_an_example_exists() -> None:
    lines = list(command_lines())

    assert [(line, unknown) for line in lines if (unknown := unknown_words(line))] == []
    assert len(lines) > 50


def test_every_setting_in_an_example_exists() -> None:
    pieces = [yaml.safe_load(block) for block in blocks("yaml")]
    ours = [piece for piece in pieces if set(piece) & set(keys_of(()))]

    assert [key for piece in ours for key in unknown_keys(piece)] == []
    assert len(ours) > 10
