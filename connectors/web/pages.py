"""The public pages: the demo, the chat's frame, what is published about safety and privacy."""

from __future__ import annotations

import gzip

from litestar import Response, get
from litestar.enums import MediaType
from litestar.params import FromPath

from connectors.web.guard import policy
from connectors.web.web import AnyRequest, Given, Web

_YEAR = "public, max-age=31536000, immutable"
_MINUTES = "public, max-age=300"


@get("/", include_in_schema=False)
async def home(request: AnyRequest, web: Given) -> Response[bytes]:
    """A page as a programme might have it, with the widget on it."""
    return _html(request, web.page("home.html"), policy(frames=True))


@get("/safety", include_in_schema=False)
async def safety(request: AnyRequest, web: Given) -> Response[bytes]:
    """The crisis protocol, as published."""
    return _html(request, web.page("safety.html"), policy())


@get("/privacy", include_in_schema=False)
async def privacy(request: AnyRequest, web: Given) -> Response[bytes]:
    """What is kept, who reads it, how to erase it."""
    return _html(request, web.page("privacy.html"), policy())


@get("/widget", include_in_schema=False)
async def frame(request: AnyRequest, web: Given) -> Response[bytes]:
    """The chat itself, in a frame on the sites that the operator named."""
    ancestors = web.origins.frame_ancestors()
    return _html(request, web.page("widget.html"), policy(ancestors=ancestors))


@get("/widget.js", include_in_schema=False)
async def loader(request: AnyRequest, web: Given) -> Response[bytes]:
    """The one script that a site embeds."""
    answer = _asset(request, web, "widget.js", _MINUTES)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@get("/widget/assets/{version:str}/{name:str}", include_in_schema=False)
async def asset(
    request: AnyRequest, web: Given, version: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """A file of the widget; for ever cacheable under its own version."""
    return _asset(request, web, name, _YEAR if version == web.assets.version else _MINUTES)


def _html(request: AnyRequest, html: str, content_policy: str) -> Response[bytes]:
    headers = {
        "Content-Security-Policy": content_policy,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
    }
    data = html.encode()
    # These pages hold nothing of a person and echo nothing, so compressing them leaks nothing.
    if _takes_gzip(request):
        data, headers["Content-Encoding"] = gzip.compress(data, 6), "gzip"
    return Response(data, media_type=MediaType.HTML, headers=headers)


def _asset(request: AnyRequest, web: Web, name: str, caching: str) -> Response[bytes]:
    found = web.assets.get(name)
    if found is None:
        raise web.refusal(404, "errors.not_found")
    headers = {"Cache-Control": caching, "ETag": found.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    data = found.plain
    if _takes_gzip(request):
        data, headers["Content-Encoding"] = found.packed, "gzip"
    return Response(data, headers=headers, media_type=found.media_type)


def _takes_gzip(request: AnyRequest) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


HANDLERS = (home, safety, privacy, frame, loader, asset)
