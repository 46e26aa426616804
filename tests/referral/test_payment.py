from __future__ import annotations

import pytest

from assistant.referral import payment
from assistant.referral.facility import parse
from tests.fakes.findtreatment import row


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("medicaid", "MD"),
        ("I'm on Medi-Cal", "MD"),
        ("medicare and medicaid", "MC"),
        ("I have no insurance", "FREE"),
        ("i cant afford anything", "FREE"),
        ("I don't have any insurance", "FREE"),
        ("free", "FREE"),
        ("private insurance", "PI"),
        ("Blue Cross through work", "PI"),
        ("tricare", "MI"),
        ("VA", "VAF"),
        ("cash", "SF"),
        ("sliding scale", "SS"),
    ],
)
def test_people_say_how_they_pay_in_their_own_words(text: str, code: str) -> None:
    assert payment.recognise(text) == code


@pytest.mark.parametrize(
    "text", ["", "skip", "near Richmond VA", "I feel free today", "nothing helps", "broke my arm"]
)
def test_everyday_words_are_not_taken_for_a_payment(text: str) -> None:
    assert payment.recognise(text) is None


def test_codes_are_read_in_any_letter_case_and_others_are_named_in_the_error() -> None:
    assert payment.get(" md ").code == "MD"
    with pytest.raises(payment.UnknownPayment, match="one of MD, "):
        payment.get("gold")


def test_every_payment_looks_for_something() -> None:
    assert all(payment.get(code).labels for code in payment.codes())


def test_accepted_names_each_way_once() -> None:
    found = parse(row("One", offers=("MD", "SS", "SF")))
    assert payment.accepted(found) == ["Medicaid", "sliding fee by income", "cash"]
