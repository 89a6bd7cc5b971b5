"""The wallet of an account at level 2: documents that were asked for, checked and integrated.

    request → source check → integrated → refreshed … → removed
                           ↘ refused                 ↘ withdrawn by its source

A refusal by the source is a value and is kept: the holder sees why, and may ask again when the
register was put right. What keeps the account from its wallet is an error.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import select, update

from app.identity import accounts, sources
from app.identity.models import Account as AccountRow
from app.identity.models import Credential, WalletDocument, WalletEvent
from app.matching.findings import Verdict
from app.matching.names import compare_name
from app.platform import errors
from app.registry import citizens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.sources import Document, Entry
    from app.registry.citizens import Brief

#: The level of account that has a wallet (Decree 69/2024).
LEVEL: Final = 2

KIND_UNKNOWN = errors.declare(
    code="document-kind-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có loại giấy tờ này",
    title_en="There is no such kind of document",
    next_vi="Xem các loại giấy tờ tại GET /v1/credential-types.",
    next_en="GET /v1/credential-types lists them.",
)
DOCUMENT_UNKNOWN = errors.declare(
    code="document-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Ví không có giấy tờ này",
    title_en="The wallet has no such document",
    next_vi="Xem các giấy tờ trong ví của điện thoại mô phỏng.",
    next_en="List the documents in the simulated phone's wallet.",
)
SEVERAL = errors.declare(
    code="document-number-required",
    kind="conflict",
    fault_of="caller",
    title_vi="Có nhiều giấy tờ cùng loại, cần nêu số",
    title_en="There are several of this kind: say which",
    next_vi="Gửi lại với `number` là số của một trong các giấy tờ đó.",
    next_en="Ask again with the `number` of one of them.",
)
NOT_INTEGRATED = errors.declare(
    code="document-not-integrated",
    kind="conflict",
    fault_of="citizen",
    title_vi="Giấy tờ này không ở trạng thái đã tích hợp",
    title_en="The document is not integrated",
    next_vi="Yêu cầu tích hợp lại; trạng thái và lý do có trong ví.",
    next_en="Ask for it again; the wallet tells its state, and why.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEvent:
    """What happened to a document, and when by the world's clock."""

    kind: str
    reason: str | None
    happened_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document as a wallet has it; `state` is `expired` from the day after `expires_on`."""

    id: int
    kind: str
    number: str
    title_vi: str
    title_en: str
    claims: dict[str, Any]
    expires_on: dt.date | None
    state: str
    reason: str | None
    state_since: dt.date
    history: list[DocumentEvent]


def kind_of(name: str) -> Document:
    """Return a kind of document; raise `document-kind-unknown`."""
    found = sources.all_of_them().get(name)
    if found is None:
        raise KIND_UNKNOWN.error()
    return found


def contents(session: Session, account: Account, today: dt.date) -> list[Held]:
    """Return what the wallet of an account has and had, in the order it was asked for."""
    rows = session.scalars(
        select(WalletDocument)
        .where(WalletDocument.account_id == account.id)
        .order_by(WalletDocument.id)
    ).all()
    return _views(session, rows, today)


def find(session: Session, account: Account, document_id: int, today: dt.date) -> Held:
    """Return one document of an account; raise `document-unknown`."""
    return _views(session, [_row(session, account, document_id)], today)[0]


def usable(session: Session, account: Account, today: dt.date) -> None:
    """Raise the problem that keeps an account from its wallet, if there is one."""
    problem = accounts.require(accounts.standing(session, account, today), LEVEL)
    if problem is not None:
        raise problem.error()


def request(
    session: Session, account: Account, kind: str, number: str | None, today: dt.date
) -> Held:
    """Ask for a document to be integrated, and have its source checked at once.

    1. The account may have a wallet.
    2. The source is asked; of several documents one has to be named.
    3. What the source has is the holder's, and counts today.
    4. It is integrated with what the source says, or refused with the reason.

    Raises `document-kind-unknown`, `document-number-required` and what `usable` raises.
    """
    # 1.
    document = kind_of(kind)
    usable(session, account, today)
    # 2.
    [person] = citizens.read(session, [account.citizen_id])
    entry = _chosen(document.read(session, person, today), number)
    # 3.
    reason = "not_in_source" if entry is None else checked(entry, person)
    # 4.
    row = _kept_row(session, account, kind, number or "" if entry is None else entry.number)
    _note(session, row, "requested", None, today)
    if reason is None and entry is not None:
        _take_over(row, entry, person)
        _move(session, row, "integrated", None, today)
    else:
        _move(session, row, "refused", reason, today)
    return _views(session, [row], today)[0]


def refresh(
    session: Session, account: Account, document_id: int, today: dt.date, now: dt.datetime
) -> Held:
    """Ask the source again; what changed replaces what was, what counts no more is withdrawn.

    Credentials of what was there before are revoked. Raises `document-unknown`,
    `document-not-integrated` and what `usable` raises.
    """
    usable(session, account, today)
    row = _row(session, account, document_id)
    if row.state != "integrated":
        raise NOT_INTEGRATED.error()
    [person] = citizens.read(session, [account.citizen_id])
    entries = kind_of(row.kind).read(session, person, today)
    entry = next((each for each in entries if each.number == row.number), None)
    reason = "not_in_source" if entry is None else checked(entry, person)
    if reason is not None or entry is None:
        revoke(session, [row.id], now)
        _move(session, row, "withdrawn", reason, today)
        return _views(session, [row], today)[0]
    if _take_over(row, entry, person):
        revoke(session, [row.id], now)
        _note(session, row, "refreshed", "changed", today)
    else:
        _note(session, row, "refreshed", None, today)
    return _views(session, [row], today)[0]


def remove(
    session: Session, account: Account, document_id: int, today: dt.date, now: dt.datetime
) -> Held:
    """Take a document out of the wallet, whatever its state; its credentials are revoked."""
    row = _row(session, account, document_id)
    if row.state == "removed":
        raise DOCUMENT_UNKNOWN.error()
    revoke(session, [row.id], now)
    _move(session, row, "removed", None, today)
    return _views(session, [row], today)[0]


def checked(entry: Entry, person: Brief) -> str | None:
    """Return why a source's entry is not to be integrated, None if it is.

    A name that differs in any way is refused: the register has to be put right first.
    """
    if entry.holder_name is not None:
        found = compare_name(entry.holder_name, person.full_name)
        if found.verdict is not Verdict.MATCH:
            return "holder_name_differs"
    return entry.invalid


def revoke(session: Session, document_ids: Sequence[int], now: dt.datetime) -> None:
    """End every credential of these documents; the status list says so from its next copy on."""
    session.execute(
        update(Credential)
        .where(Credential.document_id.in_(document_ids), Credential.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def account_of(session: Session, document_id: int) -> Account:
    """Return the account that a document is in: there is one, for neither is ever deleted."""
    citizen_id = session.scalars(
        select(AccountRow.citizen_id)
        .join(WalletDocument, WalletDocument.account_id == AccountRow.id)
        .where(WalletDocument.id == document_id)
    ).one()
    return cast("Account", accounts.of(session, citizen_id))


def _chosen(entries: list[Entry], number: str | None) -> Entry | None:
    if number is not None:
        return next((entry for entry in entries if entry.number == number), None)
    counting = [entry for entry in entries if entry.invalid is None] or entries
    if len(counting) > 1:
        known = ", ".join(entry.number for entry in counting)
        raise SEVERAL.error(f"the source has {known}", detail_vi=f"nguồn dữ liệu có {known}")
    return next(iter(counting), None)


def _take_over(row: WalletDocument, entry: Entry, person: Brief) -> bool:
    """Have the document say what its source says now, and whether that is something else."""
    said = {
        "personal_number": person.pin,
        "full_name": person.full_name,
        "birth_date": person.birth_date.isoformat(),
        "document_number": entry.number,
        "expires_on": sources.day(entry.expires_on),
        **entry.claims,
    }
    claims = {name: value for name, value in said.items() if value is not None}
    changed = row.claims != claims
    row.claims = claims
    row.expires_on = entry.expires_on
    return changed


def _kept_row(session: Session, account: Account, kind: str, number: str) -> WalletDocument:
    """Return the row of a document, the one it had before if it was asked for already."""
    row = session.scalar(
        select(WalletDocument).where(
            WalletDocument.account_id == account.id,
            WalletDocument.kind == kind,
            WalletDocument.number == number,
        )
    )
    if row is None:
        row = WalletDocument(
            account_id=account.id,
            kind=kind,
            number=number,
            claims={},
            expires_on=None,
            state="refused",
            reason=None,
            state_since=dt.date.min,
        )
        session.add(row)
    return row


def _move(
    session: Session, row: WalletDocument, state: str, reason: str | None, today: dt.date
) -> None:
    row.state, row.reason, row.state_since = state, reason, today
    _note(session, row, state, reason, today)


def _note(
    session: Session, row: WalletDocument, kind: str, reason: str | None, today: dt.date
) -> None:
    if row.state_since == dt.date.min:
        row.state_since = today
    session.flush()
    session.add(WalletEvent(document_id=row.id, kind=kind, reason=reason, happened_on=today))
    session.flush()


def _row(session: Session, account: Account, document_id: int) -> WalletDocument:
    row = session.get(WalletDocument, document_id)
    if row is None or row.account_id != account.id:
        raise DOCUMENT_UNKNOWN.error()
    return row


def _views(session: Session, rows: Sequence[WalletDocument], today: dt.date) -> list[Held]:
    events: dict[int, list[DocumentEvent]] = {row.id: [] for row in rows}
    written = session.scalars(
        select(WalletEvent)
        .where(WalletEvent.document_id.in_(events))
        .order_by(WalletEvent.document_id, WalletEvent.id)
    )
    for each in written:
        events[each.document_id].append(
            DocumentEvent(kind=each.kind, reason=each.reason, happened_on=each.happened_on)
        )
    return [_view(row, events[row.id], today) for row in rows]


def _view(row: WalletDocument, history: list[DocumentEvent], today: dt.date) -> Held:
    document = kind_of(row.kind)
    is_over = row.state == "integrated" and sources.lapsed(row.expires_on, today)
    return Held(
        id=row.id,
        kind=row.kind,
        number=row.number,
        title_vi=document.title_vi,
        title_en=document.title_en,
        claims=dict(row.claims),
        expires_on=row.expires_on,
        state="expired" if is_over else row.state,
        reason=row.reason,
        state_since=row.state_since,
        history=history,
    )
