"""Levels: what stands in `acr` and `amr`, and how sure a sign-in is.

The values of `acr` are ours, for those of the real service are not public: they name the two
levels of an eID account (Decree 69/2024, Art 7). A level counts for a sign-in when the account has
it and the person proved as much: level 2 takes two different factors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEVEL_1 = "urn:dancu:acr:level1"
LEVEL_2 = "urn:dancu:acr:level2"
LEVEL_OF: Mapping[str, int] = {LEVEL_1: 1, LEVEL_2: 2}
ACR_OF: Mapping[int, str] = {level: acr for acr, level in LEVEL_OF.items()}

#: The least assurance (1 to 4, Decree 69/2024) that each level takes.
LEAST_ASSURANCE: Mapping[int, int] = {1: 1, 2: 2}


def reached(account_level: int, assurance: int) -> int:
    """Return the level that a sign-in has, by the account's level and how it was proved."""
    return 2 if account_level >= 2 and assurance >= LEAST_ASSURANCE[2] else 1


#: What each method of `amr` (RFC 8176 §2) proves: knowledge, possession, a part of the body.
_KIND_OF: Mapping[str, str] = {
    "pin": "knowledge",
    "otp": "possession",
    "swk": "possession",
    "hwk": "possession",
    "face": "biometric",
    "fpt": "biometric",
}


def joined(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """Return the methods of two proofs of one person as one; `mfa` says that kinds differ."""
    methods = [method for method in dict.fromkeys((*before, *now)) if method != "mfa"]
    return (*methods, "mfa") if len(kinds(methods)) > 1 else tuple(methods)


def assurance(amr: Sequence[str]) -> int:
    """Return the level of assurance of these methods (Decree 69/2024).

    4: a biometric, a possession and knowledge. 3: two kinds, a biometric among them. 2: two kinds
    without one. 1: anything less.
    """
    proved = kinds(amr)
    if len(proved) == 3:
        return 4
    if len(proved) == 2:
        return 3 if "biometric" in proved else 2
    return 1


def kinds(amr: Sequence[str]) -> frozenset[str]:
    """Return what these methods prove: `knowledge`, `possession`, `biometric`."""
    return frozenset(_KIND_OF[method] for method in amr if method in _KIND_OF)
