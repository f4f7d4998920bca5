"""What Binder would do with this repository, rehearsed on one machine: see `__main__` and README.md beside this."""
