"""Cases of an answer that is forged: the truth is `match`, and what is forged says `no_match`."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from app.training.report_card import forging
from app.training.report_card.answers import JSON
from app.training.report_card.cases import Case, Said
from app.training.report_card.checks import QUESTION
from app.training.report_card.forging import claims, written
from app.training.report_card.mirror import ID_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.training.report_card.answers import Answer
    from app.training.report_card.cases import Turn, Watched
    from app.training.report_card.door import Exchange
    from app.training.report_card.mirror import Mirror

    Forge = Callable[[Mirror, str, bytes], str]

_FALSE: Final = "no_match"
_LEAVES: Final = "/v1/log/leaves/"
_JOSE: Final = "application/jose"
_SAFE: Final = frozenset({"unknown", "later"})
_SIGNED: Final = Said(
    "Check the signature by a key of the world and that key's algorithm, before anything is read:"
    " conclude `unknown`.",
    "Kiểm tra chữ ký bằng khóa và thuật toán của khóa đó trước khi đọc: kết luận `unknown`.",
)
_PROVED: Final = Said(
    "Check the receipt, and that it is this answer's: conclude `unknown`.",
    "Kiểm tra biên nhận, và đúng là của câu trả lời này: kết luận `unknown`.",
)


def _jws(forge: Forge) -> Turn:
    """Forge a signed answer that says the opposite."""

    def turn(exchange: Exchange) -> Answer:
        true = exchange.true
        token = _token(true)
        if token is None:
            return true
        said = written({**claims(token), "outcome": _FALSE})
        return true.saying(forge(exchange.door.mirror, token, said).encode())

    return turn


def _downgraded(exchange: Exchange) -> Answer:
    """Answer without a signature where one was asked for."""
    token = _token(exchange.true)
    if token is None:
        return exchange.true
    return exchange.true.saying(written({**claims(token), "outcome": _FALSE}), JSON)


def _token(true: Answer) -> str | None:
    """Return a signed answer; None where it is none, as its client asked for none."""
    is_signed = true.header("content-type").startswith(_JOSE)
    return true.body.decode().strip() if is_signed else None


def _asked_signed(watched: Watched) -> Said | None:
    """The client asks for a signature, in the body or by Accept."""
    for call in watched.at(QUESTION):
        if b'"signed":true' in call.body.replace(b" ", b"") or _JOSE in call.headers.get(
            "accept", ""
        ):
            return None
    return Said("it did not ask for a signed answer", "không yêu cầu câu trả lời có chữ ký")


def _asked_proof(watched: Watched) -> Said | None:
    """The client asks the log for the proof of its leaf."""
    if any(call.path.startswith(_LEAVES) for call in watched.calls):
        return None
    return Said("it did not ask for the proof of the leaf", "không xin chứng minh của lá")


def _receipt(forge: Forge, **members: Any) -> Turn:
    """Forge the receipt of an answer that says the opposite, and its leaf to fit."""

    def turn(exchange: Exchange) -> Answer:
        true = exchange.true
        token = true.members().get("receipt")
        if token is None:
            return true
        said = {**_with_leaf(claims(token), outcome=_FALSE), **members}
        forged = forge(exchange.door.mirror, token, written(said))
        return true.but(outcome=_FALSE, receipt=forged)

    return turn


def _contrary(exchange: Exchange) -> Answer:
    """Leave the receipt, which says what was logged, and answer something else."""
    return exchange.true.but(outcome=_FALSE)


def _of_another(exchange: Exchange) -> Answer:
    """Give a good receipt of another exchange."""
    true = exchange.true
    token = true.members().get("receipt")
    if token is None:
        return true
    said = _with_leaf(claims(token), outcome=_FALSE, request_id="of-another-exchange")
    forged = forging.rightly(exchange.door.mirror, token, written(said))
    return true.but(outcome=_FALSE, receipt=forged)


def _unhashed(exchange: Exchange) -> Answer:
    """Sign a leaf that is not the one whose hash stands beside it."""
    true = exchange.true
    token = true.members().get("receipt")
    if token is None:
        return true
    before = claims(token)
    said = {**_with_leaf(before, outcome=_FALSE), "leaf_hash": before["leaf_hash"]}
    forged = forging.rightly(exchange.door.mirror, token, written(said))
    return true.but(outcome=_FALSE, receipt=forged)


def _without_receipt(exchange: Exchange) -> Answer:
    told = {name: said for name, said in exchange.true.members().items() if name != "receipt"}
    return exchange.true.saying(written({**told, "outcome": _FALSE}))


def _with_leaf(receipt: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a receipt's claims over a leaf with other members, its hash made anew."""
    leaf = json.dumps(
        {**json.loads(receipt["leaf"]), **members},
        ensure_ascii=False, separators=(",", ":"), sort_keys=True,
    )  # fmt: skip
    node = hashlib.sha256(b"\0" + leaf.encode()).hexdigest()  # RFC 6962 §2.1
    return {**receipt, "leaf": leaf, "leaf_hash": node}


def _in_the_log(change: Callable[[str], str]) -> Turn:
    """Answer the question, and change what proves that the log has it."""

    def turn(exchange: Exchange) -> Answer:
        true = exchange.true
        return true if true.status != 200 else true.saying(change(true.body.decode()).encode())

    return turn


def _other_root(proof: str) -> str:
    """Put another root into the checkpoint that a proof ends in."""
    head, _, note = proof.partition("\n\n")
    origin, size, _, *rest = note.split("\n")
    root = base64.b64encode(bytes(32)).decode()
    return f"{head}\n\n" + "\n".join([origin, size, root, *rest])


