"""Marks that cannot be talked up: each trick works beside the checker, and earns nothing in strict grading."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets.config import Config

import gdlab
from gdlab.course.skipped_cells import OTHER_NOTEBOOKS
from gdlab.course.strict import json_values, judge, sandbox
from gdlab.course.strict.run import RunOutside
from gdlab.lessons.fit_a_line import exercises as fit_a_line

CHECKS = {"line-gradient-check": 'gdlab.check("line-gradient", gradient)'}
IMPORTS = "\n".join(
    ["import gc, os, sys, threading, time", "import numpy as np", "import gdlab", "import gdlab.lessons.catalogue"]
)
WRONG = "def gradient(w, b, x, y):\n    return 0.0, 0.0"
RIGHT = "def gradient(w, b, x, y):\n    e = w * x + b - y\n    return np.mean(e * x), np.mean(e)"
SOLUTION = fit_a_line.__file__
STEAL = "text = {text}\nstart = text.index('def gradient')\nexec(text[start : text.index('\\n\\n\\n', start)])"
"""Takes the solution from the text of the module that it stands in."""

TRICKS = {
    "patch the checker": [WRONG, "gdlab.exercises.slips.same = lambda *_: True"],
    "patch the check": [WRONG, "gdlab.check = lambda *_: 3.0"],
    "patch NumPy": [WRONG, "np.all = np.allclose = lambda *_, **__: True"],
    "a repr of one's own": [WRONG, "gdlab.exercises.feedback.Feedback.__repr__ = lambda self: '3.0'"],
    "call the reference": ["gradient = gdlab.lessons.catalogue.EXERCISES['line-gradient'].solution"],
    "import the reference": ["from gdlab.lessons.fit_a_line.exercises import gradient"],
    "walk the stack": [
        "def gradient(*given):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for value in list(frame.f_locals.values()):\n"
        "            if getattr(value, 'slug', '') == 'line-gradient':\n"
        "                return value.solution(*given)\n"
        "        frame = frame.f_back\n"
    ],
    "search the memory": [
        "def gradient(*given):\n"
        "    for value in gc.get_objects():\n"
        "        if type(value).__name__ == 'FunctionExercise' and value.slug == 'line-gradient':\n"
        "            return value.solution(*given)\n"
    ],
    "show the solution": [STEAL.format(text="gdlab.solution('line-gradient').code + '\\n\\n\\n'")],
    "read the solution from disk": [STEAL.format(text=f"open({SOLUTION!r}).read()")],
    "read it by a link": [f"os.symlink({SOLUTION!r}, 'link.py')", STEAL.format(text="open('link.py').read()")],
    "read it with another program": [
        "import subprocess",
        STEAL.format(text=f"subprocess.run(['cat', {SOLUTION!r}], capture_output=True, text=True).stdout"),
    ],
    "read it with another call": [
        f"handle = os.open({SOLUTION!r}, os.O_RDONLY)",
        STEAL.format(text="os.read(handle, 1 << 20).decode()"),
    ],
    "read it as an import": [
        "import importlib.util",
        f"spec = importlib.util.spec_from_file_location('found', {SOLUTION!r})",
        "found = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(found)\ngradient = found.gradient",
    ],
    "find gdlab by the parent's memory": [
        STEAL.format(text=f"open(f'/proc/{{os.getppid()}}/root/' + {SOLUTION!r}).read()"),
    ],
    "look for it in the folders of the path": [
        "from pathlib import Path\n"
        "folders = [Path(p, 'gdlab') for p in sys.path if p.endswith('site-packages')]\n"
        f"folders += Path({SOLUTION!r}).parents[:3]\n"
        "found = [path for folder in folders for path in folder.glob('**/fit_a_line/exercises.py')]",
        STEAL.format(text="found[0].read_text()"),
    ],
}
"""Cells that earn full marks where the checker runs beside them."""

IN_THE_NOTEBOOK = """
import json, os, sys
for cells in json.loads(sys.argv[1]):
    sys.stdout.flush()
    if os.fork() == 0:
        names = {}
        for cell in cells:
            exec(cell, names)
        print(repr(names["gdlab"].check("line-gradient", names["gradient"])))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""

needs_bubblewrap = pytest.mark.skipif(not sandbox.bubblewrap_works(), reason="bubblewrap does not work here")
both = pytest.mark.parametrize(
    "walls", [pytest.param(True, id="walls", marks=needs_bubblewrap), pytest.param(False, id="guard")]
)


def grade(cells, walls, checks=CHECKS, **options):
    cells = [cell if not isinstance(cell, str) else new_code_cell(cell) for cell in cells]
    return judge.grade(cells, checks, sandbox.library(), walls=walls, **options)


