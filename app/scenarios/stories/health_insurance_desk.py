"""Health-insurance desk: the identity card as insurance card, with chip and face, also offline.

A hospital's counters, and the cash machines at which allowances are drawn, read the card and take
a picture; some were without a network and are reconciled later (DOMAIN.md §9). That the card
stands for the insurance card is the practice since 2022 (Official letter 931/BYT-BH, from memory);
the shares of what is wrong and all costs are our choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import claims, desks
from app.scenarios.population import Pack
from app.scenarios.scenario import Column, Made, Scenario, what_to_do
from app.sectors import health_insurance

if TYPE_CHECKING:
    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

VERDICTS: Final = {
    "own": "the patient's own card, genuine and good",
    "another_person": "a genuine card whose holder is somebody else",
    "copied": "a chip with the files of another's card, before another's face",
    "forged": "signed by nobody whom the ministry vouches for",
    "card_not_valid": "the patient's own card, which has expired or was lost, held, revoked",
    "deceased": "the card of somebody who had died before the visit",
    "unclear": "the patient's own card, and a picture that cannot be compared",
}
INSURED: Final = {"in_force": "insured today", "not_in_force": "not insured today"}
ACTIONS: Final = {
    "accept": "bill the insurance; at a cash machine: pay out",
    "self_pay": "treat, and let the patient pay; at a cash machine: pay nothing",
    "identify": "have the patient identified once more, by another paper or picture",
    "report": "refuse, and report the card",
}
#: Thousand đồng a row: what fraud takes, what asking again costs, what a sick person suffers.
COSTS: Final = {
    "insured": {"accept": 0, "self_pay": 300, "identify": 40, "report": 700},
    "uninsured": {"accept": 700, "self_pay": 5, "identify": 60, "report": 600},
    "lapsed": {"accept": 150, "self_pay": 200, "identify": 10, "report": 400},
    "unclear": {"accept": 250, "self_pay": 150, "identify": 15, "report": 500},
    "impostor": {"accept": 900, "self_pay": 300, "identify": 120, "report": 15},
    "impostor_at_machine": {"accept": 4000, "self_pay": 400, "identify": 300, "report": 15},
}
_MIX: Final = {
    "near_match": 0.08,
    "uninsured": 0.08,
    "another_person": 0.05,
    "copied": 0.03,
    "forged": 0.02,
    "card_not_valid": 0.04,
    "deceased": 0.02,
    "unclear": 0.04,
}
_OWN = ("match", "near_match", "uninsured")
_OFFLINE, _AT_MACHINE, _LATELY = 0.25, 0.15, 20
#: So many people are looked at for each row.
_LOOKED_AT = 3


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Choose whose cards are laid on the counter, then who holds them, and what is read."""
    wanted = asked.counts()
    rows = _visits(people, draws, wanted, claims.both(asked))
    rows = _read(rows, people, draws, asked)
    return Made(extract=_extract(rows), key=_key(rows))


def _visits(people: Population, draws: Draws, wanted: dict[str, int], both: float) -> pl.DataFrame:
    """Return a claim for each row with the card beside it; `kind` is one of the mix."""
    rng, size = draws.stream("visits"), sum(wanted.values())
    living = Pack(rng, people.living(), size).deal(min(size * _LOOKED_AT, len(people.living())))
    gone = people.dead()[
        people.people["death_date"].cast(pl.Int32).to_numpy()[people.dead()] < people.day - _LATELY
    ]
    cards = desks.held(people, np.unique(np.concatenate([living, gone])))
    cards = cards.with_columns(insured=pl.col("place").is_in(_insured(people).implode()))
    supply = {
        "uninsured": cards.filter(desks.is_valid() & ~pl.col("insured")),
        "deceased": cards.filter(standing="holder_deceased"),
        "card_not_valid": cards.filter(
            pl.col("standing").is_in(["expired", "lost", "damaged", "held", "revoked"])
        ),
    }
    dealt = {
        kind: rng.permutation(of["place"].to_numpy())[: wanted[kind]]
        for kind, of in supply.items()
    }
    short = sum(wanted[kind] - len(places) for kind, places in dealt.items())
    good = cards.filter(desks.is_valid() & "insured")["place"].to_numpy()
    pack = Pack(rng, good, size)
    for kind, count in wanted.items():
        if kind not in supply:
            dealt[kind] = pack.deal(count + (short if kind == "match" else 0))
    parts = [desks.claim(people, draws, kind, dealt[kind], both) for kind in wanted]
    return pl.concat(parts).join(cards, on="place", how="left", maintain_order="left")


