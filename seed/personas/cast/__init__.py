"""The cast: every persona with its purpose, and the people they live with, by what they are for.

A serial belongs to one person for ever: it ends the number in every world. Relatives without a
persona of their own are here because a household, a marriage or a childhood needs them.
"""
