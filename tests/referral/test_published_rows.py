"""Every published and captured row we know of is read. The rows lie beside the repository."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.referral import cards, payment
from assistant.referral.facility import parse
from assistant.referral.sites import merge
from tests.referral.test_facility import assert_card_is_safe

DATA = Path(__file__).parents[3] / "shared" / "referral" / "data" / "findtreatment"
FILES = (
    "listing_charlottesville_both_2019.json",
    "listing_charlottesville_sa_2019_rows_only.json",
    "official_guide_v1.9_sample.json",
    "ca_rows_reconstructed_2025.ndjson",
    "ca_residential_flattened_2025.ndjson.gz",
)


def rows(name: str) -> list[dict[str, Any]]:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"captured FindTreatment rows ({name}) are not beside this repository")
    raw = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    if "ndjson" in name:
        found = [json.loads(line) for line in raw.splitlines() if line.strip()]
    else:
        data = json.loads(raw)
        found = data["rows"] if isinstance(data, dict) else data
    if "flattened" in name:
        found = [{**one, "name1": one["name"]} for one in found]
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_row_becomes_a_facility_with_a_card(name: str) -> None:
    found = rows(name)
    assert found
    for one in found:
        facility = parse(one)
        assert facility.city
        assert len(facility.state) == 2
        assert facility.phone is not None or not one.get("phone")
        assert facility.zip.replace("-", "").startswith(str(one["zip"])[:5])
        assert_card_is_safe(cards.facility(facility))


def test_the_guides_sample_is_read_field_by_field() -> None:
    first, second = (parse(one) for one in rows("official_guide_v1.9_sample.json"))
    assert (first.name, first.programme, first.kinds) == (
        "Garrett County Lighthouse",
        "Safe Harbor",
        {"MH"},
    )
    assert payment.accepted(first) == ["Medicaid"]
    assert first.website == ""
    assert second.miles == 1.0
    assert second.website == "https://www.garretthealth.org"
    assert "sliding fee by income" in payment.accepted(second)
    assert payment.get("FREE").accepted_by(second)


def test_the_same_site_listed_twice_is_merged_in_a_real_answer() -> None:
    found = [parse(one) for one in rows("listing_charlottesville_both_2019.json")]
    merged = merge(found)
    assert len(merged) < len(found)
    assert any({"SA", "MH"} <= facility.kinds for facility in merged)


def test_peer_support_is_found_in_old_and_new_wording() -> None:
    old = [parse(one) for one in rows("listing_charlottesville_both_2019.json")]
    new = [parse(one) for one in rows("ca_rows_reconstructed_2025.ndjson")]
    assert sum(facility.peer_support for facility in old) == 9
    assert sum(facility.peer_support for facility in new) == 166


def test_payment_labels_of_every_year_are_known() -> None:
    new = [parse(one) for one in rows("ca_rows_reconstructed_2025.ndjson")]
    counts = {
        code: sum(payment.get(code).accepted_by(facility) for facility in new)
        for code in ("MD", "MC", "PI", "SF", "MI", "NP", "SS")
    }
    expected = {"MD": 67, "MC": 29, "PI": 137, "SF": 171, "MI": 72, "NP": 4, "SS": 32}
    assert counts == expected
