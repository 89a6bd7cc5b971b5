"""The ground floor: settings, database, worlds, writer, clock, streams, errors, signing.

May import nothing of ours. What every room needs and no room owns goes here; what knows of
citizens, agencies or HTTP does not.
"""
