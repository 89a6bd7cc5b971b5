"""Operations that are aimed at by somebody of their own: who, by the address."""

from __future__ import annotations

from tests.api import (
    class_aims,
    consent_aims,
    credit_aims,
    job_aims,
    scenario_aims,
    wallet_aims,
)

BANK, MINISTRY, INSURANCE = "vietcombank-basic", "bca", "bhxh"


def of(target, path):
    """Return who aims at such an operation of the target's server; None where nobody does."""
    return next((make(target, path) for knows, make in _OWN if knows(path)), None)


def _wallets(target, _path):
    return wallet_aims.Wallets(target.server, target.server.token_of(MINISTRY))


def _consents(target, _path):
    bank = target.server.token_of(BANK)
    return consent_aims.Consents(target.server, target.post, bank, target.adult)


def _assessments(target, _path):
    return credit_aims.Assessments(target.server, target.post)


def _scenarios(target, _path):
    return scenario_aims.Scenarios(target.server, target.post)


def _classes(target, _path):
    return class_aims.Classes(target.server, target.world)


def _jobs(target, path):
    return job_aims.Jobs(target.server, target.server.token_of(INSURANCE), path)


_OWN = (
    (wallet_aims.knows, _wallets),
    (consent_aims.knows, _consents),
    (credit_aims.knows, _assessments),
    (scenario_aims.knows, _scenarios),
    (class_aims.knows, _classes),
    (job_aims.knows, _jobs),
)
