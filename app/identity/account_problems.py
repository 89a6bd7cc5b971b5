"""Why an eID account is not to be had, or not to be used: one problem for each situation.

A problem here is a value as often as an error: who counts failures must commit them, so functions
that check proofs give `Refused` back, and the door tells its problem.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.platform.errors import DancuError, FaultOf, Kind, Problem, declare


@dataclass(frozen=True, slots=True)
class Refused:
    """It was refused, and why; `retry_after` in seconds where waiting helps."""

    problem: Problem
    retry_after: int | None = None

    @property
    def code(self) -> str:
        """The problem's code."""
        return self.problem.code

    def error(self) -> DancuError:
        """Return the error that tells it."""
        return self.problem.error(retry_after=self.retry_after)


def _declare(  # noqa: PLR0913, PLR0917 - a row of a table
    code: str,
    kind: Kind,
    title_vi: str,
    title_en: str,
    next_vi: str,
    next_en: str,
    fault_of: FaultOf = "citizen",
) -> Problem:
    return declare(
        code=code,
        kind=kind,
        fault_of=fault_of,
        title_vi=title_vi,
        title_en=title_en,
        next_vi=next_vi,
        next_en=next_en,
    )


# Who may have an account

NUMBER_NOT_ON_RECORD = _declare(
    "number-not-on-record",
    "unprocessable",
    "Số định danh không có trong Cơ sở dữ liệu quốc gia về dân cư",
    "The personal number is not in the population database",
    "Kiểm tra lại số định danh trên thẻ.",
    "Check the number as it is printed on the card.",
)
IDENTITY_MISMATCH = _declare(
    "identity-mismatch",
    "unprocessable",
    "Họ tên hoặc ngày sinh không khớp với Cơ sở dữ liệu quốc gia về dân cư",
    "Name or date of birth differ from the population database",
    "Khai đúng như trên thẻ, hoặc đề nghị công an điều chỉnh dữ liệu.",
    "State them as on the card, or ask the police to correct the record.",
)
HOLDER_DECEASED = _declare(
    "holder-deceased",
    "forbidden",
    "Chủ thể danh tính đã chết",
    "The holder has died",
    "Tài khoản của người đã chết bị khóa ngay; không thể mở lại.",
    "The account of a person who has died is closed at once, for good.",
    "registry",
)
ACCOUNT_EXISTS = _declare(
    "eid-account-exists",
    "conflict",
    "Đã có tài khoản định danh điện tử ở mức này",
    "There is an eID account of this level already",
    "Dùng tài khoản hiện có, hoặc nâng lên mức 2.",
    "Use the account there is, or have it raised to level 2.",
)
APPLICATION_PENDING = _declare(
    "eid-application-pending",
    "conflict",
    "Hồ sơ về tài khoản này đang được giải quyết",
    "An application about this account is still being decided",
    "Chờ đến ngày hạn (due_on) theo đồng hồ của thế giới, hoặc cho duyệt ngay bằng "
    "`dancu phone decide`, rồi kích hoạt tài khoản.",
    "It is granted on the world's day `due_on`. A world's clock stands still: have it decided "
    "now with `dancu phone decide` (POST …/applications/{id}/decision), then activate.",
)
APPLICATION_UNKNOWN = _declare(
    "eid-application-unknown",
    "not_found",
    "Không có hồ sơ với mã này",
    "There is no application with this id",
    "Dùng mã hồ sơ (id) đã nhận khi nộp.",
    "Use the id that was given when it was filed.",
    "caller",
)
APPLICATION_DECIDED = _declare(
    "eid-application-decided",
    "conflict",
    "Hồ sơ này đã có kết quả",
    "This application has been decided already",
    "Xem kết quả của hồ sơ.",
    "Look at what came of it.",
    "caller",
)
UNDER_AGE = _declare(
    "eid-under-age",
    "unprocessable",
    "Chưa đủ tuổi để có tài khoản ở mức này",
    "Too young for an account of this level",
    "Dưới 6 tuổi chỉ có mức 1; mức 2 từ 6 tuổi (trước 1/7/2024: từ 14 tuổi).",
    "Under 6 there is level 1 only; level 2 is from 6 on (before 1 July 2024: from 14).",
)
REPRESENTATIVE_REQUIRED = _declare(
    "representative-required",
    "unprocessable",
    "Người dưới 14 tuổi, người được giám hộ phải đăng ký qua người đại diện",
    "Somebody under 14 or with a guardian registers through a representative",
    "Cha, mẹ hoặc người giám hộ đăng ký trên tài khoản mức 2 của mình.",
    "A parent or guardian registers them in an own account of level 2.",
)
REPRESENTATION_NOT_PROVABLE = _declare(
    "representation-not-provable",
    "unprocessable",
    "Không chứng minh được quan hệ đại diện",
    "That somebody represents this person is not on record",
    "Đăng ký quan hệ cha, mẹ hoặc giám hộ tại cơ quan hộ tịch trước.",
    "Have parent or guardian entered in the civil-status register first.",
    "registry",
)
REPRESENTATIVE_LEVEL = _declare(
    "representative-level-too-low",
    "forbidden",
    "Người đại diện chưa có tài khoản mức 2 đang dùng được",
    "The representative has no usable account of level 2",
    "Người đại diện nâng tài khoản của mình lên mức 2 trước.",
    "The representative's own account is raised to level 2 first.",
)
NOT_IN_FORCE = _declare(
    "eid-law-not-in-force",
    "unprocessable",
    "Chưa có quy định về tài khoản định danh điện tử vào ngày này",
    "No decree on eID accounts is in force on that day",
    "Dùng thế giới có ngày từ 20/10/2022 (Nghị định 59/2022/NĐ-CP).",
    "Use a world whose clock shows 20 October 2022 or later (Decree 59/2022/NĐ-CP).",
    "caller",
)

