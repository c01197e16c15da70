"""What an issue was made of, for people and for programs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from publisher.core.words import counted
from publisher.struct import to_plain

if TYPE_CHECKING:
    from publisher.jobs.issue import Details

_SHOWN = 12
"""Digits of a hash that tell it from any other; all of them are in `--json`."""


def manifest_lines(found: "Details") -> Iterator[str]:
    """The hashes, cut short but for the plan's, by which `plan` and `apply` know it."""
    if (manifest := found.manifest) is not None:
        made = {"settings": manifest.settings, **manifest.templates} | found.introductions
        applied = f", plan {manifest.plan}" if manifest.plan else ""
        yield f"made by Publisher {manifest.version}: {_hashes(made)}{applied}"
    for one in found.variants:
        sums = {"subject": one.subject_sha256, "html": one.html_sha256, "text": one.text_sha256}
        yield f"variant {one.key[:_SHOWN]} {one.language}, {counted(len(one.post_ids), 'post')}: {_hashes(sums)}"


def manifest_json(found: "Details") -> dict[str, Any] | None:
    """All of it, None where nothing was kept."""
    if found.manifest is None:
        return None
    plain: dict[str, Any] = to_plain(found.manifest)
    return {**plain, "intro": found.introductions, "variants": [_variant_json(one) for one in to_plain(found.variants)]}


def _variant_json(one: dict[str, Any]) -> dict[str, Any]:
    return {"posts" if name == "post_ids" else name: value for name, value in one.items()}


def _hashes(sums: dict[str, str]) -> str:
    return ", ".join(f"{name} {value[:_SHOWN]}" for name, value in sums.items() if value) or "no hashes were kept"
