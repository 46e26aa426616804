"""Settings: environment variables named ``BESIDE_…``, read once, refused when wrong.

Every secret may also be given as a file by the same name with ``_FILE`` behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one sentence with the cure."""


@dataclass(frozen=True)
class Settings:
    """Every setting, checked. Paths are absolute; URLs have no trailing slash."""

    data_dir: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    encryption_keys: tuple[str, ...] = ()
    rest_token: str = ""
    widget_origins: tuple[str, ...] = ()
    telegram_token: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_secret: str = ""
    telegram_staff_chat_id: int | None = None
    findtreatment_url: str = "https://findtreatment.gov"
    bmlt_url: str = "https://aggregator.bmltenabled.org/main_server"
    meeting_feeds: tuple[str, ...] = ()
    timezone: str = "America/Los_Angeles"
    log_level: str = "info"
    programme: str = "this programme"
    dialogue_socket: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from ``environ``; raises :class:`SettingsError` at the first wrong one."""
        env = _Environment(environ)
        data_dir = Path(env.text("DATA_DIR", "./data")).expanduser().resolve()
        host = env.text("HOST", "127.0.0.1")
        port = env.integer("PORT", 8000, low=0, high=65535)
        shown_host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        settings = cls(
            data_dir=data_dir,
            database_url=_database_url(
                env.secret("DATABASE_URL") or f"sqlite+aiosqlite:///{data_dir / 'beside.db'}"
            ),
            host=host,
            port=port,
            public_url=env.url("PUBLIC_URL", f"http://{shown_host}:{port}"),
            encryption_keys=env.items("ENCRYPTION_KEYS", secret=True),
            rest_token=env.secret("REST_TOKEN"),
            widget_origins=tuple(
                _url(f"{env.prefix}WIDGET_ORIGINS", origin)
                for origin in env.items("WIDGET_ORIGINS")
            ),
            telegram_token=env.secret("TELEGRAM_TOKEN"),
            telegram_api_url=env.url("TELEGRAM_API_URL", "https://api.telegram.org"),
            telegram_webhook_secret=env.secret("TELEGRAM_WEBHOOK_SECRET"),
            telegram_staff_chat_id=env.optional_integer("TELEGRAM_STAFF_CHAT_ID"),
            findtreatment_url=env.url("FINDTREATMENT_URL", "https://findtreatment.gov"),
            bmlt_url=env.url("BMLT_URL", "https://aggregator.bmltenabled.org/main_server"),
            meeting_feeds=tuple(
                _url(f"{env.prefix}MEETING_FEEDS", feed) for feed in env.items("MEETING_FEEDS")
            ),
            timezone=env.zone("TIMEZONE", "America/Los_Angeles"),
            log_level=env.choice("LOG_LEVEL", "info", _LEVELS),
            programme=env.text("PROGRAMME", "this programme"),
            dialogue_socket=env.text("DIALOGUE_SOCKET", ""),
        )
        env.refuse_unknown({field.name.upper() for field in fields(cls)})
        return settings

    @property
    def sqlite(self) -> bool:
        """True when the database is the SQLite file, which one gateway alone may serve."""
        return self.database_url.startswith("sqlite")


class _Environment:
    """Reads and checks variables; each error names the variable and what it would accept."""

    prefix = "BESIDE_"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(self.prefix + name, "").strip() or default

    def secret(self, name: str) -> str:
        value = self.text(name, "")
        file = self.text(f"{name}_FILE", "")
        if value and file:
            raise SettingsError(
                f"Set {self.prefix}{name} or {self.prefix}{name}_FILE, not both of them."
            )
        if not file:
            return value
        try:
            return Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{self.prefix}{name}_FILE names a file that cannot be read"
                f" ({type(error).__name__}); give the path of a readable text file."
            ) from None

    def items(self, name: str, *, secret: bool = False) -> tuple[str, ...]:
        text = self.secret(name) if secret else self.text(name, "")
        return tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        text = self.text(name, str(default))
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise SettingsError(
                f"{self.prefix}{name} must be a whole number from {low} to {high}, not {text!r}."
            )
        return number

    def optional_integer(self, name: str) -> int | None:
        text = self.text(name, "")
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"{self.prefix}{name} must be a whole number.") from None

    def url(self, name: str, default: str) -> str:
        return _url(self.prefix + name, self.text(name, default))

    def zone(self, name: str, default: str) -> str:
        text = self.text(name, default)
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingsError(
                f"{self.prefix}{name} must be a time zone such as America/New_York, not {text!r}."
            ) from None
        return text

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self.text(name, default).lower()
        if text not in allowed:
            raise SettingsError(
                f"{self.prefix}{name} must be one of {', '.join(allowed)}, not {text!r}."
            )
        return text

    def refuse_unknown(self, known: set[str]) -> None:
        """A misspelt setting is worse than a missing one: it looks set and is not."""
        for name in sorted(self._environ):
            if not name.startswith(self.prefix):
                continue
            bare = name.removeprefix(self.prefix)
            if bare not in known and bare.removesuffix("_FILE") not in known:
                raise SettingsError(
                    f"{name} is not a setting of Beside; see the list of settings in the README."
                )


def _url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name} must be a URL that begins with http:// or https://.")
    return text.rstrip("/")


def _database_url(text: str) -> str:
    """The URL with its asynchronous driver named; only SQLite and PostgreSQL are served."""
    scheme, mark, rest = text.partition("://")
    drivers = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg"}
    drivers["postgresql"] = drivers["postgres"]
    base = scheme.partition("+")[0]
    if not mark or base not in drivers:
        raise SettingsError(
            "BESIDE_DATABASE_URL must begin with sqlite:/// or postgresql://; leave it unset for"
            " a SQLite file in the data directory."
        )
    return f"{drivers[base]}://{rest}"
