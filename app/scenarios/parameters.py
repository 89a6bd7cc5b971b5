"""What a tester may ask of a file: how large, by which seed, how dirty, how hard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

from app.platform import errors

if TYPE_CHECKING:
    from app.scenarios.scenario import Scenario

Difficulty = Literal["easy", "normal", "hard"]
SMALLEST, LARGEST = 100, 2_000_000
#: What is asked for where nothing is.
USUAL_SIZE = 5_000

INVALID = errors.declare(
    code="scenario-parameters-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Không thể tạo tệp với các tham số này",
    title_en="No file can be made with these parameters",
    next_vi="Xem tham số của kịch bản: GET /v1/scenarios/{tên}.",
    next_en="See the scenario's parameters: GET /v1/scenarios/{name}.",
)


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is made by: the same parameters give the same file on the same server.

    `mix` are the shares of the kinds of rows, all of them. `reproducible` files are made without
    the server's secret: they are the same on every machine, so they are practice and no test.
    """

    size: int
    seed: int
    difficulty: Difficulty
    mix: Mapping[str, float]
    reproducible: bool

    def counts(self) -> dict[str, int]:
        """Return how many rows there are to be of each kind; what is left over is `match`."""
        shared = {name: round(self.size * share) for name, share in self.mix.items()}
        while sum(shared.values()) > self.size:  # rounding up everywhere
            most = max(shared, key=lambda name: shared[name])
            shared[most] -= 1
        return {**shared, "match": self.size - sum(shared.values())}

    @property
    def name(self) -> str:
        """A text that only these parameters give."""
        return msgspec.json.encode(self, order="deterministic").decode()


def of(
    scenario: Scenario,
    *,
    size: int = USUAL_SIZE,
    seed: int = 1,
    difficulty: Difficulty = "normal",
    mix: Mapping[str, float] = MappingProxyType({}),
    reproducible: bool = False,
) -> Parameters:
    """Return the parameters; `mix` changes shares of the scenario's own.

    Raises `scenario-parameters-invalid`.
    """
    wrong = [
        errors.InvalidParam(f"mix.{name}", *_kinds(scenario))
        for name in mix
        if name not in scenario.mix
    ]
    shares = {**scenario.mix, **{name: round(share, 6) for name, share in mix.items()}}
    if not wrong and sum(shares.values()) > 1:
        wrong.append(
            errors.InvalidParam(
                "mix",
                "the shares come to more than 1 together",
                "tổng các tỷ lệ lớn hơn 1",
            )
        )
    if wrong:
        raise INVALID.error(params=tuple(wrong))
    return Parameters(
        size=size, seed=seed, difficulty=difficulty, mix=shares, reproducible=reproducible
    )


def _kinds(scenario: Scenario) -> tuple[str, str]:
    kinds = ", ".join(scenario.mix)
    return f"kinds of rows are: {kinds}", f"các loại dòng là: {kinds}"


def too_large(most: int) -> errors.DancuError:
    """Return the error to raise where the world has too few people for the file."""
    reason = f"this world has people for {most} rows at most"
    reason_vi = f"thế giới này chỉ đủ người cho {most} dòng"
    return INVALID.error(params=(errors.InvalidParam("size", reason, reason_vi),))
