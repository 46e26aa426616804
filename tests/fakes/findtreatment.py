"""A stand-in for the FindTreatment.gov locator, over a real socket.

It speaks the published contract of ``GET /locator/exportsAsJson/v2`` with rows that are invented,
and can be told to fail, stall, repeat itself, cut an answer off and lie. Start it in the running
event loop (``async with FakeFindTreatment() as fake``) or in a thread of its own
(``with FakeFindTreatment().threaded() as fake``); ``fake.url`` is the root to give to
``BESIDE_FINDTREATMENT_URL``. By hand: ``python -m tests.fakes.findtreatment 8099``.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PATH = "/locator/exportsAsJson/v2"
Row = dict[str, Any]

# Invented; the names say so, and 555-01xx numbers are set aside for stories.
FRESNO = (36.75, -119.77)
_LABELS = {
    "MD": ("PAY", "Medicaid"),
    "MC": ("PAY", "Medicare"),
    "PI": ("PAY", "Private health insurance"),
    "SF": ("PAY", "Cash or self-payment"),
    "MI": ("PAY", "Federal military insurance (e.g., TRICARE)"),
    "NP": ("PAY", "No payment accepted"),
    "SS": ("PYAS", "Sliding fee scale (fee is based on income and other factors)"),
    "SI": ("PAY", "State-financed health insurance plan other than Medicaid"),
    "PEER": ("RSS", "Mentoring/peer support"),
    "TELE": ("TAP", "Telemedicine/telehealth therapy"),
    "OP": ("SET", "Outpatient"),
    "OIT": ("SET", "Intensive outpatient treatment"),
    "RES": ("SET", "Residential/24-hour residential"),
    "DT": ("TC", "Detoxification"),
    "SA": ("TC", "Substance use treatment"),
    "MH": ("TC", "Mental health treatment"),
}
_CATEGORIES = {
    "TC": "Type of Care",
    "SET": "Service Setting (e.g., Outpatient, Residential, Inpatient, etc.)",
    "TAP": "Treatment Approaches",
    "PAY": "Payment/Insurance/Funding Accepted",
    "PYAS": "Payment Assistance Available",
    "RSS": "Recovery Support Services",
}


def row(
    name: str,
    kind: str = "SA",
    *,
    at: tuple[float, float] = FRESNO,
    offers: tuple[str, ...] = ("OP", "MD"),
    **fields: object,
) -> Row:
    """An invented row in the source's form; ``offers`` are service codes, ``fields`` override."""
    services: dict[str, list[str]] = {}
    for code in (*((kind,) if kind in _LABELS else ()), *offers):
        category, label = _LABELS[code]
        services.setdefault(category, []).append(label)
    made: Row = {
        "name1": name,
        "name2": "",
        "street1": "100 Nowhere Street",
        "street2": None,
        "city": "Fresno",
        "state": "CA",
        "zip": "93701",
        "phone": "(559) 555-0100",
        "intake1": None,
        "hotline1": None,
        "website": "www.example.org",
        "latitude": str(at[0]),
        "longitude": str(at[1]),
        "typeFacility": kind,
        "services": [
            {"f1": _CATEGORIES[category], "f2": category, "f3": "; ".join(labels)}
            for category, labels in services.items()
        ],
    }
    return {**made, **fields}


def town() -> list[Row]:
    """A handful of invented places in and around Fresno."""
    return [
        row(
            "Made-Up Harbor House",
            street1="11 Invented Avenue",
            offers=("OP", "OIT", "MD", "SS", "PEER"),
            phone="559-555-0111",
            intake1="559-555-0112 x4",
            at=(36.751, -119.775),
        ),
        row(
            "Imaginary Valley Counseling",
            "MH",
            street1="22 Pretend Road",
            offers=("OP", "PI", "MC", "TELE"),
            phone="559-555-0121",
            at=(36.78, -119.80),
        ),
        row(
            "Storybook Recovery Ranch",
            street1="33 Fable Lane",
            offers=("RES", "DT", "PI", "SF"),
            phone="559-555-0131",
            at=(36.95, -119.60),
        ),
    ]


@dataclass
class _Trouble:
    times: int
    answer: Callable[[asyncio.StreamWriter, dict[str, str]], Awaitable[None]]


