"""The model once more, in plain Mesa objects: what to read first, and what the rules in `model/` are held to.

Read `model.py` for the month, then the file of the noun you want to know about. Sections in the docstrings
("ODD 4.5") are those of `model/ODD.md`.
"""

from .model import ReferenceModel

__all__ = ["ReferenceModel"]
