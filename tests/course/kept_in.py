"""What this system can keep a cell from."""

import subprocess
import sys

from gdlab.course import fence

_REFUSE = "from gdlab.course.system_calls import restrict_calls; raise SystemExit(not restrict_calls())"
CALLS_ARE_REFUSED = subprocess.run([sys.executable, "-c", _REFUSE], check=False).returncode == 0
"""Whether calls can be refused: the machine is a known one, and the system lets a process do it."""
SIGNALS_TOO = fence.version() >= 6 and CALLS_ARE_REFUSED
