"""For instructors: make an nbgrader course of the notebooks, grade it, and print links that open a notebook.

`command` is the program ``gdlab``; `make` writes a course; `grading` is what its ``nbgrader_config.py`` loads to make
marks hold; `links` writes addresses for Binder and JupyterHub. Nothing here is loaded by ``import gdlab``, and nbgrader
by `grading` alone.
"""
