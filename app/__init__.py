"""dancu: a simulated national population database, one room per package, floors checked.

Top to bottom: `cli` → `main` → `api | web` → `training` → `scenarios` → `sandbox` → `procedures` →
`signin` → `exchange` → `identity` → `sectors` → `registry` → `matching` → `platform`; rooms that
later work needs are named already. A room imports only from floors below it, queries its own
tables only, and asks other rooms through their functions.
"""