def test_every_trick_works_beside_the_checker(tmp_path):
    tried = [[IMPORTS, *cells] for cells in TRICKS.values()]
    run = subprocess.run(
        [sys.executable, "-c", IN_THE_NOTEBOOK, json.dumps(tried)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.path.dirname(gdlab.__path__[0])},
    )
    assert dict(zip(TRICKS, run.stdout.split(), strict=True)) == dict.fromkeys(TRICKS, "3.0"), run.stderr


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_earns_anything(trick):
    graded = grade([IMPORTS, *TRICKS[trick]], sandbox.bubblewrap_works())
    assert graded.marks["line-gradient-check"].score == 0, str(graded.marks)


@pytest.mark.parametrize("trick", [trick for trick, cells in TRICKS.items() if SOLUTION in str(cells)])
def test_no_trick_finds_the_solution_where_there_are_no_walls(trick):
    graded = grade([IMPORTS, *TRICKS[trick]], False)
    assert graded.marks["line-gradient-check"].score == 0, str(graded.marks)


@both
def test_without_a_trick_the_same_cells_earn_all(walls):
    graded = grade([IMPORTS, RIGHT], walls)
    assert graded.marks["line-gradient-check"].score == 3
    assert (graded.told, graded.remarks) == ({0: "", 1: ""}, [])


def test_what_a_check_cell_says_does_not_matter():
    check = new_code_cell("print(3.0)\n3.0", metadata={"nbgrader": {"grade_id": "line-gradient-check"}})
    assert grade([IMPORTS, WRONG, check], False).marks["line-gradient-check"].score == 0
    check.source = "raise SystemExit"
    assert grade([IMPORTS, RIGHT, check], False).marks["line-gradient-check"].score == 3


def test_an_array_that_lies_comes_as_its_numbers():
    liar = (
        "class Liar(np.ndarray):\n"
        "    def __sub__(self, other): return np.zeros(())\n"
        "    __rsub__ = __sub__\n"
        "    def __eq__(self, other): return True\n"
        "class Changing:\n"
        "    def __array__(self, dtype=None, copy=None): return np.zeros(()).view(Liar)\n"
        "class Number(float):\n"
        "    def __sub__(self, other): return 0.0\n"
        "    __rsub__ = __sub__\n"
        "    def __eq__(self, other): return True\n"
    )
    for value in ("np.zeros(()).view(Liar)", "Changing()", "Number(0)"):
        cells = [IMPORTS, liar, f"def gradient(*_):\n    return {value}, {value}"]
        assert grade(cells, False).marks["line-gradient-check"].score == 0


# --- what goes over the line between the two ---

