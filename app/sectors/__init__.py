"""What other ministries and companies hold about people: one register, one file.

May import `app.registry`, `app.matching` and `app.platform`. `models.py` holds all tables,
`bulk.py` is the door of the population generator, `register.py` says what a register is,
`holdings.py` reads any of them slice by slice, `fields.py` is the catalogue of what agencies are
told of them field by field. Every other module is a register: it declares itself as `REGISTER` and
has the functions that ask it. A new one is a file here, its tables in `models.py`, a migration,
and a file in `seed/registers/` that makes its rows.
"""
