"""`feeds` in `config.yaml`: which feeds there are, of which posts, and where they lie."""

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from publisher.config.feed_rules import rule
from publisher.config.fields import Address, Count, Inside, Line, Location, Mailbox, Name, Section, Title, empty
from publisher.core.podcasts import podcast_category

Format = Literal["rss", "atom", "json"]
Grouping = Literal["category", "tag", "author", "language", "section"]
Amount = Literal["full", "summary"]
_KINDS = ("site", *get_args(Grouping))


def _amounts(value: Any) -> Any:
    """`feeds.content`; checked here, because pydantic names every word that a union might have held."""
    if not (isinstance(value, dict) or value in get_args(Amount)):
        raise ValueError(f"must be 'full', 'summary', or one of them for each of {', '.join(_KINDS)}")
    for kind, amount in value.items() if isinstance(value, dict) else ():
        if kind not in _KINDS:
            raise ValueError(
                f"unknown kind {kind!r}; known are {', '.join(_KINDS)}; a feed of feeds.custom has its own"
            )
        if amount not in get_args(Amount):
            raise ValueError(f"{kind} must be 'full' or 'summary'")
    return value


def _each_once(values: list[str]) -> list[str]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"'{value}' stands in it twice")
    return values


Formats = Annotated[list[Format], Field(min_length=1), AfterValidator(_each_once)]
Limit = Annotated[Count, Field(ge=1, le=10_000)]


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
    newsletter_rss: Inside = "newsletters/{slug}/feed.xml"
    newsletter_atom: Inside = "newsletters/{slug}/atom.xml"
    newsletter_json: Inside = "newsletters/{slug}/feed.json"
    newsletter_page: Inside = "newsletters/{slug}/index.html"
    newsletter_issue: Inside = "newsletters/{slug}/{number}/index.html"
    page: Inside = "feeds/index.html"
    style: Inside = "feeds/feed.css"
    opml: Inside = "feeds.opml"

    @model_validator(mode="after")
    def _one_file_each(self) -> "PathsConfig":
        for name, pattern in self.model_dump(by_alias=True).items():
            if "_" in name and pattern.count("{slug}") != 1:
                kind = name.partition("_")[0]
                raise ValueError(f"{name} must hold {{slug}} once, or all feeds of a {kind} would share one file")
        if self.newsletter_issue.count("{number}") != 1:
            raise ValueError("newsletter_issue must hold {number} once, or all issues would share one file")
        return self


class CustomPathsConfig(Section):
    """`feeds.custom.NAME.paths`; else `feeds.paths.custom_rss` and so on."""

    rss: Inside | None = None
    atom: Inside | None = None
    json_: Inside | None = Field(default=None, alias="json")


class CustomConfig(Section):
    """`feeds.custom.NAME`: a feed of the posts that a rule takes; None where `feeds` itself counts."""

    title: Title
    description: str | None = None
    where: Annotated[dict[str, Any], BeforeValidator(rule)]
    formats: Formats | None = None
    limit: Limit | None = None
    content: Amount | None = None
    paths: CustomPathsConfig = Field(default_factory=dict, validate_default=True)


class OwnerConfig(Section):
    """`feeds.podcast.owner`: who directories write to."""

    name: Title
    email: Mailbox


class PodcastConfig(Section):
    """`feeds.podcast`: what podcast directories ask of a feed, and refuse it without."""

    categories: list[Annotated[Line, AfterValidator(podcast_category)]] = Field(min_length=1)
    image: Address
    explicit: bool = False
    kind: Literal["episodic", "serial"] = "episodic"
    author: Line | None = None
    owner: OwnerConfig


class FeedsConfig(Section):
    """`feeds`: which feeds are written, and where."""

    output: Location | None = None
    formats: Formats = Field(default=["rss", "atom"])
    limit: Limit = 20
    content: Annotated[Amount | dict[str, Amount], PlainValidator(_amounts)] = "full"
    by: Annotated[list[Grouping], AfterValidator(_each_once)] = Field(default=["category"])
    custom: Annotated[dict[Name, CustomConfig], BeforeValidator(empty)] = Field(default={})
    hub: Address | None = None
    archive: bool = False
    podcast: PodcastConfig | None = None
    redirects: Annotated[dict[Inside, Inside], BeforeValidator(empty)] = Field(default={})
    paths: PathsConfig = Field(default_factory=dict, validate_default=True)

    @model_validator(mode="after")
    def _distinct(self) -> "FeedsConfig":
        # Of what is written alone: a site whose one feed is Atom may have it at feed.xml.
        paths = self.paths.model_dump(by_alias=True)
        kinds = ["", *(f"{kind}_" for kind in self.by), *(["custom_"] if self.custom else [])]
        taken: dict[str, str] = {}
        for name in (*(kind + format_ for kind in kinds for format_ in self.formats), "page", "style", "opml"):
            if paths[name] in taken:
                both = f"{taken[paths[name]]} and {name} are {paths[name]}"
                raise ValueError(f"paths: two feeds would be written to one path: {both}")
            taken[paths[name]] = name
        return self