# Papers

CARD_MISSING = _declare(
    "card-missing",
    "unprocessable",
    "Chưa có thẻ căn cước còn giá trị",
    "There is no valid identity card",
    "Làm thẻ; có thể đăng ký tài khoản mức 2 cùng lúc.",
    "Apply for a card; an account of level 2 can be applied for with it.",
)
CARD_EXPIRED = _declare(
    "card-expired",
    "forbidden",
    "Thẻ căn cước đã hết hạn",
    "The identity card has expired",
    "Đổi thẻ; tài khoản tự mở khóa khi có thẻ mới.",
    "Have the card renewed: the account is unlocked by the new one.",
)
CARD_LOST = _declare(
    "card-lost",
    "unprocessable",
    "Thẻ căn cước đã báo mất hoặc hỏng",
    "The identity card was reported lost or damaged",
    "Xin cấp lại thẻ trước.",
    "Have the card re-issued first.",
)
CARD_HELD = _declare(
    "card-held",
    "forbidden",
    "Thẻ căn cước đang bị tạm giữ",
    "The identity card is being held",
    "Căn cước điện tử bị khóa cho đến khi thẻ được trả lại (Luật Căn cước, Điều 29, 34).",
    "The account is locked until the card is given back (Law on Identity 2023, Art 29, 34).",
)
CARD_REVOKED = _declare(
    "card-revoked",
    "forbidden",
    "Thẻ căn cước đã bị thu hồi",
    "The identity card has been revoked",
    "Căn cước điện tử bị khóa theo thẻ (Luật Căn cước, Điều 29, 34).",
    "The account is locked with the card (Law on Identity 2023, Art 29, 34).",
)
PERMIT_MISSING = _declare(
    "residence-permit-missing",
    "unprocessable",
    "Không có thẻ thường trú, thẻ tạm trú còn giá trị",
    "There is no valid residence permit",
    "Người nước ngoài cần thẻ thường trú hoặc thẻ tạm trú còn hạn.",
    "A foreigner needs a permanent or temporary residence card in force.",
)
PERMIT_EXPIRED = _declare(
    "residence-permit-expired",
    "forbidden",
    "Hộ chiếu hoặc thời hạn cư trú đã hết",
    "The passport or the residence permit has expired",
    "Gia hạn tại cơ quan quản lý xuất nhập cảnh; tài khoản tự mở khóa.",
    "Have it renewed by the immigration office: the account is unlocked by that.",
)

# The telephone, the code, the face

