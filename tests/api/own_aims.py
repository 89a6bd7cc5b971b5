"""Operations that are aimed at by somebody of their own: who, by the address."""

from __future__ import annotations

from tests.api import consent_aims, credit_aims, job_aims, scenario_aims, wallet_aims

BANK, MINISTRY, INSURANCE = "vietcombank-basic", "bca", "bhxh"


def of(target, path):
    """Return who aims at such an operation of the target's server; None where nobody does."""
    if wallet_aims.knows(path):
        return wallet_aims.Wallets(target.server, target.server.token_of(MINISTRY))
    if consent_aims.knows(path):
        bank = target.server.token_of(BANK)
        return consent_aims.Consents(target.server, target.post, bank, target.adult)
    if credit_aims.knows(path):
        return credit_aims.Assessments(target.server, target.post)
    if scenario_aims.knows(path):
        return scenario_aims.Scenarios(target.server, target.post)
    if path.startswith(job_aims.PATHS):
        return job_aims.Jobs(target.server, target.server.token_of(INSURANCE), path)
    return None
