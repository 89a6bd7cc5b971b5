"""Servers under load: dancu as people start it, and the bare application it is compared with."""
