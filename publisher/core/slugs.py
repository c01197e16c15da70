"""Names for categories in paths."""

import hashlib
import re
from collections.abc import Mapping

_LONGEST = 200
_OUTSIDE = re.compile(r"[^\w]+", re.UNICODE)


def category_slug(category: str, mapped: Mapping[str, str]) -> str:
    """The folder name of a category: its mapped name, else its letters and digits in lower case.

    Unicode letters stay (`投資分析`), everything else becomes one hyphen, so no name can leave its folder.
    """
    if category in mapped:
        return mapped[category]
    slug = _OUTSIDE.sub("-", category.lower()).strip("-_") or "category"
    encoded = slug.encode()
    if len(encoded) <= _LONGEST:
        return slug
    # File systems end a name at 255 bytes; the hash keeps two long names apart.
    return encoded[:_LONGEST].decode(errors="ignore") + "-" + hashlib.sha256(encoded).hexdigest()[:8]
