"""THE table of chip verdicts: what a verification of a card's chip comes to, as one word.

The table is data: the first row that fits decides, and the docs are printed from it. What concerns
the chip itself comes first, for a forged card says nothing about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, NamedTuple

from app.identity.cards import Standing
from app.identity.chip.passive import Chain, Revocation

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.identity.biometrics import Match
    from app.identity.chip.passive import Passive, Signer
    from app.platform.errors import Language


#: What a grant may allow to be checked, in the order of the answer.
CHECKS: Final = (
    "passive_authentication",
    "active_authentication",
    "card_status",
    "person_status",
    "face",
)


@unique
class ChipVerdict(StrEnum):
    """The verification as a whole."""

    GENUINE = "genuine"
    UNTRUSTED_SIGNER = "untrusted_signer"
    SIGNER_NOT_IN_FORCE = "signer_not_in_force"
    REVOKED_SIGNER = "revoked_signer"
    TAMPERED = "tampered"
    CLONE = "clone"
    CHALLENGE_NOT_VALID = "challenge_not_valid"
    CARD_NOT_FOUND = "card_not_found"
    HOLDER_DECEASED = "holder_deceased"
    HOLDER_MISSING = "holder_missing"
    HOLDER_UNDER_REVIEW = "holder_under_review"
    NOT_ISSUED = "not_issued"
    EXPIRED = "expired"
    LOST = "lost"
    DAMAGED = "damaged"
    HELD = "held"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    NUMBER_CANCELLED = "number_cancelled"
    FACE_NOT_LIVE = "face_not_live"
    FACE_UNUSABLE = "face_unusable"
    FACE_MISMATCH = "face_mismatch"
    CARD_NOT_VALID = "card_not_valid"


@unique
class Active(StrEnum):
    """What Active Authentication found."""

    PROVED = "proved"
    NOT_PROVED = "not_proved"
    CHALLENGE_NOT_VALID = "challenge_not_valid"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that the checks found; None is what was not asked, or what there is nothing to ask of.

    `passive` is None where a signer's certificate stands alone, `card` and `person` where the
    evidence is of no card of this number.
    """

    passive: Passive | None
    signer: Signer
    active: Active
    card: Standing | None
    person: str | None
    face: Match | None


class Row(NamedTuple):
    """One row: when it fits, the verdict, and what that means.

    `of_registry`: it tells what only the registry knows. Callers who may not be told get
    `card_not_valid` instead.
    """

    verdict: ChipVerdict
    fits: Callable[[Found], bool]
    meaning_vi: str
    meaning_en: str
    of_registry: bool = True


def _card(standing: Standing) -> Callable[[Found], bool]:
    return lambda found: found.card is standing


def _person(state: str) -> Callable[[Found], bool]:
    return lambda found: found.person == state


def _face(*verdicts: str) -> Callable[[Found], bool]:
    return lambda found: found.face is not None and found.face.verdict in verdicts


