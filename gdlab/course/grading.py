"""What makes marks hold: settings and parts of nbgrader that a course's ``nbgrader_config.py`` loads."""

import os
import sys
from pathlib import Path

from traitlets.config import Config


def configure(c: Config) -> None:
    """Set nbgrader's configuration `c` so that marks hold."""
    # nbgrader starts `alembic` by its name, which is found only if the environment is activated
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    c.OverwriteCells.add_missing_cells = True
