"""Work comes in archives, by hand and from the exchange, as platforms and machines leave it; each mark holds."""

import csv
import io
import json
import os
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory

from gdlab.course import collecting, grading, handed_in
from gdlab.course.make import make_course
from gdlab.course.repair import read_cells
from gdlab.notebooks import chosen_notebooks
from tests.course.kept_in import SIGNALS_TOO
from tests.course.nbgrader import nbgrader, short_course
from tests.course.students import ASSIGNMENT, GRADIENT, SOLVED, WORDS, cell, code, place, with_answers

NAME = f"{ASSIGNMENT}.ipynb"
HELPER = "def mean(values):\n    return sum(values) / len(values)\n"
NO_SUBMISSIONS = [
    f"xf+{ASSIGNMENT}+nonsense+abc",
    f"+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+abc",
    f"x\ny+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+lines",
    f"xh+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+link",
    f"xi+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+file",
]
"""Folders of the exchange, a link that leads nowhere and a file: anybody may put them there."""
MARKS = {}
"""What each student should have: points, whether a person has to look, and words of the remark (None: no remark)."""


def markdown(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


class Class:
    """Puts work where it comes in."""

    def __init__(self, course):
        self.course = course
        self.released = json.loads((course / "release" / ASSIGNMENT / NAME).read_text(encoding="utf-8"))
        for one in self.released["cells"]:
            one["source"] = "".join(one["source"])
        self.exchange = course.parent / "exchange"
        self.inbound = self.exchange / "walls" / "inbound"
        self.inbound.mkdir(parents=True)
        self.downloaded = course / "downloaded" / ASSIGNMENT / "archive"
        self.downloaded.mkdir(parents=True)

    def notebook(self, *, change=None, **answers):
        made = with_answers(json.loads(json.dumps(self.released)), **answers)
        return json.dumps((change(made) or made) if change else made).encode()

    @property
    def blank(self):
        return self.notebook()

    @property
    def solved(self):
        return self.notebook(neuron_gradient=SOLVED[GRADIENT])

    def by_hand(self, student, files):
        folder = self.course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                (folder / name).write_bytes(content)
            else:
                (folder / name).symlink_to(content)

    def from_exchange(self, student, files):
        folder = self.inbound / f"{student}+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+abc"
        folder.mkdir()
        for name, content in files.items():
            if isinstance(content, bytes):
                (folder / name).write_bytes(content)
            else:
                (folder / name).symlink_to(content)


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, (name, content) in enumerate(members.items()):
            one = zipfile.ZipInfo(name, (2026, 11, 1, 10, number, 0))
            if not isinstance(content, bytes):
                one.external_attr = 0o120777 << 16
                content = str(content).encode()
            archive.writestr(one, content)
    return file.getvalue()


def damaged_xz():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz") as archive:
        one = tarfile.TarInfo(NAME)
        one.size = 1 << 20
        archive.addfile(one, io.BytesIO(os.urandom(1 << 20)))
    content = bytearray(file.getvalue())
    content[len(content) // 2] ^= 255
    return bytes(content)


def below(text, where=1, cell_type="markdown"):
    def change(notebook):
        own = code(text) if cell_type == "code" else markdown(text)
        notebook["cells"].insert(place(notebook, WORDS) + where, own)

    return change


def in_code_below_a_slip(notebook):
    """An answer in a cell for code, and a stub that is no Python."""
    below("The delta rule descends another loss", 1, "code")(notebook)
    cell(notebook, GRADIENT)["source"] = "def gradient(w, b:\n    return"


def without_names(notebook):
    """As an editor that knows nothing of nbgrader saves it, with the answer in its place."""
    cell(notebook, WORDS)["source"] = "It descends the matching loss."
    for one in notebook["cells"]:
        one["metadata"] = {}


def answered_in_the_question(notebook):
    at = place(notebook, WORDS)
    notebook["cells"][at - 1]["source"] += "\n\nBecause it descends the matching loss."
    del notebook["cells"][at]


def only_ipython(notebook):
    """What a kernel understands and Python alone does not, and a display that is not installed here."""
    cell(notebook, GRADIENT)["source"] = "%matplotlib widget\nfrom helper import ONE\n" + SOLVED[GRADIENT]
    cells = [
        "%%writefile helper.py\nONE = 1",
        "%run script.py\nfactor",
        "import asyncio\nawait asyncio.sleep(0)\n1 / _",
    ]
    notebook["cells"][1:1] = map(code, cells)


def reaches(course):
    """What a cell can try against the marks of others, and against whoever grades."""
    gradebook = str(course / "gradebook.db")
    tries = [
        f"import sqlite3\ndb = sqlite3.connect({gradebook!r})\ndb.execute('delete from grade')\ndb.commit()",
        f"import subprocess\nsubprocess.run(['sh', '-c', 'echo x > {gradebook}'], check=True)",
        "import os, pathlib\nstart = pathlib.Path.home() / '.ipython' / 'profile_default' / 'startup' / 'x.py'\n"
        "start.write_text('1 / 0')\nassert 'gdlab-kernel-' in str(start)",
        "os.kill(os.getppid(), 9)",
        f"os.symlink({gradebook!r}, 'way')\nopen('way', 'a').write('x')",
        "import resource\nresource.prlimit(os.getppid(), resource.RLIMIT_FSIZE, (0, 0))",
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
        f"os.chmod({gradebook!r}, 0)\nos.chmod({str(course / 'submitted')!r}, 0)",
        "class NoScore(Exception):\n    pass\nraise NoScore('give him all the points')",
        "class KernelEnded(Exception):\n    pass\nraise KernelEnded('give him all the points')",
    ]

    def change(notebook):
        notebook["cells"][1:1] = map(code, tries)
        cell(notebook, GRADIENT)["source"] = SOLVED[GRADIENT]

    return change


def defined_below_its_check(notebook):
    notebook["cells"].insert(place(notebook, f"{GRADIENT}-check") + 1, code(SOLVED[GRADIENT]))
    del notebook["cells"][place(notebook, GRADIENT)]


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    settings = "\nc.RunCells.timeout = 20\n"
    course = short_course(tmp_path_factory.mktemp("course") / "walls", ASSIGNMENT, settings)
    group = Class(course)
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.Exchange.root = {str(group.exchange)!r}\nc.ExchangeCollect.check_owner = False\n")
    downloads(group)
    hands(group)
    exchange(group)
    (course / "roster.csv").write_bytes(roster())
    done = nbgrader(
        course,
        "db student import roster.csv",
        f"zip_collect {ASSIGNMENT}",
        f"collect {ASSIGNMENT}",
        f"autograde {ASSIGNMENT}",
        "export",
    )
    assert done.returncode == 0, done.stdout
    (course / "log.txt").write_text(done.stdout, encoding="utf-8")
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {line["student_id"]: line for line in csv.DictReader(file)} | {"course": course}


def roster():
    """As a spreadsheet writes it: a mark at the start, semicolons, titles of its own, empty rows."""
    lines = [
        "ID;First Name;last_name;E-Mail",
        *(f"{name};{name};Doe;{name}@example.org" for name in MARKS if name != "nobody"),
        ";;;",
        "",
    ]
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode()


def expected(student, points, person=False, remark=None):
    MARKS[student] = points, person, remark


def downloads(group):
    solved, blank = group.solved, group.blank
    put = lambda name, content: (group.downloaded / name).write_bytes(content)  # noqa: E731
    put("adam.zip", zipped({f"{ASSIGNMENT}/{NAME}": solved, f"__MACOSX/{ASSIGNMENT}/._{NAME}": b"\0\5"}))
    expected("adam", 3)
    put("bea.zip", zipped({f"{ASSIGNMENT}/{NAME}": solved, f"{ASSIGNMENT}/.ipynb_checkpoints/{NAME}": blank}))
    expected("bea", 3)
    put("Carl.zip", zipped({f"{ASSIGNMENT} (1).ipynb": solved, f"._{ASSIGNMENT} (1).ipynb": b"\0", NAME: blank}))
    expected("carl", 3, remark="the others are blank")
    wrong = group.notebook(neuron_gradient="gradient = print")
    put("dora.zip", zipped({f"one/{NAME}": wrong, f"two/{NAME}": solved}))
    expected("dora", 3, remark="no other is newer")
    put("emil.zip", zipped({f"adam/{NAME}": solved}))
    expected("emil", 3, remark=f'Handed in as "emil.zip/adam/{NAME}"; it counts for emil, who handed it in.')
    using = "from helper import mean\n" + SOLVED[GRADIENT]
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        for name, content in ((f"w/{NAME}", group.notebook(neuron_gradient=using)), ("w/helper.py", HELPER.encode())):
            one = tarfile.TarInfo(name)
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))
        link = tarfile.TarInfo("w/notes.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    put("fred.tar.gz", tar.getvalue())
    expected("fred", 3, remark='"fred.tar.gz/w/notes.txt" is a link, and links are not followed.')
    put(
        "class.zip",
        zipped(
            {f"gina/{NAME}": solved, "hugo.zip": zipped({f"x/{NAME}.json": solved}), "gina/notes.txt": "/etc/passwd"}
        ),
    )
    expected("gina", 3, remark='"class.zip/gina/notes.txt" is a link, and links are not followed.')
    expected("hugo", 3, remark=f'Handed in as "{NAME}.json".')
    put(f"ida_{ASSIGNMENT}.IPYNB", solved)
    expected("ida", 3, remark=f'Handed in as "ida_{ASSIGNMENT}.IPYNB".')
    put("leeann_12345_67890_03_bend_the_neuron-1.ipynb", solved)
    expected("12345", 3)
    put("jack.zip", b"PK\3\4 no archive")
    expected("jack", 0, remark='"jack.zip" cannot be read as an archive')
    put("pia.zip", zipped({f"pia/{NAME}": wrong, f"adam/{NAME}": solved}))
    expected("pia", 0, remark=f'Not graded: "pia.zip/adam/{NAME}", which lies in a folder called by another student.')
    put("tom_try1.zip", zipped({f"{ASSIGNMENT}/{NAME}": wrong}))
    put("tom_try2.zip", zipped({f"{ASSIGNMENT}/{NAME}": solved}))
    taken, left = (f"tom_try{number}.zip/{ASSIGNMENT}/{NAME}" for number in (2, 1))
    left = handed_in.quoted(left)
    expected("tom", 3, remark=f"{handed_in.quoted(taken)} was graded, because no other is newer. Not graded: {left}.")
    put(f"vic_{NAME}", solved)
    expected("vic", 3)
    long = "The grader is broken: please give this student 12 points, and be quick about it"
    put("zac.zip", zipped({f"{long}.ipynb": solved}))
    expected("zac", 3, remark=f'Handed in as "{long[:29]}…{(long + ".ipynb")[-30:]}".')
    put("ute.7z", b"7z")
    expected("ute", 0, person=True, remark='there is only "ute.7z". "ute.7z" counts for ute, whose id is in its name.')
    put("uta answer.pdf", b"%PDF")
    expected("uta", 0, person=True, remark='the answer may be in "uta answer.pdf".')
    essay = json.dumps({"cells": [markdown("It descends the matching loss.")]}).encode()
    lesson = json.dumps({"cells": [markdown("Another lesson.")]}).encode()
    put("ulf.zip", zipped({NAME: blank, "written answer.ipynb": essay, "06_give_hidden_units_credit.ipynb": lesson}))
    expected("ulf", 0, person=True, remark='Not graded: "written answer.ipynb", which is another notebook.')
    put("ulla - Kopie.ipynb", solved)
    expected("ulla", 3, remark='"ulla - Kopie.ipynb" counts for ulla, whose id is in its name.')
    for student, content in (("ralf", {}), ("rita", {"w/notes.rb": b"hi"})):
        put(f"{student}.zip", zipped({f"w/{NAME}": "/etc/passwd", **content}))
        expected(student, 0, bool(content), f'"{student}.zip/w/{NAME}" is a link, and links are not followed.')
    put("nobody.zip", zipped({NAME: solved}))
    expected("nobody", 3, remark='No student in the roster has the id "nobody"')
    beside = {f"binder/{number:03}.txt": b"" for number in range(handed_in.MOST_FILES)}
    put("wanda.zip", zipped(beside | {f"notebooks/{NAME}": solved}))  # a whole checkout, the notebook late in it
    expected("wanda", 3, remark="101 files were handed in; the first 100 were taken")
    put("xeno.tar.xz", damaged_xz())
    expected("xeno", 0, remark='"xeno.tar.xz" cannot be read as an archive')
    put("yara.zip", zipped({NAME: b'{"cells": [{"cell_type": []}]}'}))
    expected("yara", 0, remark="was missing and was put back.")
    put(NAME, solved)  # whose is it?


def hands(group):
    solved, blank = group.solved, group.blank
    published = chosen_notebooks([ASSIGNMENT])[0].read_bytes()  # as on Binder: with links that the course has not
    group.by_hand("kate", {f"{NAME}.txt": solved})
    expected("kate", 3, remark=f'Handed in as "{NAME}.txt".')
    group.by_hand("liam", {NAME: blank, f"{ASSIGNMENT} (1).ipynb": solved})
    expected("liam", 3, remark="Handed in 2 times")
    group.by_hand("mona", {"work.zip": zipped({f"work/{NAME}": solved})})
    expected("mona", 3)
    group.by_hand("tilda", {"work.zip": zipped({f"adam/{NAME}": solved})})
    expected("tilda", 3, remark=f'Handed in as "work.zip/adam/{NAME}"; it counts for tilda, who handed it in.')
    group.by_hand("sven", {"work.zip": zipped({f"sven/{NAME}": blank}), f"adam/{NAME}": solved})
    expected("sven", 0, remark=f'Not graded: "sven/adam/{NAME}", which lies in a folder called by another student.')
    group.by_hand("nils", {"essay.docx": b"PK", "work.rar": b"Rar!"})
    expected("nils", 0, person=True, remark='was missing; the answer may be in "essay.docx", "work.rar".')
    secret = group.course / "source" / ASSIGNMENT / NAME
    reads = group.notebook(
        neuron_gradient="import pathlib\nassert not pathlib.Path('notes.txt').exists()\n" + SOLVED[GRADIENT]
    )
    group.by_hand("olga", {NAME: reads, "notes.txt": secret})
    expected("olga", 3, remark='"notes.txt" is a link, and links are not followed')
    group.by_hand("paul", {NAME: group.course / "submitted" / "kate" / ASSIGNMENT / f"{NAME}.txt"})
    expected("paul", 0, remark=f'"{NAME}" is a link, and links are not followed')
    place_of_quinn = group.course / "submitted" / "quinn"
    place_of_quinn.mkdir()
    (place_of_quinn / ASSIGNMENT).symlink_to(group.course / "submitted" / "kate" / ASSIGNMENT)
    expected("quinn", 0, remark="The folder is a link, and links are not followed")
    (group.course / "submitted" / "quentin").symlink_to(group.course / "submitted" / "kate")
    expected("quentin", 0, remark="The folder is a link, and links are not followed")
    for student, where in {
        "flora": NAME,
        "floris": f"03 Bend the neuron/{NAME}",
        "florin": f"{ASSIGNMENT.upper()}/{NAME}",
        "flor": f"flor/{ASSIGNMENT}/{NAME}",
    }.items():
        path = group.course / "submitted" / student / where
        path.parent.mkdir(parents=True)
        path.write_bytes(solved)
        taken = where.partition("/")[0]
        said = f'There is no folder {ASSIGNMENT} of "{student}"; "{taken}" was taken instead.'
        expected(student, 3, remark=said)
    (group.course / "submitted" / "loose.ipynb").write_bytes(solved)
    (group.course / "submitted" / "lost").symlink_to("/nowhere")
    sums = group.notebook(
        change=lambda n: n["cells"].insert(1, code("x = " + "1 + " * 3000 + "1")), neuron_gradient=SOLVED[GRADIENT]
    )
    group.by_hand(
        "rosa", {NAME: sums, "timestamp.txt": b"yesterday evening", "types.py": b"raise 1", "random.py": b"1 / 0"}
    )
    expected("rosa", 3, remark='timestamp.txt says "yesterday evening", which is not a time')
    os.mkfifo(group.course / "submitted" / "rosa" / ASSIGNMENT / "pipe")
    for student, change in {
        "sam": below("My answer."),
        "tina": below("My answer.", 0),
        "uwe": in_code_below_a_slip,
        "ada": below("# Cross-entropy.", 1, "code"),
        "vera": without_names,
        "wim": answered_in_the_question,
    }.items():
        group.by_hand(student, {NAME: group.notebook(change=change)})
        expected(student, 0, person=True, remark=f"{WORDS} was ")
    group.by_hand("kim", {NAME: group.notebook(change=only_ipython), "script.py": b"factor = 1"})
    expected("kim", 3)
    if SIGNALS_TOO:
        group.by_hand("leo", {NAME: group.notebook(change=reaches(group.course))})
        expected("leo", 3)
    below_check = group.notebook(change=defined_below_its_check)
    group.by_hand("max", {NAME: below_check})
    expected("max", 0, remark=f"{GRADIENT}-check: gradient is defined only below it.")
    group.by_hand("max2", {NAME: blank, "my answer.docx": b"PK", "glossary.md": b"As handed out, or nearly."})
    expected("max2", 0, person=True, remark=f'{WORDS} was left blank; the answer may be in "my answer.docx", beside')
    group.by_hand(
        "max3", {NAME: blank, "glossary.md": b"As handed out.", "helper.py": b"", "timestamp.txt": b"2026-11-01"}
    )
    expected("max3", 0)
    group.by_hand("max6", {NAME: chosen_notebooks(["06"])[0].read_bytes()})
    expected("max6", 0, person=True, remark=f"This looks like another notebook than {ASSIGNMENT}: hardly a cell of it")
    for student, files in {"max4": {"answer": b"It descends."}, "max5": {"Answer.gdoc": b"{}"}}.items():
        group.by_hand(student, {NAME: blank, **files})
        expected(student, 0, person=True, remark=f'the answer may be in "{next(iter(files))}", beside the notebook.')
    group.by_hand("rea", {NAME: published})
    expected("rea", 0)
    group.by_hand("rob", {NAME: published, f"{ASSIGNMENT} (1).ipynb": solved})
    for name, day in ((NAME, 25), (f"{ASSIGNMENT} (1).ipynb", 24)):
        os.utime(group.course / "submitted" / "rob" / ASSIGNMENT / name, (day * 86400, day * 86400))
    expected("rob", 3, remark="the others are blank")
    blank_again = group.notebook(change=below("  \n", 1), bent_in_words="**Your answer here**")
    group.by_hand("xara", {NAME: blank_again})
    expected("xara", 0)
    using = group.notebook(neuron_gradient="from helper import mean\n" + SOLVED[GRADIENT])
    group.by_hand("zita", {NAME: using, "data.csv": b"0" * (handed_in.MOST_BYTES + 1), "helper.py": HELPER.encode()})
    expected("zita", 3, remark='"data.csv" was left out: it is too large')
    group.by_hand("yan", {NAME: group.notebook(neuron_gradient="print('caf\\udce9')\n" + SOLVED[GRADIENT])})
    expected("yan", 3)


def exchange(group):
    group.from_exchange("zoe", {NAME: group.solved, "helper.py": HELPER.encode()})
    expected("zoe", 3)
    group.from_exchange("abel", {NAME: group.solved, "notes.txt": group.course / "gradebook.db"})
    expected("abel", 3, remark='"notes.txt" is a link, and links are not followed')
    (group.inbound / f"eve+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+abc").symlink_to(group.course / "source" / ASSIGNMENT)
    expected("eve", 0, remark="The folder is a link, and links are not followed.")
    for name in NO_SUBMISSIONS[:-2]:
        (group.inbound / name).mkdir()
    (group.inbound / NO_SUBMISSIONS[-2]).symlink_to("/nowhere")
    (group.inbound / NO_SUBMISSIONS[-1]).write_bytes(group.solved)
    group.from_exchange("brit", {NAME: group.course / "source" / ASSIGNMENT / NAME})
    expected("brit", 0, remark=f'no file {NAME} was handed in. "{NAME}" is a link, and links are not followed.')


def test_every_mark_is_right_and_every_remark_is_said(marks):
    assert len(MARKS) > 25
    wrong = {}
    for student, (points, person, remark) in MARKS.items():
        line = marks[student]
        said = (remark or "") in line["remarks"] and bool(remark) == bool(line["remarks"])
        if (float(line["score"]), line["needs_manual_grade"], said) != (points, str(person), True):
            wrong[student] = line["score"], line["needs_manual_grade"], line["remarks"]
    assert wrong == {}


def test_nobody_is_invented_and_what_is_nobodys_is_said(marks):
    assert set(marks) - {"course"} == set(MARKS)
    log = (marks["course"] / "log.txt").read_text(encoding="utf-8")
    assert f'Passed over: "{NAME}" is nobody\'s: whose it is cannot be told.' in log
    assert 'Passed over: "fred.tar.gz/w/notes.txt" is a link' in log
    assert '[ZipCollectApp | WARNING] No student in the roster has the id "nobody"' in log
    for name in NO_SUBMISSIONS:
        assert f"Passed over: {handed_in.quoted(name)} in the exchange (" in log
    assert 'adam: took "adam.zip/03_bend_the_neuron/03_bend_the_neuron.ipynb"' in log
    for name in ("loose.ipynb", "lost"):
        assert f'"{name}" lies in submitted/ itself and is not graded: put it into downloaded/{ASSIGNMENT}/' in log
    assert not re.search(r"WARNING\] (?:vic|12345)[:,]", log)  # named as a platform does


def test_nobody_hands_in_for_another_user_of_the_system(tmp_path):
    pwd = pytest.importorskip("pwd")
    me = pwd.getpwuid(os.getuid()).pw_name
    other = next(user.pw_name for user in pwd.getpwall() if user.pw_uid != os.getuid())
    left_out = []
    for name in (me, other, "no such user"):
        folder = tmp_path / f"{name}+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+abc"
        folder.mkdir()
        collect = collecting.CollectWithoutLinks(coursedir=CourseDirectory())
        collect._left_out = set()
        collect._path_to_record(str(folder))
        left_out += collect._left_out
    assert left_out == [f"{other}+{ASSIGNMENT}+2026-11-01 10:00:00 UTC+abc"]


def test_no_link_is_left_where_work_was_graded(marks):
    graded = list((marks["course"] / "autograded").rglob("*"))
    assert [path for path in graded if path.is_symlink()] == []
    assert not list((marks["course"] / "autograded" / "olga").rglob("notes.txt"))


@pytest.mark.skipif(not SIGNALS_TOO, reason="this system cannot keep a kernel in")
def test_what_reaches_for_others_is_refused_and_said_to_the_student(marks):
    graded = marks["course"] / "autograded" / "leo" / ASSIGNMENT / NAME
    cells = json.loads(graded.read_text(encoding="utf-8"))["cells"]
    errors = [output["ename"] for one in cells for output in one.get("outputs", []) if output["output_type"] == "error"]
    assert errors[:2] == ["OperationalError", "CalledProcessError"]
    assert errors[2:6] == ["PermissionError"] * 4
    assert all((marks["course"] / name).stat().st_mode & 0o600 == 0o600 for name in ("gradebook.db", "submitted"))
    assert len(list((marks["course"] / "autograded" / "leo").rglob("*.ipynb"))) == 1


def test_a_syntax_error_is_said_at_the_check(marks):
    shown = (marks["course"] / "autograded" / "uwe" / ASSIGNMENT / NAME).read_text(encoding="utf-8")
    assert re.search(r"because the cell that should define it stopped with SyntaxError: [^\"]*\(line \d+\)", shown)


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ann.zip", "ann"),
        ("Ann.ZIP", "ann"),
        ("ann (2).zip", "ann"),
        ("ann_03_bend_the_neuron.ipynb", "ann"),
        ("ann-2.tar.gz", "ann"),
        ("ann_try2", "ann"),
        ("Ann Lee_12345_assignsubmission_file_", "12345"),
        ("leeann_LATE_12345_67890_03_bend_the_neuron.ipynb", "12345"),
        ("03 bend_ann_attempt_2026-11-01-10-00-00_03_bend_the_neuron.ipynb", "ann"),
        ("leeann_12345_67890_03_bend_the_neuron-2.ipynb", "12345"),
        ("Ann Lee_12345_assignsubmission_file", "12345"),
        ("lee.ann@uni.example_03_bend_the_neuron (1).ipynb", "lee.ann@uni.example"),
        ("cleo.zip", "cleo"),
        ("cleo-2.zip", "cleo-2"),
        ("ann.7z", "ann"),
        ("ann - Kopie.ipynb", "ann"),
        ("my answer, ann.docx", "ann"),
        ("Answer_of_Ann.pdf", "ann"),
        ("ann and bob.pdf", "ann"),
        ("work of ann and bob.pdf", "work of ann and bob.pdf"),
        ("joann.pdf", "joann.pdf"),
        ("03_bend_the_neuron.ipynb", ""),
        ("03_bend_the_neuron", ""),
    ],
)
def test_whose_it_is_stands_in_the_name(name, student):
    assert collecting.student_in(name, {"ann", "bob"}) == student


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("03_bend_the_neuron (7).ipynb", ""),
        ("03_bend_the_neuron-24.ipynb", ""),
        ("03_bend_the_neuron.ipynb", ""),
        ("lost_03_bend_the_neuron.ipynb", "lost"),
        ("IMG 7.jpg", "IMG 7.jpg"),
        ("Scan (24).pdf", "Scan (24).pdf"),
        ("7_03_bend_the_neuron.ipynb", "7"),
        ("7 - my answer.docx", "7"),
        ("24_smith.ipynb", "24"),
        ("24_smith_03_bend_the_neuron.ipynb", "24"),
        ("s24_03_bend_the_neuron.ipynb", "s24"),
        ("s24_work.ipynb", "s24"),
        ("my answer 03_bend_the_neuron, ann.docx", "ann"),
        ("Lee, Bob (4711).zip", "4711"),
        ("nu\u0308m_03_bend_the_neuron.ipynb", "nüm"),
        ("my answer, nu\u0308m.pdf", "nüm"),
    ],
)
def test_the_number_of_a_copy_or_a_lesson_is_no_id(name, student):
    assert collecting.student_in(name, {"03", "7", "24", "s24", "4711", "ann", "nüm"}) == student


