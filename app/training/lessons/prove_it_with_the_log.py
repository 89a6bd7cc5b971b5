"""Prove it with the log: an exchange stands in it, and nothing was rewritten since."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from app.exchange.log import proving
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"


def _leaves(seen: Evidence) -> set[int]:
    """Return where the bank's exchanges of the lesson stand."""
    asked = seen.to("/v1/verifications", client=_CLIENT)
    return {call.row.leaf_seq for call in asked if call.row.leaf_seq is not None}


def _exchange(seen: Evidence) -> Found:
    found = _leaves(seen)
    if found:
        told = ", ".join(map(str, sorted(found)))
        return passed(f"It stands in the log at {told}.", f"Đã ghi vào nhật ký ở {told}.")
    return missing("The bank has verified nobody.", "Ngân hàng chưa xác thực ai.")


def _text(seen: Evidence) -> Found:
    wanted = {f"/v1/log/leaves/{seq}" for seq in _leaves(seen)}
    if any(call.path in wanted for call in seen.to("/v1/log/leaves/", client=_CLIENT)):
        return passed("The leaf’s text was read.", "Đã đọc nội dung lá.")
    return missing(
        "The text of that leaf was not read by the bank.", "Ngân hàng chưa đọc nội dung lá đó."
    )


def _hash(seen: Evidence) -> Found:
    said = seen.answer("hash").lower()
    known = {proving.hashes(seen.session, seq, 1)[0].hex() for seq in _leaves(seen)}
    if said in known:
        return passed("That is the leaf’s hash.", "Đúng giá trị băm của lá.")
    if said:
        return missing(
            "That is not it: hash one byte 0x00, then the text as it was sent.",
            "Chưa đúng: băm một byte 0x00 rồi đến nội dung y như được gửi.",
        )
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _included(seen: Evidence) -> Found:
    found = _leaves(seen)
    for call in seen.to("/v1/log/proofs/inclusion"):
        if call.answered.get("seq") in found:
            size = call.answered["size"]
            return passed(
                f"It is proved to be in the tree of {size}.",
                f"Đã chứng minh nằm trong cây {size}.",
            )
    return missing(
        "No proof was asked for that your leaf is in the tree.",
        "Chưa hỏi bằng chứng lá của bạn nằm trong cây.",
    )


def _grown(seen: Evidence) -> Found:
    for call in seen.to("/v1/log/proofs/consistency"):
        old, new = call.answered.get("old", 0), call.answered.get("new", 0)
        if 0 < old < new:
            return passed(
                f"The tree of {new} extends that of {old}.", f"Cây {new} nối tiếp cây {old}."
            )
    return missing(
        "No proof was asked for that the log only grew.",
        "Chưa hỏi bằng chứng nhật ký chỉ dài thêm.",
    )


def _solve(me: Pupil) -> None:
    person = me.persona("adult-level-2")
    asked = {"number": person["pin"], "claims": {"full_name": person["full_name"]}}
    asked["purpose"] = "ekyc"
    seq = me.post("vietcombank-basic", "/v1/verifications", asked)["leaf"]["seq"]
    text = me.call("vietcombank-basic", "GET", f"/v1/log/leaves/{seq}").json()["text"]
    me.write("hash", sha256(b"\x00" + text.encode()).hexdigest())
    me.call("vietcombank-basic", "GET", f"/v1/log/proofs/inclusion?seq={seq}")
    me.call("vietcombank-basic", "GET", f"/v1/log/proofs/consistency?old={seq}")


LESSON = Lesson(
    name="prove-it-with-the-log",
    order=150,
    title=Text("Prove it with the log", "Chứng minh bằng nhật ký"),
    goal=Text(
        "Have an exchange, compute the hash of its leaf yourself, and get the proofs that it"
        " stands in the tree and that the tree only grew.",
        "Thực hiện một lần trao đổi, tự tính giá trị băm của lá, lấy bằng chứng lá nằm trong cây"
        " và cây chỉ dài thêm.",
    ),
    reading=("log",),
    clients=(_CLIENT,),
    personas=("adult-level-2",),
    steps=(
        Step(
            Text(
                "As the bank, verify the persona by name, and keep leaf.seq of the answer.",
                "Với ngân hàng, xác thực nhân vật bằng họ tên, giữ leaf.seq trong câu trả lời.",
            ),
            "SEQ=…",
        ),
        Step(
            Text(
                "Read the leaf’s text, and hash it: SHA-256 over one byte 0x00 and the text.",
                "Đọc nội dung lá rồi băm: SHA-256 trên một byte 0x00 và nội dung.",
            ),
            'curl -s -H "Authorization: Bearer $TOKEN" "$ISSUER/v1/log/leaves/$SEQ"'
            ' | python3 -c \'import hashlib, json, sys; text = json.load(sys.stdin)["text"];'
            " print(hashlib.sha256(bytes(1) + text.encode()).hexdigest())'",
        ),
        Step(
            Text(
                "Get the proof that the leaf is in the tree. Is leaf_hash what you have computed?",
                "Lấy bằng chứng lá nằm trong cây. leaf_hash có đúng giá trị bạn tính không?",
            ),
            'curl -s "$ISSUER/v1/log/proofs/inclusion?seq=$SEQ"',
        ),
        Step(
            Text(
                "Get the proof that today’s tree extends the tree before your exchange.",
                "Lấy bằng chứng cây hiện nay nối tiếp cây trước lần trao đổi của bạn.",
            ),
            'curl -s "$ISSUER/v1/log/proofs/consistency?old=$SEQ"',
        ),
    ),
    questions=(
        Question(
            "hash", Text("What is the hash of your leaf (hex)?", "Giá trị băm của lá (hex)?")
        ),
    ),
    checks=(
        Check("exchange", Text("An exchange of the bank", "Lần trao đổi"), _exchange),
        Check("text", Text("The leaf was read", "Đã đọc lá"), _text),
        Check("hash", Text("Its hash is known", "Biết giá trị băm"), _hash),
        Check("included", Text("It is in the tree", "Nằm trong cây"), _included),
        Check("grown", Text("The tree only grew", "Cây chỉ dài thêm"), _grown),
    ),
    hints=(
        Text(
            "A leaf before yours has a smaller number; the tree before it has that many leaves.",
            "Lá trước lá của bạn có số nhỏ hơn; cây trước nó có đúng bấy nhiêu lá.",
        ),
        Text(
            "Hash text, the member, as it is read from the JSON: nothing added, nothing escaped.",
            "Băm phần text đúng như đọc được từ JSON: không thêm, không thoát ký tự.",
        ),
    ),
    solve=_solve,
)
