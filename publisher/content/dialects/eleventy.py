"""Bodies of Eleventy's posts: templates first, then the markup.

Eleventy sends Markdown through Liquid, or through Nunjucks where its configuration says so. Both are read as Liquid:
outputs, filters, conditions and loops are written alike; what is Nunjucks's alone is reported and stays in the text.
"""

import re

from publisher.content.dialects.markup import render_markup
from publisher.content.world import Page

_CONFIGS = (".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs")
_OFF = re.compile(r"\b(?:markdown|html)TemplateEngine[\"']?\s*:\s*(?:false|[\"']md[\"'])")
_ENGINES = ("liquid", "njk")


def to_html(page: Page) -> str:
    """The body with its templates rendered, in its markup, unless configuration or front matter say otherwise."""
    body = page.body
    if ("{{" not in body and "{%" not in body) or not _has_templates(page):
        return render_markup(page, body)
    # Here, not above: most posts have no templates, and python-liquid takes 60 ms to import.
    from publisher.content.liquid.eleventy_environment import eleventy_environment
    from publisher.content.liquid.eleventy_names import EleventyNames
    from publisher.content.liquid.rendering import render

    rendered = render(page, body, eleventy_environment(), EleventyNames(page))
    return render_markup(page, body if rendered is None else rendered)


def _has_templates(page: Page) -> bool:
    own = page.source.fields.text("templateEngineOverride")
    if own is not None:
        return any(name.strip() in _ENGINES for name in own.split(","))
    return not any(_OFF.search(page.read(name) or "") for name in _CONFIGS)
