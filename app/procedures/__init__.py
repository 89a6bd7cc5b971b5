"""Public services: what citizens ask of agencies, and procedures that span several of them.

May import `app.signin` and every room below it. `models.py` holds all tables.

- `catalogue` is the list of services (`services.csv`: a new service is a line there), `fees` what
  they cost where.
- `dossiers` are what citizens submit: `numbering` gives them their codes, `prefilling` fills them
  from the registry, `showing` gives them out, `desk` is where officials act on them.
- `sagas` carries out procedures that span agencies, step by step (`steps`), each step in a
  transaction with its effect and its leaf; `agreeing` asks the head of a household. `linked/`
  takes a new procedure as one new file.
- `confirming` stands in place of papers about residence; `assisting` lets a clerk submit for a
  citizen who agrees.
- `reuse` counts how much nobody had to write again.
"""
