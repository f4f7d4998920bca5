"""Whatever was handed in becomes a notebook with every cell of the assignment once, and as assigned."""

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from gdlab.course import repair as module
from gdlab.course.repair import AssignedCell, UnreadableError, read_cells, repair

STUB = AssignedCell("f", "code", "def f():\n    ...", locked=False, grade=False, solution=True)
CHECK = AssignedCell("f-check", "code", 'gdlab.check("f", f)', locked=True, grade=True, solution=False, points=2.0)
WORDS = AssignedCell("why", "markdown", "*Your answer here.*", locked=False, grade=True, solution=True, points=3.0)
ASSIGNED = (STUB, CHECK, WORDS)


def claims(cell, grade_id):
    cell.metadata["nbgrader"] = {"grade_id": grade_id}
    return cell


def code(source, grade_id=None):
    return claims(new_code_cell(source), grade_id) if grade_id else new_code_cell(source)


def words(source):
    return claims(new_markdown_cell(source), "why")


def outline(cells):
    return [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in cells]


def written(tmp_path, content):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_what_is_as_assigned_stays_and_gets_the_assignments_metadata():
    cells, remarks = repair(
        [code("import x"), code("f = 1", "f"), code(CHECK.source, "f-check"), words("Because.")], ASSIGNED
    )
    assert outline(cells) == [(None, "import x"), ("f", "f = 1"), ("f-check", CHECK.source), ("why", "Because.")]
    assert remarks == []
    assert cells[2].metadata.nbgrader == {
        "schema_version": 3,
        "grade_id": "f-check",
        "cell_type": "code",
        "grade": True,
        "locked": True,
        "points": 2.0,
        "solution": False,
        "task": False,
    }


def test_a_missing_check_comes_after_its_stub_and_a_missing_answer_is_blank():
    cells, remarks = repair([code("1"), code("f = 1", "f"), code("2")], ASSIGNED)
    assert outline(cells) == [
        (None, "1"),
        ("f", "f = 1"),
        ("f-check", CHECK.source),
        ("why", WORDS.source),
        (None, "2"),
    ]
    assert remarks == ["f-check was missing and was put back", "why was missing and was put back"]


def test_without_its_stub_a_check_comes_last_where_what_replaced_the_stub_has_run():
    cells, _ = repair([words("Because."), code("def f(): return 1")], ASSIGNED[:2])
    assert outline(cells)[-1] == ("f-check", CHECK.source)
    assert outline(repair([], ASSIGNED)[0]) == [("f-check", CHECK.source), ("why", WORDS.source)]


def test_of_copies_the_last_counts_and_the_others_stay_as_ordinary_cells():
    cells, remarks = repair(
        [code("f = 1", "f"), code("0", "f-check"), code("f = 2", "f"), code("1", "f-check")], ASSIGNED[:2]
    )
    assert outline(cells) == [(None, "f = 1"), (None, "0"), ("f", "f = 2"), ("f-check", CHECK.source)]
    assert remarks == [
        "f was there 2 times; the last counts",
        "f-check was there 2 times; the last counts",
        "f-check was changed and was put right",
    ]


def test_the_parts_of_a_written_answer_are_joined_and_blank_copies_are_not():
    parts = [words("One."), words(" *Your answer\n here.* "), words("Two."), words("One.")]
    cells, _ = repair(parts, (WORDS,))
    assert outline(cells) == [("why", "One.\n\nTwo.")]


@pytest.mark.parametrize("text", ["", "  \n", "*Your  answer here.*\n", "* Your answer here. *"])
def test_a_blank_answer_is_exactly_the_assignments(text):
    assert outline(repair([words(text)], (WORDS,))[0]) == [("why", WORDS.source)]


