"""Hugo's globs (the gobwas/glob library), in time that grows with text times pattern, whatever the pattern."""

from functools import lru_cache

_MOST_ALTERNATIVES = 64
_LONGEST = 300


@lru_cache(maxsize=4096)
def matches(glob: str, text: str) -> bool:
    """Whether a glob matches all of a text, in any case: `*` stops at slashes, `**` does not, `{a,b}` is either,
    `[a-z]` and `[!a]` are classes, `\\` takes the next sign as it is. A broken or boundless glob matches nothing."""
    if len(glob) > _LONGEST:
        return False
    try:
        return any(_run(tokens, text.lower()) for tokens in _patterns(glob.lower()))
    except ValueError:
        return False


def _patterns(glob: str) -> list[list[str]]:
    """The steps of each pattern without braces that a glob stands for; ValueError where they are too many or a brace
    is not closed."""
    start = _find(glob, "{", 0)
    if start < 0:
        return [_tokens(glob)]
    parts, end = _parts(glob, start)
    before, after = _tokens(glob[:start]), _patterns(glob[end:])
    inner = [tokens for part in parts for tokens in _patterns(part)]
    if len(inner) * len(after) > _MOST_ALTERNATIVES:
        raise ValueError(glob)
    return [before + middle + rest for middle in inner for rest in after]


def _parts(glob: str, start: int) -> tuple[list[str], int]:
    """What stands between the commas of the brace at `start`, and where the text goes on behind it."""
    depth, begin, at = 0, start + 1, start
    parts: list[str] = []
    while at < len(glob):
        sign = glob[at]
        if sign == "{":
            depth += 1
        elif sign == "," and depth == 1:
            parts.append(glob[begin:at])
            begin = at + 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                return [*parts, glob[begin:at]], at + 1
        at = _end(glob, at)
    raise ValueError(glob)


def _find(glob: str, sign: str, at: int) -> int:
    while at < len(glob) and glob[at] != sign:
        at = _end(glob, at)
    return at if at < len(glob) else -1


def _end(glob: str, at: int) -> int:
    """Where the sign at a place ends: an escaped one has two characters, a class ends with its bracket."""
    if glob[at] == "[":
        return glob.index("]", at + 2) + 1
    return at + 2 if glob[at] == "\\" else at + 1


def _tokens(pattern: str) -> list[str]:
    """The pattern's steps: `*`, `**`, `?`, a class with its brackets, or a backslash and the character itself."""
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        sign, end = pattern[at], min(_end(pattern, at), len(pattern))
        if sign == "*":
            end = len(pattern) - len(pattern[at:].lstrip("*"))
            tokens.append("*" if end == at + 1 else "**")
        elif sign in "?[":
            tokens.append(pattern[at:end])
        else:
            tokens.append("\\" + pattern[end - 1])
        at = end
    return tokens


def _run(tokens: list[str], text: str) -> bool:
    states = _closed({0}, tokens)
    for char in text:
        after = set()
        for state in states:
            if state == len(tokens):
                continue
            token = tokens[state]
            if token == "**" or (token == "*" and char != "/"):
                after.add(state)
            elif token[0] != "*" and _takes(token, char):
                after.add(state + 1)
        states = _closed(after, tokens)
    return len(tokens) in states


def _closed(states: set[int], tokens: list[str]) -> set[int]:
    for state in list(states):
        at = state
        while at < len(tokens) and tokens[at][0] == "*":
            at += 1
            states.add(at)
    return states


def _takes(token: str, char: str) -> bool:
    if token[0] == "\\":
        return token[1] == char
    if token == "?":
        return char != "/"
    inner = token[1:-1]
    denied = inner.startswith("!")
    inner = inner.removeprefix("!")
    if len(inner) == 3 and inner[1] == "-":
        return (inner[0] <= char <= inner[2]) is not denied
    return (char in inner) is not denied
