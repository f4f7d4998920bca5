"""`gdlab site` before any browser: what is taken, what is left, what is refused."""

import hashlib
import json
import re
import shutil
import tarfile
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from gdlab.command import main
from gdlab.lessons import LESSONS
from gdlab.notebooks import chosen_notebooks
from gdlab.site import make, page, wheels
from gdlab.site.distribution import PACKAGES, copy_distribution, needed

CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")


@pytest.fixture
def distribution(tmp_path):
    """A distribution in which every package is a few letters; numpy depends on one more, and one is not needed."""
    folder = tmp_path / "unpacked" / "pyodide"
    folder.mkdir(parents=True)
    depends = {"numpy": ["open_blas"], "open-blas": [], "scipy": ["numpy"]}
    packages = {}
    for name in (*PACKAGES, "open-blas", "scipy"):
        (folder / f"{name}.whl").write_text(name)
        digest = hashlib.sha256(name.encode()).hexdigest()
        packages[name] = {"depends": depends.get(name, []), "file_name": f"{name}.whl", "sha256": digest}
    for name in CORE:
        (folder / name).write_text(name)
    lock = {"info": {"version": "0.27.7"}, "packages": packages}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return folder.parent


@pytest.mark.parametrize("kind", ["folder", "tar", "zip", "URL"])
def test_what_is_needed_of_a_distribution_is_taken_and_no_more(distribution, tmp_path, kind):
    where = str(distribution)
    if kind in ("tar", "URL"):
        where = str(tmp_path / "pyodide.tar.bz2")
        with tarfile.open(where, "w:bz2") as archive:
            archive.add(distribution / "pyodide", "pyodide")
    if kind == "zip":
        where = shutil.make_archive(str(tmp_path / "pyodide"), "zip", distribution)
    if kind == "URL":
        with served(tmp_path) as top:
            copy_distribution(f"{top}/pyodide.tar.bz2", tmp_path / "into")
    else:
        copy_distribution(where, tmp_path / "into")
    there = {path.name for path in (tmp_path / "into").iterdir()}
    assert there == {"pyodide-lock.json", *CORE, "open-blas.whl", *(f"{name}.whl" for name in PACKAGES)}