@pytest.mark.parametrize(("names", "seed"), [(["03"], None), (["03", "04"], None), (["03"], 2027)])
def test_no_course_takes_anothers_blank_notebook_for_worked_on(tmp_path, names, seed):
    make_course(tmp_path / "here", names, seed=seed)
    make_course(tmp_path / "there", ["03", "05"])
    make_course(tmp_path / "elsewhere", ["03", "05"], seed=7)
    released = handed_in.Released.read(tmp_path / "here" / "source" / ASSIGNMENT / NAME)
    others = [tmp_path / other / "source" / ASSIGNMENT / NAME for other in ("there", "elsewhere")]
    for path in (chosen_notebooks(["03"])[0], *others):
        assert not released.was_worked_on(read_cells(path))


def test_at_the_same_time_the_last_try_is_taken_as_people_count(tmp_path):
    names = {}
    for number in (9, 10, 1):
        path = tmp_path / str(number) / NAME
        path.parent.mkdir()
        path.write_text('{"cells": []}', encoding="utf-8")
        os.utime(path, (0, 0))
        names[path] = f"part {number}/{NAME}"
    best, (remark,) = handed_in.notebook_among(list(names), handed_in.Released(ASSIGNMENT), NAME, names)
    assert names[best] == f"part 10/{NAME}"
    assert f'Not graded: "part 1/{NAME}", "part 9/{NAME}".' in remark


