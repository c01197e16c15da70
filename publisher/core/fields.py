"""Fields of readers: what somebody typed, or a program sent, becomes a value of the field's type, or an error."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from publisher.core.lines import is_one_line
from publisher.errors import UsageError
from publisher.model.field import Field, FieldType, FieldValue

LONGEST_TEXT = 500
"""In characters: a field is a fact about a reader, no letter."""

_LARGEST = 10**15
"""Up to here every whole number is exact in the JSON of any program."""

_NUMBER = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_YES = frozenset({"true", "yes", "on", "1", "y", "はい"})
_NO = frozenset({"false", "no", "off", "0", "n", "いいえ"})


def parse(given: object, field: Field) -> FieldValue | None:
    """The canonical value of what was `given` for `field`, a text or a value of JSON; None for None and for blank text,
    which mean that there is none. UsageError, which names the field, where it is no value of its type.

    What is typed in full width counts as typed in half width, but in text.
    """
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    match field.type:
        case FieldType.TEXT:
            return _text(given, field)
        case FieldType.NUMBER:
            return _number(given, field)
        case FieldType.DATE:
            return _date(given, field)
        case FieldType.BOOLEAN:
            return _boolean(given, field)
        case FieldType.CHOICE:
            return _choice(given, field)


def parse_all(given: Mapping[str, object], fields: Mapping[str, Field]) -> dict[str, FieldValue | None]:
    """The same of several fields by name; UsageError also for a name that the settings do not have."""
    for name in given:
        if name not in fields:
            raise unknown(name, fields)
    return {name: parse(value, fields[name]) for name, value in given.items()}


def assigned(texts: Sequence[str], fields: Mapping[str, Field]) -> dict[str, FieldValue | None]:
    """What `company=千代田商店` and its like say, of which an empty value takes one away; UsageError."""
    for text in texts:
        if "=" not in text:
            raise UsageError(f"{text!r} names no field and value", hint="write company=本屋, or company= for none")
    given = dict(text.split("=", 1) for text in texts)
    return parse_all({name.strip(): value for name, value in given.items()}, fields)


def unknown(name: str, fields: Mapping[str, Field]) -> UsageError:
    """That there is no field of this name."""
    known = f"there are {', '.join(fields)}" if fields else "add it under 'fields:' in config.yaml"
    return UsageError(f"unknown field {name!r}", hint=known)


def written(value: FieldValue | None) -> str:
    """A canonical value as text, which `parse` makes the same value of; empty for None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    # Never 1e-07, which is no number to people.
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str("" if value is None else value)


def merged(
    before: Mapping[str, FieldValue] | None, changes: Mapping[str, FieldValue | None]
) -> dict[str, FieldValue] | None:
    """What a reader has after `changes`, of which None takes a value away; None where nothing is left."""
    values = {**(before or {}), **changes}
    return {name: value for name, value in sorted(values.items()) if value is not None} or None


def kept(fields: Mapping[str, FieldValue] | None) -> str | None:
    """A reader's fields as the text that is carried with their mail; None for none."""
    return json.dumps(dict(fields), ensure_ascii=False) if fields else None


def sample(field: Field) -> FieldValue:
    """A value to try a template with."""
    match field.type:
        case FieldType.TEXT:
            return field.label
        case FieldType.NUMBER:
            return 12
        case FieldType.DATE:
            return "2026-01-05"
        case FieldType.BOOLEAN:
            return True
        case FieldType.CHOICE:
            return field.choices[0]


def _text(given: object, field: Field) -> str:
    text = str(given).strip() if isinstance(given, str | int | float) and not isinstance(given, bool) else None
    if text is None or not is_one_line(text) or len(text) > LONGEST_TEXT:
        raise _wrong(given, field, f"one line of text of at most {LONGEST_TEXT} characters")
    return unicodedata.normalize("NFC", text)


def _number(given: object, field: Field) -> int | float:
    if isinstance(given, str):
        text = _plain(given)
        number = float(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
    else:
        number = given if isinstance(given, int | float) and not isinstance(given, bool) else None
    # Not a number is not less than anything, either.
    if number is None or not abs(number) < _LARGEST:
        raise _wrong(given, field, "a number such as 12 or 12.5")
    return int(number) if number == int(number) else number


def _date(given: object, field: Field) -> str:
    found = _DAY.fullmatch(_plain(given))
    try:
        if found:
            return date(*map(int, found.groups())).isoformat()
    except ValueError:
        pass
    raise _wrong(given, field, "a day such as 2026-11-30")


def _boolean(given: object, field: Field) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given) if isinstance(given, int) else _plain(given).casefold()
    if word not in _YES | _NO:
        raise _wrong(given, field, "true or false")
    return word in _YES


def _choice(given: object, field: Field) -> str:
    wanted = _folded(given)
    for choice in field.choices:
        if wanted and _folded(choice) == wanted:
            return choice
    raise _wrong(given, field, f"one of {', '.join(field.choices)}")


def _folded(given: object) -> str:
    return _plain(given).casefold()


def _plain(given: object) -> str:
    return unicodedata.normalize("NFKC", given).strip() if isinstance(given, str) else ""


def _wrong(given: object, field: Field, wanted: str) -> UsageError:
    shown = repr(given) if len(repr(given)) <= 60 else f"{repr(given)[:60]}…"
    return UsageError(f"field {field.name!r}: {shown} is not {wanted}")
