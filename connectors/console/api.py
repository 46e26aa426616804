"""The console's JSON: the line, taking somebody over, talking, closing."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, PathParameter
from litestar.response import ServerSentEvent

from assistant.handoff.handoff import EndReason, Taken
from connectors.console import reading
from connectors.console.console import Console
from connectors.console.sessions import AnyRequest
from connectors.console.shapes import (
    Beat,
    Closing,
    Handoff,
    Me,
    Message,
    Problem,
    Queue,
    Saying,
    SeenUpTo,
)
from connectors.console.stream import Watch

_NOBODY = {401: ResponseSpec(Problem, description="Nobody is signed in")}
_FORGED = {403: ResponseSpec(Problem, description="Not asked for by the console's own page")}
_NOT_MINE = {
    **_NOBODY,
    403: ResponseSpec(Problem, description="Not yours, or not asked for by the console's own page"),
    409: ResponseSpec(Problem, description="Another peer has this person"),
    410: ResponseSpec(Problem, description="The conversation is over"),
}

HandoffId = Annotated[str, PathParameter(pattern="^[0-9a-f]{1,40}$")]
LastSeen = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", max_length=4000, required=False)
]


class TakenBy(Taken):
    """The claim was lost to ``by``."""

    def __init__(self, sentence: str, by: str | None) -> None:
        super().__init__(sentence)
        self.by = by


@get("/me", summary="Who is signed in", responses=_NOBODY)
async def me(request: AnyRequest) -> Me:
    return Me(request.user.id, request.user.name, request.user.role)


@get("/queue", summary="Who waits, and who is with me", responses=_NOBODY)
async def queue(request: AnyRequest, console: NamedDependency[Console]) -> Queue:
    """By risk, then by waiting time. Supervisors also see who is with whom, and no text."""
    rows = await console.service.handoffs.queue()
    return reading.queue(console.service, rows, request.user)


@get("/handoffs/{handoff_id:str}", summary="What was shared, and the messages", responses=_NOT_MINE)
async def handoff(
    request: AnyRequest, console: NamedDependency[Console], handoff_id: HandoffId
) -> Handoff:
    """Only for the peer who has taken the person over. Each reading is written down."""
    found = await reading.handoff(console.service, handoff_id, request.user)
    await console.service.staff.record(request.user, "read", handoff_id)
    return found


@post(
    "/handoffs/{handoff_id:str}/claim",
    status_code=200,
    summary="Take a person over",
    responses=_NOT_MINE,
)
async def claim(
    request: AnyRequest, console: NamedDependency[Console], handoff_id: HandoffId
) -> Handoff:
    """Of several peers one wins; the others get 409 with ``by``, the name of who did."""
    try:
        await console.service.handoffs.claim(handoff_id, request.user)
    except Taken as error:
        row, _, _ = await console.service.handoffs.get(handoff_id)
        raise TakenBy(str(error), row.staff_name) from None
    await console.service.staff.record(request.user, "claimed", handoff_id)
    return await reading.handoff(console.service, handoff_id, request.user)


@post(
    "/handoffs/{handoff_id:str}/messages",
    status_code=201,
    summary="Write to the person",
    responses=_NOT_MINE,
)
async def say(
    request: AnyRequest,
    console: NamedDependency[Console],
    handoff_id: HandoffId,
    data: JSONBody[Saying],
) -> Message:
    """The message as it is kept; repeating a ``client_id`` answers with the first one."""
    service, staff = console.service, request.user
    seq = await service.handoffs.say(handoff_id, staff, data.text, data.client_id)
    row, _, _ = await service.handoffs.get(handoff_id)
    kept = await reading.messages(service, row.conversation, staff, after=seq - 1, until=seq)
    return kept[0]


@post(
    "/handoffs/{handoff_id:str}/typing",
    status_code=204,
    summary="I am writing",
    responses=_NOT_MINE,
)
async def typing(
    request: AnyRequest, console: NamedDependency[Console], handoff_id: HandoffId
) -> None:
    """Tells the person's page; kept nowhere."""
    conversation = await console.service.handoffs.held_conversation(handoff_id, request.user)
    console.service.hub.typing(conversation, "peer")


@post(
    "/handoffs/{handoff_id:str}/seen",
    status_code=204,
    summary="I have read up to here",
    responses=_NOT_MINE,
)
async def seen(
    request: AnyRequest,
    console: NamedDependency[Console],
    handoff_id: HandoffId,
    data: JSONBody[SeenUpTo],
) -> None:
    """Moves the person's messages forward to seen."""
    conversation = await console.service.handoffs.held_conversation(handoff_id, request.user)
    _, _, asked_seq = await console.service.handoffs.get(handoff_id)
    await console.service.outbox.read_by_peer(conversation, "seen", data.up_to, after_seq=asked_seq)


@post(
    "/handoffs/{handoff_id:str}/close",
    status_code=204,
    summary="Leave the conversation",
    responses=_NOT_MINE,
)
async def close(
    request: AnyRequest,
    console: NamedDependency[Console],
    handoff_id: HandoffId,
    data: JSONBody[Closing],
) -> None:
    """The person is told and is with the assistant again."""
    await console.service.handoffs.close(handoff_id, request.user, EndReason(data.reason))
    await console.service.staff.record(request.user, f"closed_{data.reason}", handoff_id)


@post(
    "/heartbeat",
    status_code=204,
    summary="Somebody is at this console",
    responses={**_NOBODY, **_FORGED},
)
async def heartbeat(
    request: AnyRequest, console: NamedDependency[Console], data: JSONBody[Beat]
) -> None:
    """The page sends it at each ``ping`` of the stream: only a page that runs can answer.

    It keeps the peer on duty. Only ``active`` keeps the session from ending.
    """
    if data.active:
        await console.sessions.staff(request)
    await console.service.presence.heartbeat(request.user)


@get(
    "/stream",
    summary="Events of the line and of my conversations",
    media_type="text/event-stream",
    responses=_NOBODY,
)
async def stream(
    request: AnyRequest, console: NamedDependency[Console], last_seen: LastSeen = None
) -> ServerSentEvent:
    """Events ``hello``, ``queue``, ``entries``, ``typing``, ``left``, ``ping``, ``signed_out``.

    ``Last-Event-ID`` resumes; without it the messages of all my conversations come first.
    """
    token = console.sessions.token(request) or ""
    watch = Watch(console.service, request.user, token, last_seen or "")
    return ServerSentEvent(watch.events(), retry_duration=2000)
