"""The tables of revision 0001, room by room. Frozen: a later change is a later revision."""