FORGE = """
def forge():
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, b'{text}\\n')
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "text",
    [
        '{"score": 3.0, "verdict": "right"}',
        '{"value": 3.0, "problem": "", "remarks": []}',
        '{"callable": true, "untouched": false}',
        '{"apply": [0, [[], {"dict": []}]]}',
        '{"problem": 5}',
        '{"problem": "x", "remarks": 3}',
        '{"value": {"array": ["f", [99999999999], [0]]}}',
        "[[[]]]",
        "null",
        "no JSON",
        "[" * 5000,
    ],
)
def test_forged_answers_earn_nothing_and_break_nothing(text):
    forge = FORGE.replace("{text}", text)
    graded = grade([IMPORTS, forge, "forge()", WRONG.replace("    return", "    forge()\n    return")], False)
    assert graded.marks["line-gradient-check"].score == 0


def test_forged_answers_of_a_thread_earn_nothing():
    forge = FORGE.replace("{text}", '{"value": 0.0, "problem": "", "remarks": []}')
    thread = "def forever():\n    while True:\n        forge()\nthreading.Thread(target=forever, daemon=True).start()"
    assert grade([IMPORTS, forge, WRONG, thread], False).marks["line-gradient-check"].score == 0


def test_a_flood_of_answers_is_cut_off():
    cells = [
        IMPORTS,
        RIGHT,
        "while True:\n    for d in range(3, 30):\n        try: os.write(d, b'x' * 60000)\n        except OSError: pass",
    ]
    graded = grade(cells, False)
    assert graded.marks["line-gradient-check"].score == 3
    assert graded.remarks == ["Code cell 3 was left out: more than 4 MB came back."]


# --- work that the grader does itself, and the submission chooses ---

ASKS = {
    "what it takes beside": "f(np.ones((4000, 1)), where=np.ones((1, 4000), bool))",
    "where it writes": "f(np.ones((4000, 1)), np.ones((1, 4000)))",
    "many numbers": "f(np.ones(10_001))",
    "a long axis of nothing": "f(np.ones((0, 10**9)))",
    "no number": "f({'a': [f, f]})",
    "another name": "f(x=1.0)",
}


@pytest.mark.parametrize("asked", ASKS.values(), ids=ASKS)
def test_a_function_that_is_given_takes_what_it_is_meant_to_and_no_more(asked):
    checks = {"neuron": 'gdlab.check("neuron-gradient", gradient)'}
    cell = f"def gradient(w, b, x, y, f, f_prime):\n    {asked}\n    return 0.0, 0.0"
    graded = grade([IMPORTS, cell], False, checks)
    said = str(graded.marks["neuron"])
    assert "it raised" in said or "It did not finish" in said
    assert f"(line 2: `{asked}`)" in said or "it raised" not in said  # no line of gdlab's own


def test_what_a_function_may_be_asked_is_bounded_whatever_it_is():
    asked = []
    functions = [lambda one, other=0: asked.append((one, other)), np.add]
    few, column, row = (json_values.encode(np.ones(shape)) for shape in (10, (200, 1), (1, 200)))
    for place, given in ((0, [column, row]), (1, [column, row]), (0, [few, few, few]), (5, [few]), (0, [[few] * 2000])):
        assert "raised" in judge._applied([place, [given, {"dict": []}]], functions), given
    assert asked == []
    assert "value" in judge._applied([0, [[few], {"dict": [["other", few]]}]], functions)
    assert "value" in judge._applied([1, [[few, few], {"dict": []}]], functions)


@pytest.mark.parametrize(
    "data",
    [
        {"set": [k * (2**61 - 1) for k in range(2000)]},
        {"dict": [[k * (2**61 - 1), 0] for k in range(2000)]},
        {"array": ["f", [0, 10**9], []]},
    ],
    ids=lambda data: next(iter(data)),
)
def test_what_takes_longer_to_read_than_to_send_is_refused(data):
    with pytest.raises(ValueError, match="wanted"):
        json_values.decode(data)


def test_a_function_that_is_given_takes_what_a_picture_takes():
    checks = {"neuron": 'gdlab.check("neuron-gradient", gradient)'}
    right = "def gradient(w, b, x, y, f, f_prime):\n    z = w * x + b\n    f(ASKED)\n    e = (f(z) - y) * f_prime(z)\n"
    right += "    return np.mean(e * x), np.mean(e)"
    for asked, points in (("np.linspace(-5, 5, 2001)", 3), ("np.ones((100, 100))", 3), ("np.ones(10_001)", 0)):
        graded = grade([IMPORTS, right.replace("ASKED", asked)], False, checks)
        assert marks(graded) == {"neuron": points}
    assert "strict grading lets a function be asked for at most 10,000 numbers at once" in str(graded.marks["neuron"])
    for given in ([[], {"dict": [["x", 1.0]]}], [[1.0, 2.0], {"dict": []}]):
        _, said = judge._applied([0, given], [np.tanh])["raised"]
        assert said == "this function takes 1 argument, by place and not by name"


def test_questions_that_were_written_ahead_end_with_the_time():
    class Asks:
        send = staticmethod(lambda message: None)
        receive = staticmethod(lambda until: {"apply": [0, [[], {"dict": []}]]})

    run = judge._Run([], {}, judge.Graded(), judge.Limits(), time.monotonic() - 1, b"", sandbox=Asks)
    with pytest.raises(sandbox.EndedError, match="did not end in time"):
        run._ask({}, 5)


# --- what an honest notebook does, which IPython alone understands ---

HONEST = {
    "a file that a cell writes": ["%%writefile helper.py\nONE = 1", "from helper import ONE"],
    "a program": ["%run script.py\nONE = factor"],
    "await": ["import asyncio\nawait asyncio.sleep(0)\nasync def one():\n    return 1\nONE = await one()"],
    "the last value": ["1 + 0", "ONE = _"],
    "the last value, with magics": ["%matplotlib inline", "1 + 0", "ONE = _\nassert Out[3] == 1, Out"],
    "a display that is not there": ["%matplotlib widget\nONE = 1"],
    "IPython by its name": ["from IPython import get_ipython\nget_ipython().run_line_magic('time', 'ONE = 1')"],
    "what is stored for other notebooks": ["x = 1\n%store x", "ONE = x"],
    "a breakpoint that was left": ["def one():\n    breakpoint()\n    return 1", "ONE = one()"],
    "what a magic gives": ["%%capture told\nprint(1)", "ONE = int(told.stdout)"],
}


@pytest.mark.parametrize("cells", HONEST.values(), ids=HONEST)
def test_honest_work_with_what_only_ipython_understands(cells, tmp_path):
    (tmp_path / "script.py").write_text("factor = 1")
    right = RIGHT.replace("return np.mean(e * x)", "return ONE * np.mean(e * x)")
    graded = grade(["import numpy as np, gdlab", *cells, right], sandbox.bubblewrap_works(), files=tmp_path)
    assert [told for told in graded.told.values() if told.startswith("it ")] == []
    assert marks(graded) == {"line-gradient": 3}


@needs_bubblewrap
def test_a_copy_of_the_process_does_not_answer_in_its_place():
    cells = [IMPORTS, "child = os.fork()", "ONE = 1 if child else 2", "if child: os.waitpid(child, 0)"]
    right = RIGHT.replace("return np.mean(e * x)", "return ONE * np.mean(e * x)")
    graded = grade([*cells, right], True)
    assert (marks(graded), graded.remarks) == ({"line-gradient": 3}, [])


@both
def test_a_program_that_is_not_started_is_said_to_be(walls):
    program = "%%bash\necho 'ONE = 1' > made.py"
    right = RIGHT.replace("return np.mean(e * x)", "return ONE * np.mean(e * x)")
    graded = grade([IMPORTS, new_markdown_cell(""), program, f"from made import ONE\n{right}", "!ls\nx = 1"], walls)
    not_run = "Code cell 2 was not run: strict grading starts no programs."
    assert (marks(graded), graded.told[2], graded.remarks) == ({"line-gradient": 0}, not_run, [not_run])
    said = str(graded.marks["line-gradient-check"])
    assert not_run in said
    assert "In code cell 3: it raised ModuleNotFoundError: No module named 'made'" in said
    assert "There is nothing to check" in said
    assert graded.told[4] == "Lines with `!` were left out: strict grading starts no programs."
    assert grade([IMPORTS, program, RIGHT], walls).remarks == []  # it made no difference


def test_another_notebook_is_said_not_to_be_there(tmp_path):
    (tmp_path / "other.ipynb").write_text('{"cells": []}')
    graded = grade(["%run other.ipynb", "open('other.ipynb')", "open('other.txt')", RIGHT], False, files=tmp_path)
    assert [OTHER_NOTEBOOKS in told for told in graded.told.values()] == [True, True, False, False]
    assert "get_ipython()" not in graded.told[0]


@both
def test_files_with_names_of_libraries_take_no_place_and_run_before_nothing(walls, tmp_path):
    outside = tmp_path / "outside"
    files = tmp_path / "files"
    (files / "matplotlib").mkdir(parents=True)
    for name in ("random.py", "copy.py", "secrets.py", "types.py", "numpy.py", "matplotlib/__init__.py"):
        (files / name).write_text(f"open({str(outside)!r}, 'w').write('out')\nraise SystemExit")
    (files / "mine.py").write_text("ONE = 1")
    right = RIGHT.replace("return np.mean(e * x)", "return ONE * np.mean(e * x)")
    graded = grade([IMPORTS, "import random, copy\nfrom mine import ONE", right], walls, files=files)
    assert marks(graded) == {"line-gradient": 3}
    assert not outside.exists()


def test_a_name_that_comes_below_its_check_is_said_to():
    check = new_code_cell("", metadata={"nbgrader": {"grade_id": "line-gradient-check"}})
    graded = grade([IMPORTS, check, RIGHT], False)
    assert marks(graded) == {"line-gradient": 0}
    assert "only below this check" in str(graded.marks["line-gradient-check"])
    assert graded.remarks == ["line-gradient-check: gradient is defined only below it."]


def test_text_that_cannot_be_written_is_replaced():
    half = "print(os.fsdecode(b'caf\\xe9'))\nraise ValueError(os.fsdecode(b'\\xe9'))"
    graded = grade([IMPORTS, half, RIGHT, half.replace("print", "gradient.x = str")], False)
    assert marks(graded) == {"line-gradient": 3}
    "".join(graded.told.values()).encode("utf-8")
    assert "caf?" in graded.told[1]


def test_the_secret_decides_the_inputs():
    wrong = "def gradient(w, b, x, y):\n    return w, b"
    said = [
        str(grade([IMPORTS, wrong], False, secret=secret).marks["line-gradient-check"]) for secret in (b"a", b"a", b"b")
    ]
    assert said[0] == said[1] != said[2]


# --- what may go wrong, and costs the exercise it happens in ---

TWO = {**CHECKS, "short-rule-check": 'gdlab.check("short-rule", update)'}
UPDATE = """
def update(weight, bias, learning_rate, actual, predicted, input):
    step = learning_rate * (actual - predicted)
    return helped(weight, step, input), bias + step
