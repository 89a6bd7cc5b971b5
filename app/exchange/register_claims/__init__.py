"""Register claims: each module declares one yes/no question to a register of others, as `CLAIM`.

A new one is a new file here: its name, titles, law, what is claimed besides the number, and how
the register is asked. The route, the reference, the command and the docs follow from it; who may
ask is said by grants of `register-verification` (`../presets/`).
"""
