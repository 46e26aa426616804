from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.referral.contact import Phone, website


@pytest.mark.parametrize(
    ("text", "shown", "href"),
    [
        ("559-555-0100", "559-555-0100", "tel:+15595550100"),
        ("(559) 555-0100", "559-555-0100", "tel:+15595550100"),
        ("+1 559 555 0100", "559-555-0100", "tel:+15595550100"),
        ("1-559-555-0100", "559-555-0100", "tel:+15595550100"),
        ("5595550100", "559-555-0100", "tel:+15595550100"),
        ("559.555.0100", "559-555-0100", "tel:+15595550100"),
        ("559-555-0100 x1", "559-555-0100 ext. 1", "tel:+15595550100;ext=1"),
        ("559-555-0100, ext. 204", "559-555-0100 ext. 204", "tel:+15595550100;ext=204"),
        ("559-555-0100x204", "559-555-0100 ext. 204", "tel:+15595550100;ext=204"),
        ("559-555-HELP", "559-555-4357", "tel:+15595554357"),
        ("559-555-0100 or 559-555-0101", "559-555-0100", "tel:+15595550100"),
        ("call 559-555-0100 (days)", "559-555-0100", "tel:+15595550100"),
    ],
)
def test_a_number_is_read_in_every_form_it_is_written(text: str, shown: str, href: str) -> None:
    phone = Phone.read(text)
    assert phone is not None
    assert (str(phone), phone.href) == (shown, href)


@pytest.mark.parametrize(
    "text",
    ["", "none", "(999) 999-9999", "000-000-0000", "123-456-7890", "222-222-2222", "555-0100", "5"],
)
def test_a_placeholder_or_half_a_number_is_no_number(text: str) -> None:
    assert Phone.read(text) is None


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("http://example.org", "https://example.org"),
        ("https://www.example.org/a/b?c=d", "https://www.example.org/a/b?c=d"),
        ("www.example.org", "https://www.example.org"),
        ("HTTP://Example.ORG/Path", "https://example.org/Path"),
        ("example.org:80/x", "https://example.org/x"),
    ],
)
def test_a_website_gets_its_scheme(text: str, made: str) -> None:
    assert website(text) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n/a",
        "none",
        "javascript:alert(1)",
        "ftp://example.org",
        "https://",
        "https://user:pass@example.org",
        "https://localhost",
        "https://127.0.0.1/",
        "https://example.org:8443",
        "https://exa mple.org",
        "https://example.org/<script>",
        "https://exämple.org",
        "mailto:somebody@example.org",
        "https://[::1]/",
        "https://example.org:99999/",
        "https://example.org/" + "a" * 400,
    ],
)
def test_what_is_no_public_web_address_is_dropped(text: str) -> None:
    assert website(text) == ""


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    made = website(text)
    assert made == "" or made.startswith("https://")
    phone = Phone.read(text)
    assert phone is None or len(phone.digits) == 10
