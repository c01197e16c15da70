"""The tags and filters of an Eleventy site: LiquidJS's, and those that Eleventy adds."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TextIO

from liquid import BoundTemplate, RenderContext
from liquid.builtin.tags.include_tag import IncludeNode, IncludeTag
from liquid.builtin.tags.render_tag import RenderNode, RenderTag

from publisher.content.codes import Code
from publisher.content.engines.eleventy_slugs import slug, slugify
from publisher.content.liquid import nodes, tags
from publisher.content.liquid.environment import Context, Environment, parsed, run_of
from publisher.content.liquid.filters_lists import LIST_FILTERS, total
from publisher.content.liquid.filters_numbers import NUMBER_FILTERS
from publisher.content.liquid.filters_select import EXPRESSION_FILTERS, SELECT_FILTERS
from publisher.content.liquid.filters_site import SITE_FILTERS
from publisher.content.liquid.filters_text import TEXT_FILTERS
from publisher.content.liquid.javascript import js_number
from publisher.content.liquid.places import relative
from publisher.content.liquid.ruby import text_of

_ENDINGS = ("", ".liquid", ".html")


class EleventyEnvironment(Environment):
    """Finds what `include` and `render` name in the folder of includes."""

    def get_template(
        self,
        name: str,
        *,
        globals: Mapping[str, object] | None = None,  # noqa: ARG002
        context: RenderContext | None = None,
        **_kwargs: object,
    ) -> BoundTemplate:
        assert context is not None
        run = run_of(context)
        folder = f"{run.names.includes}/" if run.names.includes else ""
        text = next((text for end in _ENDINGS if (text := run.file(f"{folder}{name}{end}")) is not None), None)
        if text is None:
            run.warn(Code.MISSING_TARGET, None, f"there is no file to include as '{name[:80]}'")
        template = parsed(self, text or "")
        run.spend(template.weight)
        return template


class _IncludeNode(IncludeNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        run_of(context).at(self.token)
        return super().render_to_output(context, buffer)


class Include(IncludeTag):
    """`{% include "file", key: value %}`."""

    node_class = _IncludeNode


class _RenderNode(RenderNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        run_of(context).at(self.token)
        return super().render_to_output(context, buffer)


class Render(RenderTag):
    """`{% render "file", key: value %}`, which sees none of the variables around it."""

    node_class = _RenderNode


class Output(nodes.OutputTag):
    """An output; LiquidJS has no lax rules, and what is Nunjucks's alone is not guessed at."""

    lax = False


def _number(compute: Callable[..., object]) -> Callable[..., object]:
    def computed(*values: object) -> object:
        found = compute(*values)
        return js_number(found) if isinstance(found, int | float) else found

    return computed


def _divided(value: object, by: object) -> object:
    return NUMBER_FILTERS["divided_by"](NUMBER_FILTERS["plus"](value, 0.0), by)


def _beside(step: int) -> Callable[..., object]:
    def beside(context: Context, items: object, page: object = None) -> object:
        own = page if isinstance(page, Mapping) else context.run.names["page"]
        assert isinstance(own, Mapping)
        found = items if isinstance(items, list) else []
        for place, item in enumerate(found):
            if item.get("inputPath") == own.get("inputPath"):
                return found[place + step] if 0 <= place + step < len(found) else None
        return None

    return beside


def _url(context: Context, value: object) -> object:
    """An address from the host's root gets the site's base path; others stay."""
    return relative(context.run.page, text_of(value)) if text_of(value).startswith("/") else value


_NUMBERS = {name: _number(compute) for name, compute in NUMBER_FILTERS.items()} | {"divided_by": _number(_divided)}
_PURE: dict[str, Callable[..., object]] = {
    "slug": lambda value: slug(text_of(value)),
    "slugify": lambda value: slugify(text_of(value)),
    "log": lambda _value: "",
    "json": LIST_FILTERS["jsonify"],
    "safe": lambda value: value,
    "sum": lambda value, name=None: js_number(total(value, name)),
}
_BOUND: dict[str, Callable[..., object]] = {
    "url": _url,
    "getPreviousCollectionItem": _beside(-1),
    "getNextCollectionItem": _beside(1),
}
_TAGS = (
    Output,
    nodes.EchoTag,
    nodes.Assign,
    nodes.For,
    nodes.Tablerow,
    nodes.Unknown,
    tags.Highlight,
    Include,
    Render,
)


@lru_cache(maxsize=1)
def eleventy_environment() -> EleventyEnvironment:
    """Built once; it holds nothing of any site."""
    pure = TEXT_FILTERS | _NUMBERS | LIST_FILTERS | SELECT_FILTERS | _PURE
    return EleventyEnvironment(_TAGS, pure, EXPRESSION_FILTERS | SITE_FILTERS | _BOUND)
