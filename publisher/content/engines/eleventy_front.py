"""Front matter as Eleventy's gray-matter splits it: a language may stand after the first fence."""

from publisher.content.codes import Code
from publisher.content.data_text import read_json, read_toml
from publisher.content.engines.js_values import Script, fields_of
from publisher.content.front import Front
from publisher.content.values import Fields
from publisher.content.yaml_text import MAX_HEADER, read_yaml

_FENCE = "---"


def split(text: str, file: str) -> Front:
    """Header and body of a text with LF line ends; ContentError where the header is broken or has to be run.

    The end is the first line that starts with three dashes, whatever follows them (gray-matter's index.js); a text
    that starts with four has no header.
    """
    if not text.startswith(_FENCE) or text[3:4] == "-":
        return Front(Fields(), text, 1)
    opening, _, rest = text.partition("\n")
    end = 0 if rest.startswith(_FENCE) else rest.find("\n" + _FENCE) + 1
    if not end and not rest.startswith(_FENCE):
        message = "the front matter is never closed: a line '---' is missing"
        raise Code.UNCLOSED_FRONT_MATTER.fatal(file, 1, 1, message)
    header, body = rest[:end], rest[end + 3 :].removeprefix("\n")
    fields = read_header(header, opening[3:].strip().lower(), file, 2)
    return Front(fields, body, 1 + text.count("\n", 0, len(text) - len(body)), "\\" in header)


def read_header(header: str, language: str, file: str, line: int) -> Fields:
    """The header's values by its language; `line` is where it starts. ContentError where they cannot be known."""
    if not header.strip():
        return Fields()
    if language in ("", "yaml", "yml"):
        return read_yaml(header, file, line)
    if language == "json":
        return read_json(header, file, line)
    if language == "toml":
        return read_toml(header, file, line)
    if language in ("js", "javascript", "node"):
        return read_script(header, file, line)
    message = f"the language '{language[:20]}' of the front matter is not read: write it as YAML after '---'"
    raise Code.BROKEN_FRONT_MATTER.fatal(file, line - 1, 1, message)


def read_script(header: str, file: str, line: int) -> Fields:
    """An object's values, or a script's constants; ContentError where only running it would tell."""
    if len(header) > MAX_HEADER:
        raise Code.FRONT_MATTER_TOO_LARGE.fatal(file, line, 1, f"front matter over {MAX_HEADER // 1024} KB")
    script = Script(header, line)
    if script.sign(0) != "{":
        return script.globals(file)
    value, _end = script.value(0)
    return fields_of(value if isinstance(value, dict) else {}, line)
