"""Training: classes, their learners, and the lessons that these go through.

May import every room below it. A class is a world of its own (`classes`), from which each
learner's world is forked; `codes` let learners in, `progress` keeps how far they are, `evidence`
is what checks look at, `pupil` a learner in code.

`report_card/` grades somebody's own client or relying party by hostile answers: a new case is one
entry in a table there.

**A new lesson is one file** in `lessons/` that declares `LESSON` (`lesson.Lesson`); page, board,
results and documents follow. `lessons/verify.py` is a short one.

1. Say everything in both languages: `Text("English", "tiếng Việt")`. Short sentences.
2. `steps` have commands for a shell in which the page's first block was pasted: `$ISSUER`,
   `$OPERATOR` (the token of the learner's world), each system's secret and each persona's number
   by their names in capitals (`$VIETCOMBANK_BASIC`, `$ADULT_LEVEL_2`): name them in `clients` and
   `personas`. `reading` names documents of the guide (`verification`).
3. A check is a pure function over `evidence.Evidence`: the learner's calls since the lesson was
   begun (`seen.to("/v1/verifications")`, each with `asked` and `answered`), what they wrote to
   the lesson's `questions` (`seen.answer("name")`), and their world (`seen.session`, `seen.world`,
   by the functions of the rooms below). It returns `passed(en, vi)` or `missing(en, vi)`: what it
   saw, or what it did not find. Only calls below `/v1/` and `/soap/` are there with their bodies.
4. `prepare(world)` may lay something out when the lesson is begun, and return what checks have to
   know of it (JSON, which learners never see).
5. `hints` are given one by one; the last says how.
6. `solve(me)` does it all with `pupil.Pupil`: `me.post("vietcombank-basic", "/v1/…", {…})`,
   `me.power("POST", "/control/v1/…")`, `me.persona("adult-level-2")["pin"]`,
   `me.write("question", "answer")`. It is shown to learners when the trainer releases it.

`tests/training/test_lessons.py` proves of every lesson that its solution passes, and that a world
in which nothing was done passes none of its checks.
"""
