"""Who may know what: agencies, grants, consent, the gate, verification, disclosure and the log.

May import `app.identity`, `app.sectors`, `app.registry`, `app.matching` and `app.platform`.
`models.py` holds all tables.

- Who asks: `agencies`, `connecting`, `grants`, `presets/`; their `credentials`, the
  `token_endpoint` (`oauth`, `client_authentication`) and `tokens` (`token_cache`).
- What they may: `callers` (values), `access` (what this process knows: `snapshots`, `tallies`),
  `gate` (pure), `refusals` (the gate's reasons in words), `consents`, `access_check`.
- What they ask: an `errands.Errand` goes with each `verification` (`evidence`, `outcomes`,
  `verification_batch`), disclosure (`sharing`, `disclosing`, `disclosures/`), search
  (`searching`) and page of the change feed (`change_feed`, `cursors`). `assessing/` scores credit.
- What is kept: `log/` and `proof`, `requests`, `idempotency`, `sweeping`, `fresh_start`; `rows`
  writes many of them at once.

A new data-sharing endpoint is one new file in `disclosures/`; a new agency, system or grant of the
preset is a line in `presets/`; a new reason to refuse is a member of `gate.Reason` with its words
in `refusals.PROBLEMS`.
"""