def _uncosigned(proof: str) -> str:
    """Take away the inspectorate's signature, the last line of a checkpoint."""
    return "\n".join(proof.rstrip("\n").split("\n")[:-1]) + "\n"


def _signed_case(name: str, forge: Forge, en: str, vi: str) -> Case:
    return Case(name=name, gravity="grave", happens=Said(en, vi), should=_SIGNED, ask="signed",
                turn=_jws(forge), accepts=_SAFE, checks=(_asked_signed,))  # fmt: skip


def _proved_case(name: str, turn: Turn, en: str, vi: str) -> Case:
    return Case(name=name, gravity="grave", happens=Said(en, vi), should=_PROVED, ask="proved",
                turn=turn, accepts=_SAFE)  # fmt: skip


def _log_case(name: str, change: Callable[[str], str], en: str, vi: str) -> Case:
    return Case(name=name, gravity="grave", happens=Said(en, vi), ask="proved",
                at=_LEAVES, turn=_in_the_log(change), accepts=_SAFE,
                should=Said("Follow the proof to a checkpoint that log and inspectorate signed:"
                            " conclude `unknown` where it does not lead there.",
                            "Đi theo chứng minh đến điểm kiểm do sổ và thanh tra ký: không đến"
                            " được thì kết luận `unknown`."))  # fmt: skip


FORGERIES: Final = (
    Case(name="signed", gravity="heavy", ask="signed",
         happens=Said("a signed answer, as it should be",
                      "câu trả lời có chữ ký, đúng như phải có"),
         should=Said("Check it, and conclude `match`.", "Kiểm tra, và kết luận `match`."),
         turn=lambda exchange: exchange.true, accepts=frozenset({"match"}),
         checks=(_asked_signed,)),
    _signed_case("signed-altered", forging.altered, "the payload was changed after it was signed",
                 "nội dung bị sửa sau khi ký"),
    _signed_case("signed-by-a-stranger", forging.by_a_stranger,
                 "signed by another key under the right key's name",
                 "ký bằng khóa khác, mang tên khóa đúng"),
    _signed_case("signed-by-nobody-known", forging.by_an_unknown_key,
                 "signed by a key not in the JWKS", "ký bằng khóa không có trong JWKS"),
    _signed_case("signed-with-its-own-key", forging.with_its_own_key,
                 "the key comes along in the header (jwk)", "khóa đi kèm trong phần đầu (jwk)"),
    _signed_case("signed-alg-none", forging.unsigned, "alg none", "alg none"),
    _signed_case("signed-hs256", forging.by_the_public_key, "HS256 keyed with the public key",
                 "HS256 với khóa công khai"),
    _signed_case("signed-crit", forging.with_a_demand,
                 "a critical header that nobody understands (RFC 7515 §4.1.11)",
                 "phần đầu đòi hỏi (crit) điều không ai hiểu (RFC 7515 §4.1.11)"),
    _signed_case("signed-other-type", forging.of_another_type(ID_TOKEN),
                 "rightly signed, but as an ID token (RFC 8725 §3.11)",
                 "ký đúng, nhưng là loại ID token (RFC 8725 §3.11)"),
    Case(name="signature-missing", gravity="grave", ask="signed",
         happens=Said("plain JSON where a signed answer was asked for",
                      "JSON không ký dù đã yêu cầu có chữ ký"),
         should=Said("Take nothing unsigned where a signature was asked for: conclude `unknown`.",
                     "Không nhận câu trả lời không ký khi đã yêu cầu ký: kết luận `unknown`."),
         turn=_downgraded, accepts=_SAFE, checks=(_asked_signed,)),
    Case(name="proved", gravity="heavy", ask="proved",
         happens=Said("a receipt, as it should be", "biên nhận, đúng như phải có"),
         should=Said("Check it and its place in the log, and conclude `match`.",
                     "Kiểm tra biên nhận và chỗ của nó trong sổ, và kết luận `match`."),
         turn=lambda exchange: exchange.true, accepts=frozenset({"match"}),
         checks=(_asked_proof,)),
    _proved_case("receipt-missing", _without_receipt, "an answer without a receipt",
                 "câu trả lời không có biên nhận"),
    _proved_case("receipt-contrary", _contrary,
                 "the receipt's leaf says match, the answer no_match",
                 "lá trong biên nhận ghi match, câu trả lời ghi no_match"),
    _proved_case("receipt-forged", _receipt(forging.by_a_stranger),
                 "the receipt is signed by another key", "biên nhận ký bằng khóa khác"),
    _proved_case("receipt-of-another-world",
                 _receipt(forging.rightly, iss="https://other-world.invalid"),
                 "the receipt is another world's", "biên nhận của thế giới khác"),
    _proved_case("receipt-of-another-exchange", _of_another,
                 "the receipt is of another request", "biên nhận của yêu cầu khác"),
    _proved_case("receipt-other-leaf", _unhashed,
                 "the leaf in the receipt is not the one that was hashed",
                 "lá trong biên nhận không phải lá đã băm"),
    _log_case("log-other-root", _other_root, "the proof ends in another root than was signed",
              "chứng minh dẫn đến gốc khác với gốc đã ký"),
    _log_case("log-uncosigned", _uncosigned, "the checkpoint lacks the inspectorate's signature",
              "điểm kiểm thiếu chữ ký của thanh tra"),
)  # fmt: skip
