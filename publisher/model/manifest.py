"""The manifest: what an issue was made of, kept with it."""

from publisher.struct import Struct


class ManifestPost(Struct, frozen=True):
    """A post as it was when its issue was planned.

    `sha256` is that of the file's bytes, `rendered_sha256` that of its HTML in UTF-8, None where its file was gone and
    had never been rendered. All hashes here are in hex.
    """

    id: str
    title: str
    url: str
    source: str
    sha256: str
    rendered_sha256: str | None


class Manifest(Struct, frozen=True):
    """What an issue was made of, by hashes; nothing in it is about a reader.

    `version` is Publisher's. `settings` is the SHA-256 over what newsletter and site are set to be. `templates` holds
    those of the templates, by `NAME/LANGUAGE`. `plan` is the hash of the plan that was applied, None where there was
    none. `problems` is what was wrong with its mails, a line each.
    """

    version: str
    settings: str
    templates: dict[str, str]
    posts: tuple[ManifestPost, ...]
    plan: str | None = None
    problems: tuple[str, ...] = ()


class VariantRecord(Struct, frozen=True):
    """A stored variant by its hashes, each the SHA-256 of the text as it is stored, which knows all but its
    recipient, in UTF-8; empty where it was planned before they were kept."""

    key: str
    language: str
    post_ids: tuple[str, ...]
    subject_sha256: str
    html_sha256: str
    text_sha256: str
