"""Ready-made agencies, systems and grants, as tables that can be read and edited.

`agencies_2024.csv` (who; kinds are `ministry`, `central`, `enterprise`, `telco`, `bank`, `lender`
and `province`), `systems_2024.csv` (with which system), `grants_2024.csv` (which fields for which
purpose; `who` is a kind or one agency), `purposes.csv` (the purposes, and the laws they rest on)
and `laws.csv` (from when to when each is in force). `preset.py` reads and installs them.

Who stands in the list follows the state of the first quarter of 2024: 18 ministries and central
bodies, EVN, the post (whose clerks help at counters), three telecommunications operators, 63
provinces, and the five banks and the lender of the credit-trust pilot. Which 18 is our choice.
Codes `G…` and `H…` have the form of Decision
20/2020/QĐ-TTg, in the order of public lists, unverified; `X…` is a block of our own for firms,
which really go by their tax code. Eight ministries have an old system, too, that is not secure
enough: the gate refuses it, as the reports of that year demanded.
"""