"""
HELPER = "def helped(weight, step, input):\n    return weight + step * input"
DEATHS = {
    "ends the process": "os._exit(0)",
    "kills it": "os.kill(os.getpid(), 9)",
    "crashes it": "import faulthandler\n    faulthandler._sigsegv()",
    "leaves": "sys.exit(0)",
    "goes deep": "f = lambda: f()\n    f()",
    "aborts": "os.abort()",
    "takes all memory": "x = bytearray(1 << 36)",
    "returns too much": "return np.ones(10**6)",
}


def marks(graded):
    return {name.removesuffix("-check"): mark.score for name, mark in graded.marks.items()}


@pytest.mark.parametrize("death", DEATHS.values(), ids=DEATHS)
def test_whatever_a_cell_or_a_function_does_costs_its_own_points(death):
    cell = death.replace("\n    ", "\n").replace("return", "x =")
    cells = [IMPORTS, cell, f"def gradient(*_):\n    {death}", UPDATE, HELPER]
    assert marks(grade(cells, sandbox.bubblewrap_works(), TWO)) == {"line-gradient": 0, "short-rule": 2}


def test_a_syntax_error_loses_no_other_cell():
    graded = grade([IMPORTS, "def gradient(:", UPDATE, HELPER], False, TWO)
    assert marks(graded) == {"line-gradient": 0, "short-rule": 2}
    assert "SyntaxError" in graded.told[1]
    assert "SyntaxError" in str(graded.marks["line-gradient-check"])


@pytest.mark.parametrize("magic", ["", "%time x = 1\n"], ids=["plainly", "in IPython"])
def test_cells_have_the_numbers_that_the_student_counts(magic):
    """Code cells count, from the top; neither words, nor remarks of the grading, nor what ran before."""
    check = new_code_cell("", metadata={"nbgrader": {"grade_id": "line-gradient-check"}})
    cells = [new_markdown_cell("**Remarks of the grading**"), IMPORTS, "", new_markdown_cell("words"), "os._exit(0)"]
    cells += [check, f"{magic}def f(:", f"{magic}import json\njson.loads('x')", f"{magic}while True: pass", UPDATE]
    graded = grade(cells, False, TWO, limits=judge.Limits(cell=2.5))
    assert graded.remarks == [
        "Code cell 3 was left out: it ended Python.",
        "Code cell 7 was stopped after 2.5 seconds.",
    ]
    line = 2 if magic else 1
    assert f"(code cell 5, line {line})" in graded.told[6]
    assert f"(line {line + 1}: `json.loads('x')`)" in graded.told[7]


def test_endless_loops_are_stopped_and_the_rest_is_graded(monkeypatch):
    monkeypatch.setattr(judge, "SECONDS", 0.5)
    monkeypatch.setattr(judge, "PATIENCE", 0.5)
    stubborn = (
        "while True:\n        try:\n            time.sleep(9)\n        except KeyboardInterrupt:\n            pass"
    )
    for loop in ("while True: pass", stubborn):
        graded = grade([IMPORTS, f"def gradient(*_):\n    {loop}", UPDATE, HELPER], False, TWO)
        assert marks(graded) == {"line-gradient": 0, "short-rule": 2}
        assert "still running" in str(graded.marks["line-gradient-check"]) or "did not end in time" in graded.remarks[0]
    slow = judge._applied
    monkeypatch.setattr(judge, "_applied", lambda *asked: (time.sleep(0.2), slow(*asked))[1])
    asking = "def descend(theta, rate, slope, steps):\n    while True:\n        slope(theta)"
    checks = {"descend": 'gdlab.check("descend", descend)', **CHECKS}
    assert marks(grade([IMPORTS, asking, RIGHT], False, checks)) == {"descend": 0, "line-gradient": 3}
    cell = RIGHT + "\n" + stubborn.replace("\n    ", "\n")
    graded = grade([IMPORTS, cell, UPDATE, HELPER], False, TWO, limits=judge.Limits(cell=0.5))
    assert marks(graded) == {"line-gradient": 0, "short-rule": 2}
    graded = grade([IMPORTS, RIGHT + "\nwhile True: pass"], False, limits=judge.Limits(cell=0.5))
    assert marks(graded) == {"line-gradient": 3}


def test_when_the_time_is_up_the_rest_earns_nothing_and_says_so():
    start = time.monotonic()
    cells = ["import time", *(f"time.sleep({n})" for n in (25, 26, 27)), RIGHT]
    graded = grade(cells, False, limits=judge.Limits(cell=30, submission=6))
    assert time.monotonic() - start < 20
    assert marks(graded) == {"line-gradient": 0}
    assert graded.remarks == [
        "Code cell 2 was left out: it did not end in time, and could not be stopped.",
        "The 6 seconds were over that a submission may take in all. Not tried: line-gradient-check.",
    ]


def test_a_cell_may_have_magics_and_ask_for_hints():
    cells = [
        "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\n!pip install x\nfiles = !ls",
        "%%time\nimport numpy as np, gdlab",
        "from IPython.display import display\ndisplay(gdlab.hint('line-gradient'))\nget_ipython().colors = 'nocolor'",
        f"{RIGHT}\n%timeit gradient(1, 2, np.ones(3), np.ones(3))\ngradient?",
        "print(gdlab.check('line-gradient', gradient).score)\n%time step = 1\nprint(step)",
        "gdlab.LineFit()",
        "from gdlab.datasets import penguins\npenguins()\nhelp(int.bit_count)",
        "%%bash\nrm -rf *",
        new_markdown_cell("words"),
    ]
    for walls in {False, sandbox.bubblewrap_works()}:
        graded = grade(cells, walls)
        assert [told for told in graded.told.values() if told.startswith("it ")] == []
        assert marks(graded) == {"line-gradient": 3}


@both
def test_a_function_may_use_files_beside_the_notebook_but_no_link(walls, tmp_path):
    (tmp_path / "helpers.py").write_text(HELPER)
    (tmp_path / "numbers.txt").write_text("2")
    (tmp_path / "solution.py").symlink_to(SOLUTION)
    (tmp_path / "other.ipynb").write_text("{}")
    cells = [
        IMPORTS,
        "from helpers import helped\nassert np.loadtxt('numbers.txt') == 2\nnp.savetxt('new.txt', [1])",
        UPDATE,
        "seen = {n for n in os.listdir() if n[0] not in '._'}\nassert seen == {'helpers.py', 'numbers.txt', 'new.txt'}",
    ]
    graded = grade(cells, walls, {"short": 'gdlab.check("short-rule", update)'}, files=tmp_path)
    assert set(graded.told.values()) == {""}
    assert marks(graded) == {"short": 2}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "helpers.py",
        "numbers.txt",
        "other.ipynb",
        "solution.py",
    ]


@both
def test_memory_and_files_are_limited(walls):
    cells = [
        IMPORTS,
        "import resource\nassert resource.getrlimit(resource.RLIMIT_AS) == (1 << 31, 1 << 31)",
        "x = bytearray(1 << 31)",
        "with open('large', 'wb') as file:\n    for _ in range(20): file.write(bytes(1 << 20))",
        RIGHT,
    ]
    graded = grade(cells, walls, limits=judge.Limits(megabytes=2048))
    assert graded.told[1] == ""
    assert "MemoryError" in graded.told[2]
    assert "File too large" in graded.told[3]
    assert marks(graded) == {"line-gradient": 3}


# --- what the process can reach ---

REACHES = {
    "the network": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)",
    "another folder": "open({secret!r}).read()",
    "another folder, to write": "open({secret!r}, 'a').write('x')",
    "a new file there": "open({secret!r} + '2', 'w').write('x')",
    "a database there": "import sqlite3\nsqlite3.connect({secret!r} + '.db').execute('create table t (x)')",
    "what other submissions use": "open(gdlab.__file__, 'a').write('x')",
    "removing": "os.remove({secret!r})",
    "renaming": "os.rename({secret!r}, {secret!r} + '3')",
    "a link to it": "os.symlink({secret!r}, 'way')\nopen('way').read()",
    "the environment": "assert 'hidden' in os.environ.get('GDLAB_SECRET', '')",
    "the grader's environment": "assert b'PATH' in open(f'/proc/{pid}/environ', 'rb').read()",
    "the grader": "os.kill({pid}, 0)",
    "the grader's limits": "import resource\nresource.prlimit({pid}, resource.RLIMIT_CORE, (0, 0))",
    "C": "import ctypes\nctypes.CDLL(None).getpid()\nassert os.path.exists({secret!r})",
}


@both
def test_the_process_reaches_nothing_of_the_graders(walls, tmp_path, monkeypatch):
    import socket

    monkeypatch.setenv("GDLAB_SECRET", "hidden")
    secret = tmp_path / "gradebook.txt"
    secret.write_text("marks")
    with socket.create_server(("127.0.0.1", 0)) as server:
        known = {"secret": str(secret), "pid": os.getpid(), "port": server.getsockname()[1]}
        cells = [IMPORTS, *(cell.format(**known) for cell in REACHES.values())]
        here = {}
        exec(cells[0], here)
        exec(cells[1], here)  # here one can reach it
        graded = grade([*cells, RIGHT], walls)
    told = dict(zip(REACHES, list(graded.told.values())[1:], strict=False))
    assert [name for name, words in told.items() if not words.startswith("it raised")] == []
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.txt"]
    assert secret.read_text() == "marks"
    assert marks(graded) == {"line-gradient": 3}


@needs_bubblewrap
def test_behind_walls_there_is_no_home_no_other_process_and_no_gdlab_with_exercises():
    python = {part for prefix in (sys.prefix, sys.base_prefix) for part in Path(prefix).parts}  # may stand in the home
    cells = [
        IMPORTS,
        "assert os.path.expanduser('~') == '/tmp/home'",
        "assert sorted(p for p in os.listdir('/proc') if p.isdigit()) == ['1', '2'], os.listdir('/proc')",
        f"assert not os.path.exists({str(Path(SOLUTION).parents[3] / 'notebooks')!r})",
        "assert not os.access(gdlab.__file__, os.W_OK)",
        "for name in ('/x', '/dev/shm/x', '/proc/x', '/usr/x', sys.prefix + '/x'):\n"
        "    try: open(name, 'w')\n"
        "    except OSError: continue\n"
        "    raise AssertionError(name)\n"
        "open(os.devnull, 'w').close()",
        "assert not os.path.exists('/etc/passwd')\nassert not os.path.exists('/var')",
        f"assert not os.path.exists({str(Path.home())!r}) or not set(os.listdir({str(Path.home())!r})) - {python}",
        RIGHT,
    ]
    graded = grade(cells, True)
    assert set(graded.told.values()) == {""}
    assert marks(graded) == {"line-gradient": 3}


@needs_bubblewrap
def test_behind_walls_an_installed_gdlab_is_hidden(tmp_path, monkeypatch):
    """Here gdlab stands beside its tests; an instructor's is in the folder of packages, which Python needs."""
    packages = tmp_path / "site-packages"
    (packages / "gdlab" / "lessons" / "fit_a_line").mkdir(parents=True)
    (packages / "gdlab" / "lessons" / "fit_a_line" / "exercises.py").write_text(Path(SOLUTION).read_text())
    monkeypatch.syspath_prepend(packages)
    sandbox._packages.cache_clear()
    try:
        for walls in (True, False):
            steal = f"text = open({str(packages / 'gdlab/lessons/fit_a_line/exercises.py')!r}).read()"
            graded = grade([IMPORTS, f"assert {str(packages)!r} in sys.path", steal, RIGHT], walls)
            assert graded.told[1] == ""
            assert graded.told[2].startswith("it raised")
            assert marks(graded) == {"line-gradient": 3}
    finally:
        sandbox._packages.cache_clear()


