"""What looks as if it led to a person, and what does not."""

from __future__ import annotations

import pytest

from pbapp.assets.adding.personal import looks_personal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ring Rosa on 07700 900123", "phone"),
        ("Ring +44 (0)7700 900 123", "phone"),
        ("01236-000-000", "phone"),
        ("write to rosa@example.org.", "email"),
        ("Open 10:00 to 12:00, 0141 is the code", None),
        ("Since 01/02/2020, room 012", None),
        ("Charity SC012345, 20 people", None),
        ("@home on Fridays", None),
        ("0" * 9_999 + "x", None),
    ],
)
def test_numbers_and_addresses_are_seen_and_other_numbers_are_not(
    text: str, kind: str | None
) -> None:
    assert looks_personal({"summary": text}).get("summary") == kind


def test_what_is_shown_with_consent_anyway_is_no_matter() -> None:
    texts = {"summary": "Ring 01236 000 000", "story": "Desk@Example.org"}
    assert looks_personal(texts, ("+44 1236 000000", "desk@example.org")) == {}
