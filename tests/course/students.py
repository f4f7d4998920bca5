"""A class: what each student hands in of notebook 03, and the points that it should earn.

A student takes the released notebook and returns what is handed in: a notebook, bytes, or None for an empty folder.
"""

import copy
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdlab.lessons.catalogue import EXERCISES

ASSIGNMENT = "03_bend_the_neuron"
GRADIENT, OPPOSED, MATCHING, WORDS = "neuron-gradient", "opposed-updates", "tanh-matching-loss", "bent-in-words"
FULL = (3.0, 3.0, 3.0, None)
"""The points of the four exercises; None: a person has to mark it."""

Notebook = dict[str, Any]


def solved(slug: str, name: str) -> str:
    """The reference solution, as a cell that defines `name`."""
    solution = EXERCISES[slug].solution
    text = inspect.getsource(solution)
    if slug == OPPOSED:
        return f"{text}\n{name} = {solution.__name__}()"
    return text.replace(f"def {solution.__name__}(", f"def {name}(")


SOLVED = {
    GRADIENT: solved(GRADIENT, "gradient"),
    OPPOSED: solved(OPPOSED, "samples"),
    MATCHING: solved(MATCHING, "matching_loss"),
    WORDS: "The delta rule descends the matching loss.",
}


def place(notebook: Notebook, grade_id: str) -> int:
    return next(
        i for i, c in enumerate(notebook["cells"]) if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def cell(notebook: Notebook, grade_id: str) -> Notebook:
    return notebook["cells"][place(notebook, grade_id)]


def code(source: str) -> Notebook:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def with_answers(notebook: Notebook, **answers: str) -> Notebook:
    """The notebook with these texts in its stubs; keys as grade ids, with _ for -."""
    for name, source in answers.items():
        cell(notebook, name.replace("_", "-"))["source"] = source
    return notebook


def all_right(notebook: Notebook, **other: str) -> Notebook:
    return with_answers(notebook, **({key.replace("-", "_"): text for key, text in SOLVED.items()} | other))


def blank(notebook):
    return notebook


def blank_but_for_spaces(notebook):
    return with_answers(notebook, bent_in_words=" *Your  answer here.*\n\n", neuron_gradient="\n\n# later\n")


def emptied(notebook):
    return with_answers(notebook, neuron_gradient="", opposed_updates="", tanh_matching_loss="", bent_in_words="")


def wrong(notebook):
    return with_answers(
        notebook,
        neuron_gradient="def gradient(w, b, x, y, f, f_prime):\n    return 1.0, 2.0",
        opposed_updates='samples = {"x": [1.0], "y": [0.5]}',
        tanh_matching_loss="def matching_loss(z, y):\n    return z * y",
        bent_in_words="No idea, honestly.",
    )


def partly_right(notebook):
    half = "def gradient(w, b, x, y, f, f_prime):\n    z = w * x + b\n"
    half += "    return np.mean((f(z) - y) * f_prime(z) * x), 0.5"
    return with_answers(notebook, neuron_gradient="import numpy as np\n" + half)


def not_numbers(notebook):
    """nan, a wrong type, a wrong shape."""
    return with_answers(
        notebook,
        neuron_gradient="def gradient(*a):\n    return float('nan'), 'two'",
        opposed_updates="samples = object()",
        tanh_matching_loss="def matching_loss(z, y):\n    return np.ones((2, 3))",
    )


def raises(notebook):
    """In a function, in a cell, in the syntax."""
    return with_answers(
        notebook,
        neuron_gradient="def gradient(*a):\n    raise RuntimeError('no')",
        opposed_updates="samples = 1 / 0",
        tanh_matching_loss="def matching_loss(z y:\n    return",
    )


def noisy(notebook):
    loud = "import os, sys, warnings, logging\n"
    loud += "print('hello'); print('oh', file=sys.stderr); warnings.warn('look')\n"
    inside = (
        "\n    warnings.warn('again'); print('working'); logging.warning('hm'); os.write(2, b'raw')\n    z = w * x + b"
    )
    return all_right(notebook, neuron_gradient=loud + SOLVED[GRADIENT].replace("\n    z = w * x + b", inside))


STUBBORN = """while True:
    try:
        while True: sum(range(9))
    except BaseException: pass
"""


def endless(notebook):
    """A loop in a check, and one in a cell that catches the interrupt."""
    in_check = "def gradient(*arguments):\n    while True: sum(range(9))"
    return all_right(notebook, neuron_gradient=in_check, opposed_updates=STUBBORN)


def flood(notebook, megabytes=10):
    notebook["cells"].insert(1, code(f"print('x' * {megabytes}_000_000)"))
    notebook["cells"].insert(2, code(f"for i in range({megabytes}_000): print(i)"))
    notebook["cells"].insert(3, code(f"from IPython.display import HTML\nHTML('y' * {megabytes}_000_000)"))
    return all_right(notebook)


def flood_of_100_megabytes(notebook):
    return flood(notebook, 100)


def stored_flood(notebook):
    stored = code("1")
    stored["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "z" * 100_000_000}]
    notebook["cells"].insert(1, stored)
    return all_right(notebook)


def greedy(notebook):
    notebook["cells"].insert(1, code("import numpy\nhoard = []\nwhile True: hoard.append(numpy.zeros(10**8))"))
    return all_right(notebook)


def deleted(notebook):
    """A check, a stub with its check, and the written answer."""
    all_right(notebook)
    for grade_id in (f"{GRADIENT}-check", OPPOSED, f"{OPPOSED}-check", WORDS):
        del notebook["cells"][place(notebook, grade_id)]
    return notebook


def copied(notebook):
    """A stub and its check copied and then solved; the place of the written answer copied and left."""
    all_right(notebook, neuron_gradient="def gradient(*a):\n    return 1")
    first, check = place(notebook, GRADIENT), place(notebook, f"{GRADIENT}-check")
    again = copy.deepcopy([notebook["cells"][first], notebook["cells"][check]])
    again[0]["source"] = SOLVED[GRADIENT]
    notebook["cells"][check + 1 : check + 1] = again
    words = place(notebook, WORDS)
    left = copy.deepcopy(notebook["cells"][words])
    left["source"] = "*Your answer here.*"
    notebook["cells"].insert(words + 1, left)
    return notebook


def split(notebook):
    """A stub split between two statements, a check and a written answer split anywhere."""
    all_right(notebook, opposed_updates="helper = 1\n" + SOLVED[OPPOSED])
    for grade_id, where in ((OPPOSED, 11), (f"{MATCHING}-check", 10), (WORDS, 9)):
        at = place(notebook, grade_id)
        first, second = copy.deepcopy(notebook["cells"][at]), notebook["cells"][at]
        first["source"], second["source"] = first["source"][:where], second["source"][where:]
        notebook["cells"].insert(at, first)
    return notebook


def edited_checks(notebook):
    cell(notebook, f"{GRADIENT}-check")["source"] = "3.0"
    cell(notebook, f"{OPPOSED}-check")["source"] = ""
    cell(notebook, f"{MATCHING}-check")["source"] = "gdlab.check('line-gradient', 3)"
    return notebook


def edited_metadata(notebook):
    """Checks made to be skipped, unlocked, retyped and worth more; an unknown cell, an empty and a future entry."""
    cell(notebook, f"{GRADIENT}-check")["metadata"]["tags"] = ["skip-execution"]
    cell(notebook, f"{OPPOSED}-check")["metadata"]["nbgrader"] |= {"solution": True, "locked": False, "points": 99}
    cell(notebook, f"{MATCHING}-check")["cell_type"] = "markdown"
    cell(notebook, GRADIENT)["cell_type"] = "raw"
    for entry in ({}, {"schema_version": 99, "grade_id": "mine", "grade": True, "points": 50}, "text", None, 3):
        notebook["cells"].append(code("5.0") | {"metadata": {"nbgrader": entry}})
    notebook["cells"] += [{}, "no cell", None, {"cell_type": "code", "source": 3}, {"cell_type": "markdown"}]
    return notebook


def killed(notebook):
    """The kernel dies in a check, and in a cell."""
    in_check = "import os\ngradient = lambda *a: os._exit(1)"
    return all_right(notebook, neuron_gradient=in_check, opposed_updates="import os\nos._exit(1)")


def left_by_exit(notebook):
    notebook["cells"].insert(place(notebook, OPPOSED), code("exit()"))
    return all_right(notebook)


def leaves_a_process(notebook):
    loop = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(654321)'])"
    notebook["cells"].insert(1, code(loop))
    return all_right(notebook)


def no_score(notebook):
    """Something else in place of `gdlab`: the checks run and show no score."""
    notebook["cells"].insert(
        place(notebook, GRADIENT), code("class gdlab:\n    check = staticmethod(lambda slug, attempt: next(answers))")
    )
    notebook["cells"].insert(place(notebook, GRADIENT), code("answers = iter([None, float('nan'), 7.5])"))
    return notebook


BY_HAND = """kernel = get_ipython().kernel
none = [("display_data", {}), ("error", {}), ("stream", {"name": "stdout", "text": None}), ("status", {})]
for kind, content in none:
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
"""


def unreadable(notebook):
    """Outputs and a reply that a notebook cannot hold: by a slip, and as messages made by hand."""
    cells = [
        'from IPython.display import display\ndisplay({"text/plain": 5}, raw=True)',
        'class Picture:\n    def _repr_mimebundle_(self, **_):\n        return {"image/png": None}\nPicture()',
        BY_HAND,
        "get_ipython().payload_manager._payload.append(5)",
    ]
    notebook["cells"][1:1] = map(code, cells)
    return all_right(notebook)


def without_imports(notebook):
    """The first cell was deleted after it had run; the stubs are solved without another import of gdlab."""
    notebook["cells"] = [one for one in notebook["cells"] if not one["source"].startswith("import")]
    return all_right(notebook)


def forgets_gdlab(notebook):
    notebook["cells"].insert(place(notebook, OPPOSED), code("del gdlab"))
    return all_right(notebook)


def asks_for_a_library(notebook):
    """In a stub's cell, which then defines nothing, and in a function."""
    inside = "def matching_loss(z, y):\n    import no_such_library\n"
    return all_right(
        notebook, neuron_gradient="import no_library_either as nl\n" + SOLVED[GRADIENT], tanh_matching_loss=inside
    )


def corrupt(notebook):
    return json.dumps(all_right(notebook)).encode()[:5000]


def nothing_in_it(notebook):
    return b""


def not_text(notebook):
    return bytes(range(256))


def another_format(notebook):
    return b'{"answer": 42}'


def without_cells(notebook):
    return {**notebook, "cells": []}


def empty_folder(notebook):
    return None


def answered_below(notebook):
    """The written answer below its place, and a sum that no parser takes."""
    all_right(notebook, bent_in_words="*Your answer here.*")
    notebook["cells"].insert(1, code("x = " + "1 + " * 3000 + "1"))
    words = {"cell_type": "markdown", "source": SOLVED[WORDS], "metadata": {}}
    notebook["cells"].insert(place(notebook, WORDS) + 1, words)
    return notebook


def with_magics(notebook):
    notebook["cells"][1:1] = map(
        code, ["%%writefile helper.py\nONE = 1", "%matplotlib widget\nimport asyncio\nawait asyncio.sleep(0)"]
    )
    return all_right(notebook, neuron_gradient="from helper import ONE\n" + SOLVED[GRADIENT])


@dataclass(frozen=True)
class Student:
    """One of the class. `points` for the four exercises; `remark`: what has to be said about the mark."""

    hands_in: Callable[[Notebook], Notebook | bytes | None]
    points: tuple[float | None, ...]
    remark: str = ""
    file: str = f"{ASSIGNMENT}.ipynb"

    @property
    def id(self) -> str:
        return self.hands_in.__name__ + ("" if self.file == f"{ASSIGNMENT}.ipynb" else "_misnamed")


NOTHING = (0.0, 0.0, 0.0, 0.0)
STUDENTS = (
    Student(all_right, FULL),
    Student(blank, NOTHING),
    Student(blank_but_for_spaces, NOTHING),
    Student(emptied, NOTHING),
    Student(wrong, (0.0, 0.0, 0.0, None)),
    Student(partly_right, (1.5, 0.0, 0.0, 0.0)),
    Student(not_numbers, NOTHING),
    Student(raises, NOTHING),
    Student(noisy, FULL),
    Student(endless, (0.0, 0.0, 3.0, None), f"{OPPOSED}: the cell could not be stopped"),
    Student(flood, FULL),
    Student(stored_flood, FULL),
    Student(greedy, FULL, "Code cell 1: this cell took more memory than there is"),
    Student(deleted, (3.0, 0.0, 3.0, 0.0), f"{GRADIENT}-check was missing and was put back"),
    Student(copied, FULL, f"{GRADIENT} was there 2 times"),
    Student(split, FULL, f"{WORDS} was there 2 times"),
    Student(edited_checks, NOTHING, f"{GRADIENT}-check was changed and was put right"),
    Student(edited_metadata, NOTHING),
    Student(killed, (0.0, 0.0, 3.0, None), f"{GRADIENT}-check: the kernel died in this cell"),
    Student(left_by_exit, FULL, "Code cell 4: this cell ended the kernel"),
    Student(leaves_a_process, FULL),
    Student(no_score, NOTHING, f"{MATCHING}-check: the check gave no score"),
    Student(unreadable, FULL, "Code cell 3: something that it showed could not be read."),
    Student(without_imports, FULL, 'nothing imported what the assignment does, so this was put back: "import '),
    Student(forgets_gdlab, (3.0, 0.0, 0.0, None), f"{OPPOSED}-check: gdlab is not there any more."),
    Student(
        asks_for_a_library,
        (0.0, 3.0, 0.0, None),
        'Code cell 7 asks for "no_such_library", which is neither installed here nor handed in.',
    ),
    Student(corrupt, NOTHING, "Nothing could be graded: the file is not JSON"),
    Student(nothing_in_it, NOTHING, "Nothing could be graded: the file is empty"),
    Student(not_text, NOTHING, "Nothing could be graded: the file is not text"),
    Student(another_format, NOTHING, "Nothing could be graded: the file holds no list of cells"),
    Student(without_cells, NOTHING, f"{WORDS} was missing and was put back"),
    Student(empty_folder, NOTHING, f"Nothing could be graded: no file {ASSIGNMENT}.ipynb was handed in"),
    Student(all_right, FULL, f'Handed in as "{ASSIGNMENT} (1).ipynb"', f"{ASSIGNMENT} (1).ipynb"),
)