ROWS: Final = (
    Row(
        ChipVerdict.UNTRUSTED_SIGNER,
        lambda found: found.signer.chain is Chain.UNTRUSTED,
        "Không cơ quan cấp chứng thư nào được tin cậy xác nhận người ký thẻ này.",
        "No authority that is trusted vouches for whoever signed this card.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.SIGNER_NOT_IN_FORCE,
        lambda found: found.signer.chain is Chain.NOT_IN_FORCE,
        "Chứng thư của người ký thẻ không có hiệu lực vào ngày này.",
        "The signer's certificate is not in force on this day.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.REVOKED_SIGNER,
        lambda found: found.signer.revocation is not Revocation.GOOD,
        "Chứng thư của người ký thẻ đã bị thu hồi.",
        "The signer's certificate has been revoked.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.TAMPERED,
        lambda found: found.passive is not None and not found.passive.is_intact,
        "Dữ liệu trên chip không phải dữ liệu đã được ký.",
        "What is on the chip is not what was signed.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.CLONE,
        lambda found: found.active is Active.NOT_PROVED,
        "Chip không có khóa bí mật của thẻ: dữ liệu đã bị sao chép.",
        "The chip does not have the card's private key: its files were copied.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.CHALLENGE_NOT_VALID,
        lambda found: found.active is Active.CHALLENGE_NOT_VALID,
        "Thử thách không phải của dịch vụ này cấp cho bạn, đã dùng hoặc đã quá 60 giây.",
        "The challenge was not issued to you here, or it was used, or its 60 seconds are over.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.CARD_NOT_FOUND,
        lambda found: found.card is None,
        "Không có thẻ nào như vậy được cấp cho số định danh này.",
        "No such card was issued to this number.",
    ),
    Row(
        ChipVerdict.HOLDER_DECEASED,
        _card(Standing.HOLDER_DECEASED),
        "Chủ thẻ đã chết.",
        "The holder has died.",
    ),
    Row(
        ChipVerdict.NOT_ISSUED,
        _card(Standing.NOT_ISSUED),
        "Thẻ chưa được trao cho công dân.",
        "The card has not been given to its holder.",
    ),
    Row(ChipVerdict.EXPIRED, _card(Standing.EXPIRED), "Thẻ đã hết hạn.", "The card has expired."),
    Row(
        ChipVerdict.LOST,
        _card(Standing.LOST),
        "Thẻ đã được báo mất.",
        "The card was reported lost.",
    ),
    Row(
        ChipVerdict.DAMAGED,
        _card(Standing.DAMAGED),
        "Thẻ đã được báo hỏng.",
        "The card was reported damaged.",
    ),
    Row(
        ChipVerdict.HELD,
        _card(Standing.HELD),
        "Thẻ đang bị tạm giữ.",
        "The card is held by an authority.",
    ),
    Row(
        ChipVerdict.REVOKED, _card(Standing.REVOKED), "Thẻ đã bị thu hồi.", "The card was revoked."
    ),
    Row(
        ChipVerdict.SUPERSEDED,
        _card(Standing.SUPERSEDED),
        "Công dân đã được cấp thẻ khác.",
        "The holder was given another card.",
    ),
    Row(
        ChipVerdict.NUMBER_CANCELLED,
        _card(Standing.NUMBER_CANCELLED),
        "Số định danh trên thẻ đã bị hủy.",
        "The number on the card was cancelled.",
    ),
    Row(
        ChipVerdict.HOLDER_MISSING,
        _person("missing"),
        "Chủ thẻ bị tuyên bố mất tích.",
        "The holder is declared missing.",
    ),
    Row(
        ChipVerdict.HOLDER_UNDER_REVIEW,
        _person("under_review"),
        "Hồ sơ của chủ thẻ đang được xác minh.",
        "The holder's record is under review.",
    ),
    Row(
        ChipVerdict.FACE_NOT_LIVE,
        _face("spoof"),
        "Khuôn mặt không phải của người đang có mặt.",
        "The face is not that of somebody present.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.FACE_UNUSABLE,
        _face("no_sample", "low_quality", "unreadable"),
        "Không có khuôn mặt, ảnh quá kém hoặc mẫu không đọc được.",
        "There is no face, its picture is too poor, or the token cannot be read.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.FACE_MISMATCH,
        _face("no_match"),
        "Khuôn mặt là của người khác.",
        "The face is somebody else's.",
        of_registry=False,
    ),
    Row(
        ChipVerdict.GENUINE,
        lambda _found: True,
        "Mọi điều được kiểm tra đều đúng.",
        "All that was checked is right.",
        of_registry=False,
    ),
)


def decide(found: Found) -> Row:
    """Return the first row that fits."""
    return next(row for row in ROWS if row.fits(found))


def told(row: Row, *, in_detail: bool) -> ChipVerdict:
    """Return what a caller is told of a row."""
    return ChipVerdict.CARD_NOT_VALID if row.of_registry and not in_detail else row.verdict


def table_markdown(language: Language) -> str:
    """Print the table, for the docs."""
    heads = {
        "en": "| verdict | without detail | meaning |",
        "vi": "| kết luận | không chi tiết | nghĩa |",
    }
    lines = [heads[language], "|---|---|---|"]
    for row in ROWS:
        meaning = row.meaning_en if language == "en" else row.meaning_vi
        lines.append(f"| `{row.verdict}` | `{told(row, in_detail=False)}` | {meaning} |")
    return "\n".join(lines) + "\n"
