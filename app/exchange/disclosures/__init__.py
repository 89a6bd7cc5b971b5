"""Disclosures: each module declares one answer that gives out data, as `DISCLOSURE`.

A new data-sharing endpoint is a new file here: its name, titles, law and fields. The route, the
reference and the docs follow from it; who may use it is said by grants (`../presets/`).
"""
