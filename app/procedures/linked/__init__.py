"""Linked procedures: each module declares one that spans several agencies, as `PROCEDURE`.

A new one is a new file here: what is declared, who may declare it, and the agencies' steps. The
address, the reference and the engine (`app.procedures.sagas`) follow from it; its service is a
line of `services.csv`.
"""
