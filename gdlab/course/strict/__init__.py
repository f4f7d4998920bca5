"""Grading outside the student's kernel: ``gdlab course DIR --strict``.

The cells of a submission run in a process of their own (`submission_process`), which `sandbox` keeps in and in which
there is a gdlab without exercises (`no_exercises`). The grader (`judge`) sends it inputs, gets numbers back as JSON
(`json_values`) and compares them itself. `run` is the part that nbgrader calls. README.md, in this folder, says what
this promises, what it does not, and which test holds each promise.
"""
