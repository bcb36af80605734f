"""Reports: what a session or a course of them came to, as a document one can hand on."""

from entrain.report.writing import KINDS, write

__all__ = ["KINDS", "write"]
