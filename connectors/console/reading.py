"""What a peer may read: the line without texts, and their own conversations."""

from __future__ import annotations

from collections.abc import Iterable

from litestar.exceptions import PermissionDeniedException

from assistant.conversations.transcript import Entry
from assistant.handoff.handoff import Waiting
from assistant.service import Service
from assistant.staff import Staff
from connectors.console.shapes import Handoff, Message, Person, Queue, Sender, Shared

_LEADS = ("supervisor", "admin")
_SENDERS: dict[str, Sender] = {"person": "person", "assistant": "assistant", "peer": "peer"}


def queue(service: Service, rows: Iterable[Waiting], staff: Staff) -> Queue:
    """The line as ``staff`` may see it. The desk gives it in order of risk and time."""
    answer = Queue(service.clock.now(), [], [], [])
    for row in rows:
        if row.staff_id is None:
            answer.waiting.append(_person(row))
        elif row.staff_id == staff.id:
            answer.mine.append(_person(row))
        elif staff.role in _LEADS:
            answer.others.append(_person(row))
    return answer


async def handoff(service: Service, identity: str, staff: Staff) -> Handoff:
    """A conversation of ``staff``; raises ``Gone``, or ``PermissionDeniedException``."""
    row, agreed, asked_seq = await service.handoffs.get(identity)
    if row.staff_id != staff.id:
        # Also for supervisors: people agreed that the peer who takes over reads it, nobody else.
        raise PermissionDeniedException(
            f"{row.staff_name} is with this person."
            if row.staff_name
            else "Take this person over first; then you can read what they shared."
        )
    transcript = None
    if agreed.transcript:
        transcript = await messages(service, row.conversation, staff, until=asked_seq)
    return Handoff(
        id=row.id,
        person=row.mask,
        channel=row.channel,
        risk=row.risk_tier,
        state="peer",
        asked_at=row.requested_at,
        now=service.clock.now(),
        shared=Shared(
            summary=agreed.summary,
            questions=None if agreed.questions is None else list(agreed.questions),
            transcript=transcript,
        ),
        messages=await messages(service, row.conversation, staff, after=asked_seq),
    )


async def messages(
    service: Service,
    conversation: str,
    staff: Staff,
    *,
    after: int = 0,
    until: int | None = None,
    changed_after: int = 0,
) -> list[Message]:
    """The messages after sequence number ``after`` and up to ``until``, in order of sequence.

    ``after`` is where the person agreed: what came before is read only if they shared it.
    """
    found: list[Entry] = []
    revision = changed_after
    while page := await service.transcript.since(conversation, revision, after_seq=after):
        revision = page[-1].revision
        found += page
    return [
        message(entry, staff)
        for entry in sorted(found, key=lambda entry: entry.seq)
        if until is None or entry.seq <= until
    ]


def message(entry: Entry, staff: Staff) -> Message:
    """The message as ``staff`` sees it: their own ones by the name their console gave them."""
    reply, named = entry.reply, entry.client_id or ""
    own = own_prefix(staff)
    mine = entry.author == "peer" and named.startswith(own)
    return Message(
        seq=entry.seq,
        revision=entry.revision,
        sender="me" if mine else _SENDERS.get(entry.author, "system"),
        at=entry.at,
        status=entry.status,
        text=reply.text,
        name=(entry.author_name or "") if entry.author == "peer" else "",
        client_id=named.removeprefix(own) if mine else "",
        extras=(
            *(". ".join((card.title, *card.lines)) for card in reply.cards),
            *(link.label for link in reply.links),
        ),
        choices=tuple(button.title for button in reply.buttons),
        risk=entry.finding_tier or "none",
    )


def own_prefix(staff: Staff) -> str:
    """How the desk begins the name of a message of ``staff``."""
    return f"peer:{staff.id[:8]}:"


def _person(row: Waiting) -> Person:
    return Person(row.id, row.mask, row.channel, row.risk_tier, row.requested_at, row.staff_name)
