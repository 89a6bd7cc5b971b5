"""The report card: hostile answers put to somebody's own client or relying party, and a grade.

A door on loopback stands before the world (`door`), gives its answers out under an issuer of its
own (`mirror`), and turns one of them hostile, as a case says. Cases are declared in tables:
`outages`, `strange`, `refusals` and `forgeries` for a client, `sign_ins` for a relying party, all
of them together in `catalogue`. Only addresses on this machine are ever called.
"""
