"""The manifest: by which posts, templates and settings an issue came to be what it is."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from publisher import __version__
from publisher.core.plans import digest_of, flat
from publisher.jobs.mailing import Desk, Maker
from publisher.mail import template_hash
from publisher.model.manifest import Manifest, ManifestPost
from publisher.model.post import Post
from publisher.struct import asdict, replace


def manifest_of(desk: Desk, template: str, shown: Sequence[tuple[Sequence[str], str]]) -> Manifest:
    """What an issue is made of whose variants show these posts, by their ids, in these languages; TemplateError."""
    wanted = dict.fromkeys(post_id for post_ids, _ in shown for post_id in post_ids)
    posts = {post_id: post for post in desk.posts if (post_id := desk.id_of(post)) in wanted}
    made = tuple(_post(desk, post_id, posts[post_id]) for post_id in wanted)
    return replace(manifest_of_letter(desk, template, {language for _, language in shown}), posts=made)


def manifest_of_letter(desk: Maker, template: str, languages: Iterable[str]) -> Manifest:
    """The same of mail without posts."""
    home = desk.library.place.site.language
    return Manifest(
        version=__version__,
        settings=settings_hash(desk),
        templates={
            f"{template}/{language}": template_hash(desk.templates, template, language, home)
            for language in sorted(languages)
        },
        posts=(),
    )


def settings_hash(desk: Maker) -> str:
    """SHA-256, in hex, over settings_by_key: no password, no mail server, no path."""
    return digest_of(sorted(settings_by_key(desk)))


def settings_by_key(desk: Maker) -> Iterator[tuple[str, str]]:
    """What stands in mails, or decides which posts do: the site, the newsletter, the categories, the way out.

    Each by its key, with a digest: a plan and a manifest call the same settings the same.
    """
    config, name = desk.library.config, desk.newsletter.name
    yield from flat(asdict(desk.library.place.site), "site.")
    yield from flat(config.values["newsletters"][name], f"newsletters.{name}.")
    yield from flat(config.values["categories"], "categories.")
    yield from flat({"web": {"url": config.settings.web.url}})


def _post(desk: Desk, post_id: str, post: Post) -> ManifestPost:
    rendered = desk.rendered(post)
    made = None if rendered is None else hashlib.sha256(rendered.html.encode(errors="surrogatepass")).hexdigest()
    return ManifestPost(post_id, post.title, post.url, post.source, post.digest, made)
