"""Mock agencies: small relying parties over the public API, each one an integration to read.

One file each: `bank.py`, `telco.py`, `hospital.py`, `province.py`. What they share stands once:
`frame.py` (sessions, forms, headers), `signing_in.py`, `calls.py` (what happened here),
`words.py` (Vietnamese). They know of dancu what `dancu-client` knows, and nothing more.
"""
