"""Creditworthiness: an open scorecard over what registers hold; openly synthetic.

The factors, weights and scale of the real assessment of credit trust ("khả tín") are not public:
everything here is a choice of ours. Pure: values in, points out. It never sees a person's sex,
ethnicity or religion, nor their age, family or place.

- `scorecard`: the characteristics, their bins and points, bands and reasons.
- `reading`: one number for each characteristic, from the fields that agencies are told of.
- `at_once`: the readings of everybody as columns, for what is made of a whole population.
"""
