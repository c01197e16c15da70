"""Style rules into style attributes; the only door to premailer and its cssutils."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from xml.dom import DOMException

from publisher.errors import TemplateError

if TYPE_CHECKING:
    from premailer import Premailer

SETTINGS: dict[str, Any] = {
    "allow_network": False,
    "allow_loading_external_files": False,
    "strip_important": False,
    "keep_style_tags": False,
    "remove_classes": False,
    "disable_validation": True,
    # It would write height="auto" over the height that Outlook for Windows shows a picture in.
    "disable_basic_attributes": ["width", "height"],
}

_SHEETS = 64
"""Style sheets that are remembered: a newsletter's has one form for each language, and a note's is the same."""


def inline_css(html: str, template: str) -> str:
    """`html` with its style rules written into style attributes, nothing fetched; raises TemplateError.

    Rules within @media stay in <style>, their !important with them: only so can they overrule what is inline.
    """
    if not html.strip():
        raise TemplateError(template, 0, "there is nothing in it")
    try:
        return str(_inliner()(html, **SETTINGS).transform(pretty_print=False)) + "\n"
    except (AttributeError, ValueError, SyntaxError, DOMException) as error:
        # AttributeError: nothing rendered at all, or @media within @media (premailer #290).
        raise TemplateError(template, 0, f"its HTML or CSS cannot be inlined: {error}") from error


@cache
def _inliner() -> "type[Premailer]":
    """premailer, which is to write the rules of the same style sheet as strings once, not once for each mail: that is
    half of what it takes for a mail, and a digest has hundreds of variants with one sheet."""
    import cssutils
    from premailer import Premailer

    # premailer 3.10 with allow_network=False still lets cssutils fetch what @import names.
    cssutils.util._defaultFetcher = _fetch_nothing
    cssutils.log.setLevel("CRITICAL")

    @lru_cache(_SHEETS)
    def parsed(css: str, index: int) -> tuple[list[Any], list[str]]:
        plain = Premailer(**SETTINGS)
        rules, leftover = plain._parse_style_rules(css, index)
        return rules, [plain._css_rules_to_string(leftover)] if leftover else []

    class Inliner(Premailer):  # type: ignore[misc]
        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[str]]:
            return parsed(css_body, ruleset_index)

        def _css_rules_to_string(self, rules: list[str]) -> str:
            return "".join(rules)

    return Inliner


def _fetch_nothing(_url: str) -> tuple[None, bytes]:
    return None, b""
