"""The widget's files: read once, compressed once, cached by browsers under a name of their own."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).with_name("static")
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file as it is sent. ``etag`` is quoted, as in the header."""

    plain: bytes
    packed: bytes
    media_type: str
    etag: str


class Assets:
    """All files of ``static/``. ``version`` changes with any of them and is part of their path."""

    def __init__(self, files: Mapping[str, Asset]) -> None:
        self._files = dict(files)
        every = "".join(asset.etag for _, asset in sorted(self._files.items()))
        self.version = hashlib.sha256(every.encode()).hexdigest()[:12]

    @classmethod
    def load(cls, config: Mapping[str, object]) -> Assets:
        """Reads the files; ``config`` is what ``widget.js`` has to know before it asks us."""
        files = {}
        for path in sorted(_FOLDER.iterdir()):
            if path.suffix not in _TYPES:
                continue
            text = path.read_text("utf-8")
            if path.name == "widget.js":
                text = text.replace('"__CONFIG__"', json.dumps(config, ensure_ascii=True))
            data = text.encode()
            files[path.name] = Asset(
                plain=data,
                packed=gzip.compress(data, 9, mtime=0),
                media_type=_TYPES[path.suffix],
                etag=f'"{hashlib.sha256(data).hexdigest()[:20]}"',
            )
        return cls(files)

    def get(self, name: str) -> Asset | None:
        return self._files.get(name)

    def path(self, name: str) -> str:
        """Where a page asks for ``name``; raises ``KeyError`` for a file there is none of."""
        if name not in self._files:
            raise KeyError(name)
        return f"/widget/assets/{self.version}/{name}"