@both
def test_a_checkout_in_pythons_own_folder_is_hidden_with_its_history(walls, tmp_path, monkeypatch):
    """`pip install -e git+…` puts it into the environment."""
    checkout = tmp_path / "env" / "src" / "gdlab"
    solution = checkout / "gdlab" / "lessons" / "fit_a_line" / "exercises.py"
    solution.parent.mkdir(parents=True)
    solution.write_text(Path(SOLUTION).read_text())
    (checkout / ".git").mkdir()
    (checkout / ".git" / "pack").write_text(Path(SOLUTION).read_text())
    (tmp_path / "env" / "other").write_text("found")
    library = sandbox.library()
    monkeypatch.setattr(sandbox, "_SYSTEM", (*sandbox._SYSTEM, str(tmp_path / "env")))
    monkeypatch.setattr(sandbox.gdlab, "__file__", str(checkout / "gdlab" / "__init__.py"))
    cells = [
        IMPORTS,
        f"open({str(tmp_path / 'env' / 'other')!r}).read()",
        f"open({str(solution)!r}).read()",
        f"open({str(checkout / '.git' / 'pack')!r}).read()",
        RIGHT,
    ]
    graded = judge.grade([new_code_cell(cell) for cell in cells], CHECKS, library, walls=walls)
    assert [told.startswith("it raised") for told in graded.told.values()] == [False, False, True, True, False]
    assert marks(graded) == {"line-gradient": 3}