class FakeFindTreatment:
    """The server. ``rows`` is what it lists; ``requests`` the parameters of each call it got."""

    def __init__(self, rows: list[Row] | None = None, port: int = 0) -> None:
        self.rows = town() if rows is None else rows
        self.requests: list[dict[str, str]] = []
        self.url = ""
        self.knows_codes = True
        self.reversed = False
        self.repeats = 1
        self._troubles: list[_Trouble] = []
        self._port = port
        self._server: asyncio.AbstractServer | None = None
        self._open: set[asyncio.Task[None]] = set()

    # What it can be told; each lasts for ``times`` calls, in the order told.
    def fail(self, status: int = 503, times: int = 1, **headers: str) -> None:
        """Answer with ``status`` and headers (``retry_after="1"``)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(writer: asyncio.StreamWriter, _: dict[str, str]) -> None:
            _send(writer, status, b"the server is having a bad day", "text/plain", named)

        self._troubles.append(_Trouble(times, answer))

    def stall(self, seconds: float = 60.0, times: int = 1) -> None:
        """Take the request and say nothing for ``seconds``."""

        async def answer(writer: asyncio.StreamWriter, asked: dict[str, str]) -> None:
            await asyncio.sleep(seconds)
            _send(writer, 200, self._body(asked))

        self._troubles.append(_Trouble(times, answer))

    def cut_off(self, times: int = 1) -> None:
        """Break the connection in the middle of the body."""

        async def answer(writer: asyncio.StreamWriter, asked: dict[str, str]) -> None:
            body = self._body(asked)
            _send(writer, 200, body[: len(body) // 2], length=len(body))

        self._troubles.append(_Trouble(times, answer))

    def say(self, body: bytes, content_type: str = "application/json", times: int = 1) -> None:
        """Answer 200 with exactly ``body``."""

        async def answer(writer: asyncio.StreamWriter, _: dict[str, str]) -> None:
            _send(writer, 200, body, content_type)

        self._troubles.append(_Trouble(times, answer))

    def pour(self, megabytes: int, times: int = 1) -> None:
        """Answer 200 with a readable body of that size."""
        filler = b"x" * (megabytes * 2**20)
        self.say(
            b'{"rows": [{"name1": "Flood", "miles": 1, "name2": "' + filler + b'"}]}', times=times
        )

    async def __aenter__(self) -> FakeFindTreatment:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    @contextmanager
    def threaded(self) -> Iterator[FakeFindTreatment]:
        """Run in a thread of its own, for tests that have no event loop."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.__aexit__(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await self._answer(writer, *head.split(" ", 2)[:2])
            await writer.drain()
        writer.close()
        self._open.discard(task)

    async def _answer(self, writer: asyncio.StreamWriter, method: str, target: str) -> None:
        parts = urlsplit(target)
        if method != "GET" or parts.path != PATH:
            return _send(writer, 404, b"not found", "text/plain")
        asked = dict(parse_qsl(parts.query))
        self.requests.append(asked)
        if self._troubles:
            trouble = self._troubles[0]
            trouble.times -= 1
            if trouble.times == 0:
                self._troubles.pop(0)
            return await trouble.answer(writer, asked)
        return _send(writer, 200, self._body(asked))

    def _body(self, asked: dict[str, str]) -> bytes:
        try:
            here = [float(part) for part in asked["sAddr"].strip("\"'").split(",")]
            metres = float(asked["limitValue"]) if asked.get("limitType") == "2" else math.inf
            page, size = int(asked.get("page", 1)), int(asked.get("pageSize", 30))
            latitude, longitude = reversed(here) if self.reversed else here
        except (KeyError, ValueError):
            return b"Invalid parameters"  # the source says so behind a 200
        found = []
        for listed in self.rows:
            miles = _miles(latitude, longitude, listed)
            if not self._matches(listed, asked):
                continue
            if self.reversed or miles is None or miles * 1609.344 <= metres:
                found.append({**listed, **({} if miles is None else {"miles": round(miles, 2)})})
        found.sort(key=lambda one: one.get("miles") or 0)
        found = [one for one in found for _ in range(self.repeats)]
        rows = found[(page - 1) * size : page * size]
        answer = {
            "page": page,
            "totalPages": math.ceil(len(found) / size),
            "recordCount": len(found),
            "rows": [{"_irow": at, **one} for at, one in enumerate(rows, 1)],
        }
        return json.dumps(answer).encode()

    def _matches(self, listed: Row, asked: dict[str, str]) -> bool:
        kind = asked.get("sType", "").strip("\"'").upper()
        listed_kind = listed.get("typeFacility") or listed.get("type_facility")
        if kind in ("SA", "MH") and listed_kind not in (kind, "OTP" if kind == "SA" else kind):
            return False
        codes = [code for code in asked.get("sCodes", "").split(",") if code]
        if not self.knows_codes:
            return not codes
        labels = {
            (service["f2"], label.strip())
            for service in listed["services"] or ()
            for label in service["f3"].split(";")
        }
        return all(_LABELS[code] in labels for code in codes if code in _LABELS)


def _miles(latitude: float, longitude: float, listed: Row) -> float | None:
    try:
        there = math.radians(float(listed["latitude"])), math.radians(float(listed["longitude"]))
    except (TypeError, ValueError):
        return None
    here = math.radians(latitude), math.radians(longitude)
    half = math.sin((there[0] - here[0]) / 2) ** 2
    half += math.cos(here[0]) * math.cos(there[0]) * math.sin((there[1] - here[1]) / 2) ** 2
    return 7917.5 * math.asin(min(1.0, math.sqrt(half)))


def _send(
    writer: asyncio.StreamWriter,
    status: int,
    body: bytes,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> None:
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


async def _forever(port: int) -> None:
    async with FakeFindTreatment(port=port) as fake:
        print(fake.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_forever(int(sys.argv[1]) if len(sys.argv) > 1 else 8099))