PHONE_NOT_OWN_NAME = _declare(
    "phone-not-own-name",
    "unprocessable",
    "Số điện thoại không chính chủ",
    "The telephone number is not registered in the holder's own name",
    "Dùng số thuê bao đứng tên mình, hoặc chuẩn hóa thông tin với nhà mạng.",
    "Use a number in one's own name, or have the operator put its record right.",
)
PHONE_BOUND = _declare(
    "phone-bound",
    "conflict",
    "Số điện thoại đã gắn với một tài khoản khác",
    "The telephone number belongs to another account already",
    "Dùng số khác, hoặc gỡ số khỏi tài khoản cũ.",
    "Use another number, or have the other account give it up.",
)
CODE_WRONG = _declare(
    "code-wrong",
    "forbidden",
    "Mã xác thực một lần không đúng",
    "The one-time code is wrong",
    "Nhập mã trong tin nhắn mới nhất, hoặc xin mã mới.",
    "Give the code of the latest message, or ask for a new one.",
)
CODE_EXPIRED = _declare(
    "code-expired",
    "forbidden",
    "Mã xác thực một lần đã hết hạn hoặc đã dùng",
    "The one-time code has expired or been used",
    "Xin mã mới; mỗi mã dùng một lần, trong ba phút.",
    "Ask for a new one: a code is good once, for three minutes.",
)
CODES_TOO_MANY = _declare(
    "codes-too-many",
    "too_many",
    "Đã gửi quá nhiều mã đến số này",
    "Too many codes have been sent to this number",
    "Chờ rồi xin lại.",
    "Wait, then ask again.",
)
FACE_MISMATCH = _declare(
    "face-mismatch",
    "forbidden",
    "Khuôn mặt không khớp với dữ liệu căn cước",
    "The face is not the one on record",
    "Chụp lại; sau năm lần sai phải chờ.",
    "Try again; after five failures one has to wait.",
)
FACE_NOT_LIVE = _declare(
    "face-not-live",
    "forbidden",
    "Không phát hiện người thật trước máy ảnh",
    "No living person was before the camera",
    "Chụp trực tiếp, không dùng ảnh hay mặt nạ.",
    "Face the camera in person: no picture, no mask.",
)
FACE_UNCLEAR = _declare(
    "face-unclear",
    "invalid",
    "Ảnh khuôn mặt không dùng được",
    "The picture of the face cannot be used",
    "Chụp lại ở nơi đủ sáng; gửi đúng mã mẫu của điện thoại mô phỏng.",
    "Try again in better light, and send the token that the simulated phone gives.",
)
FINGERPRINT_MISMATCH = _declare(
    "fingerprint-mismatch",
    "forbidden",
    "Vân tay không khớp hoặc không đọc được",
    "The fingerprint cannot be read, or is not the one on record",
    "Lấy lại vân tay tại quầy.",
    "Take the fingerprint again at the counter.",
)

# Using the account

ACCOUNT_MISSING = _declare(
    "eid-account-missing",
    "forbidden",
    "Không có tài khoản định danh điện tử",
    "There is no eID account",
    "Đăng ký tài khoản mức 1 trên điện thoại, hoặc mức 2 tại công an.",
    "Register for level 1 on the phone, or for level 2 with the police.",
)
NOT_ACTIVATED = _declare(
    "eid-account-not-activated",
    "forbidden",
    "Tài khoản định danh điện tử chưa được kích hoạt",
    "The eID account has not been activated",
    "Kích hoạt trên điện thoại trong bảy ngày kể từ khi nhận thông báo.",
    "Activate it on the phone within seven days of the notice.",
)
ACTIVATION_LAPSED = _declare(
    "eid-activation-lapsed",
    "forbidden",
    "Đã quá bảy ngày kể từ thông báo kích hoạt",
    "Seven days have passed since the notice to activate",
    "Gọi tổng đài hoặc đến công an để nhận thông báo mới.",
    "Ask the hotline or the police for a new notice.",
)
ACTIVATED_ALREADY = _declare(
    "eid-account-activated-already",
    "conflict",
    "Tài khoản đã được kích hoạt",
    "The account has been activated already",
    "Không cần làm gì.",
    "There is nothing to do.",
)
ACCOUNT_LOCKED = _declare(
    "eid-account-locked",
    "forbidden",
    "Tài khoản định danh điện tử đang bị khóa",
    "The eID account is locked",
    "Ai khóa thì người đó mở: chủ tài khoản mở ngay, cơ quan có thẩm quyền mở theo mẫu TK03.",
    "Who locked it unlocks it: the holder at once, an authority by form TK03.",
)
ACCOUNT_CLOSED = _declare(
    "eid-account-closed",
    "forbidden",
    "Tài khoản định danh điện tử đã đóng",
    "The eID account is closed",
    "Tài khoản đã đóng không dùng lại được.",
    "A closed account cannot be used again.",
)
LEVEL_TOO_LOW = _declare(
    "eid-level-too-low",
    "forbidden",
    "Dịch vụ này cần tài khoản định danh điện tử mức 2",
    "This service needs an eID account of level 2",
    "Nâng tài khoản lên mức 2 tại công an.",
    "Have the account raised to level 2 by the police.",
)
NOT_UNLOCKABLE = _declare(
    "eid-lock-not-theirs",
    "forbidden",
    "Khóa này không do chủ tài khoản đặt",
    "This lock was not the holder's",
    "Cơ quan đã khóa phải đề nghị mở (mẫu TK03); khóa theo thẻ mở theo thẻ.",
    "The authority that had it locked asks for the unlocking (form TK03); a card's by the card.",
)
LOCK_STATE = _declare(
    "eid-lock-state",
    "conflict",
    "Tài khoản không ở trạng thái để khóa hoặc mở khóa",
    "The account is not in a state to be locked or unlocked",
    "Xem trạng thái tài khoản trước.",
    "Look at the account's state first.",
)
PASSCODE_WRONG = _declare(
    "passcode-wrong",
    "forbidden",
    "Số định danh hoặc mật mã không đúng",
    "The personal number or the passcode is wrong",
    "Thử lại; sau năm lần sai phải chờ mười lăm phút.",
    "Try again; after five failures one has to wait for fifteen minutes.",
)
PASSCODE_FORM = _declare(
    "passcode-form",
    "invalid",
    "Mật mã mới không dùng được",
    "The new passcode cannot be used",
    "Sáu chữ số, không phải sáu số giống nhau hay dãy liên tiếp, và khác mật mã cũ.",
    "Six digits, neither all alike nor in a row, and not the old one.",
)
LOCKED_OUT = _declare(
    "eid-locked-out",
    "too_many",
    "Sai quá nhiều lần: tạm thời không nhận thêm",
    "Too many failures: no more are heard for a while",
    "Chờ hết thời gian trong Retry-After rồi thử lại.",
    "Wait as long as Retry-After says, then try again.",
)
DEVICE_NOT_ACTIVE = _declare(
    "device-not-active",
    "forbidden",
    "Thiết bị này không còn là thiết bị của tài khoản",
    "This device is not the account's device any more",
    "Mỗi tài khoản dùng trên một thiết bị: đăng nhập lại trên thiết bị mới.",
    "An account is used on one device: sign in again on the new one.",
)
FACTORS_MISSING = _declare(
    "factors-missing",
    "invalid",
    "Không có yếu tố xác thực nào",
    "No factor proves who it is",
    "Gửi ít nhất một yếu tố: mật mã, mã một lần, khuôn mặt, thiết bị hoặc phê duyệt.",
    "Send at least one: passcode, one-time code, face, device or approval.",
    "caller",
)

