"""Style rules into style attributes; the only door to premailer and its cssutils."""

from xml.dom import DOMException

from publisher.errors import TemplateError


def inline_css(html: str, template: str) -> str:
    """`html` with its style rules written into style attributes, nothing fetched; raises TemplateError.

    Rules within @media stay in <style>, their !important with them: only so can they overrule what is inline.
    """
    if not html.strip():
        raise TemplateError(template, 0, "there is nothing in it")
    import cssutils
    from premailer import Premailer

    # premailer 3.10 with allow_network=False still lets cssutils fetch what @import names.
    cssutils.util._defaultFetcher = _fetch_nothing
    cssutils.log.setLevel("CRITICAL")
    premailer = Premailer(
        html,
        allow_network=False,
        allow_loading_external_files=False,
        strip_important=False,
        keep_style_tags=False,
        remove_classes=False,
        disable_validation=True,
        # It would write height="auto" over the height that Outlook for Windows shows a picture in.
        disable_basic_attributes=["width", "height"],
    )
    try:
        return str(premailer.transform(pretty_print=False)) + "\n"
    except (AttributeError, ValueError, SyntaxError, DOMException) as error:
        # AttributeError: nothing rendered at all, or @media within @media (premailer #290).
        raise TemplateError(template, 0, f"its HTML or CSS cannot be inlined: {error}") from error


def _fetch_nothing(_url: str) -> tuple[None, bytes]:
    return None, b""
