"""What every route of the web connector works with, put together once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from litestar import Request
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import SkipValidation

from assistant.conversations.pace import Pace
from assistant.replies import Link
from assistant.safety.directory import Directory
from assistant.service import Service
from assistant.texts import Texts
from connectors.web.assets import Assets
from connectors.web.origins import Origins
from connectors.web.sessions import Sessions

AnyRequest = Request[Any, Any, Any]

_HERE = Path(__file__).parent
EXIT = "https://www.weather.gov/"
"""Where quick exit leads: a page that anybody may have open."""

MOST_STREAMS = 12
"""Open streams of one conversation in one gateway: tabs and devices of one person."""

_HELP = ("988", "911")


@dataclass
class Web:
    """The service and everything that is read from files."""

    service: Service
    sessions: Sessions
    origins: Origins
    assets: Assets
    texts: Texts
    directory: Directory
    templates: jinja2.Environment
    pace: Pace
    streams: Counter[str] = field(default_factory=Counter)

    @classmethod
    def build(cls, service: Service) -> Web:
        """Reads the templates, texts and files; raises what is wrong with them at once."""
        directory = service.directory
        texts = Texts.load(_HERE / "texts.yml", directory)
        config = {key.removeprefix("widget."): texts(key) for key in texts.keys("widget")}
        help_links = [{"label": link.label, "href": link.href} for link in urgent_links(directory)]
        assets = Assets.load({**config, "help": help_links, "exit": EXIT})
        templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        settings = service.settings
        templates.globals.update(
            asset=assets.path,
            exit_url=EXIT,
            programme=settings.programme,
            public_url=settings.public_url,
            directory=directory,
            urgent=urgent_links(directory),
        )
        return cls(
            service=service,
            sessions=Sessions(service.vault),
            origins=Origins(settings),
            assets=assets,
            texts=texts,
            directory=directory,
            templates=templates,
            pace=Pace(service.clock, burst=60, per_second=1.0),
        )

    def page(self, name: str, **values: object) -> str:
        """A template of ``templates/``, filled."""
        return self.templates.get_template(name).render(**values)

    def refusal(self, status: int, key: str, retry_after: int | None = None) -> HTTPException:
        """An error to raise; ``key`` names its sentence in ``texts.yml``."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return HTTPException(status_code=status, detail=self.texts(key), headers=headers)

    async def conversation(self, address: str) -> str | None:
        """The conversation of a sender; None before their first message and after erasure."""
        return await self.service.transcript.conversation_of("web", address)

    @contextmanager
    def one_stream(self, address: str) -> Iterator[None]:
        """Counts an open stream of a sender for as long as it is open."""
        self.streams[address] += 1
        try:
            yield
        finally:
            self.streams[address] -= 1
            if not self.streams[address]:
                del self.streams[address]


Given = NamedDependency[SkipValidation[Web]]
"""A handler's parameter ``web: Given`` is what :func:`connectors.web.routes.routes` built."""


def urgent_links(directory: Directory) -> list[Link]:
    """Where people answer at any hour: the lifeline by call and text, then emergency services."""
    found: list[Link] = []
    for identity in _HELP:
        if identity in directory:
            found += [link for link in directory[identity].links() if link.href[:4] != "http"]
    return found
