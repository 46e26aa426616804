from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from assistant.clock import FakeClock
from assistant.referral.places import Place, Places
from assistant.referral.treatment import TreatmentLocator
from tests.fakes.findtreatment import FRESNO, FakeFindTreatment


@pytest.fixture(scope="session")
def places() -> Places:
    return Places.load()


@pytest.fixture
def fresno() -> Place:
    return Place("Fresno, CA", *FRESNO)


@pytest.fixture
async def fake() -> AsyncIterator[FakeFindTreatment]:
    async with FakeFindTreatment() as started:
        yield started


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def locator(fake: FakeFindTreatment, http: httpx.AsyncClient) -> TreatmentLocator:
    """The real locator in front of the fake; its waits between tries are short but real."""
    return TreatmentLocator(fake.url, http, clock=FakeClock(), jitter=lambda: 0.0)
