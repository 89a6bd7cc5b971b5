"""Scenarios: an agency's dirty file, a truth that stays here, the tester's answer, its score.

May import every room below it. `scenario.py` says what a scenario is; `stories/` has one file for
each, and a new one is a file there: story, columns, answer, what it costs to be wrong, how the
file is made, and the reference solution. Everything else is the same for all: `secrecy` draws,
`dirt` is the model of errors, `population` the people, `claims` who rows say they are about,
`doubles` who stands there twice, `accounts` where they are paid, `consenting` what they agreed to,
`lending` who applies for loans and what comes of it, `grouping` groups of people, `files` what is
kept beside the world, `runs` and `submissions` what testers do, `scoring`, `probabilities`,
`comparing`, `picture`, `curves` and `blocking` what they are told, `solving`, `judging`,
`following` and `playing` the client that plays a scenario through the public interface alone.
"""
