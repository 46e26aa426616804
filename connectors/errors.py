"""Errors at the door: every refusal is JSON with one sentence, and tells nothing else."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from assistant.conversations.documents import NoDocument
from assistant.conversations.message import BadMessage, TooFast
from connectors.rest.routes import NoAnswerYet

_log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]


def _sentence(text: str, status: int, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response({"error": text}, status_code=status, headers=headers)


def bad_message(_: AnyRequest, error: BadMessage) -> Response[Any]:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooFast) else None
    return _sentence(error.sentence, error.status, headers)


def no_answer_yet(_: AnyRequest, _error: NoAnswerYet) -> Response[Any]:
    return _sentence(
        "The answer is not ready yet. The message is kept; fetch the answer later with"
        " /webhooks/rest/messages.",
        504,
    )


def no_document(_: AnyRequest, error: NoDocument) -> Response[Any]:
    return _sentence(str(error), 404)


def too_deep(_: AnyRequest, _error: RecursionError) -> Response[Any]:
    return _sentence("The body of this request is nested too deeply to be read.", 400)


def http_error(_: AnyRequest, error: HTTPException) -> Response[Any]:
    text = error.detail or "This request cannot be answered."
    if isinstance(error, ValidationException):
        text = _what_is_wrong(error)
    elif error.status_code == 400:
        text = "The body of this request is not JSON that can be read."
    elif not text.endswith("."):
        text += "."
    return _sentence(text, error.status_code, dict(error.headers or {}) or None)


def unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    # The type and the path's pattern are enough to find it; the text could hold a person's words.
    _log.error("request_broken", error=type(error).__name__, method=request.method)
    return _sentence(
        "Something went wrong on our side. Please try again.", HTTP_500_INTERNAL_SERVER_ERROR
    )


def _what_is_wrong(error: ValidationException) -> str:
    """The names of the fields that are wrong, never their values."""
    extra = error.extra if isinstance(error.extra, list) else []
    fields = sorted(
        {str(item["key"]) for item in extra if isinstance(item, dict) and "key" in item}
    )
    if fields:
        return f"This request is not in the expected form; look at: {', '.join(fields)}."
    return "This request is not in the expected form."


HANDLERS = {
    BadMessage: bad_message,
    NoAnswerYet: no_answer_yet,
    NoDocument: no_document,
    RecursionError: too_deep,
    HTTPException: http_error,
    Exception: unexpected,
}
