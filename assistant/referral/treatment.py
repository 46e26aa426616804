"""The treatment locator of SAMHSA FindTreatment.gov: one search, bounded in every way.

``GET {base}/locator/exportsAsJson/v2`` with ``sAddr=latitude,longitude``, a distance limit in
metres and at most 25 rows, nearest first. The source answers slowly, answers malformed requests
with text behind a 200, and answers a wrong place without a word; each of these becomes
:class:`TreatmentUnavailable`, never an invented or a faraway place. Where a person is goes to the
source in the request and nowhere else: not into a log, not into an exception.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import httpx

from assistant.clock import Clock, SystemClock
from assistant.referral import fetch, sites
from assistant.referral import payment as payments
from assistant.referral.facility import Facility, UnusableRow, parse
from assistant.referral.gazetteer import miles_between
from assistant.referral.places import Place

Need = Literal["sa", "mh", "both"]
Reason = Literal["slow", "down", "busy", "refused", "unreadable", "elsewhere"]

PATH = "/locator/exportsAsJson/v2"
WIDENING = (10, 25, 50, 100)
PAGE_SIZE = 25
_METRES = 1609.344


class TreatmentUnavailable(Exception):
    """The source could not be asked. ``reason`` is one word; there is nothing of a person in it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Search:
    """What was found within ``miles``, nearest first; ``widened`` when that is more than asked.

    No facilities means: the source was asked out to ``miles`` and lists none.
    """

    facilities: tuple[Facility, ...]
    miles: int
    widened: bool
    asked_at: datetime


class TreatmentLocator:
    """Asks the locator over ``http``. ``limit`` is the longest a whole search takes, in seconds."""

    def __init__(
        self,
        base_url: str,
        http: httpx.AsyncClient,
        *,
        limit: float = 6.0,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        fetch.keep_addresses_out_of_logs()
        self._url = base_url.rstrip("/") + PATH
        self._http = http
        self._limit = limit
        self._clock = clock or SystemClock()
        self._jitter = jitter

    async def search(
        self,
        place: Place,
        need: Need = "both",
        payment: str | None = None,
        miles: int = WIDENING[0],
        *,
        telehealth: bool = False,
    ) -> Search:
        """Facilities near ``place``, looking further (to 100 miles) while there are none.

        ``payment`` is one of :func:`assistant.referral.payment.codes`; an unknown one raises
        ``UnknownPayment``. Raises :class:`TreatmentUnavailable` when the source cannot be asked.
        """
        wanted = _Wanted(payments.get(payment) if payment else None, telehealth)
        miles = max(1, min(int(miles), 500))
        try:
            return await asyncio.wait_for(
                self._widening(place, need, wanted, miles), timeout=self._limit
            )
        except asyncio.TimeoutError:
            raise TreatmentUnavailable("slow") from None
        except fetch.FetchFailed as failure:
            raise TreatmentUnavailable(failure.reason) from None

    async def _widening(self, place: Place, need: Need, wanted: _Wanted, miles: int) -> Search:
        asked_at = self._clock.now()
        steps = [miles, *(step for step in WIDENING if step > miles)]
        radius = miles
        found: list[Facility] = []
        for radius in steps:
            found = await self._within(place, need, wanted, radius, wanted.codes)
            if found:
                break
        if not found and wanted.codes:
            # The source's codes are known from its guide of 2025 and may have been renamed; its
            # rows say the same in words, so ask once without codes before saying "none".
            found = await self._within(place, need, wanted, radius, ())
            reach = max((facility.miles or 0.0 for facility in found), default=float(radius))
            radius = next((step for step in steps if step >= reach), radius)
        today = asked_at.date()
        facilities = tuple(replace(facility, asked_on=today) for facility in found)
        return Search(facilities, radius, radius > miles, asked_at)

    async def _within(
        self, place: Place, need: Need, wanted: _Wanted, radius: int, codes: tuple[str, ...]
    ) -> list[Facility]:
        parameters = {
            "sAddr": f"{place.latitude:.2f},{place.longitude:.2f}",
            "limitType": "2",
            "limitValue": f"{radius * _METRES:.2f}",
            "sType": need,
            "sort": "0",
            "page": "1",
            "pageSize": str(PAGE_SIZE),
        }
        if codes:
            parameters["sCodes"] = ",".join(codes)
        answer = await fetch.json(self._http, self._url, parameters, jitter=self._jitter)
        rows = answer.get("rows") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise TreatmentUnavailable("unreadable")
        facilities = _readable(rows)
        if rows and not facilities:
            raise TreatmentUnavailable("unreadable")
        reachable = _reachable(facilities, place, radius)
        fitting = [found for found in sites.merge(reachable) if wanted.fits(found, need)]
        return sorted(fitting, key=lambda found: radius if found.miles is None else found.miles)


@dataclass(frozen=True)
class _Wanted:
    payment: payments.Payment | None
    telehealth: bool

    @property
    def codes(self) -> tuple[str, ...]:
        codes = (self.payment.code,) if self.payment and self.payment.asked else ()
        return (*codes, "TELE") if self.telehealth else codes

    def fits(self, facility: Facility, need: Need) -> bool:
        """The source's own filters are checked again: a code it does not know filters nothing."""
        if self.payment and not self.payment.accepted_by(facility):
            return False
        if self.telehealth and not facility.telehealth:
            return False
        other = {"sa": "MH", "mh": "SA", "both": ""}[need]
        return facility.kinds != {other}


def _readable(rows: list[object]) -> list[Facility]:
    facilities = []
    for row in rows[: PAGE_SIZE * 2]:
        try:
            facilities.append(parse(row))
        except UnusableRow:
            continue
    return facilities


def _reachable(facilities: list[Facility], place: Place, radius: int) -> list[Facility]:
    """The facilities within the radius, each with its distance where it can be known.

    With latitude and longitude changed over the source measures from the other end of the world
    and does not say so. Its ``miles`` and our own measure must therefore both be in reach. When
    no row is, the answer is for another place; a stray among good rows is left out. Hidden homes
    have no coordinates: they count only beside rows that can be checked.
    """
    reach = radius * 1.1 + 2  # our place is rounded, and the middle of its ZIP area
    measured = [_measured(facility, place) for facility in facilities]
    far = [facility for facility, miles in measured if miles is not None and miles > reach]
    near = [facility for facility, miles in measured if miles is not None and miles <= reach]
    if far and not near:
        raise TreatmentUnavailable("elsewhere")
    return [facility for facility, miles in measured if near and (miles or 0.0) <= reach]


def _measured(facility: Facility, place: Place) -> tuple[Facility, float | None]:
    """The facility with a distance, and the larger of the source's distance and ours."""
    if facility.latitude is None or facility.longitude is None:
        return facility, facility.miles
    own = miles_between(place.latitude, place.longitude, facility.latitude, facility.longitude)
    if facility.miles is None:
        return replace(facility, miles=round(own, 1)), own
    return facility, max(own, facility.miles)
