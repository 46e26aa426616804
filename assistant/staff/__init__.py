"""Peer specialists and those who look after them: accounts, roles, sessions, audit."""

from __future__ import annotations

from assistant.staff.accounts import StaffAccounts
from assistant.staff.audit import Act, trail
from assistant.staff.errors import (
    BadLink,
    BadName,
    BadPassphrase,
    StaffError,
    TooManyTries,
    WrongSignIn,
)
from assistant.staff.people import ROLES, Account, Staff

__all__ = [
    "ROLES",
    "Account",
    "Act",
    "BadLink",
    "BadName",
    "BadPassphrase",
    "Staff",
    "StaffAccounts",
    "StaffError",
    "TooManyTries",
    "WrongSignIn",
    "trail",
]
