"""One report in three editions: whole, for the client, and the methods apart."""

from dataclasses import replace
from enum import StrEnum

from entrain.report.document import Document, Section

DECISIONS = "What the program decided, and why"
NOTES = "Notes of the practice"
_NOT_FOR_CLIENTS = frozenset({DECISIONS, NOTES, "Coherence score"})


class Edition(StrEnum):
    """For whom a report is written."""

    WHOLE = "whole"
    CLIENT = "client"  # what it was like, without how it was reckoned, and without what was noted
    METHODS = "methods"  # only how it was reckoned


def edited(document: Document, edition: Edition) -> Document:
    """The parts of a report that belong to this edition of it."""
    match edition:
        case Edition.WHOLE:
            return document
        case Edition.CLIENT:
            kept = tuple(each for each in document.sections if each.title not in _NOT_FOR_CLIENTS)
            return replace(document, sections=kept, small_print=Section("", ()), attachments=())
        case Edition.METHODS:
            decided = tuple(each for each in document.sections if each.title == DECISIONS)
            return replace(document, title=f"Methods: {document.title}", lead=(), sections=decided)
