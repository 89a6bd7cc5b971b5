"""`/control/v1`: powers that only a simulator has, for whoever holds the operator's token.

One module per resource; `operators.py` says who may.
"""
