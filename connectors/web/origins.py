"""Which sites may show the widget and call its API: our own, and those the operator named."""

from __future__ import annotations

from urllib.parse import urlsplit

from assistant.settings import Settings


class Origins:
    """Exact comparison of origins (scheme, host, port); no wildcards."""

    def __init__(self, settings: Settings) -> None:
        self.named = tuple(dict.fromkeys(_origin(url) for url in settings.widget_origins))
        self._own = _origin(settings.public_url)
        self.secure = self._own.startswith("https:")

    def is_own(self, origin: str, host: str) -> bool:
        """The request comes from a page of the very host it goes to.

        Behind a proxy that ends TLS we see ``http`` where the browser saw ``https``; the host is
        what has to agree. A token is still needed, so that a borrowed host name gains nothing.
        """
        origin, host = origin.lower(), host.lower()
        return origin == self._own or origin in (f"https://{host}", f"http://{host}")

    def is_named(self, origin: str) -> bool:
        return origin in self.named

    def frame_ancestors(self) -> str:
        """Who may put the chat into a frame, for the Content-Security-Policy."""
        return " ".join(("'self'", *self.named))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}".lower()
