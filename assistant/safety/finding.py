"""What the screen says of one message."""

from __future__ import annotations

from typing import Literal

import msgspec

Tier = Literal["none", "third_party", "passive", "active", "imminent"]

TIERS: tuple[Tier, ...] = ("none", "third_party", "passive", "active", "imminent")
"""From calm to danger. ``third_party`` is danger to somebody else; it ranks by its own answer."""

CATEGORIES = (
    "none",
    "suicide_active",
    "suicide_passive",
    "self_harm",
    "overdose_medical",
    "abuse_violence",
    "violence_to_others",
    "psychosis_emergency",
    "third_party_crisis",
    "denial_with_risk",
    "hopeless_intent_context",
)


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tier, a category, a score from 0 to 1, and the ids of the rules that fired.

    ``why`` never holds the person's words. ``answer`` names the block of ``responses.yml`` when it
    is not the usual one for the tier and category; ``language`` is the language of the danger.
    """

    tier: Tier = "none"
    category: str = "none"
    score: float = 0.0
    why: tuple[str, ...] = ()
    answer: str = ""
    language: str = "en"

    def __bool__(self) -> bool:
        """True when there is something to answer."""
        return self.tier != "none"


NOTHING = Finding()