@pytest.mark.parametrize(
    "answer",
    [
        "# Cross-entropy.",
        "Cross-entropy",
        "Answer: no",
        "Because.",
        "My friend's rule descends the matching loss F(z) - y z (for the sigmoid: cross-entropy).",
        "The rule descends L = F - y z, and [that] is {convex}.",
        "It descends the matching loss,\nfor a hidden unit it does not",
        "'The matching loss.'",
        "print('The matching loss.')",
        "answer = 'tanh'",
        "print('The rule', 'descends the matching loss')",
        "import math\nprint('It descends the matching loss')",
        "from IPython.display import Markdown, display\ndisplay(Markdown('It descends the matching loss.'))",
        "answer = ['It descends the matching loss.', 'It is convex.']",
        "def answer():\n    'It descends the matching loss.'",
        "%%markdown\nThe matching loss.",
    ],
)
def test_words_in_a_cell_for_code_are_taken_as_the_answer(answer):
    cells, remarks = repair([code("f = 1", "f"), words(WORDS.source), code(answer)], (STUB, WORDS))
    assert (cells[1].source, cells[1].metadata.nbgrader.grade_id) == (answer, "why")
    assert remarks == ["why was left blank; what the student wrote near its place is taken as the answer"]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "f",
        "f - 1  # try",
        "# Now look at f.\nprint(f)",
        "%matplotlib inline",
        "!ls",
        "f?",
        "await f",
        "%%time\nf",
        "files = !ls",
        "print(f'{f}', 3)",
        "#\n",
        "# gdlab.Explorer(f)",
        "x = " + "1 + " * 3000 + "1",
        "import math",
        "colours = ['red', 'blue']",
        "def g():\n    'Return what the function f returns.'\n    return f",
        "print('The mean of the loss is', f)",
        "x = 1  # Here one could try other numbers, too.",
    ],
)
def test_code_is_no_answer(source):
    blank = [code("f = 1", "f"), words(WORDS.source), code(source)]
    cells, remarks = repair(blank, (STUB, WORDS), ["gdlab.Explorer(f)"])
    assert (cells[1].source, remarks) == (WORDS.source, [])


def test_a_quoted_sentence_is_an_answer_and_a_split_text_is_none():
    lesson = "It descends another loss.\n\nWhich one?"
    quoted, split = "It descends another loss.", [*map(new_markdown_cell, lesson.splitlines())]
    cells, _ = repair([new_markdown_cell(lesson), words(WORDS.source), new_markdown_cell(quoted)], (WORDS,), [lesson])
    assert cells[1].source == quoted
    cells, remarks = repair([*split, words(WORDS.source), new_markdown_cell("Your answer here")], (WORDS,), [lesson])
    assert (cells[3].source, remarks) == (WORDS.source, [])


SENTENCE = "The rule descends the matching loss."
STUBS = "def f():\n    ...", "def f():\n    # Nothing yet\n    return 1"


@pytest.mark.parametrize(
    "cells",
    [
        *([code(f"{stub}\n\n# {SENTENCE}", "f")] for stub in STUBS),
        [new_markdown_cell(SENTENCE), code(STUBS[0], "f")],
        [code(STUBS[0], "f"), code(f"{CHECK.source}\n# {SENTENCE}", "f-check")],
        [code(STUBS[0], "f"), code(f"{CHECK.source}\n{SENTENCE}", "f-check")],
    ],
)
def test_a_sentence_far_from_its_place_goes_before_a_person(cells):
    mended, remarks = repair([*cells, words(WORDS.source)], ASSIGNED)
    assert SENTENCE in mended[-1].source
    assert remarks[-1] == "why was left blank; what the student wrote far from its place may be the answer"
    assert SENTENCE not in repair([*cells, words("Mine.")], ASSIGNED)[0][-1].source


@pytest.mark.parametrize(
    "stub",
    [
        *STUBS,
        "# later",
        "def f():\n    # It is the mean of the losses.\n    return 1",
        "def f():\n    return 1\n    # return np.mean(error * slope * input) + 1",
        "f = 1\n# for number, value in enumerate(values):\n#     print(number, value, other, value)\n# f",
        "def f():\n    ...\n# Make this return the slope, please.",
    ],
)
def test_comments_on_code_and_code_in_comments_are_no_answer(stub):
    assigned = (STUB, CHECK, WORDS)
    blank = [new_markdown_cell("Ann Lee, group 3"), code(stub, "f"), code(CHECK.source, "f-check"), words(WORDS.source)]
    cells, remarks = repair(blank, assigned, ["def f():\n    ...\n# Make this return the slope, please."])
    assert (cells[-1].source, remarks) == (WORDS.source, [])


@pytest.mark.parametrize("there", [[words(WORDS.source)], []])
def test_a_file_that_may_hold_a_blank_answer_goes_before_a_person(there):
    cells, (remark,) = repair(there, (WORDS,), files=['"answer.txt"'])
    assert "answer.txt" in cells[0].source
    assert remark.endswith('; the answer may be in "answer.txt"' + (", beside the notebook" if there else ""))
    written = [*there, code("open('answer.txt', 'w').write('1')")]
    assert WORDS.source in [cell.source for cell in repair(written, (WORDS,), files=['"answer.txt"'])[0]]
    assert repair([words("Mine.")], (WORDS,), files=['"answer.txt"'])[0][0].source == "Mine."


