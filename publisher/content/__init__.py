"""The folder of posts: what is in it, and what a post says as HTML."""

from publisher.content.codes import Code
from publisher.content.index import Index, Rendered
from publisher.content.nouns import ContentSource, Engine, Rules, Scan, Served, Survey
from publisher.content.render import Renderer
from publisher.content.scan import scan
from publisher.content.survey import survey

__all__ = [
    "Code",
    "ContentSource",
    "Engine",
    "Index",
    "Rendered",
    "Renderer",
    "Rules",
    "Scan",
    "Served",
    "Survey",
    "scan",
    "survey",
]
