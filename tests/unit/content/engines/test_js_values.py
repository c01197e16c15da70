"""What is known of a script without running it."""

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.engines.js_values import Script, is_program
from publisher.content.values import Scalar, Value
from publisher.errors import ContentError

PROGRAM = "a program"


def shown(value: Value | None) -> Any:
    if is_program(value):
        return PROGRAM
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value.text if isinstance(value, Scalar) else None


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("export default { tags: [\"a\", 'b',], n: 12 }", {"tags": ["a", "b"], "n": "12"}),
        ("export default { yes: true, no: null }", {"yes": "true", "no": ""}),
        ("module.exports = { permalink: (d) => { return `/${d}/` }, a: `題` }", {"permalink": PROGRAM, "a": "題"}),
        ("export default { f(a) { return 1 }, get x() { return 2 }, y: 'l' }", {"f": PROGRAM, "y": "l"}),
        ("export default { async y() {}, ...z, [k]: 3, last: 'l' }", {"last": "l"}),
        ("const u = '甲'\nmodule.exports = () => ({ u, v: u })", {"u": "甲", "v": "甲"}),
        ("module.exports = function () { return { a: 1 } }", {"a": "1"}),
        ("export default async () => { return { a: 1 } }", {"a": "1"}),
        ("module.exports = async () => { const x = await y; return { a: 1 } }", PROGRAM),
        ("export default plugin\nfunction f() { return { a: 1 } }", PROGRAM),
        ("export default { url: process.env.URL || 'https://例え.jp' }", {"url": "https://例え.jp"}),
        ("export default { a: 'x' + 'y', b: ['x'].concat(z), c: 3 }", {"a": PROGRAM, "b": PROGRAM, "c": "3"}),
        ("export default { a: /[\"'`]/g.test(x), b: 'y' }", {"a": PROGRAM, "b": "y"}),
        ("export default { a: new Date('2024-01-05') }", {"a": "2024-01-05"}),
        ("export default { a: new Date('2024-01-05T10:00') }", {"a": PROGRAM}),
        ("/* export default {a: 1} */ // x\nconst a = 1", None),
        ('export default "\\u{1F600}\\ud83d\\ude00\\x41\\n\\ud83d"', "😀😀A\n\ufffd"),
    ],
)  # fmt: skip
def test_only_literals_are_known(script: str, value: Any) -> None:
    assert shown(Script(script).exported()) == value


def test_constants_have_their_places_from_the_scripts_first_line() -> None:
    script = Script('import x from "y"\nconst title = "題",\n  tags = ["a"]\nfunction f() { const q = 1 }\n', 2)
    found = script.globals("a.md")
    assert shown(dict(found)) == {"title": "題", "tags": ["a"]}
    assert found.places == {"title": (3, 7), "tags": (4, 3)}


@pytest.mark.parametrize(
    "script",
    [
        "(" * 100_000,
        "const a=()=>{" * 20_000,
        "const a = x " * 20_000,
        "/*" * 100_000,
        '"\\' * 100_000,
        "`" * 99_999 + "${",
        "[[[" * 60_000,
        "const a=b||" * 20_000,
        "{a:" * 60_000,
    ],
)
def test_no_script_takes_long(script: str) -> None:
    begun = time.process_time()
    Script("export default " + script).exported()
    assert time.process_time() - begun < 60


_WORDS = ["{", "}", "[", "]", "(", ")", ",", ";", ":", "=>", "=", "||", "'a'", "`", "const", "export", "default", "x",
          "return", "function", "new", "Date", "\n", "/", "//", "...", "1", "-", "module", ".", "exports"]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=30))
def test_any_row_of_words_is_read_to_its_end(words: list[str]) -> None:
    script = Script(" ".join(words))
    script.exported()
    with suppress(ContentError):
        assert all(isinstance(key, str) for key in script.globals("a.md"))