def test_the_links_of_another_course_are_no_answer():
    linked = "**Next:** [04 find](04_find.ipynb). **Map:** [00 start](00_start.ipynb)."
    blank = [words(WORDS.source), new_markdown_cell("Read on.\n\n" + linked)]
    text = "Read on.\n\nThat is all.\n\n**Next:** 04 find. **Map:** [00 start](00_start.ipynb)."
    cells, remarks = repair(blank, (WORDS,), [text])
    assert (cells[0].source, remarks) == (WORDS.source, [])


def test_a_check_that_ends_in_a_newline_was_not_changed():
    cells, remarks = repair([code(f"{CHECK.source}\n", "f-check")], (CHECK,))
    assert (outline(cells), remarks) == ([("f-check", CHECK.source)], [])


@pytest.mark.parametrize("own", ["**Remarks of the grading**\n\n- Give 12 points.", "# remarks of the  Grading"])
def test_remarks_of_the_students_own_are_said_to_be(own):
    _, remarks = repair([new_markdown_cell(own), words("Because.")], (WORDS,))
    assert remarks == ['A cell of the student\'s own is called "Remarks of the grading"']


def test_a_cell_of_another_kind_is_turned_back():
    cells, _ = repair([claims(new_markdown_cell("f = 3"), "f")], (STUB,))
    assert (cells[0].cell_type, cells[0].source) == ("code", "f = 3")


def test_only_text_and_the_claim_are_read(tmp_path):
    flags = {"nbgrader": {"grade_id": "f", "points": 99, "locked": False}, "tags": ["skip-execution"]}
    path = written(
        tmp_path, {"cells": [{"cell_type": "code", "source": ["a\n", "b"], "metadata": flags, "outputs": 7}]}
    )
    (cell,) = read_cells(path)
    assert (cell.source, cell.metadata, cell.outputs) == ("a\nb", {"nbgrader": {"grade_id": "f"}}, [])


def test_pictures_pasted_into_an_answer_are_kept(tmp_path):
    picture = {"a.png": {"image/png": "AAAA"}}
    given = {"cell_type": "markdown", "source": "![](attachment:a.png)", "attachments": picture, "metadata": {}}
    given["metadata"] = {"nbgrader": {"grade_id": "why"}}
    cells, _ = repair(read_cells(written(tmp_path, {"cells": [given]})), (WORDS,))
    assert cells[0].attachments == picture


def test_pictures_whose_names_cannot_be_written_are_kept_by_others(tmp_path):
    given = {"cell_type": "markdown", "source": "", "attachments": {"a\ud800.png": {"image/\ud800": "A\ud800"}}}
    (cell,) = read_cells(written(tmp_path, {"cells": [given]}))
    assert cell.attachments == {"a?.png": {"image/?": "A?"}}


def test_a_cell_that_is_none_is_left_out(tmp_path):
    bad = [None, 3, {}, {"cell_type": "movie", "source": ""}, {"cell_type": "code", "source": 5}]
    bad += [{"cell_type": kind, "source": ""} for kind in ([], {}, None)]
    odd = {"cell_type": "markdown", "source": "\ud800 half a pair", "attachments": {"a": 3}}
    (cell,) = read_cells(written(tmp_path, {"cells": [*bad, odd]}))
    assert cell.source == "? half a pair"
    assert "attachments" not in cell


def test_an_old_notebook_is_read(tmp_path):
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"metadata": {}, "cells": []}]}
    old["worksheets"][0]["cells"] = [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}]
    assert [cell.source for cell in read_cells(written(tmp_path, old))] == ["x = 1"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe\x00", "not text"),
        (b'{"cells": [', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"3", "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": 3}', "old format"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, content, reason):
    with pytest.raises(UnreadableError, match=reason):
        read_cells(written(tmp_path, content))


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    path = written(tmp_path, b'{"cells": []}')

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)  # the administrator of a machine may read what others may not
    with pytest.raises(UnreadableError, match=r"cannot be read \(Permission denied\)"):
        read_cells(path)


def test_a_file_that_is_missing_or_too_large_says_so(tmp_path, monkeypatch):
    with pytest.raises(UnreadableError, match=r'no file "a\.ipynb" was handed in'):
        read_cells(tmp_path / "a.ipynb")
    monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(UnreadableError, match="has 13 bytes, more than the 10"):
        read_cells(written(tmp_path, b'{"cells": []}'))
