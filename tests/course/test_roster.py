"""A roster is read as spreadsheets write it, or what is wrong with it is told in a sentence."""

import csv

import pytest
from nbgrader.api import Gradebook

from gdlab.course import roster
from gdlab.course.make import make_course
from tests.course.nbgrader import nbgrader

ANN = {"id": "ann", "first_name": "Ann", "last_name": "Lée", "email": "a@x.org"}


def read(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return roster.read(path)


@pytest.mark.parametrize(
    "content",
    [
        "id,first_name,last_name,email\nann,Ann,Lée,a@x.org\n",
        "\ufeffid,first_name,last_name,email\r\nann,Ann,Lée,a@x.org\r\n",
        "id;first_name;last_name;email\nann;Ann;Lée;a@x.org\n",
        "sep=;\nID;First Name;Lastname;E-Mail\nann; Ann;Lée;a@x.org;\n;;;\n\n",
        "\n,,,\nid\tfirst_name\tlast_name\temail\nann\tAnn\tLée\ta@x.org",
        "id,first_name,last_name,email\nann,Ann,Lée,a@x.org\n".encode("utf-16"),
        "id,first_name,last_name,email\nann,Ann,Lée,a@x.org\n".encode("cp1252"),
        'group,id,email,last_name,first_name\n1,"ann",a@x.org,Lée,Ann',
    ],
)
def test_a_roster_is_read(tmp_path, content):
    assert read(tmp_path, content) == [ANN]


def test_a_comma_in_a_name_is_no_separator(tmp_path):
    assert read(tmp_path, 'id;first_name;last_name\nann;"Ann, B.";Lee')[0]["first_name"] == "Ann, B."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty; wanted a first row id,first_name"),
        ("name,email\nAnn,a@x.org", "no column called id; its first row is 'name, email'"),
        ("id,email\n,a@x.org", "row 2 of roster.csv has no id: 'a@x.org'"),
        ("id\na/b", "the id 'a/b', which no folder can be called"),
        ('id,first_name\n"001,A\n002,B\n', "which no folder can be called"),
        ("id\nann\n\nann", "rows 2 and 4 of roster.csv have the same id, 'ann'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, words):
    with pytest.raises(ValueError, match=words):
        read(tmp_path, content)


def test_an_id_that_looks_the_same_is_near():
    assert 'Near it is "nüm".' in roster.stranger("nu\u0308m", ["nüm", "bob"])


def test_a_roster_of_ids_knows_strangers_too_and_names_the_ids_near_theirs(tmp_path):
    make_course(tmp_path / "c", ["01"])
    (tmp_path / "c" / "roster.csv").write_text("id\nh_case\nbob\n")
    assert nbgrader(tmp_path / "c", "db student import roster.csv").returncode == 0
    with Gradebook(f"sqlite:///{tmp_path / 'c' / 'gradebook.db'}", "c") as gradebook:
        gradebook.update_or_create_assignment("01_fit_a_line")
        for student in ("H_CASE", "hcasse", "zoe", "bob"):  # as autograde does with whoever handed in
            gradebook.update_or_create_student(student)
    done = nbgrader(tmp_path / "c", "db student import roster.csv", "export")
    assert done.returncode == 0, done.stdout
    with (tmp_path / "c" / "grades.csv").open(newline="", encoding="utf-8") as file:
        said = {
            line["student_id"]: line["remarks"].removesuffix("Nothing was handed in.") for line in csv.DictReader(file)
        }
    stranger = 'No student in the roster has the id "{}", the name of a folder under submitted/. '
    near = 'Near it is "h_case". '
    assert said == {
        "bob": "",
        "h_case": "",
        "H_CASE": stranger.format("H_CASE") + near,
        "hcasse": stranger.format("hcasse") + near,
        "zoe": stranger.format("zoe"),
    }
