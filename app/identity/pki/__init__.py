"""The simulated PKI behind the chips: who signs cards, who signs signers, and what is revoked.

One authority a world, derived from its root: the same keys, serial numbers and bytes each time,
made when they are first asked for. Profiles are those of ICAO Doc 9303-12. May import what the
room may import, and nothing of `app.identity.chip`.
"""
