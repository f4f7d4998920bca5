"""Addresses that open a notebook: on the site of the repository, on Binder, on a JupyterHub by nbgitpuller, on Colab.

Binder knows some hosts by a short name (``gh``, ``gl``, ``gist``); any other repository that can be read by https goes
by its whole address. Pages (which `gdlab site` and the workflow ``site`` fill) and Colab are GitHub's alone here.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from gdlab.notebooks import chosen_notebooks

BINDER = "https://mybinder.org"
HUB = "https://YOUR-HUB"
_SSH = re.compile(r"(?:ssh://)?(?:[\w.-]+@)?(?P<host>[\w.-]+)(?::\d+/|[:/])/?(?P<path>.+)")


@dataclass(frozen=True)
class Repository:
    """Where a repository can be read: its host, its path on it, and a branch."""

    host: str
    path: str
    branch: str

    @property
    def address(self) -> str:
        return f"https://{self.host}/{self.path}"

    @property
    def binder_name(self) -> str:
        """What stands for the repository in a Binder address."""
        if self.host == "github.com":
            return f"gh/{self.path}"
        if self.host == "gist.github.com" and "/" in self.path:
            return f"gist/{self.path}"
        if self.host == "gitlab.com":
            return f"gl/{quote(self.path, safe='')}"
        return f"git/{quote(self.address, safe='')}"


def repository(remote: str, branch: str) -> Repository:
    """Return the repository at a remote's address, as git has it (https, ssh, or ``git@host:path``).

    Raises
    ------
    ValueError
        If others cannot read from such an address.
    """
    web = re.fullmatch(r"(?:https?|git)://(?:[^@/]*@)?(?P<host>[^/]+)/(?P<path>.+)", remote)
    match = web or (None if "://" in remote and not remote.startswith("ssh:") else _SSH.fullmatch(remote))
    path = match["path"].strip("/").removesuffix(".git") if match else ""
    if not path or "." not in match["host"] or remote.startswith((".", "/")):
        raise ValueError(
            f"the repository's address is {remote!r}; wanted one that others can read, as https://host/path"
        )
    return Repository(match["host"], path, branch)


def repository_here(folder: Path, branch: str | None = None) -> tuple[Repository, Path]:
    """Return the repository that a folder belongs to, and its uppermost folder.

    Parameters
    ----------
    folder
        Anywhere in a checkout.
    branch
        By default the branch that is checked out, by the name that it has on the remote.

    Raises
    ------
    ValueError
        If the folder is not in a git repository, or the repository has no remote that others can read.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if not top:
        raise ValueError(f"{folder} is not in a git repository; wanted a checkout of the notebooks' repository")
    upstream = _git(folder, "rev-parse", "--abbrev-ref", "@{upstream}")
    remotes = _git(folder, "remote").splitlines()
    if not remotes:
        raise ValueError("the repository has no remote; wanted one: git remote add origin https://host/path")
    remote = next((name for name in remotes if upstream.startswith(f"{name}/")), None)
    remote = remote or ("origin" if "origin" in remotes else remotes[0])
    here = upstream.removeprefix(f"{remote}/") or _git(folder, "symbolic-ref", "--short", "HEAD") or "HEAD"
    return repository(_git(folder, "remote", "get-url", remote), branch or here), Path(top)


def _git(folder: Path, *arguments: str) -> str:
    """Return what git prints; nothing if it fails."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def binder_link(where: Repository, notebook: str, binder: str = BINDER) -> str:
    """Return the address at which Binder builds the repository and opens a notebook, given by its path in it."""
    ref = quote(where.branch, safe="/" if where.host == "github.com" else "")
    return f"{binder.rstrip('/')}/v2/{where.binder_name}/{ref}?urlpath={quote(f'lab/tree/{notebook}')}"


def badge(where: Repository, notebook: str, binder: str = BINDER) -> str:
    """Return the Markdown of Binder's badge with this link."""
    return f"[![Binder]({binder.rstrip('/')}/badge_logo.svg)]({binder_link(where, notebook, binder)})"


def hub_link(where: Repository, notebook: str, hub: str = HUB) -> str:
    """Return the address at which nbgitpuller on a JupyterHub fetches the repository and opens a notebook."""
    folder = where.path.rsplit("/", 1)[-1]
    asked = {"repo": where.address, "branch": where.branch, "urlpath": f"lab/tree/{folder}/{notebook}"}
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(asked)}"


def site_link(where: Repository, notebook: str) -> str:
    """Return the address of a notebook on the GitHub Pages of a GitHub repository."""
    owner, _, name = where.path.lower().partition("/")
    home = f"{owner}.github.io"
    place = "" if name == home else f"{where.path.split('/', 1)[1]}/"
    return f"https://{home}/{place}notebooks/index.html?path={quote(notebook.rsplit('/', 1)[-1])}"


def colab_link(where: Repository, notebook: str) -> str:
    """Return the address at which Colab opens a notebook of a GitHub repository."""
    return f"https://colab.research.google.com/github/{where.path}/blob/{quote(where.branch)}/{quote(notebook)}"


def colab_line(where: Repository) -> str:
    """Return what to run in a first cell on Colab, which has no gdlab."""
    return f"%pip install -q git+{where.address}@{where.branch}"


def links(folder: Path, notebook: str = "00", hub: str = HUB, branch: str | None = None, binder: str = BINDER) -> str:
    """Return the badge and the links for a notebook of the repository that a folder belongs to, as text to copy."""
    for what, address in (("hub", hub), ("binder", binder)):
        if not re.match(r"https?://\S", address):
            raise ValueError(f"the {what}'s address is {address!r}; wanted one that begins with https://")
    where, top = repository_here(folder, branch)
    path = chosen_notebooks([notebook], top / "notebooks")[0].relative_to(top).as_posix()
    found = {
        "Binder": binder_link(where, path, binder),
        "Binder's badge, for a README": badge(where, path, binder),
        "JupyterHub with nbgitpuller": hub_link(where, path, hub),
    }
    if where.host == "github.com":
        found = {
            "Site, with Python in the reader's browser (GitHub Pages)": site_link(where, path),
            **found,
            "Colab": colab_link(where, path),
            "Colab's first cell, which installs gdlab": colab_line(where),
        }
    return "\n\n".join(f"{title}:\n{link}" for title, link in found.items())
