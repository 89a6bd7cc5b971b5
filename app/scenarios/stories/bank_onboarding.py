"""Bank onboarding and large transfers: chip, face and limits under Decision 2345.

A bank's log of two days: accounts opened at counters and in the app, transfers, payments, and the
identity card used at cash machines. What the Decision asks for is in `transfer_limits`; which
frauds there are, their shares and all costs are our choice. That who is under fifteen opens an
account through a representative is the rule of the Civil Code and of circulars on accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import banking, claims, desks, solving, transfer_limits
from app.scenarios.population import Pack, date_of, group_sizes
from app.scenarios.scenario import Column, Made, Scenario, always, what_to_do
from app.scenarios.transfer_limits import OPEN_APP, OPEN_BRANCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.scenario import Groups
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

    Ints = NDArray[np.int64]

VERDICTS: Final = {
    "own": "the customer's own card, genuine and good",
    "another_person": "a genuine card before another's face",
    "not_live": "a picture or a mask before the camera",
    "copied": "a chip with the files of another's card, before another's face",
    "forged": "signed by nobody whom the ministry vouches for",
    "revoked_signer": "signed by a signer whom the ministry has revoked",
    "expired": "the customer's own card, which has expired",
    "withdrawn": "the customer's own card, reported lost or damaged, held or revoked",
    "superseded": "the customer's own card, which another one has replaced",
    "deceased": "the card of somebody who has died",
    "unclear": "the customer's own card, and a picture that cannot be compared",
    "minor": "the own card of who is under fifteen, and opens an account alone",
}
GROUPS: Final = {
    "none": "no account opened on a device of others",
    "shared": "two or three open accounts on one phone in a day, as families do",
    "mule": "four or more are had to open accounts in a day, on one phone (if hard: on two)",
}
ACTIONS: Final = {
    "allow": "let it happen",
    "step_up": "ask for more: a stronger factor, a good card, a better picture, a representative",
    "refuse": "refuse, and report it",
}
#: Thousand đồng a row: what fraud takes, what asking again costs, what customers lost cost.
COSTS: Final = {
    "clean": {"allow": 0, "step_up": 20, "refuse": 400},
    "short": {"allow": 900, "step_up": 5, "refuse": 300},
    "lapsed": {"allow": 300, "step_up": 10, "refuse": 150},
    "unclear": {"allow": 350, "step_up": 15, "refuse": 250},
    "minor": {"allow": 400, "step_up": 10, "refuse": 120},
    "mule": {"allow": 3000, "step_up": 1500, "refuse": 10},
    "impostor_opens": {"allow": 2500, "step_up": 500, "refuse": 15},
    "impostor_draws": {"allow": 8000, "step_up": 900, "refuse": 15},
}
_MIX: Final = {
    "near_match": 0.08,
    "another_person": 0.04,
    "not_live": 0.02,
    "copied": 0.03,
    "forged": 0.015,
    "revoked_signer": 0.01,
    "expired": 0.01,
    "withdrawn": 0.015,
    "superseded": 0.03,
    "deceased": 0.02,
    "unclear": 0.03,
    "minor": 0.03,
    "short": 0.06,
    "series": 0.12,
    "shared": 0.05,
    "mule": 0.06,
}
_OWN = ("match", "near_match", "short", "series", "shared", "mule")
_IMPOSTORS = ("another_person", "not_live", "copied", "forged", "revoked_signer", "deceased")
_LAPSED = ("expired", "withdrawn", "superseded")
#: The harder, the smaller are rings, and the more phones they have. Families are always smaller.
_GROUPS: Final[Mapping[str, Groups]] = {
    "series": always(3, 6),
    "shared": always(2, 3),
    "mule": {"easy": (12, 24), "normal": (6, 14), "hard": (4, 7)},
}
_PHONES: Final = {"easy": 1, "normal": 1, "hard": 2}
_MANY = 4
#: Who is under fifteen opens no account alone; so young is who has a card of the file at least.
_GROWN, _YOUNGEST = 15, 9
_LOOKED_AT, _BURIED = 3, 20


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Choose whose cards are used, then what for, how they are authenticated, what was read."""
    rows = _customers(people, draws, asked)
    rows = banking.happens(rows, people, draws, _PHONES[asked.difficulty])
    rows = rows.with_columns(required=transfer_limits.required(rows))
    rows = banking.authenticated(rows, draws)
    rows = _read(rows, people, draws, asked)
    return Made(extract=_extract(rows), key=_key(rows))


