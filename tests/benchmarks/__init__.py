"""How fast, how large, for how many: ``python -m tests.benchmarks``. See README.md beside this file."""