@both
def test_the_course_and_the_exchange_are_hidden_wherever_they_lie(walls, tmp_path, monkeypatch):
    """nbgrader's exchange lies in /usr/local/share, which belongs to the system."""
    system = tmp_path / "system"
    roots = {"Exchange": system / "exchange", "CourseDirectory": system / "course"}
    config = Config({name: {"root": str(root)} for name, root in roots.items()})
    for name in ("exchange/ann.ipynb", "course/submitted/ann.ipynb", "zoneinfo"):
        (system / name).parent.mkdir(parents=True, exist_ok=True)
        (system / name).write_text(Path(SOLUTION).read_text())
    library = sandbox.library()
    monkeypatch.setattr(sandbox, "_SYSTEM", (*sandbox._SYSTEM, str(system)))
    monkeypatch.setattr(sandbox, "_COURSES", set())
    sandbox.hide(*RunOutside(config=config)._out_of_sight(f"sqlite:///{tmp_path / 'records' / 'gradebook.db'}"))
    reads = [
        f"open({str(system / name)!r}).read()"
        for name in ("zoneinfo", "exchange/ann.ipynb", "course/submitted/ann.ipynb")
    ]
    graded = judge.grade([new_code_cell(cell) for cell in [IMPORTS, *reads, RIGHT]], CHECKS, library, walls=walls)
    assert [told.startswith("it raised") for told in graded.told.values()] == [False, False, True, True, False]
    assert marks(graded) == {"line-gradient": 3}


