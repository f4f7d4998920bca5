"""For instructors: make an nbgrader course of the notebooks, and grade it.

`make` writes a course, with `variants` if asked. Its ``nbgrader_config.py`` loads `grading`, which makes marks hold.
What comes in is found by `handed_in`, given to its owner by `collecting`, and made a notebook that can be graded by
`repair`. `run` runs it in a `workspace` with a `fence` around it, but for `skipped_cells`; `strict` runs it outside
any kernel. Temporary folders come from `scratch`, and what a fence of files leaves open is closed by `system_calls`.
`roster` reads rosters, `timestamps` reads times, and `marks` writes the marks, whose remarks quote by `quoting`.
Nothing here is loaded by ``import gdlab``.
"""
