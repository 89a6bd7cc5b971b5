"""The words of the pages for signing in, in Vietnamese and English."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["vi", "en"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "sign-in": ("Đăng nhập", "Sign in"),
    "sign-in-at": ("để tiếp tục tới", "to go on to"),
    "number": ("Số định danh cá nhân", "Personal number"),
    "number-hint": ("12 chữ số trên thẻ căn cước", "The 12 digits on the identity card"),
    "passcode": ("Mật mã (6 chữ số)", "Passcode (6 digits)"),
    "go-on": ("Tiếp tục", "Continue"),
    "other-ways": ("Cách khác", "Other ways"),
    "send-code": ("Gửi mã một lần", "Send a one-time code"),
    "phone": ("Xác nhận trên điện thoại", "Approve on my phone"),
    "code": ("Mã một lần (6 chữ số)", "One-time code (6 digits)"),
    "code-sent": (
        "Nếu số này có tài khoản, một mã đã được gửi tới điện thoại mô phỏng.",
        "If this number has an account, a code was sent to its simulated phone.",
    ),
    "code-sent-to-you": (
        "Một mã đã được gửi tới điện thoại mô phỏng của bạn.",
        "A code was sent to your simulated phone.",
    ),
    "code-again": ("Gửi lại mã", "Send another code"),
    "leave-phone": ("Chọn cách khác", "Choose another way"),
    "other-number": ("Dùng số khác", "Use another number"),
    "cancel": ("Hủy", "Cancel"),
    "step-up": ("Cần xác thực thêm", "One more proof is needed"),
    "step-up-phone": (
        "Bạn đã dùng mật mã. Hệ thống này yêu cầu mức 2: hãy xác nhận thêm bằng điện thoại.",
        "You have used your passcode. This system asks for level 2: prove by your phone, too.",
    ),
    "step-up-passcode": (
        "Bạn đã xác nhận bằng điện thoại. Hệ thống này yêu cầu mức 2: hãy nhập thêm mật mã.",
        "You have proved it by your phone. This system asks for level 2: type your passcode, too.",
    ),
    "waiting": ("Hãy xác nhận trên điện thoại", "Approve on your phone"),
    "waiting-why": (
        "Yêu cầu đã được gửi tới điện thoại. Trang này tự cập nhật.",
        "The question is on the phone. This page updates by itself.",
    ),
    "look-again": ("Cập nhật ngay", "Look now"),
    "consent": ("Cho phép chia sẻ thông tin?", "Allow your data to be shared?"),
    "consent-none": ("Cho phép đăng nhập?", "Allow to sign in?"),
    "asks": ("muốn biết:", "wants to know:"),
    "purpose": ("Mục đích", "Purpose"),
    "law": ("Căn cứ", "Legal basis"),
    "essential": ("bắt buộc với hệ thống này", "this system cannot do without"),
    "sensitive": ("dữ liệu nhạy cảm", "sensitive data"),
    "not-on-record": ("chưa có trong cơ sở dữ liệu", "not on record"),
    "agree-all": ("Cho phép tất cả", "Allow all"),
    "agree": ("Cho phép mục đã chọn", "Allow what is ticked"),
    "agree-none": ("Cho phép", "Allow"),
    "disagree": ("Không cho phép", "Do not allow"),
    "withdraw": (
        "Sự đồng ý có hiệu lực đến khi bạn rút lại.",
        "What you allow holds until you withdraw it.",
    ),
    "my-read": (
        "Hệ thống xem được dữ liệu về bạn, sự đồng ý của bạn và ai đã tra cứu bạn.",
        "The system can read your data, your consents, and who looked at you.",
    ),
    "my-write": (
        "Hệ thống thay bạn rút sự đồng ý, phản đối và đề nghị sửa dữ liệu được.",
        "The system can withdraw consents, object and ask for corrections for you.",
    ),
    "offline": (
        "Hệ thống cũng muốn dùng thông tin này khi bạn không có mặt.",
        "The system also wants to use this while you are away.",
    ),
    "withheld": (
        "Hệ thống còn hỏi thông tin mà luật không cho phép; các mục đó không được chia sẻ.",
        "The system also asked for what the law does not give it; that is not shared.",
    ),
    "signed-in-as": ("Đang đăng nhập:", "Signed in:"),
    "halt": ("Không thể tiếp tục", "This cannot go on"),
    "halt-why": (
        "Yêu cầu của ứng dụng có lỗi. Trình duyệt không được chuyển tới địa chỉ chưa đăng ký.",
        "The application's request is wrong. The browser is sent to no unregistered address.",
    ),
    "for-developers": ("Cho người phát triển", "For developers"),
    "done": ("Đã xong", "Done"),
    "done-accepted": (
        "Quay lại thiết bị kia: thiết bị sẽ tự tiếp tục.",
        "Go back to the other device: it goes on by itself.",
    ),
    "done-refused": (
        "Thiết bị kia sẽ không được đăng nhập.",
        "The other device is not signed in.",
    ),
    "device": ("Đăng nhập trên thiết bị khác", "Sign in on another device"),
    "user-code": ("Mã hiện trên thiết bị", "Code shown on the device"),
    "user-code-why": (
        "Chỉ nhập mã từ thiết bị ở trước mặt bạn.",
        "Only type the code of a device in front of you.",
    ),
    "user-code-wrong": ("Mã không đúng hoặc đã hết hạn.", "The code is wrong or has expired."),
    "sign-out": ("Đăng xuất", "Sign out"),
    "sign-out-why": (
        "Đăng xuất khỏi trình duyệt này?",
        "Sign out of this browser?",
    ),
    "signed-out": ("Bạn đã đăng xuất", "You are signed out"),
    "signed-out-why": ("Có thể đóng trang này.", "You can close this page."),
    "stay": ("Ở lại", "Stay signed in"),
    "console": ("Các lần đăng nhập", "Sign-ins"),
    "console-token": ("Mã người vận hành", "Operator's token"),
    "console-why": ("Nằm trong thư mục dữ liệu, tệp", "It lies in the data folder, in the file"),
    "console-wrong": ("Mã không đúng.", "The token is wrong."),
    "console-none": ("Chưa có lần đăng nhập nào.", "Nobody has signed in yet."),
    "console-carried": ("Nội dung", "What it carried"),
    "console-gave": ("Trả lời", "What it gave"),
    "scenario-runs": ("Lượt chạy kịch bản", "Scenario runs"),
    "scenario-none": ("Chưa có lượt chạy nào.", "No run yet."),
    "scenario": ("Kịch bản", "Scenario"),
    "system": ("Hệ thống", "System"),
    "begun": ("Bắt đầu", "Started"),
    "rows": ("Số dòng", "Rows"),
    "submissions": ("Bài nộp", "Submissions"),
    "submission": ("Bài nộp", "Submission"),
    "submission-none": ("Chưa có bài nộp.", "Nothing was submitted yet."),
    "practice": ("luyện tập: điểm không chứng minh gì", "practice: the score proves nothing"),
    "score": ("Điểm", "Score"),
    "score-why": (
        "100 là mức tốt nhất mà tệp cho phép, 0 là mức không cần suy nghĩ.",
        "100 is the best that the file allows, 0 is what needs no thought.",
    ),
    "cost": ("Chi phí, nghìn đồng", "Cost, thousand đồng"),
    "cost-own": ("Bài nộp này", "This submission"),
    "cost-bound": ("Ít nhất có thể", "The least possible"),
    "cost-naive": ("Tin cơ sở dữ liệu từng chữ", "The registry at its letter"),
    "cost-all": ("Mọi dòng:", "Every row:"),
    "accuracy": ("Đúng", "Right"),
    "bound": ("nhiều nhất có thể", "at most possible"),
    "class": ("Lớp", "Class"),
    "answered": ("Trả lời", "Answered"),
    "precision": ("Độ chính xác", "Precision"),
    "recall": ("Độ phủ", "Recall"),
    "confusion": (
        "Nhầm lẫn: hàng là sự thật, cột là câu trả lời",
        "Confusion: rows are the truth, columns the answer",
    ),
    "right": ("đúng", "right"),
    "wrong": ("sai", "wrong"),
    "missing": ("thiếu", "missing"),
    "invented": ("không có thật", "where there is none"),
    "situation": ("Tình huống", "Situation"),
    "action": ("Xử lý", "Action"),
    "better": ("Hơn bài tốt nhất", "Better than the best on"),
    "worse": ("Kém bài tốt nhất", "Worse than the best on"),
    "all-runs": ("Mọi lượt chạy", "All runs"),
    "language": ("English", "Tiếng Việt"),
    "next": ("Cần làm gì", "What to do"),
    "skip": ("Tới nội dung", "Skip to the content"),
}


def word(key: str, language: Language) -> str:
    """Return one of the words; KeyError for one that there is not."""
    vietnamese, english = WORDS[key]
    return vietnamese if language == "vi" else english
