"""Explorers: pictures that answer when a control is moved. One module each, over one base (`explorer`)."""
