"""A static site in which the lessons run in the reader's browser: JupyterLite, with Python compiled for it by Pyodide.

A site is files. `make` puts them together: the page that is opened first (`page`), JupyterLab's pages, the notebooks,
gdlab and what it needs as wheels (`wheels`) and, if wanted, Python itself (`distribution`). All addresses are
relative to the site's own, so that it works in any folder of any web server. ``page_code/`` holds what a notebook's
page says while Python starts.
"""
