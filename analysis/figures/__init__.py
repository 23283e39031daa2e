"""Figures: one a file, named as the statistic that it shows."""

import contextlib
import os
import sys

if "matplotlib" not in sys.modules:
    # A backend that is not there, such as that of a notebook which started this, would keep it from loading;
    # figures are written to files, and need none.
    backend = os.environ.pop("MPLBACKEND", None)
    import matplotlib

    if backend is not None:
        os.environ["MPLBACKEND"] = backend
        with contextlib.suppress(ValueError):
            matplotlib.rcParams["backend"] = backend
