"""Who may know what: agencies, grants, consent, the gate, verification, disclosure and the log.

May import `app.identity`, `app.sectors`, `app.registry`, `app.matching` and `app.platform`.
`models.py` holds all tables; `gate.py` decides and never touches a database; `log/` proves every
exchange; `disclosures/` takes a new data-sharing endpoint as one new file.
"""
