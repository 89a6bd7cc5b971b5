"""dancu: a simulated national population database, one room per package, floors checked by import-linter.

Top to bottom: `main | cli` → `api | web` → `training` → `scenarios` → `sandbox` → `procedures` →
`signin` → `exchange` → `identity` → `sectors` → `registry` → `matching` → `platform`. A room imports
only from floors below it, queries its own tables only, and asks other rooms through their functions.
"""
