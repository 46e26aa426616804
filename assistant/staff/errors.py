"""What can go wrong with a staff account. Every message is a sentence for the reader.

StaffError
├── BadName          the name cannot be used, or nobody has it
├── BadPassphrase    too short, too long, or too easy to guess
├── BadLink          the one-time link is unknown, used, replaced or too old
├── WrongSignIn      the name and the passphrase do not belong together
└── TooManyTries     wait, then try again
"""

from __future__ import annotations


class StaffError(ValueError):
    """Something a person can put right; ``str(error)`` is the sentence that says how."""


class BadName(StaffError):
    """The name cannot be used for an account, or no account has it."""


class BadPassphrase(StaffError):
    """The passphrase cannot be used."""


class BadLink(StaffError):
    """The link does not open anything (any more)."""


class WrongSignIn(StaffError):
    """One sentence for an unknown name and for a wrong passphrase: nothing is given away."""


class TooManyTries(StaffError):
    """Tried too often. ``retry_after`` is in whole seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
