"""The contactless chip of a card: its files, the chip that answers APDUs, and who reads it.

Pure but for `sessions` and `challenges`, which keep rows: values in, bytes out. May import
`app.identity.pki` and what the room may import. Names and numbers are those of ICAO Doc 9303
(parts 10 and 11) and ISO/IEC 7816-4.
"""
