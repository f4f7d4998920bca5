"""How remarks say what a submission chose: names of files, and what stands in them."""

import unicodedata


def printable(text: str) -> str:
    """Return text that can be written anywhere."""
    return text.encode("utf-8", "replace").decode("utf-8")


def composed(text: str) -> str:
    """Return text with letters as keyboards write them: macOS writes ü in names of files as u and a mark."""
    return unicodedata.normalize("NFC", printable(text))


def quoted(text: str) -> str:
    """Return what a submission chose as it stands in remarks: in quotation marks, on one line, cut to 60 characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in printable(text)).replace('"', "'").split())
    return f'"{plain if len(plain) <= 60 else plain[:29] + "…" + plain[-30:]}"'
