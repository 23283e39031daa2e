"""Verification: does the program do what the specification says? Each check holds a run against theory."""

from experiments.verification import closed_forms, conservation, extremes, twin
from experiments.verification.check import Check

#: All checks, by name, in the order in which they are read.
CHECKS: dict[str, Check] = {
    check.name: check
    for room in (closed_forms, conservation, extremes, twin)
    for check in room.CHECKS
}  # fmt: skip
