"""What the sites say, in Vietnamese. English is what stands in templates and code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("vi", "en")

VIETNAMESE: Final[Mapping[str, str]] = {
    # The frame
    "SIMULATION": "MÔ PHỎNG",
    "Simulation": "Mô phỏng",
    "no person, agency or number here is real": "không có người, cơ quan, số nào ở đây là thật",
    "Skip to the content": "Đến phần nội dung",
    "Other agencies, language and appearance": "Cơ quan khác, ngôn ngữ và giao diện",
    "Light": "Sáng",
    "Dark": "Tối",
    "Auto": "Tự động",
    "What happened here": "Điều vừa diễn ra",
    "The calls behind the last step, as they went over the wire. A real site would not show them. "
    "Secrets are cut.": "Các lệnh gọi của bước vừa rồi, đúng như trên đường truyền. Trang thật "
    "không hiện những thứ này. Bí mật đã được cắt bỏ.",
    "Nothing has been asked yet.": "Chưa hỏi gì.",
    "Asked": "Hỏi",
    "Answered": "Trả lời",
    "Request": "Yêu cầu",
    "Prove the receipt": "Chứng minh biên nhận",
    "The exchange is in the log: two signatures and a path of hashes say so.": "Lượt trao đổi này "
    "có trong nhật ký: hai chữ ký và một đường băm chứng minh điều đó.",
    "This form is not accepted": "Biểu mẫu không được chấp nhận",
    "It did not come from a page that you were shown here, or your session is over.": "Biểu mẫu "
    "không đến từ trang đã hiện cho bạn ở đây, hoặc phiên của bạn đã hết.",
    "Back to the beginning": "Về đầu trang",
    # What fails
    "Nothing has been decided on the phone yet.": "Trên điện thoại chưa có quyết định nào.",
    "You have to do something first.": "Bạn cần làm một việc trước đã.",
    "The mistake is ours, and noted.": "Lỗi thuộc về chúng tôi và đã được ghi nhận.",
    "That cannot be asked now. Come back later.": "Hiện chưa hỏi được. Xin quay lại sau.",
    "Nobody was signed in.": "Không ai được đăng nhập.",
    "An answer came that we do not trust. Nothing was done.": "Có trả lời nhưng không đáng tin. "
    "Không có gì được thực hiện.",
    # Signing in
    "You have not begun to sign in here.": "Bạn chưa bắt đầu đăng nhập ở đây.",
    "Please sign in first.": "Xin đăng nhập trước.",
    "Sign in": "Đăng nhập",
    "Sign out": "Đăng xuất",
    "Signed in as": "Đã đăng nhập:",
    "somebody who did not tell a name": "người không cho biết tên",
    "Sign in with the electronic identity": "Đăng nhập bằng danh tính điện tử",
    "With the electronic identity, at level 2. You choose what is told to us.": "Bằng danh tính "
    "điện tử mức 2. Bạn chọn điều gì được cho chúng tôi biết.",
    # Consents
    "The consent stands at": "Sự đồng ý đang ở trạng thái",
    "It is decided on the phone:": "Quyết định trên điện thoại:",
    "Ask for my consent": "Xin tôi đồng ý",
    "I have decided": "Tôi đã quyết định",
    "Ask for the consent first.": "Xin hỏi sự đồng ý trước.",
    "The consent was not given. We do without.": "Không có sự đồng ý. Chúng tôi không đọc.",
    # What is typed
    "Full name": "Họ, chữ đệm và tên",
    "Date of birth": "Ngày sinh",
    "Verify": "Xác thực",
    "Nothing is on record.": "Không có thông tin.",
    "These details are not those of the identity card.": "Thông tin này không khớp với thẻ căn "
    "cước.",
    # The bank
    "A bank": "Ngân hàng",
    "An account in four steps, and what each of them asks the population database.": "Mở tài "
    "khoản qua bốn bước, và mỗi bước hỏi cơ sở dữ liệu dân cư điều gì.",
    "Open an account": "Mở tài khoản",
    "Open, for the number": "Đã mở, cho số",
    "Write what stands on your identity card. We learn yes or no, and nothing else.": "Viết đúng "
    "như trên thẻ căn cước. Chúng tôi chỉ biết khớp hay không.",
    "The account is open.": "Tài khoản đã mở.",
    "Without your personal number there is no account: sign in again.": "Không có số định danh "
    "thì không mở được tài khoản: xin đăng nhập lại.",
    "Open the account first.": "Xin mở tài khoản trước.",
    "Your residence": "Nơi thường trú",
    "You need not type it: we read it, if you agree.": "Bạn không cần gõ: chúng tôi đọc nếu bạn "
    "đồng ý.",
    "Transfer money": "Chuyển tiền",
    "Transfer": "Chuyển",
    "Amount in đồng": "Số tiền (đồng)",
    "From 10,000,000 đồng on the chip of the card is checked.": "Từ 10.000.000 đồng, chip của thẻ "
    "được kiểm tra.",
    "That is no amount.": "Đó không phải là số tiền.",
    "The money is on its way.": "Tiền đã được chuyển.",
    "So much goes only with the card. Have its chip sign this challenge within a minute, and "
    "paste what the reader says:": "Số tiền này cần có thẻ. Cho chip ký thách thức sau trong một "
    "phút, rồi dán điều đầu đọc trả về:",
    "What the reader says": "Điều đầu đọc trả về",
    "Check the card": "Kiểm tra thẻ",
    "The card was": "Thẻ được đánh giá:",
    "Begin the transfer again: the challenge is used up.": "Xin chuyển lại từ đầu: thách thức đã "
    "dùng.",
    "That is not what a reader says.": "Đó không phải là điều đầu đọc trả về.",
    "The card is not accepted. The money stays.": "Thẻ không được chấp nhận. Tiền ở lại.",
    "Borrow money": "Vay tiền",
    "A synthetic score, open to all, not the real model:": "Điểm giả lập, công khai, không phải "
    "mô hình thật:",
    "A second look may be asked for until": "Có thể yêu cầu xem lại đến",
    "No score can be given.": "Không chấm được điểm.",
    # The phone shop
    "A phone shop": "Cửa hàng điện thoại",
    "A subscriber at the counter: who it is, and whose the line is.": "Một thuê bao tại quầy: là "
    "ai, và số máy của ai.",
    "A contract": "Hợp đồng",
    "Personal number": "Số định danh cá nhân",
    "Mobile number": "Số điện thoại",
    "The contract may be signed.": "Có thể ký hợp đồng.",
    "Almost: look at the card again, letter by letter.": "Gần đúng: xin xem lại thẻ, từng chữ.",
    "The contract is not signed.": "Không ký hợp đồng.",
    "Whose line is it?": "Số máy của ai?",
    "A no has consequences, an unknown has none.": "Trả lời “không” có hệ quả, “không rõ” thì "
    "không.",
    "Ask the register": "Hỏi sổ đăng ký",
    "The line is": "Số máy đang",
    "The line is in the own name.": "Số máy là chính chủ.",
    "The line is not in this name. One step follows.": "Số máy không đứng tên này. Sang bước "
    "tiếp theo.",
    "Nobody can say whose the line is. Nothing follows.": "Không ai biết số máy của ai. Không có "
    "hệ quả gì.",
    "in use": "sử dụng bình thường",
    "asked to update": "được yêu cầu cập nhật",
    "blocked one way": "khóa một chiều",
    "blocked both ways": "khóa hai chiều",
    # The hospital desk
    "A hospital desk": "Quầy tiếp đón bệnh viện",
    "A patient at the desk: three ways to know about the insurance.": "Một người bệnh tại quầy: "
    "ba cách để biết về bảo hiểm y tế.",
    "Insured today.": "Hôm nay có bảo hiểm.",
    "Not insured today.": "Hôm nay không có bảo hiểm.",
    "Nobody can say. Ask for the card.": "Không ai biết. Xin xem thẻ.",
    "A code from the wallet": "Mã từ ví",
    "The patient chooses what it shows. It is good once, for a minute.": "Người bệnh chọn điều mã "
    "cho thấy. Mã dùng một lần, trong một phút.",
    "Code, or the text of the QR code": "Mã, hoặc nội dung mã QR",
    "Redeem": "Đổi mã",
    "The patient has shown a document.": "Người bệnh đã xuất trình giấy tờ.",
    "This code shows nothing.": "Mã này không cho thấy gì.",
    "A credential": "Chứng thực điện tử",
    "Ask on the phone": "Hỏi trên điện thoại",
    "Asked on the phone. It is decided there:": "Đã hỏi trên điện thoại. Quyết định ở đó:",
    "The question is on the phone.": "Câu hỏi đã đến điện thoại.",
    "Ask the patient first.": "Xin hỏi người bệnh trước.",
    "Take what is shown": "Nhận giấy tờ",
    "The document is genuine.": "Giấy tờ là thật.",
    "The patient shows nothing.": "Người bệnh không xuất trình.",
    "The document is not accepted.": "Giấy tờ không được chấp nhận.",
    "What was shown": "Điều đã xuất trình",
    # The provincial portal
    "A provincial portal": "Cổng dịch vụ công tỉnh",
    "You write what nobody knows yet; the rest comes from the registry.": "Bạn chỉ viết điều chưa "
    "ai biết; phần còn lại lấy từ cơ sở dữ liệu.",
    "Register a temporary residence": "Đăng ký tạm trú",
    "House, by its identifier": "Nhà, theo mã định danh",
    "Until": "Đến ngày",
    "File": "Nộp",
    "Member": "Mục",
    "Supplied by": "Nguồn",
    "Something is missing.": "Còn thiếu thông tin.",
    "The dossier is filed.": "Hồ sơ đã nộp.",
    "How my dossiers stand": "Tình trạng hồ sơ của tôi",
    "Dossier": "Hồ sơ",
    "State": "Trạng thái",
    "Due": "Hạn",
    "Look": "Xem",
    "At the officials’ desk: news of changes": "Tại bàn cán bộ: tin về thay đổi",
    "Each message is verified before it is read, and taken in once.": "Mỗi tin được xác minh "
    "trước khi đọc, và chỉ nhận một lần.",
    "What": "Việc",
    "When": "Ngày",
    "Send us news": "Gửi tin cho chúng tôi",
    "No more news": "Thôi nhận tin",
    "News arrive already.": "Tin đang được gửi rồi.",
    "News arrive from now on.": "Từ nay tin sẽ đến.",
    "No news arrive any more.": "Tin không đến nữa.",
}


def say(text: str, *, language: str) -> str:
    """Return a text in a language; English where nobody has translated it."""
    return VIETNAMESE.get(text, text) if language == "vi" else text
