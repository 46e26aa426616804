"""What every route of the console works with, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from litestar import MediaType, Response

from assistant.service import Service
from connectors.console.assets import Assets
from connectors.console.sessions import Sessions

_HERE = Path(__file__).parent


@dataclass
class Console:
    """The service, the sessions and everything that is read from files."""

    service: Service
    sessions: Sessions
    assets: Assets
    templates: jinja2.Environment

    @classmethod
    def build(cls, service: Service) -> Console:
        """Reads the templates and files; raises what is wrong with them at once."""
        assets = Assets.load(_HERE / "static")
        templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.globals["static"] = assets.root
        return cls(service, Sessions(service), assets, templates)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response[str]:
        """A page; every value is escaped."""
        content = self.templates.get_template(template).render(**values)
        return Response(content, media_type=MediaType.HTML, status_code=status)
