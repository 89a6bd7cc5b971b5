"""What other registers hold about people: subscribers, insurance, licences, vehicles.

May import `app.registry`, `app.matching` and `app.platform`. `models.py` holds all tables;
`bulk.py` is the door for the population generator. A new register is one new file.
"""
