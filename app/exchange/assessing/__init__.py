"""Assessing: how creditworthy a citizen who consents looks, told to lenders, and second looks.

- `models`: the table. `assessments`: a score through gate, consent and log, with its reasons;
  shown again to who asked, as long as the consent lasts.
- `appeals`: a second look that citizen or agency ask for, and the authority that takes it.
- `own`: what a citizen is shown of it: every point.

The scorecard is `app.sectors.creditworthiness`.
"""