@contextmanager
def served(folder):
    """Serve a folder's files; yield the address."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda folder, lock: lock["info"].update(version="0.28.1"), "holds Pyodide 0.28.1; wanted 0.27"),
        (lambda folder, lock: lock["packages"].pop("pillow"), "has no package pillow, which gdlab needs"),
        (lambda folder, lock: (folder / "numpy.whl").write_text("nump"), "numpy.whl in .* is damaged"),
        (lambda folder, lock: (folder / "numpy.whl").unlink(), "lacks numpy.whl; wanted a whole Pyodide"),
        (lambda folder, lock: (folder / "pyodide.asm.wasm").unlink(), "lacks pyodide.asm.wasm; wanted a whole"),
    ],
)
def test_a_distribution_that_would_fail_in_the_browser_is_refused(distribution, tmp_path, break_it, words):
    path = distribution / "pyodide" / "pyodide-lock.json"
    lock = json.loads(path.read_text())
    break_it(path.parent, lock)
    path.write_text(json.dumps(lock))
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        copy_distribution(str(distribution), tmp_path / "into")


def test_what_is_no_distribution_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no pyodide-lock.json in .*; wanted a Pyodide distribution"):
        copy_distribution(str(tmp_path), tmp_path / "into")
    with pytest.raises(FileNotFoundError, match=r"there is no .*gone; wanted a folder, an archive or the URL"):
        copy_distribution(str(tmp_path / "gone"), tmp_path / "into")
    (tmp_path / "letter.txt").write_text("Dear reader")
    with pytest.raises(ValueError, match=r"letter.txt is no archive; wanted a tar or zip file"):
        copy_distribution(str(tmp_path / "letter.txt"), tmp_path / "into")


@pytest.mark.parametrize("kind", ["tar.bz2", "tar.xz", "zip"])
def test_an_archive_that_was_not_loaded_to_its_end_is_refused(distribution, tmp_path, kind):
    packed = shutil.make_archive(
        str(tmp_path / "packed"), {"tar.bz2": "bztar", "tar.xz": "xztar"}.get(kind, kind), distribution
    )
    content = bytearray(Path(packed).read_bytes())
    if kind == "zip":
        content[len(content) // 3] ^= 255  # the list at its end is there, and a file is not what it says
    broken = tmp_path / f"broken.{kind}"
    broken.write_bytes(content if kind == "zip" else content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"broken.* is (damaged|no archive)"):
        copy_distribution(str(broken), tmp_path / "into")


def test_what_a_package_depends_on_is_found_at_any_depth():
    packages = {name: {"depends": [], "file_name": name, "sha256": ""} for name in (*PACKAGES, "a", "b-c", "d")}
    packages["numpy"]["depends"] = ["a"]
    packages["a"]["depends"] = ["b_c", "numpy"]
    assert set(needed(packages)) == {*PACKAGES, "a", "b-c"}


def test_wheels_hold_gdlab_and_what_it_needs_and_are_the_same_each_time(tmp_path):
    names = wheels.write_wheels(tmp_path / "one")
    assert {name.split("-")[0] for name in names} >= {"gdlab", "ipywidgets", "comm", "anywidget"}
    assert not {name.split("-")[0] for name in names} & {"numpy", "matplotlib", "pillow", "widgetsnbextension"}
    assert wheels.write_wheels(tmp_path / "two") == names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        wheel = zipfile.ZipFile(tmp_path / "one" / name)
        inside = wheel.namelist()
        (about,) = (file for file in inside if file.endswith(".dist-info/METADATA"))
        assert re.search(rb"^Name: \w", wheel.read(about), re.MULTILINE), "Pyodide will not start with this wheel"
        assert not [file for file in inside if file.endswith((".so", ".pyd", ".pyc"))]
        assert [file.rsplit("/", 1)[1] for file in inside if ".dist-info/" in file] == ["METADATA", "WHEEL", "RECORD"]
    own = zipfile.ZipFile(tmp_path / "one" / names[0]).namelist()
    assert {"gdlab/lessons/start_here/predictions.toml", "gdlab/data/penguins.csv"} < set(own)
    assert not [file for file in own if file.startswith(("gdlab/course", "gdlab/site", "gdlab/command"))]


def test_a_package_that_is_not_pure_python_is_refused(tmp_path):
    (tmp_path / "fast-1.0.dist-info").mkdir()
    (tmp_path / "fast-1.0.dist-info" / "METADATA").write_text("Name: fast\nVersion: 1.0\n")
    (tmp_path / "fast-1.0.dist-info" / "RECORD").write_text("fast/core.cpython-312-x86_64-linux-gnu.so,,\n")
    (tmp_path / "fast").mkdir()
    (tmp_path / "fast" / "core.cpython-312-x86_64-linux-gnu.so").touch()
    package = Distribution.at(tmp_path / "fast-1.0.dist-info")
    with pytest.raises(ValueError, match=r"fast has fast/core.* without its Python source; wanted pure Python"):
        wheels._installed_files(package)
    (tmp_path / "fast" / "core.py").touch()
    assert wheels._installed_files(package) == {}


def test_nothing_is_overwritten_that_was_not_made_here(tmp_path, capsys):
    site = tmp_path / "site"
    site.mkdir()
    (site / "thesis.tex").write_text("mine")
    assert main(["site", str(site)]) == 1
    assert "holds thesis.tex, which gdlab site has not made; wanted a folder that is new" in capsys.readouterr().err
    (site / make.MARK).write_text(json.dumps([make.MARK, "index.html"]))  # an earlier site, and something put into it
    assert main(["site", str(site)]) == 1
    assert [path.name for path in sorted(site.iterdir())] == [make.MARK, "thesis.tex"]
    assert main(["site", str(site / "thesis.tex")]) == 1
    assert "is a file; wanted a folder" in capsys.readouterr().err


def test_a_courses_released_notebooks_are_taken_as_they_are(tmp_path):
    course = tmp_path / "monday"
    course.mkdir()
    with pytest.raises(FileNotFoundError, match=r"has no released notebooks; .*nbgrader generate_assignment --all"):
        make.released_notebooks([str(course)])
    for name in ("03_bend_the_neuron", "01_fit_a_line"):
        (course / "release" / name).mkdir(parents=True)
        (course / "release" / name / f"{name}.ipynb").write_text("{}")
    assert [path.stem for path in make.released_notebooks([str(course)])] == ["01_fit_a_line", "03_bend_the_neuron"]
    assert make.released_notebooks(["03", "1"]) == chosen_notebooks(["01", "03"])


def test_what_is_missing_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(make.importlib.util, "find_spec", lambda name: None)
    assert main(["site", str(tmp_path / "site")]) == 1
    assert "a site needs jupyterlite_core, which is not installed: pip install 'gdlab[site]'" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_a_site_is_made_again_in_its_place(tmp_path, capsys, monkeypatch):
    """Made twice, the second time of other notebooks: nothing of the first is left."""
    site = tmp_path / "site"
    assert main(["site", str(site)]) == 0
    assert f"Made a site in {site}: {', '.join(LESSONS)}." in capsys.readouterr().out
    assert sorted(path.name for path in (site / "files").iterdir()) == [path.name for path in chosen_notebooks()]
    for path in chosen_notebooks():
        assert (site / "files" / path.name).read_bytes() == path.read_bytes()
    assert not (site / "static" / "pyodide").exists()
    monkeypatch.chdir(site)  # whoever stands in it still does
    assert main(["site", ".", "--notebooks", "03"]) == 0
    assert Path("index.html").exists()
    assert [path.name for path in (site / "files").iterdir()] == ["03_bend_the_neuron.ipynb"]
    lesson = (site / "files" / "03_bend_the_neuron.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"\]\((?!03)\d\d_\w+\.ipynb", lesson)
    words = (site / "index.html").read_text(encoding="utf-8")
    assert words.count('<a href="notebooks/index.html?path=') == 1
    assert "What changes with a nonlinear activation?" in words
    told = json.loads((site / "jupyter-lite.json").read_text())["jupyter-config-data"]
    extensions = {extension["name"] for extension in told["federated_extensions"]}
    assert extensions == {"gdlab-site", "anywidget", "@jupyter-widgets/jupyterlab-manager", _KERNEL}
    assert "pyodideUrl" not in told["litePluginSettings"][f"{_KERNEL}:kernel"]


_KERNEL = "@jupyterlite/pyodide-kernel-extension"


def test_the_glossary_is_a_page_whose_links_lead_into_the_site_and_to_whose_words_lessons_can_link():
    names = ["03_bend_the_neuron", "06_give_hidden_units_credit"]
    entries = page._entries(names)
    places = {f"notebooks/index.html?path={name}.ipynb" for name in names}
    assert set(re.findall(r'href="([^"]+)"', entries)) == places
    everything = "".join(path.read_text(encoding="utf-8") for path in chosen_notebooks())
    words = set(re.findall(r"\(glossary\.md#([^)]+)\)", everything))
    assert words
    assert words <= {unquote(word) for word in re.findall(r'<h2 id="([^"]+)"', entries)}  # as a browser looks for it


def test_a_notebook_that_is_no_lesson_has_its_name_alone():
    assert "<p></p>" in page._row("20_my_own")
    assert "20 my own" in page._row("20_my_own")
    assert "minutes" in page._row(next(iter(LESSONS)))
