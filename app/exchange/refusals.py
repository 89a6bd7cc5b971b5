"""What people are told about each refusal: the gate's reasons in the catalogue of problems."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from app.exchange.gate import LEAST_SECURITY_LEVEL, Reason
from app.platform import errors

if TYPE_CHECKING:
    from app.platform.errors import FaultOf, Kind, Problem


def _declare(  # noqa: PLR0913 - one row of a table: all its words, in order
    reason: Reason,
    title_vi: str,
    title_en: str,
    next_vi: str,
    next_en: str,
    *,
    kind: Kind = "forbidden",
    fault_of: FaultOf = "caller",
) -> tuple[Reason, Problem]:
    problem = errors.declare(
        code=reason.lower().replace("_", "-"),
        kind=kind,
        fault_of=fault_of,
        title_vi=title_vi,
        title_en=title_en,
        next_vi=next_vi,
        next_en=next_en,
    )
    return reason, problem


#: The problem of every reason. Its `code` is the reason in kebab-case.
PROBLEMS = MappingProxyType(
    dict(
        [
            _declare(
                Reason.NOT_CONNECTED,
                "Hệ thống chưa được kết nối",
                "The system is not connected yet",
                "Hoàn tất thủ tục kết nối: GET /v1/me cho biết trạng thái hiện tại.",
                "Finish the connection procedure: GET /v1/me shows the present state.",
            ),
            _declare(
                Reason.CONNECTION_SUSPENDED,
                "Kết nối đang bị tạm ngừng",
                "The connection is suspended",
                "GET /v1/me nêu lý do tạm ngừng; đề nghị đơn vị vận hành mở lại kết nối.",
                "GET /v1/me gives the reason; ask the operator to reopen the connection.",
            ),
            _declare(
                Reason.SECURITY_LEVEL,
                "Hệ thống chưa đạt cấp độ an toàn thông tin yêu cầu",
                "The system is below the required information-security level",
                f"Cần đạt cấp độ {LEAST_SECURITY_LEVEL} trở lên (Thông tư 46/2022/TT-BCA).",
                f"Reach level {LEAST_SECURITY_LEVEL} or higher (Circular 46/2022/TT-BCA).",
            ),
            _declare(
                Reason.INSPECTION_LAPSED,
                "Kết quả kiểm tra an toàn thông tin đã hết hạn",
                "The system's security inspection has lapsed",
                "Đề nghị kiểm tra lại; GET /v1/me cho biết ngày hết hạn.",
                "Have the system inspected again; GET /v1/me shows the date it lapsed.",
            ),
            _declare(
                Reason.PURPOSE_NOT_ALLOWED,
                "Cơ quan không có quyền khai thác cho mục đích này",
                "The agency has no grant for this purpose",
                "Dùng mục đích nêu trong GET /v1/me, hoặc hỏi POST /v1/access-check.",
                "Use a purpose listed by GET /v1/me, or ask POST /v1/access-check.",
            ),
            _declare(
                Reason.GRANT_EXPIRED,
                "Quyền khai thác không có hiệu lực vào ngày này của thế giới mô phỏng",
                "No grant for this purpose is in force on the world's date",
                "Xem thời hạn trong GET /v1/me; đề nghị cấp lại quyền.",
                "See the dates in GET /v1/me, and ask for a new grant.",
            ),
            _declare(
                Reason.FIELD_NOT_ALLOWED,
                "Có trường thông tin ngoài phạm vi được cấp",
                "A field asked for is outside the grant",
                "Bỏ các trường nêu trong invalid_params; xem POST /v1/access-check.",
                "Leave out the fields in invalid_params; see POST /v1/access-check.",
            ),
            _declare(
                Reason.SUPPLIER_REFUSES,
                "Cơ quan cung cấp dữ liệu từ chối chia sẻ",
                "Whoever supplied a field refuses to share it",
                "Bỏ các trường nêu trong invalid_params, hoặc đề nghị cơ quan đó chia sẻ.",
                "Leave out the fields in invalid_params, or ask their supplier to share them.",
                fault_of="registry",
            ),
            _declare(
                Reason.SLICE_NOT_ALLOWED,
                "Loại sự kiện hoặc tỉnh, thành phố nằm ngoài phạm vi được cấp",
                "A kind of life event or a province is outside the grant",
                "Bỏ các giá trị nêu trong invalid_params; xem kinds và provinces ở GET /v1/me.",
                "Leave out what invalid_params names; see kinds and provinces in GET /v1/me.",
            ),
            _declare(
                Reason.PAST_NOT_ALLOWED,
                "Hệ thống không được hỏi về một ngày trước đây",
                "The system may not ask about an earlier day",
                "Bỏ as_of; chỉ hệ thống có outcome_detail (GET /v1/me) được hỏi về quá khứ.",
                "Leave out as_of: only systems with outcome_detail (GET /v1/me) may use it.",
            ),
            _declare(
                Reason.CLAIM_TOO_WEAK,
                "Thông tin đối chiếu chưa đủ để xác thực",
                "The claim says no more than the number itself gives away",
                "Thêm full_name, hoặc birth_date đủ ngày, tháng, năm.",
                "Add full_name, or a birth_date with its day.",
            ),
            _declare(
                Reason.OFFICER_REQUIRED,
                "Thiếu cán bộ thực hiện khai thác",
                "The official who asks must be named",
                "Gửi kèm officer: mã cán bộ của cơ quan (Nghị định 70/2024/NĐ-CP, Điều 10).",
                "Send officer: the official's account at the agency (Decree 70/2024, Art 10).",
            ),
            _declare(
                Reason.DOSSIER_REQUIRED,
                "Thiếu mã hồ sơ thủ tục",
                "The dossier that needs the data must be named",
                "Gửi kèm dossier: mã hồ sơ đang giải quyết.",
                "Send dossier: the code of the dossier being handled.",
            ),
            _declare(
                Reason.DOSSIER_NOT_FOUND,
                "Không có hồ sơ dịch vụ công nào với mã này",
                "No dossier of a public service has this code",
                "Kiểm tra mã hồ sơ: GET /v1/desk/dossiers liệt kê hồ sơ của cơ quan.",
                "Check the dossier's code: GET /v1/desk/dossiers lists those of the agency.",
            ),
            _declare(
                Reason.CONSENT_REQUIRED,
                "Thiếu sự đồng ý của công dân",
                "The citizen's consent must be named",
                "Gửi kèm consent: mã sự đồng ý của công dân (Luật 91/2025/QH15, Điều 9).",
                "Send consent: the id of the citizen's consent (Law 91/2025/QH15, Art 9).",
            ),
            _declare(
                Reason.NO_CONSENT,
                "Không có sự đồng ý phù hợp của công dân",
                "No consent of the citizen covers this",
                "Xin sự đồng ý cho đúng cơ quan, mục đích, trường thông tin và thời hạn.",
                "Obtain a consent for this agency, purpose, these fields and this date.",
                fault_of="citizen",
            ),
            _declare(
                Reason.QUOTA_EXCEEDED,
                "Đã hết hạn mức trong ngày",
                "Today's quota is used up",
                "Thử lại sau 0 giờ (giờ Việt Nam), hoặc đề nghị tăng hạn mức; xem GET /v1/me.",
                "Try again after midnight in Việt Nam, or ask for a higher quota; see GET /v1/me.",
                kind="too_many",
            ),
            _declare(
                Reason.RATE_LIMITED,
                "Hệ thống hỏi quá nhanh",
                "The system asks too fast",
                "Chờ số giây nêu trong Retry-After; RateLimit-Policy cho biết giới hạn.",
                "Wait the seconds that Retry-After names; RateLimit-Policy tells the limit.",
                kind="too_many",
            ),
            _declare(
                Reason.TOO_MANY_GUESSES,
                "Quá nhiều lần đối chiếu sai về cùng một số",
                "Too many failed claims about one number",
                "Kiểm tra lại thông tin với công dân; có thể thử lại sau khoảng 15 phút.",
                "Check the claim with the citizen; another try is possible after 15 minutes.",
                kind="too_many",
            ),
        ]
    )
)
