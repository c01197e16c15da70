"""Files that travel with the package: in a wheel under `_packaged`, in a checkout where they are written."""

from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE / "_packaged" if (_HERE / "_packaged").is_dir() else _HERE.parent


def templates() -> Path:
    """The templates that a site's own override file by file."""
    return _ROOT / "templates"


def example() -> Path:
    """The example site: a folder with `config.yaml` and `examples/posts/`."""
    return _ROOT
