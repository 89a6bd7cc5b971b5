"""Passcodes: six digits that the holder knows.

The first one derives from the world's root, so that a world of a million costs nothing and an
example stays true. One that its holder chose is kept as a scrypt verifier (RFC 7914).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from itertools import count
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete

from app.identity.account_problems import PASSCODE_FORM
from app.identity.models import AccountPasscode

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.platform.world import World

_FORM: Final = re.compile("[0-9]{6}")
_UP, _DOWN = "01234567890", "09876543210"
#: About 10 ms and 4 MiB: a check runs in the world's writer, where all that writes waits for it.
_COST, _BLOCK, _PARALLEL = 2**12, 8, 1
#: What is checked for somebody without a chosen passcode; nothing is right by it.
_NOBODYS: Final = f"{'00' * 16}${'00' * 32}"


def first(world: World, account_id: int) -> str:
    """Return the passcode an account begins with: the first derived one that may be chosen."""
    root = world.root_key("passcode")
    digests = (hmac.digest(root, f"{account_id}/{n}".encode(), "sha256") for n in count())
    codes = (f"{int.from_bytes(digest, 'big') % 1_000_000:06}" for digest in digests)
    return next(filter(is_acceptable, codes))


def known(session: Session, world: World, account_id: int) -> str | None:
    """Return the passcode if it is still the first one; a chosen one is known to nobody."""
    chosen = session.get(AccountPasscode, account_id)
    return first(world, account_id) if chosen is None else None


def is_right(session: Session, world: World, account_id: int | None, claimed: str) -> bool:
    """Compare a claimed passcode, in constant time. None: nobody's account, nothing is right.

    The work is the same for all, so that no clock tells who has an account, and who of them chose
    a passcode: ask `attempts.barred` before, or whoever guesses keeps the writer busy.
    """
    chosen = None if account_id is None else session.get(AccountPasscode, account_id)
    salt, _, wanted = (_NOBODYS if chosen is None else chosen.verifier).partition("$")
    is_chosen = hmac.compare_digest(_scrypt(claimed, bytes.fromhex(salt)), bytes.fromhex(wanted))
    is_first = hmac.compare_digest(claimed.encode(), first(world, account_id or 0).encode())
    return is_chosen or (is_first and chosen is None and account_id is not None)


def change(session: Session, world: World, account_id: int, new: str, today: dt.date) -> None:
    """Set the passcode that the holder chose. Raises `passcode-form`.

    What is not checked: who asks for it.
    """
    if not is_acceptable(new) or is_right(session, world, account_id, new):
        raise PASSCODE_FORM.error()
    salt = secrets.token_bytes(16)
    verifier = f"{salt.hex()}${_scrypt(new, salt).hex()}"
    row = session.get(AccountPasscode, account_id)
    if row is None:
        row = AccountPasscode(account_id=account_id, verifier=verifier, changed_on=today)
        session.add(row)
    row.verifier, row.changed_on = verifier, today
    session.flush()


def reset(session: Session, account_id: int) -> None:
    """Let the account's first passcode be right again."""
    session.execute(delete(AccountPasscode).where(AccountPasscode.account_id == account_id))


def is_acceptable(code: str) -> bool:
    """Whether somebody may choose it: six digits, not all alike, and not in a row."""
    if _FORM.fullmatch(code) is None or len(set(code)) == 1:
        return False
    return code not in _UP and code not in _DOWN


def _scrypt(claimed: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        claimed.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=2**24, dklen=32
    )