def _insured(people: Population) -> pl.Series:
    """Return the places of who has a card of the insurance that is good today."""
    found = health_insurance.ENTRIES.where(people.session)
    numbers = [
        each.holder_number for each in found if health_insurance.is_good(each, people.today)
    ]
    return pl.Series(people.bearers(pl.Series(numbers, dtype=pl.String)), dtype=pl.Int64)


def _read(rows: pl.DataFrame, people: Population, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Put beside each row what reader and camera gave, where and when."""
    rng, size, kind = draws.stream("reader"), rows.height, rows["kind"].to_numpy()
    before = desks.Camera(
        other=np.isin(kind, ["another_person", "copied", "deceased"]),
        poor=kind == "unclear",
        mask=np.zeros(size, dtype=np.bool_),
    )
    faces = desks.faces(people, rng, rows["place"].to_numpy(), before)
    reader = desks.readers(rng, kind == "copied", asked.difficulty)
    offline = rng.random(size) < _OFFLINE
    ago = np.where(offline, rng.integers(1, _LATELY, size), 0)
    good, false = (
        desks.certificates(people.world, rows["quarter"].unique().to_list(), trusted=trusted)
        for trusted in (True, False)
    )
    return rows.with_columns(
        face=faces,
        reader=pl.Series(reader.tolist()),
        point=pl.Series(np.where(rng.random(size) < _AT_MACHINE, "machine", "counter").tolist()),
        network=pl.Series(np.where(offline, "offline", "online").tolist()),
        visited=pl.Series(people.day - ago),
        certificate=pl.when(pl.col("kind") == "forged")
        .then(pl.col("quarter").replace_strict(false, return_dtype=pl.String))
        .otherwise(pl.col("quarter").replace_strict(good, return_dtype=pl.String)),
    )


def _extract(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        pl.col("full_name").alias("patient_name"),
        pl.col("birth_date"),
        pl.col("card_number").alias("id_number"),
        claims.iso_day("visited").alias("visited_on"),
        pl.col("point"),
        pl.col("network"),
        pl.col("certificate"),
        pl.col("reader"),
        pl.col("face"),
    )


def _key(rows: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind")
    verdict = pl.when(kind.is_in(_OWN)).then(pl.lit("own")).otherwise(kind)
    is_dead = kind == "deceased"
    insured = pl.col("insured") & ~is_dead
    at_machine = pl.col("point") == "machine"
    situation = (
        pl.when(kind.is_in(["another_person", "copied", "forged", "deceased"]))
        .then(
            pl.when(at_machine).then(pl.lit("impostor_at_machine")).otherwise(pl.lit("impostor"))
        )
        .when(kind == "card_not_valid")
        .then(pl.lit("lapsed"))
        .when(kind == "unclear")
        .then(pl.lit("unclear"))
        .when(insured)
        .then(pl.lit("insured"))
        .otherwise(pl.lit("uninsured"))
    )
    # Without the reader's question a copy before another's face is a card in another's hand.
    told = pl.when((verdict == "copied") & (pl.col("reader") == "not_done"))
    seen = told.then(pl.lit("another_person")).otherwise(verdict)
    places = {name: place for place, name in enumerate(VERDICTS)}
    code = seen.replace_strict(places, return_dtype=pl.Int64)
    signature = (code * 2 + insured.cast(pl.Int64)) * 2 + at_machine.cast(pl.Int64)
    return rows.select(
        verdict=verdict,
        insurance=pl.when(insured).then(pl.lit("in_force")).otherwise(pl.lit("not_in_force")),
        situation=situation,
        exact=pl.col("exact"),
        signature=signature,
    )


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Have every card verified with the face before it, and ask whether its holder is insured.

    1. `POST /v1/chip-verifications` with the certificate that was read, and the face.
    2. What the reader found by itself comes first: a copy is a copy.
    3. `POST /v1/register-verifications/health-insurance-in-force` about the number.
    4. Report impostors, identify who may be the patient once more, bill who is insured.
    """
    # 1. and 3.
    told = [
        _ask(solver, row, extract.height) for row in extract.with_row_index("at").rows(named=True)
    ]
    said = pl.DataFrame(told, schema={"outcome": pl.String, "held": pl.String}, orient="row")
    # 2.
    outcome = pl.col("outcome")
    verdict = (
        pl.when(outcome.is_in(["untrusted_signer", "revoked_signer", "card_not_found"]))
        .then(pl.lit("forged"))
        .when(pl.col("reader") == "not_proved")
        .then(pl.lit("copied"))
        .otherwise(outcome.replace_strict(_SAID, default="card_not_valid"))
    )
    insurance = pl.when(pl.col("held") == "yes").then(pl.lit("in_force"))
    rows = extract.hstack(said).with_columns(
        verdict=verdict, insurance=insurance.otherwise(pl.lit("not_in_force"))
    )
    # 4.
    return rows.select("record_id", "verdict", "insurance", action=_action())


_SAID: Final = {
    "genuine": "own",
    "face_mismatch": "another_person",
    "face_unusable": "unclear",
    "face_not_live": "unclear",
    "holder_deceased": "deceased",
}


def _ask(solver: Solver, row: dict[str, str], rows: int) -> tuple[str, str]:
    solver.progress("asking the registry", int(row["at"]) / rows)
    asked = {"number": row["id_number"], "purpose": solver.purpose}
    evidence = {"certificate": row["certificate"], "face": row["face"]}
    chip = solver.agency.post("/v1/chip-verifications", asked | evidence)
    insured = solver.agency.post("/v1/register-verifications/health-insurance-in-force", asked)
    return chip["outcome"], insured["outcome"]


def _action() -> pl.Expr:
    verdict = pl.col("verdict")
    return (
        pl.when(verdict.is_in(["another_person", "copied", "forged", "deceased"]))
        .then(pl.lit("report"))
        .when(verdict.is_in(["card_not_valid", "unclear"]))
        .then(pl.lit("identify"))
        .when(pl.col("insurance") == "in_force")
        .then(pl.lit("accept"))
        .otherwise(pl.lit("self_pay"))
    )


SCENARIO = Scenario(
    name="health-insurance-desk",
    title_vi="Quầy khám bệnh bảo hiểm y tế",
    title_en="Health-insurance desk",
    story_vi="Bệnh viện nhận thẻ căn cước thay thẻ bảo hiểm y tế: đọc chip, chụp khuôn mặt, hỏi "
    "bảo hiểm còn giá trị không. Có lúc mất mạng, lượt khám được đối soát sau; trợ cấp còn được "
    "rút tại máy rút tiền bằng thẻ. Trong nhật ký có thẻ của người khác, chip bị sao chép, thẻ "
    "giả, thẻ hết hạn hoặc đã báo mất, thẻ của người đã mất, người không có bảo hiểm.",
    story_en="A hospital takes the identity card as insurance card: it reads the chip, takes a "
    "picture of the face, asks whether the insurance is good. At times there is no network, and "
    "the visit is reconciled later; allowances are drawn with the card at cash machines as well. "
    "In the log are cards of others, copied chips, forged cards, cards that expired or were "
    "reported lost, cards of the dead, and people without insurance.",
    law="Luật Bảo hiểm y tế 25/2008/QH12 (sửa đổi 51/2024/QH15); Luật Căn cước 26/2023/QH15",
    client="byt",
    purpose="health-care",
    columns=(
        Column(name="patient_name", kind="text", vi="Họ tên, do quầy nhập", en="Name, typed in."),
        claims.BIRTH_DATE,
        Column(name="id_number", kind="text", vi="Số trên chip", en="Number read of the chip."),
        Column(name="visited_on", kind="date", vi="Ngày khám", en="Day of the visit."),
        Column(
            name="point",
            kind="text",
            vi="Nơi dùng thẻ: counter (quầy), machine (máy rút tiền)",
            en="Where the card was used: counter, or machine (a cash machine).",
        ),
        Column(
            name="network",
            kind="text",
            vi="online, hoặc offline (đối soát sau)",
            en="online, or offline: not asked then, to be reconciled.",
        ),
        Column(
            name="certificate",
            kind="text",
            vi="Chứng thư của người ký thẻ, base64",
            en="The card signer's certificate as the reader sends it, base64 of DER.",
        ),
        desks.READER,
        desks.FACE,
    ),
    answers=(
        desks.verdict(VERDICTS),
        Column(
            name="insurance",
            kind="class",
            vi="Bảo hiểm của chủ thẻ hôm nay",
            en="The insurance of the card's holder, today.",
            values=INSURED,
        ),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    costs=COSTS,
    action="action",
    naive=("accept", "self_pay"),
    promised=90,
    make=make,
    solve=solve,
)
