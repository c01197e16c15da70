"""The folder of posts: what is in it, and what a post says as HTML."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.content.codes import Code
    from publisher.content.index import Index, duplicate_addresses
    from publisher.content.introduction import NAMED, Introduction, read_introduction
    from publisher.content.linting import Link, Lint, lint
    from publisher.content.media_files import weigh
    from publisher.content.native import native_ids, rule_variants
    from publisher.content.nouns import ContentSource, Engine, Rules, Scan, Served, Survey
    from publisher.content.picture_sizes import measured
    from publisher.content.records import (
        has_records,
        holder,
        mirror,
        orphans,
        outdated,
        put_records,
        record_named,
        recorded_before,
        recorded_ids,
        records_of,
        settle,
        strays,
    )
    from publisher.content.render import Renderer
    from publisher.content.renderings import Rendered, output, put_output, rendering_problems
    from publisher.content.scanning import scan
    from publisher.content.sections import section_of
    from publisher.content.served import forms, inside, is_bundle, names_at, path_below
    from publisher.content.surroundings import looked_at
    from publisher.content.surveying import survey
    from publisher.content.texts import SUFFIXES, read_text
    from publisher.content.yaml_text import plain_yaml

__all__ = [
    "NAMED",
    "SUFFIXES",
    "Code",
    "ContentSource",
    "Engine",
    "Index",
    "Introduction",
    "Link",
    "Lint",
    "Rendered",
    "Renderer",
    "Rules",
    "Scan",
    "Served",
    "Survey",
    "duplicate_addresses",
    "forms",
    "has_records",
    "holder",
    "inside",
    "is_bundle",
    "lint",
    "looked_at",
    "measured",
    "mirror",
    "names_at",
    "native_ids",
    "orphans",
    "outdated",
    "output",
    "path_below",
    "plain_yaml",
    "put_output",
    "put_records",
    "read_introduction",
    "read_text",
    "record_named",
    "recorded_before",
    "recorded_ids",
    "records_of",
    "rendering_problems",
    "rule_variants",
    "scan",
    "section_of",
    "settle",
    "strays",
    "survey",
    "weigh",
]
_ROOMS = {
    "codes": ("Code",),
    "index": ("Index", "duplicate_addresses"),
    "introduction": ("NAMED", "Introduction", "read_introduction"),
    "linting": ("Link", "Lint", "lint"),
    "media_files": ("weigh",),
    "native": ("native_ids", "rule_variants"),
    "surroundings": ("looked_at",),
    "nouns": ("ContentSource", "Engine", "Rules", "Scan", "Served", "Survey"),
    "picture_sizes": ("measured",),
    "records": (
        *("has_records", "holder", "mirror", "orphans", "outdated", "put_records"),
        *("record_named", "recorded_before", "recorded_ids", "records_of", "settle", "strays"),
    ),
    "render": ("Renderer",),
    "renderings": ("Rendered", "output", "put_output", "rendering_problems"),
    "scanning": ("scan",),
    "sections": ("section_of",),
    "served": ("forms", "inside", "is_bundle", "names_at", "path_below"),
    "surveying": ("survey",),
    "texts": ("SUFFIXES", "read_text"),
    "yaml_text": ("plain_yaml",),
}


def __getattr__(name: str) -> Any:
    # Each room when it is first asked for: a build that has nothing to do asks for none.
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"publisher.content.{room}"), name)
    raise AttributeError(name)