# Approvals

APPROVAL_UNKNOWN = _declare(
    "approval-unknown",
    "not_found",
    "Không có yêu cầu phê duyệt với mã này",
    "There is no approval with this id",
    "Xem các yêu cầu đang chờ trên điện thoại.",
    "See what is pending on the phone.",
    "caller",
)
APPROVAL_DECIDED = _declare(
    "approval-decided",
    "conflict",
    "Yêu cầu phê duyệt này đã được quyết định",
    "This approval has been decided already",
    "Không cần làm gì; người hỏi có thể hỏi lại.",
    "There is nothing to do; who asked may ask again.",
)
APPROVAL_EXPIRED = _declare(
    "approval-expired",
    "forbidden",
    "Yêu cầu phê duyệt đã hết hạn",
    "The approval has expired",
    "Yêu cầu bên hỏi gửi lại.",
    "Have it asked for again.",
)
APPROVAL_REFUSED = _declare(
    "approval-refused",
    "forbidden",
    "Công dân đã từ chối",
    "The citizen has refused",
    "Tôn trọng lựa chọn của công dân; chỉ hỏi lại khi cần.",
    "Respect the choice; ask again only where there is need.",
)
APPROVAL_PENDING = _declare(
    "approval-pending",
    "forbidden",
    "Công dân chưa phê duyệt",
    "The citizen has not decided yet",
    "Chờ công dân chấp nhận trên điện thoại.",
    "Wait until the citizen accepts on the phone.",
)

# Organisations

ORGANISATION_UNKNOWN = _declare(
    "organisation-unknown",
    "not_found",
    "Không có tổ chức với mã số thuế này",
    "There is no organisation of this tax code",
    "Kiểm tra mã số thuế trong sổ đăng ký tổ chức.",
    "Check the tax code in the register of organisations.",
    "caller",
)
ORGANISATION_ENDED = _declare(
    "organisation-ended",
    "forbidden",
    "Tổ chức đã giải thể hoặc ngừng hoạt động",
    "The organisation has been dissolved or has ceased",
    "Tài khoản của tổ chức đã giải thể bị khóa.",
    "The account of an organisation that is dissolved is locked.",
    "registry",
)
NOT_LEGAL_REPRESENTATIVE = _declare(
    "not-legal-representative",
    "forbidden",
    "Không phải người đại diện theo pháp luật đã đăng ký của tổ chức",
    "Not the organisation's registered legal representative",
    "Người đại diện đã đăng ký thực hiện, hoặc đăng ký thay đổi người đại diện trước.",
    "The one who is registered does it, or the change is registered first.",
)
