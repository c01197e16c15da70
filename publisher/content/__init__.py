"""The folder of posts: what is in it, and what a post says as HTML."""

from publisher.content.codes import Code
from publisher.content.index import Index
from publisher.content.nouns import Engine, Rules, Scan, Survey
from publisher.content.render import render
from publisher.content.scan import scan
from publisher.content.survey import survey

__all__ = ["Code", "Engine", "Index", "Rules", "Scan", "Survey", "render", "scan", "survey"]