@both
def test_solutions_stay_hidden_where_python_lies_in_the_course(walls, tmp_path, monkeypatch):
    """As after ``python -m venv .venv`` there."""
    course, packages = tmp_path / "course", tmp_path / "course" / ".venv" / "site-packages"
    (packages / "gdlab" / "lessons").mkdir(parents=True)
    for place in (packages / "other.py", packages / "gdlab" / "lessons" / "exercises.py"):
        place.write_text(Path(SOLUTION).read_text())
    library = sandbox.library()
    packages_now = sandbox._packages()
    monkeypatch.setattr(sandbox, "_packages", lambda: (*packages_now, str(packages)))
    monkeypatch.setattr(sandbox.gdlab, "__file__", str(packages / "gdlab" / "__init__.py"))
    monkeypatch.setattr(sandbox, "_COURSES", {course})
    reads = [f"open({str(packages / name)!r}).read()" for name in ("other.py", "gdlab/lessons/exercises.py")]
    graded = judge.grade([new_code_cell(cell) for cell in [IMPORTS, *reads, RIGHT]], CHECKS, library, walls=walls)
    assert [told.startswith("it raised") for told in graded.told.values()] == [False, False, True, False]
    assert marks(graded) == {"line-gradient": 3}


def test_where_bubblewrap_makes_any_sandbox_it_makes_this_one():
    """Otherwise the tests above would be skipped in silence."""
    any_one = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--proc", "/proc", "true"]
    there = shutil.which("bwrap") and subprocess.run(any_one, check=False, capture_output=True).returncode == 0
    assert sandbox.bubblewrap_works() == bool(there)


