"""Grading outside the student's kernel: ``gdlab course DIR --strict``.

In a notebook the check runs beside the student's own code, which can change it, or what it shows. Strict grading has no
such neighbours. The cells of a submission run in a process of their own (`inside`), in which there is a gdlab without
exercises. The grader (`judge`) draws secret random inputs, sends them there one by one, and gets numbers back as JSON
(`wire`). It compares them itself, with the exercise's own solution, tolerance and words: so honest work gets the mark
that `gdlab.check` shows in the notebook. `run` is the part that nbgrader calls, and `sandbox` keeps the process in.

What it stops, with and without bubblewrap: all that changes the check or what it says, in whatever way (the checker,
NumPy, a ``repr``, a display formatter, an array class, the check cell, the output file or stream); calling the
reference solution, or looking for it on the stack, in memory or in the installed package; writing into the gradebook or
another submission; ending the process, endless loops, floods of output and large files, which cost the exercise they
happen in; scripts in written answers, which would run in the page of formgrader.

With bubblewrap (Linux: ``apt install bubblewrap``) the kernel of the system stands behind this: the process has no
network, no home, no course folder, no other process to see, and of the file system only Python's own folders, to read.
Without it, a guard in the process refuses to open other files, to connect, to start programs and to call C code. That
is a fence, and not a wall: who knows Python's inside well gets over it, and is then a program of yours like any other,
which can read the solutions and write the gradebook. nbgrader's log says which of the two it was;
``c.RunOutside.bubblewrap = "always"`` in ``nbgrader_config.py`` refuses to grade without.

What it does not stop: handing in what somebody else wrote. The solutions of the published exercises are public (in the
package, and `gdlab.solution` shows them), and a copy of one is right wherever it runs, as is a friend's function or a
language model's. The answers to questions with numbers or letters can be looked up likewise. A library function that
does what is asked (`gdlab.backward`) may be called, as in the notebook. Within the process others can be started, and
together they may take more memory than one may (behind bubblewrap there may be 64 of them, but if root grades, any
number; they end with the submission). Checks of your own that are no ``gdlab.check("slug", name)`` cannot be graded
strictly, and nbgrader says so.
"""