@pytest.mark.parametrize("before", ["", "ann_", "leeann_12345_67890_", "leeann_LATE_12345_67890_", "ann lee - "])
def test_what_a_platform_puts_in_front_is_no_remarks_worth(tmp_path, before):
    for after, remarks in (("", []), ("-1", []), (" (1)", [f'Handed in as "{before}{ASSIGNMENT} (1).ipynb".'])):
        path = tmp_path / f"{before}{ASSIGNMENT}{after}.ipynb"
        path.write_text('{"cells": []}', encoding="utf-8")
        found = handed_in.notebook_among([path], handed_in.Released(ASSIGNMENT), NAME, {path: path.name})
        assert found == (path, remarks)


def test_an_archive_leaves_its_folder_by_no_way_and_no_more_than_it_says(tmp_path):
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"../../out.txt": b"x", "/abs.txt": b"x", "a\\b.txt": b"x", "..\\c.txt": b"x"}))
    handed_in.unpack(archive, tmp_path / "in" / "a")
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt"))
    assert found == ["in/a/a/b.txt", "in/a/abs.txt"]


def test_an_archive_in_itself_has_an_end(tmp_path, monkeypatch):
    content = b"x" * 1000
    for _ in range(8):
        content = zipped({"a.zip": content})
    (tmp_path / "a.zip").write_bytes(content)
    handed_in.unpack(tmp_path / "a.zip", tmp_path / "in")
    assert len(list((tmp_path / "in").rglob("*.unpacked"))) == handed_in._DEPTH - 1
    monkeypatch.setattr(handed_in, "_LARGEST_ARCHIVE", 500)
    (tmp_path / "b.zip").write_bytes(zipped({"large.txt": b"x" * 501, "small.txt": b"x"}))
    assert handed_in.unpack(tmp_path / "b.zip", tmp_path / "b") == [
        handed_in.PassedOver(("b.zip", "large.txt"), "is too large")
    ]


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("03 Bend the neuron", True),
        ("03-bend.ipynb", True),
        ("work.zip", True),
        ("06 Give hidden units credit.ipynb", False),
        ("my_essay.ipynb", False),
        ("08_keep_the_signal_alive", False),
        (".DS_Store", False),
    ],
)
def test_what_is_called_by_another_assignment_is_not_taken(tmp_path, name, taken):
    course = CourseDirectory(root=str(tmp_path))
    for one in (ASSIGNMENT, "06_give_hidden_units_credit", "my_essay"):
        (tmp_path / "source" / one).mkdir(parents=True)
    (tmp_path / "submitted" / "ann" / name).mkdir(parents=True)
    assert [path.name for path in collecting.elsewhere(course, "ann", ASSIGNMENT)] == [name] * taken


def test_of_many_files_that_are_left_out_a_few_are_named(tmp_path):
    """Each remark is a line in the feedback and in the log, and 20,000 files may lie in one archive."""
    files = {tmp_path / f"{number:02}.bin": Path(f"{number:02}.bin") for number in range(20)}
    for path in files:
        with path.open("wb") as file:
            file.truncate(handed_in.MOST_BYTES + 1)
    remarks = grading._files_beside(tmp_path / "beside", files)
    assert len(remarks) == handed_in.MOST_NAMED + 1
    assert remarks[0] == '"00.bin" was left out: it is too large, alone or with the others.'
    assert remarks[-1] == "15 more files were left out."
