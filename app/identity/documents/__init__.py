"""Documents that can be integrated into an eID account, one file each.

Each file declares `DOCUMENT`: what the document is called, which claims a credential of it has,
and how its source is asked. A new one is a new file here; `wallet` does the rest.
"""