@needs_bubblewrap
@pytest.mark.parametrize("way", ["by dots", "by a link"])
def test_it_works_however_python_was_called(tmp_path, way):
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(sys.prefix)
    program = "from gdlab.course.strict import sandbox\n"
    program += "assert sandbox.bubblewrap_works()\n"
    program += "with sandbox.Sandbox(sandbox.library(), walls=True):\n    print('graded')"
    python = os.path.relpath(os.path.join(sys.prefix, "bin", "python"), tmp_path / "here")
    assert python.startswith("..")
    python = python if way == "by dots" else tmp_path / "link" / "bin" / "python"
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(gdlab.__path__[0])}
    run = subprocess.run(
        [python, "-c", program], cwd=tmp_path / "here", env=environment, capture_output=True, text=True, check=False
    )
    assert run.stdout == "graded\n", run.stderr


def test_nothing_is_left_of_it(tmp_path, monkeypatch):
    library = sandbox.library()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with sandbox.Sandbox(library, walls=False) as one:
        process = one._process
    assert process.returncode is not None
    assert list(tmp_path.iterdir()) == []


def test_the_process_that_waits_is_taken_by_a_submission_with_the_same_files(tmp_path, monkeypatch):
    temporary, before, folder = tmp_path / "temporary", tmp_path / "before", tmp_path / "handed_in"
    library = sandbox.library()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    temporary.mkdir()
    for one in (before, folder):
        one.mkdir()
        (one / "glossary.md").write_text("words")
        (one / f"{one.name}.ipynb").write_text("{}")

    def taken(*, ipython=False, dead=False):
        """Start one ahead; return whether a submission gets it."""
        sandbox.start_ahead(library, False, before, 0)
        [waiting] = sandbox._ahead.values()
        if dead:
            waiting._process.kill()
            waiting._process.wait()
        with sandbox.sandbox_for(library, False, folder, 0, ipython=ipython) as one:
            assert (one is waiting) == waiting.is_alive()  # one that is not taken has ended
            source = "1 / len(open('glossary.md').read()[5:])"
            one.send({"cell": {"source": source, "name": "code cell 1", "seconds": 5}})
            assert "ZeroDivisionError" in one.receive(time.monotonic() + 10)["problem"]
            return one is waiting

    assert taken()
    assert not taken(ipython=True)
    assert not taken(dead=True)
    (folder / "helper.py").write_text("")
    assert not taken()
    (before / "helper.py").write_text("")
    assert taken()
    (before / "helper.py").write_text("#")
    assert not taken()
    assert sandbox._ahead == {}
    assert list(temporary.iterdir()) == []
    sandbox.start_ahead(library, False, before, 0)
    sandbox._end_ahead()
    assert list(temporary.iterdir()) == []


# --- checks that cannot be judged ---


@pytest.mark.parametrize(
    "source",
    ["assert gradient(1, 2, x, y)", "gdlab.check('no-such', f)", "gdlab.check('line-gradient', f(1))", "x =", "1\n2"],
)
def test_a_check_that_is_none_is_refused(source):
    with pytest.raises(ValueError, match=r"wanted|wants"):
        grade([RIGHT], False, {"mine": source})


def test_a_process_that_cannot_start_is_an_error_and_no_mark(tmp_path):
    with pytest.raises(OSError, match=r"did not start.*submission_process\.py"):
        judge.grade([], CHECKS, tmp_path, walls=False)
