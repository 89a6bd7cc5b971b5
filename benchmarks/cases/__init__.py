"""One benchmark per module, each declared as BENCHMARK; they are found by looking here."""
