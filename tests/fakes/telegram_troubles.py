"""The ways the fake Bot API can be told to fail."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.telegram_world import Json


@dataclass(frozen=True)
class Flood:
    """429 with ``retry_after``."""

    retry_after: int = 1


@dataclass(frozen=True)
class Broken:
    """An error of the server (``ok: false``) or, with ``body``, of something in front of it."""

    status: int = 500
    body: bytes | None = None


@dataclass(frozen=True)
class Refuse:
    """A refusal with the words given."""

    code: int
    description: str


@dataclass(frozen=True)
class Stall:
    """The request is read, processed or not, and never answered."""

    processed: bool = False


@dataclass(frozen=True)
class Slow:
    """Processed at once, answered after ``seconds``."""

    seconds: float


@dataclass(frozen=True)
class Sever:
    """The connection is cut, before or after the request was processed."""

    processed: bool = False


Trouble = Flood | Broken | Refuse | Stall | Slow | Sever


@dataclass
class _Order:
    method: str
    trouble: Trouble
    times: int
    chat: int | None


class Troubles:
    """What was ordered, in order."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []

    def order(self, method: str, trouble: Trouble, times: int, chat: int | None) -> None:
        self._orders.append(_Order(method, trouble, times, chat))

    def take(self, method: str, params: Json) -> Trouble | None:
        """The trouble that this call meets, if any."""
        for order in self._orders:
            here = order.chat is None or str(order.chat) == str(params.get("chat_id"))
            if order.times > 0 and order.method == method and here:
                order.times -= 1
                return order.trouble
        return None
