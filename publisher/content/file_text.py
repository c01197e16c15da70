"""A file's bytes as text that every format downstream can carry."""

from publisher.content.codes import Code

MAX_BYTES = 10 * 1024 * 1024
# XML 1.0's Char (section 2.2) has none of these.
_CONTROLS = bytes(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D))


def decode(data: bytes, file: str) -> str:
    """UTF-8, with or without a byte order mark, as text with LF line ends; ContentError with the first fault."""
    if len(data) > MAX_BYTES:
        raise Code.TOO_LARGE.fatal(file, 0, 0, "the file is over 10 MB")
    try:
        # Not utf-8-sig: that codec is written in Python.
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        good = str(error.object[: error.start], "utf-8", "replace").removeprefix("\ufeff")
        bad = error.object[error.start]
        message = f"the byte 0x{bad:02X} is not UTF-8; is the file Shift_JIS or EUC-JP?"
        raise Code.INVALID_UTF8.fatal(file, *_place(good), message) from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check(data, text, file)
    return text


def _check(data: bytes, text: str, file: str) -> None:
    # One search in C for each, which takes half as long as one pass that looks for all.
    if not any(control in data for control in _CONTROLS) and "\ufffe" not in text and "\uffff" not in text:
        return
    for offset, char in enumerate(text):
        code = ord(char)
        if (code < 0x20 and char not in "\t\n") or code in (0xFFFE, 0xFFFF):
            message = f"the control character U+{code:04X} is forbidden in XML; remove it"
            raise Code.CONTROL_CHARACTER.fatal(file, *_place(text[:offset]), message)


def _place(before: str) -> tuple[int, int]:
    lines = before.replace("\r\n", "\n").replace("\r", "\n")
    return lines.count("\n") + 1, len(lines) - lines.rfind("\n")
