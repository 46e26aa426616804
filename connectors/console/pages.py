"""The console's pages: the door, choosing a passphrase with a one-time link, the console itself."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from assistant.staff import BadLink, BadPassphrase, TooManyTries, WrongSignIn
from assistant.staff import tokens as staff_tokens
from connectors.console.console import Console
from connectors.console.sessions import AnyRequest, proof

_FOREVER = "public, max-age=31536000, immutable"


@get("/", summary="The console, or its sign-in page", include_in_schema=False)
async def home(request: AnyRequest, console: NamedDependency[Console]) -> Response[str]:
    token = console.sessions.token(request)
    staff = await console.sessions.staff(request)
    if staff is None or token is None:
        out = request.query_params.get("out", "")
        return _door(console, request, "sign_in.html", error="", out=out, name="")
    return console.page("console.html", staff=staff, csrf=proof(token))


@post("/sign-in", status_code=200, include_in_schema=False)
async def sign_in(request: AnyRequest, console: NamedDependency[Console]) -> Response[Any]:
    form = await _checked_form(request, console)
    name, passphrase = form.get("name", ""), form.get("passphrase", "")
    try:
        token = await console.service.staff.sign_in(name, passphrase)
    except TooManyTries as error:
        answer = _door(
            console, request, "sign_in.html", 429, error=str(error), out="", name=name[:40]
        )
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except WrongSignIn as error:
        return _door(
            console, request, "sign_in.html", 403, error=str(error), out="", name=name[:40]
        )
    return await _enter(request, console, token)


@get("/link/{token:str}", include_in_schema=False)
async def link(
    request: AnyRequest, console: NamedDependency[Console], token: FromPath[str]
) -> Response[str]:
    """Looking at a link does not use it up: chat programs and scanners look at links, too."""
    try:
        staff = await console.service.staff.invited(token)
    except BadLink as error:
        return console.page("link_over.html", status=404, reason=str(error))
    return _door(console, request, "link.html", error="", name=staff.name, token=token)


@post("/link/{token:str}", status_code=200, include_in_schema=False)
async def redeem(
    request: AnyRequest, console: NamedDependency[Console], token: FromPath[str]
) -> Response[Any]:
    form = await _checked_form(request, console)
    staff_room = console.service.staff
    try:
        session = await staff_room.redeem(token, form.get("passphrase", ""))
    except BadPassphrase as error:
        staff = await staff_room.invited(token)
        return _door(
            console, request, "link.html", 422, error=str(error), name=staff.name, token=token
        )
    except BadLink as error:
        return console.page("link_over.html", status=404, reason=str(error))
    return await _enter(request, console, session)


@post("/sign-out", status_code=200, include_in_schema=False)
async def sign_out(request: AnyRequest, console: NamedDependency[Console]) -> Response[Any]:
    token = console.sessions.token(request)
    if token is not None and await console.sessions.staff(request, touch=False):
        form = await _form(request)
        console.sessions.check(request, token, form.get("csrf"))
        await console.service.staff.sign_out(token)
    answer: Response[Any] = Redirect("/console?out=1", status_code=303)
    answer.set_cookie(console.sessions.end_cookie())
    return answer


@get("/static/{version:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
def static(
    console: NamedDependency[Console], version: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """A file of the version that the pages name; any other version is not kept by anybody."""
    asset = console.assets.files.get(name)
    if asset is None:
        raise NotFoundException("There is no such file.")
    current = version == console.assets.version
    return Response(
        asset.content,
        media_type=asset.media_type,
        headers={"Cache-Control": _FOREVER if current else "no-store"},
    )


def _door(
    console: Console, request: AnyRequest, template: str, status: int = 200, **values: Any
) -> Response[str]:
    """A page with a form, bound to a cookie that only our own page can have set."""
    nonce = request.cookies.get(console.sessions.form_name)
    if not staff_tokens.plausible(nonce) or nonce is None:
        nonce = staff_tokens.fresh()
    answer = console.page(template, status=status, csrf=proof(nonce), **values)
    answer.set_cookie(console.sessions.form_cookie(nonce))
    return answer


async def _enter(request: AnyRequest, console: Console, token: str) -> Response[Any]:
    before = console.sessions.token(request)
    if before is not None:
        await console.service.staff.sign_out(before)
    answer: Response[Any] = Redirect("/console", status_code=303)
    answer.set_cookie(console.sessions.session_cookie(token))
    return answer


async def _checked_form(request: AnyRequest, console: Console) -> dict[str, str]:
    form = await _form(request)
    secret = request.cookies.get(console.sessions.form_name)
    console.sessions.check(request, secret, form.get("csrf"))
    return form


async def _form(request: AnyRequest) -> dict[str, str]:
    """The text fields of a form; anything else in it is ignored."""
    form = await request.form()
    return {key: value for key, value in form.items() if isinstance(value, str)}
