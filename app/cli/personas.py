"""`dancu persona …`: the citizens with a name and a purpose, and everybody else by property."""
