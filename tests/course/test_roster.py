"""A roster is read as spreadsheets write it, or what is wrong with it is told in a sentence."""

import pytest

from gdlab.course import roster

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
        ("id\nann\n\nann", "rows 2 and 4 of roster.csv have the same id, 'ann'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, words):
    with pytest.raises(ValueError, match=words):
        read(tmp_path, content)
