"""Files held against a registry: what is linked, who links it, and how well and fast they did.

- `country` makes the registry, `dirt` an agency's file of it and the truth of each row; `fields`
  writes both into a folder.
- `ours`, `equality` and `splinking` are the contestants, each run in a process of its own
  (`benchmarks.apart`). The last two need the packages of the group `bench`.
- `judging` holds what was linked against the truth, which no contestant is given.
"""
