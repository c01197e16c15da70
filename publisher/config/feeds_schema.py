"""`feeds` in `config.yaml`: which feeds there are, of which posts, and where they lie."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from publisher.config.fields import Address, Inside, Line, Location, Mailbox, Name, Section, empty

Format = Literal["rss", "atom", "json"]
Grouping = Literal["category", "tag", "author", "language", "section"]
Amount = Literal["full", "summary"]


class PathsConfig(Section):
    """`feeds.paths`: where each feed lies below the output folder; `{slug}` is what it is of: a category, a tag."""

    rss: Inside = "feed.xml"
    atom: Inside = "atom.xml"
    json_: Inside = Field(default="feed.json", alias="json")
    category_rss: Inside = "category/{slug}/feed.xml"
    category_atom: Inside = "category/{slug}/atom.xml"
    category_json: Inside = "category/{slug}/feed.json"
    tag_rss: Inside = "tag/{slug}/feed.xml"
    tag_atom: Inside = "tag/{slug}/atom.xml"
    tag_json: Inside = "tag/{slug}/feed.json"
    author_rss: Inside = "author/{slug}/feed.xml"
    author_atom: Inside = "author/{slug}/atom.xml"
    author_json: Inside = "author/{slug}/feed.json"
    language_rss: Inside = "language/{slug}/feed.xml"
    language_atom: Inside = "language/{slug}/atom.xml"
    language_json: Inside = "language/{slug}/feed.json"
    section_rss: Inside = "section/{slug}/feed.xml"
    section_atom: Inside = "section/{slug}/atom.xml"
    section_json: Inside = "section/{slug}/feed.json"
    custom_rss: Inside = "custom/{slug}/feed.xml"
    custom_atom: Inside = "custom/{slug}/atom.xml"
    custom_json: Inside = "custom/{slug}/feed.json"
    page: Inside = "feeds/index.html"
    style: Inside = "feeds/feed.css"
    opml: Inside = "feeds.opml"

    @model_validator(mode="after")
    def _one_file_each(self) -> "PathsConfig":
        for name, pattern in self.model_dump(by_alias=True).items():
            if "_" in name and pattern.count("{slug}") != 1:
                kind = name.partition("_")[0]
                raise ValueError(f"{name} must hold {{slug}} once, or all feeds of a {kind} would share one file")
        return self


_RULE_KEYS = ("category", "tag", "author", "language", "path")
_RULE_JOINS = ("all", "any")


def _rule(value: Any) -> Any:
    """A rule of `feeds.custom`, checked in whole: what holds of a post, and joins of rules."""
    if not isinstance(value, dict) or not value:
        raise ValueError(f"must be a mapping of {', '.join((*_RULE_KEYS, *_RULE_JOINS, 'not'))}")
    for key, inner in value.items():
        if key in _RULE_JOINS:
            if not isinstance(inner, list) or not inner:
                raise ValueError(f"'{key}' must be a list of rules")
            for one in inner:
                _rule(one)
        elif key == "not":
            _rule(inner)
        elif key in _RULE_KEYS:
            words = inner if isinstance(inner, list) else [inner]
            if not words or not all(isinstance(word, str) and word.strip() for word in words):
                raise ValueError(f"'{key}' must be a name or a list of names")
        else:
            raise ValueError(f"unknown word {key!r}; known are {', '.join((*_RULE_KEYS, *_RULE_JOINS, 'not'))}")
    return value


class CustomPathsConfig(Section):
    """`feeds.custom.NAME.paths`; else `feeds.paths.custom_rss` and so on."""

    rss: Inside | None = None
    atom: Inside | None = None
    json_: Inside | None = Field(default=None, alias="json")


class CustomConfig(Section):
    """`feeds.custom.NAME`: a feed of the posts that a rule takes; None where `feeds` itself counts."""

    title: Line
    description: str | None = None
    where: Annotated[dict[str, Any], BeforeValidator(_rule)]
    formats: list[Format] | None = Field(default=None, min_length=1)
    limit: int | None = Field(default=None, ge=1, le=10_000)
    content: Amount | None = None
    paths: CustomPathsConfig = Field(default_factory=CustomPathsConfig)


class OwnerConfig(Section):
    """`feeds.podcast.owner`: who directories write to."""

    name: Line
    email: Mailbox


class PodcastConfig(Section):
    """`feeds.podcast`: what podcast directories ask of a feed, and refuse it without."""

    categories: list[Line] = Field(min_length=1)
    image: Address
    explicit: bool = False
    kind: Literal["episodic", "serial"] = "episodic"
    author: Line | None = None
    owner: OwnerConfig


class FeedsConfig(Section):
    """`feeds`: which feeds are written, and where."""

    output: Location | None = None
    formats: list[Format] = Field(default=["rss", "atom"], min_length=1)
    limit: int = Field(default=20, ge=1, le=10_000)
    content: Amount | dict[Literal["site"] | Grouping, Amount] = "full"
    by: list[Grouping] = Field(default=["category"])
    custom: Annotated[dict[Name, CustomConfig], BeforeValidator(empty)] = Field(default={})
    hub: Address | None = None
    archive: bool = False
    podcast: PodcastConfig | None = None
    redirects: Annotated[dict[Inside, Inside], BeforeValidator(empty)] = Field(default={})
    paths: PathsConfig = Field(default_factory=PathsConfig)

    @model_validator(mode="after")
    def _distinct(self) -> "FeedsConfig":
        # Of what is written alone: a site whose one feed is Atom may have it at feed.xml.
        paths = self.paths.model_dump(by_alias=True)
        kinds = ["", *(f"{kind}_" for kind in dict.fromkeys(self.by)), *(["custom_"] if self.custom else [])]
        used = [paths[kind + format_] for format_ in set(self.formats) for kind in kinds]
        used += [paths[name] for name in ("page", "style", "opml")]
        if len(set(used)) < len(used):
            raise ValueError("paths: two feeds would be written to one path")
        return self
