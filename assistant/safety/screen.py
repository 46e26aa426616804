"""The screen (first rules)."""

from __future__ import annotations

from assistant.safety.finding import NOTHING, Finding


class Screen:
    """Reads every message for danger."""

    @classmethod
    def load(cls) -> Screen:
        """Read and check the rules."""
        return cls()

    def read(self, text: str) -> Finding:
        """The most urgent finding in ``text``."""
        low = text.casefold()
        if "kill myself" in low or "suicid" in low or "want to die" in low:
            return Finding("active", "suicide_active", 1.0, ("first",))
        return NOTHING
