"""The rehearsal reads repo2docker's plan rightly, and does not begin where `binder/` is not in it."""

import json
import re

import pytest
from packaging.requirements import Requirement

from tests.binder import lock, plan
from tests.binder.workshop import TOP, megabytes, python_of, run
from tests.notebooks.refresh import stored

PLAN = """Building conda environment for python=3.12
FROM buildpack-deps
RUN apt-get -qq update && \\
    apt-get -qq install less
COPY --chown=0:0 build_script_files/-2fvenv-2fconda-2fenvironment-2epy-2d3-2e12-2dlinux-2d64-2elock-8ace6a /tmp/env/lock
COPY --chown=0:0 src/binder/requirements.txt ${REPO_DIR}/binder/requirements.txt
USER ${NB_USER}
RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"
USER root
COPY --chown=0:0 src/ ${REPO_DIR}/
USER ${NB_USER}
RUN chmod +x binder/postBuild
RUN ./binder/postBuild
CMD ["jupyter", "notebook", "--ip", "0.0.0.0"]
"""
HOST = "https://conda.example/conda-forge"
LOCK = f"""@EXPLICIT
{HOST}/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2#d7c89558ba9fa0495403155b64376d81
{HOST}/noarch/tzdata-2025b-h78e105d_0.conda#4222072737ccff51314b5ece9c7d6f5a
{HOST}/linux-64/python-3.12.12-hfe2f287_0_cpython.conda#4222072737ccff51314b5ece9c7d6f5a
{HOST}/noarch/python-fastjsonschema-2.21.2-pyhe01879c_0.conda#4222072737ccff51314b5ece9c7d6f5a
{HOST}/linux-64/pyzmq-27.1.0-py312hfb55c3c_0.conda#4222072737ccff51314b5ece9c7d6f5a
{HOST}/noarch/ipywidgets-8.1.7-pyhd8ed1ab_0.conda#4222072737ccff51314b5ece9c7d6f5a
"""
ASKED = """channels:
- conda-forge
dependencies:
- python=3.12.*
- pip
- ipywidgets==8.*   # the widgets
- jupyterhub-singleuser==5.*
"""


@pytest.fixture
def environments(tmp_path):
    for version in ("3.11", "3.12"):
        (tmp_path / f"environment.py-{version}-linux-64.lock").write_text(LOCK)
        (tmp_path / f"environment.py-{version}.yml").write_text(ASKED)
    return tmp_path


def test_a_plan_is_read_for_its_python_its_base_and_the_steps_of_the_user(environments):
    assert plan.read(PLAN, environments) == plan.Plan(
        python="3.12",
        install=['${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"'],
        post_build=["chmod +x binder/postBuild", "./binder/postBuild"],
        base=["fastjsonschema==2.21.2", "ipywidgets==8.1.7", "pyzmq==27.1.0"],
        asked=["ipywidgets", "jupyterhub"],
    )


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        (r"RUN \$.*\n", "does not use binder/requirements.txt"),
        (r"RUN \./.*\nCMD|RUN chmod.*\n", "does not use binder/postBuild"),
        (r"Building.*\n", "names no Python"),
        (r"COPY .*lock\n", "copies 0 of the environments"),
    ],
)
def test_a_plan_that_leaves_something_out_is_refused(environments, gone, message):
    with pytest.raises(ValueError, match=message):
        plan.read(re.sub(gone, "", PLAN), environments)


def test_the_lock_pins_everything_and_names_the_command_that_made_it():
    text = (TOP / lock.FILE).read_text(encoding="utf-8")
    assert f"#    {lock.COMMAND}\n" in text
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert {"numpy", "matplotlib", "ipywidgets", "pillow", "jupyterlab"} <= {line.split("==")[0] for line in lines}
    assert not {"nbgrader", "pytest", "playwright", "torch"} & {line.split("==")[0] for line in lines}


def test_the_images_version_is_kept_unless_gdlab_excludes_it():
    base = ["ipykernel==7.0.1", "ipywidgets==8.1.7", "tornado==6.5.2"]
    needs = [Requirement("ipykernel>=6.29, !=7.0.*"), Requirement("ipywidgets>=8.1"), Requirement("numpy")]
    assert lock.kept(base, needs) == ["ipywidgets==8.1.7", "tornado==6.5.2"]


def test_the_lock_goes_with_what_learners_need():
    lines = (TOP / lock.FILE).read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line and not line.lstrip().startswith("#"))
    assert [need.name for need in lock.needs(TOP) if pins[need.name] not in need.specifier] == []


def test_the_python_is_one_that_gdlab_takes_and_the_lock_is_for():
    (version,) = re.findall(r"python-(\d\.\d+)", (TOP / "binder" / "runtime.txt").read_text())
    assert f"with Python {version}\n" in (TOP / lock.FILE).read_text(encoding="utf-8")
    (oldest,) = re.findall(r'requires-python = ">=3\.(\d+)"', (TOP / "pyproject.toml").read_text())
    assert int(version.split(".")[1]) >= int(oldest)


def test_a_command_that_fails_says_what_it_said():
    with pytest.raises(RuntimeError, match=r"`echo no; exit 3` failed with 3:\nno"):
        run("echo no; exit 3")


def test_a_folder_weighs_what_is_in_it(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"x" * 300_000)
    assert 0.3 <= megabytes(tmp_path) < 0.32


def test_where_a_python_is_missing_the_one_at_hand_is_taken():
    assert run([python_of("2.0"), "-c", "print('here')"]) == "here\n"


def test_every_notebook_names_the_kernel_that_binder_has():
    assert {json.loads(path.read_text())["metadata"]["kernelspec"]["name"] for path in stored()} == {"python3"}
