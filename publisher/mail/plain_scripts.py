"""Raised and lowered text, as it is typed: x², H₂O, 1st."""

import unicodedata

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def raised(text: str, before: str) -> str:
    """`text` of a `<sup>` behind `before`: 10⁻³ and x², 1st and App™ as they are, else `e^x` and `e^(ax)`."""
    if all(ord(char) in _RAISED for char in text):
        return text.translate(_RAISED)
    letter = unicodedata.category(before[-1]) in ("Ll", "Lu") if before else False
    if not letter or not text.islower():
        return text
    return f"^{text}" if len(text) == 1 else f"^({text})"


def lowered(text: str) -> str:
    """`text` of a `<sub>`: H₂O, else as it is."""
    return text.translate(_LOWERED) if all(ord(char) in _LOWERED for char in text) else text
