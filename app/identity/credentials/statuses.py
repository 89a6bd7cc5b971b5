"""What became of credentials: revoked, suspended with their holder's account, or still good.

The account is asked at the moment of use: nobody writes into a list that a holder has died.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from app.identity import accounts, wallet
from app.identity.credentials import status_lists
from app.identity.credentials.status_lists import ENTRIES, Status
from app.identity.models import Account, Credential, WalletDocument
from app.identity.sources import lapsed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.platform.world import World

#: Odd, so that multiplying by it is one to one: neighbours of a list are given out far apart.
_STRIDE: Final = 48_271
_ENDED: Final = frozenset({"closed"})


def place(credential_id: int) -> tuple[int, int]:
    """Return the number of a credential's status list, and its index there."""
    number, within = divmod(credential_id, ENTRIES)
    return number, within * _STRIDE % ENTRIES


def at(number: int, index: int) -> int:
    """Return the id of the credential at an index of a list: the way back from `place`."""
    return number * ENTRIES + index * pow(_STRIDE, -1, ENTRIES) % ENTRIES


def address(world: World, number: int) -> str:
    """Return where a status list stands, for good."""
    return f"{world.issuer}/v1/status-lists/{number}"


def of_list(session: Session, number: int, today: dt.date) -> dict[int, Status]:
    """Return every entry of a list that is not valid, by index. Statements do not grow with it."""
    of_this = (Credential.id >= number * ENTRIES, Credential.id < (number + 1) * ENTRIES)
    found = _statuses(session, of_this, today)
    return {place(each)[1]: status for each, status in found.items() if status}


def of(session: Session, credential_id: int, today: dt.date) -> Status:
    """Return the status of one credential; of one that there is not, invalid."""
    found = _statuses(session, (Credential.id == credential_id,), today)
    return found.get(credential_id, Status.INVALID)


def token(session: Session, world: World, number: int, now: dt.datetime) -> str:
    """Return a signed status list as it stands."""
    return status_lists.token(
        world.signer("credential"),
        address(world, number),
        of_list(session, number, world.today),
        int(now.timestamp()),
    )


def _statuses(
    session: Session, of_these: Iterable[ColumnElement[bool]], today: dt.date
) -> dict[int, Status]:
    """Return the status of credentials by id.

    1. Revoked, or its document is no longer integrated: invalid.
    2. The document's own last day is past: invalid.
    3. What the account's standing makes of it.
    """
    document = (WalletDocument.state, WalletDocument.expires_on)
    rows = session.execute(
        select(Credential.id, Credential.revoked_at, Account.citizen_id, *document)
        .join(WalletDocument, WalletDocument.id == Credential.document_id)
        .join(Account, Account.id == WalletDocument.account_id)
        .where(*of_these)
    ).all()
    standing = _standing(session, {row.citizen_id for row in rows}, today)
    return {
        row.id: Status.INVALID
        if row.revoked_at is not None or row.state != "integrated" or lapsed(row.expires_on, today)
        else standing[row.citizen_id]
        for row in rows
    }


def _standing(session: Session, citizen_ids: Iterable[int], today: dt.date) -> dict[int, Status]:
    """Return what an account's standing makes of its credentials, by citizen."""
    ids = list(citizen_ids)
    rows = [found for each in ids if (found := accounts.of(session, each)) is not None]
    return {
        citizen_id: _of_account(standing)
        for citizen_id, standing in accounts.standings(session, rows, today).items()
    }


def _of_account(standing: accounts.Standing) -> Status:
    if standing.usable and standing.level >= wallet.LEVEL:
        return Status.VALID
    return Status.INVALID if standing.state in _ENDED else Status.SUSPENDED
