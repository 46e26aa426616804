"""The console's own files, read once and served under a name that changes with their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and its media type, UTF-8."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Assets:
    """Files by name. ``version`` is a digest of all of them; it stands in their URLs.

    One version for all keeps the modules' relative imports of each other within one release.
    """

    version: str
    files: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path) -> Assets:
        """Everything in ``folder`` whose kind is known."""
        files = {
            path.name: Asset(path.read_bytes(), f"{_TYPES[path.suffix]}; charset=utf-8")
            for path in sorted(folder.iterdir())
            if path.suffix in _TYPES
        }
        digest = hashlib.sha256()
        for name, asset in files.items():
            digest.update(name.encode() + b"\x00" + asset.content + b"\x00")
        return cls(digest.hexdigest()[:16], files)

    @property
    def root(self) -> str:
        """The path that the pages put in front of a file's name."""
        return f"/console/static/{self.version}"
