"""Reasons as sentences: the one way from a code and its figures to what people read."""

from collections.abc import Mapping
from typing import Final

from entrain.reason import Code, Reason, parsed
from entrain.wording import english

_ALONE: Final = " (1 of 1)"  # nobody wants to be told the only one's number
Names = Mapping[str, str]
"""What each heart's person is called; who is not in it is called by the heart's own name."""


def said(reason: Reason, names: Names | None = None) -> str:
    """The sentence, without a capital and a full stop. Of a group it begins with whose reason it is."""
    sentence = reason.text if reason.code is Code.AS_TOLD else _filled(reason.code, reason.values)
    if reason.bound is not None:
        sentence = f"{sentence}: {_filled(reason.bound, reason.values)}"
    if reason.whose is None:
        return sentence
    who = (names or {}).get(reason.whose) or reason.whose
    return english.OF_SOMEBODY.format(who=who, sentence=sentence)


def sentence(reason: Reason, names: Names | None = None) -> str:
    """The same as a sentence of its own."""
    text = said(reason, names).removesuffix(".")
    return f"{text[:1].upper()}{text[1:]}."


def end_said(end_reason: str | None) -> str:
    """Of how a session ended, as its row in the store has it; empty where nothing is known."""
    return said(parsed(end_reason)) if end_reason else ""


def _filled(code: Code, figures: Mapping[str, float]) -> str:
    return english.REASONS[code].format_map(figures).removesuffix(_ALONE)
