"""Links: each git host gets the address that Binder and nbgitpuller want for it."""

import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from gdlab.command import main
from gdlab.links import badge, binder_link, colab_line, colab_link, hub_link, repository, site_link
from tests.binder.rehearsal import on_binder

PATH = "notebooks/03_bend_the_neuron.ipynb"


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("https://github.com/ann/lab.git", "gh/ann/lab"),
        ("https://github.com/ann/lab/", "gh/ann/lab"),
        ("https://token@github.com/ann/lab", "gh/ann/lab"),
        ("git@github.com:ann/lab.git", "gh/ann/lab"),
        ("ssh://git@github.com/ann/lab.git", "gh/ann/lab"),
        ("ssh://git@github.com:22/ann/lab.git", "gh/ann/lab"),
        ("https://gist.github.com/ann/0123abcd.git", "gist/ann/0123abcd"),
        ("https://gist.github.com/0123abcd.git", "git/https%3A%2F%2Fgist.github.com%2F0123abcd"),
        ("https://gitlab.com/group/team/lab.git", "gl/group%2Fteam%2Flab"),
        ("git@gitlab.com:group/team/lab.git", "gl/group%2Fteam%2Flab"),
        ("https://codeberg.org/ann/lab.git", "git/https%3A%2F%2Fcodeberg.org%2Fann%2Flab"),
        ("git@git.uni.example:ann/lab.git", "git/https%3A%2F%2Fgit.uni.example%2Fann%2Flab"),
        ("ssh://git@git.uni.example:2222/ann/lab", "git/https%3A%2F%2Fgit.uni.example%2Fann%2Flab"),
        ("https://git.uni.example:8443/ann/lab", "git/https%3A%2F%2Fgit.uni.example%3A8443%2Fann%2Flab"),
    ],
)
def test_binder_names_each_host_in_its_way(remote, name):
    link = binder_link(repository(remote, "main"), PATH)
    assert link == f"https://mybinder.org/v2/{name}/main?urlpath=lab/tree/{PATH}"


def test_a_branch_with_a_slash_stays_one_part_where_binder_wants_one():
    # BinderHub splits GitHub's path in three, and all others' at the first slash: both keep the rest together
    assert "/v2/gh/ann/lab/week/1?" in binder_link(repository("https://github.com/ann/lab", "week/1"), PATH)
    assert "/v2/gl/ann%2Flab/week%2F1?" in binder_link(repository("https://gitlab.com/ann/lab", "week/1"), PATH)


def test_the_badge_is_the_link_as_a_picture():
    where = repository("https://github.com/ann/lab", "main")
    assert badge(where, PATH) == f"[![Binder](https://mybinder.org/badge_logo.svg)]({binder_link(where, PATH)})"
    assert badge(where, PATH, "https://binder.uni.example/").count("https://binder.uni.example/") == 2


def test_the_hub_pulls_the_repository_and_opens_the_notebook_in_its_folder():
    link = urlsplit(hub_link(repository("git@gitlab.com:group/lab.git", "week/1"), PATH, "https://hub.example/"))
    assert (link.netloc, link.path) == ("hub.example", "/hub/user-redirect/git-pull")
    assert parse_qs(link.query) == {
        "repo": ["https://gitlab.com/group/lab"],
        "branch": ["week/1"],
        "urlpath": [f"lab/tree/lab/{PATH}"],
    }


@pytest.mark.parametrize(
    ("remote", "top"),
    [
        ("git@github.com:Ann/Lab.git", "https://ann.github.io/Lab/"),
        ("https://github.com/Ann/ann.github.io", "https://ann.github.io/"),
    ],
)
def test_pages_have_the_owners_host_and_the_repositorys_folder(remote, top):
    link = site_link(repository(remote, "main"), PATH)
    assert link == f"{top}notebooks/index.html?path=03_bend_the_neuron.ipynb"


def test_colab_opens_the_notebook_of_a_branch_and_installs_the_same():
    where = repository("git@github.com:ann/lab.git", "week/1")
    assert colab_link(where, PATH) == f"https://colab.research.google.com/github/ann/lab/blob/week/1/{PATH}"
    assert colab_line(where) == "%pip install -q git+https://github.com/ann/lab@week/1"


@pytest.mark.parametrize("option", ["--hub", "--binder"])
def test_an_address_without_its_https_is_refused(option, capsys):
    assert main(["links", "3", option, "hub.example"]) == 1
    assert "address is 'hub.example'; wanted one that begins with https://" in capsys.readouterr().err


@pytest.mark.parametrize("remote", ["/srv/git/lab.git", "../lab", "file:///srv/lab.git", "https://github.com/", "lab"])
def test_an_address_that_others_cannot_read_is_refused(remote):
    with pytest.raises(ValueError, match="wanted one that others can read"):
        repository(remote, "main")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with one notebook, in which the command is run from a folder below."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / PATH).write_text("{}")
    git(tmp_path, "init", "-q", "-b", "week1")
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_the_command_prints_all_of_them_for_the_repository_it_stands_in(checkout, capsys):
    git(checkout, "remote", "add", "elsewhere", "git@github.com:ann/lab.git")
    assert main(["links", "3", "--hub", "https://hub.example"]) == 0
    said = capsys.readouterr().out
    assert on_binder(said) == f"https://mybinder.org/v2/gh/ann/lab/week1?urlpath=lab/tree/{PATH}"
    assert "[![Binder](" in said
    assert "https://hub.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fann%2Flab" in said
    assert "https://ann.github.io/lab/notebooks/index.html?path=03_bend_the_neuron.ipynb" in said
    assert "https://colab.research.google.com/github/ann/lab/blob/week1/" in said
    assert main(["links", "03", "--branch", "main"]) == 0
    assert "/lab/main?" in capsys.readouterr().out


def test_hosts_without_pages_and_colab_have_the_other_links(checkout, capsys):
    git(checkout, "remote", "add", "origin", "https://gitlab.com/ann/lab")
    assert main(["links", "3"]) == 0
    said = capsys.readouterr().out
    assert "mybinder.org/v2/gl/" in on_binder(said)
    assert "github" not in said
    assert "olab" not in said


def test_what_is_missing_is_said(checkout, capsys, tmp_path_factory, monkeypatch):
    assert main(["links", "03"]) == 1
    assert "has no remote; wanted one" in capsys.readouterr().err
    git(checkout, "remote", "add", "origin", "https://github.com/ann/lab")
    assert main(["links"]) == 1
    assert "no notebook is called 00; wanted one of 03_bend_the_neuron" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main(["links"]) == 1
    assert "is not in a git repository" in capsys.readouterr().err
