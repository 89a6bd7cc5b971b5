"""What worlds the generator can make; apart from it, because asking must cost nothing."""

#: The first and last year for which the UN's ages (`population_age_sex_wpp2019`) can be told.
FIRST_YEAR, LAST_YEAR = 2016, 2029
#: The largest world that has been made and measured.
MOST_CITIZENS = 10_000_000
#: The largest number that every reader of JSON takes exactly (RFC 8259 §6).
LARGEST_SEED = 2**53 - 1