def _customers(people: Population, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Return a claim for each row with the card beside it.

    `kind` is one of the mix, `party` what goes together: a series, a family, a ring (-1: nothing).
    """
    rng, wanted = draws.stream("customers"), asked.counts()
    supply = _supply(people, rng, asked.size)
    good = supply.pop("good")
    pack = Pack(rng, good["place"].to_numpy(), asked.size)
    dealt = {name: _party(draws, pack, name, wanted[name], asked) for name in _GROUPS}
    for kind, of in supply.items():
        dealt[kind] = _alone(rng.permutation(of["place"].to_numpy())[: wanted[kind]])
    wanted["match"] += sum(wanted[kind] - len(places) for kind, (places, _) in dealt.items())
    for kind, count in wanted.items():
        if kind not in dealt:
            dealt[kind] = _alone(pack.deal(count))
    both = claims.both(asked)
    parts = []
    for kind, (places, party) in dealt.items():
        claim = desks.claim(people, draws, kind, places, both)
        cards = supply.get(kind, good)
        parts.append(
            claim.with_columns(kind=pl.lit(kind), party=pl.Series(party, dtype=pl.Int64)).join(
                cards, on="place", how="left", maintain_order="left"
            )
        )
    return pl.concat(parts)


def _supply(people: Population, rng: np.random.Generator, size: int) -> dict[str, pl.DataFrame]:
    """Return the cards there are of kinds that nobody can be dealt at will, and `good` ones."""
    alive = people.living(_YOUNGEST)
    looked_at = Pack(rng, alive, size).deal(min(size * _LOOKED_AT, len(alive)))
    dead = people.dead()
    died = people.people["death_date"].cast(pl.Int32).to_numpy()[dead]
    gone = dead[died < people.day - _BURIED]
    cards = desks.held(people, np.unique(np.concatenate([looked_at, gone])))
    first, last = (date_of(people.day - ago).year for ago in (banking.DAYS, 1))
    born = people.people["birth_year"]
    cards = cards.with_columns(born=born.gather(cards["place"]))
    grown = cards.filter(pl.col("born") < first - _GROWN)
    good, standing = grown.filter(desks.is_valid()), pl.col("standing")
    replaced = desks.replaced(people, good["place"].to_numpy())
    numbers = people.people["pin"].gather(replaced["place"])
    supply = {
        "good": good,
        "minor": cards.filter(desks.is_valid() & (pl.col("born") > last - _GROWN)),
        "deceased": grown.filter(standing == "holder_deceased"),
        "expired": grown.filter(standing == "expired"),
        "withdrawn": grown.filter(standing.is_in(["lost", "damaged", "held", "revoked"])),
        "superseded": replaced.filter(pl.col("card_number") == numbers),
    }
    return {
        kind: of.drop("born", strict=False).rename({"card_number": "id_number"})
        for kind, of in supply.items()
    }


def _party(draws: Draws, pack: Pack, name: str, rows: int, asked: Parameters) -> tuple[Ints, Ints]:
    """Return the places of what goes together, and which of it is which: whole parties only."""
    sizes = group_sizes(draws.stream("parties", name), rows, *_GROUPS[name][asked.difficulty])
    if name == "series":  # one customer each
        persons = pack.apart(len(sizes))
        party = np.repeat(np.arange(len(persons)), sizes[: len(persons)])
        return persons[party], party
    places = pack.apart(int(sizes.sum()))
    whole = int(np.searchsorted(np.cumsum(sizes), len(places), side="right"))
    party = np.repeat(np.arange(whole), sizes[:whole])
    return places[: len(party)], party


def _alone(places: Ints) -> tuple[Ints, Ints]:
    return places, np.full(len(places), -1, dtype=np.int64)


def _read(rows: pl.DataFrame, people: Population, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Put beside each row what reader and camera gave."""
    rng, kind = draws.stream("reader"), rows["kind"].to_numpy()
    before = desks.Camera(
        other=np.isin(kind, ["another_person", "copied", "deceased"]),
        poor=kind == "unclear",
        mask=kind == "not_live",
    )
    faces = desks.faces(people, rng, rows["place"].to_numpy(), before)
    reader = desks.readers(rng, kind == "copied", asked.difficulty)
    is_read = pl.col("event").is_in(banking.CARD_READ)
    is_seen = is_read | pl.col("factor").str.starts_with("face")
    signed = {"forged": "untrusted_signer", "revoked_signer": "revoked_signer"}
    rows = rows.with_columns(
        variant=pl.col("kind").replace_strict(signed, default=None, return_dtype=pl.String)
    )
    return rows.with_columns(
        sod=desks.signed_objects(people.world, rows),
        reader=pl.when(is_read).then(pl.Series(reader.tolist())).otherwise(pl.lit("not_done")),
        face=pl.when(is_seen).then(faces).otherwise(pl.lit("")),
    )


def _extract(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "event",
        "happened_at",
        pl.col("full_name").alias("customer_name"),
        "birth_date",
        "id_number",
        "amount",
        "device",
        "device_is",
        "factor",
        "sod",
        "reader",
        "face",
    )


def _key(rows: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind")
    verdict = pl.when(kind.is_in(_OWN)).then(pl.lit("own")).otherwise(kind)
    group = pl.when(kind.is_in(["shared", "mule"])).then(kind).otherwise(pl.lit("none"))
    is_short = transfer_limits.is_short(pl.col("required"), pl.col("factor"))
    opens = pl.col("event").is_in([OPEN_BRANCH, OPEN_APP])
    situation = _situation(is_short, opens)
    # Without the reader's question a copy before another's face is a card in another's hand.
    told = pl.when((verdict == "copied") & (pl.col("reader") == "not_done"))
    seen = told.then(pl.lit("another_person")).otherwise(verdict)
    signature = pl.lit(0)
    for part in (
        _place(seen, VERDICTS),
        _on_the_phone().clip(upper_bound=_MANY).cast(pl.Int64),
        _place(pl.col("required"), transfer_limits.TYPES),
        is_short.cast(pl.Int64),
        opens.cast(pl.Int64),
    ):
        signature = signature * 16 + part
    return rows.select(
        verdict=verdict,
        required=pl.col("required"),
        group=group,
        situation=situation,
        exact=pl.col("exact"),
        signature=signature,
    )


def _place(value: pl.Expr, of: Mapping[str, str]) -> pl.Expr:
    places = {name: place for place, name in enumerate(of)}
    return value.replace_strict(places, return_dtype=pl.Int64)


def _on_the_phone() -> pl.Expr:
    """Return how many customers the phone had on the day an account was opened on it; else 1."""
    customers = pl.col("id_number").n_unique().over("device", pl.col("happened_at").str.head(10))
    return pl.when(pl.col("event") == OPEN_APP).then(customers).otherwise(1)


def _situation(is_short: pl.Expr, opens: pl.Expr) -> pl.Expr:
    kind = pl.col("kind")
    return (
        pl.when(kind.is_in(_IMPOSTORS) & opens)
        .then(pl.lit("impostor_opens"))
        .when(kind.is_in(_IMPOSTORS))
        .then(pl.lit("impostor_draws"))
        .when(kind.is_in(["mule", "minor", "unclear"]))
        .then(kind)
        .when(kind.is_in(_LAPSED))
        .then(pl.lit("lapsed"))
        .when(is_short)
        .then(pl.lit("short"))
        .otherwise(pl.lit("clean"))
    )


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Have every card verified, with the face where there is one, and hold the log to the limits.

    1. `POST /v1/chip-verifications` with the signed object and the face.
    2. What the reader found by itself comes first: a copy is a copy. Whose number tells too late
       a year of birth opens no account alone.
    3. Work out of the log's own rows what Decision 2345 asks for, and who shares a device.
    4. Refuse impostors and rings; ask all others for more where anything is missing, and who
       shares a phone, which may be a part of a ring.
    """
    # 1.
    told = [
        _ask(solver, row, extract.height) for row in extract.with_row_index("at").rows(named=True)
    ]
    rows = extract.with_columns(outcome=pl.Series(told, dtype=pl.String))
    # 2.
    opens = pl.col("event").is_in([OPEN_BRANCH, OPEN_APP])
    year = pl.col("happened_at").str.head(4).cast(pl.Int64)
    is_young = opens & (solving.birth_year(pl.col("id_number")) > year - _GROWN)
    said = pl.col("outcome").replace_strict(_SAID, default="withdrawn")
    rows = rows.with_columns(
        verdict=pl.when(said.is_in(["forged", "revoked_signer"]))
        .then(said)
        .when(pl.col("reader") == "not_proved")
        .then(pl.lit("copied"))
        .when((said == "own") & is_young)
        .then(pl.lit("minor"))
        .otherwise(said)
    )
    # 3.
    rows = rows.with_columns(
        required=transfer_limits.required(rows),
        group=pl.when(_on_the_phone() >= _MANY)
        .then(pl.lit("mule"))
        .when(_on_the_phone() > 1)
        .then(pl.lit("shared"))
        .otherwise(pl.lit("none")),
    )
    # 4.
    return rows.select("record_id", "verdict", "required", "group", action=_action())


_SAID: Final = {
    "genuine": "own",
    "untrusted_signer": "forged",
    "revoked_signer": "revoked_signer",
    "expired": "expired",
    "superseded": "superseded",
    "holder_deceased": "deceased",
    "face_mismatch": "another_person",
    "face_not_live": "not_live",
    "face_unusable": "unclear",
}


def _ask(solver: Solver, row: dict[str, str], rows: int) -> str:
    solver.progress("asking the registry", int(row["at"]) / rows)
    asked = {"number": row["id_number"], "sod": row["sod"], "purpose": solver.purpose}
    face = {"face": row["face"]} if row["face"] else {}
    outcome: str = solver.agency.post("/v1/chip-verifications", asked | face)["outcome"]
    return outcome


def _action() -> pl.Expr:
    is_short = transfer_limits.is_short(pl.col("required"), pl.col("factor"))
    return (
        pl.when(pl.col("verdict").is_in(_IMPOSTORS) | (pl.col("group") == "mule"))
        .then(pl.lit("refuse"))
        .when((pl.col("verdict") != "own") | is_short | (pl.col("group") == "shared"))
        .then(pl.lit("step_up"))
        .otherwise(pl.lit("allow"))
    )


SCENARIO = Scenario(
    name="bank-onboarding",
    title_vi="Mở tài khoản ngân hàng và chuyển tiền lớn",
    title_en="Bank onboarding and large transfers",
    story_vi="Ngân hàng mở tài khoản tại quầy và trên ứng dụng, chuyển tiền, thanh toán, cho rút "
    "tiền bằng thẻ căn cước tại máy: đọc chip, so khuôn mặt, giữ đúng hạn mức của Quyết định "
    "2345. Trong nhật ký hai ngày có thẻ của người khác, mặt giả, chip bị sao chép, thẻ giả, thẻ "
    "hết hạn, đã báo mất, đã đổi thẻ khác, thẻ của người đã mất, trẻ em tự mở tài khoản, giao "
    "dịch xác thực chưa đủ mạnh, và nhiều tài khoản mở trên một máy để cho thuê.",
    story_en="A bank opens accounts at the counter and in the app, makes transfers and payments, "
    "and pays out at cash machines on the identity card: it reads the chip, compares the face, "
    "and keeps to the limits of Decision 2345. In the log of two days are cards of others, masks, "
    "copied chips, forged cards, cards that expired, were reported lost or were replaced, cards "
    "of the dead, children who open accounts alone, transactions that were authenticated too "
    "weakly, and rings of mule accounts opened on one device.",
    law="Quyết định 2345/QĐ-NHNN ngày 18/12/2023; Luật Căn cước 26/2023/QH15",
    client="vietcombank-basic",
    purpose="ekyc",
    columns=(
        Column(
            name="event",
            kind="text",
            vi="open_branch, open_app (mở tài khoản tại quầy, trên ứng dụng), transfer (chuyển "
            "tiền), payment (thanh toán), own_transfer (giữa tài khoản của mình), withdrawal "
            "(rút tại máy bằng thẻ căn cước)",
            en="open_branch, open_app (an account opened), transfer (to another's account), "
            "payment (for goods and services), own_transfer (between one's own accounts), "
            "withdrawal (at a cash machine, on the identity card).",
        ),
        Column(
            name="happened_at",
            kind="text",
            vi="Thời điểm, ISO 8601, giờ Việt Nam",
            en="The moment, ISO 8601, Viet Nam's time.",
        ),
        Column(name="customer_name", kind="text", vi="Họ tên, do nhập vào", en="Name, typed in."),
        claims.BIRTH_DATE,
        Column(
            name="id_number",
            kind="text",
            vi="Số trên chip, cũng là mã khách hàng",
            en="Number read of the chip; by it a customer's rows go together.",
        ),
        Column(name="amount", kind="integer", vi="Số tiền, đồng", en="Amount in đồng, 0 if none."),
        Column(
            name="device",
            kind="text",
            vi="Mã thiết bị; trống tại quầy và máy rút tiền",
            en="The phone's code; nothing at counters and cash machines.",
        ),
        Column(
            name="device_is",
            kind="text",
            vi="known (đã dùng), new (mới)",
            en="known, or new: the customer's first time on it.",
        ),
        Column(
            name="factor",
            kind="text",
            vi="Cách xác thực: password, otp, face, face_signature",
            en="How the customer was authenticated: password, otp, face (with a one-time code), "
            "face_signature (with the device's signature).",
        ),
        Column(
            name="sod",
            kind="text",
            vi="EF.SOD đọc từ chip, base64; khi giao dịch: bản ngân hàng đã lưu",
            en="EF.SOD that was read of the chip, base64; of transactions the one on file.",
        ),
        desks.READER,
        desks.FACE,
    ),
    answers=(
        desks.verdict(VERDICTS),
        Column(
            name="required",
            kind="class",
            vi="Loại xác thực mà Quyết định 2345 đòi hỏi; tổng trong ngày gồm các dòng cùng loại "
            "của khách hàng cho đến dòng này",
            en="Which type of authentication Decision 2345 asks for. A day's total is of the "
            "customer's rows of that event up to this one, whatever became of them.",
            values=transfer_limits.TYPES,
        ),
        Column(
            name="group",
            kind="class",
            vi="Tài khoản mở chung thiết bị",
            en="What accounts are opened together.",
            values=GROUPS,
        ),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    groups=_GROUPS,
    costs=COSTS,
    action="action",
    naive=("allow", "step_up"),
    promised=98,
    make=make,
    solve=solve,
)
