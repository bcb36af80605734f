"""The safety notice: as pages of the app, and as lines for those who never see the screen.

Whoever has read a version of it is not shown that one again; a change of what it says is a new version.
"""

from typing import Final

VERSION: Final = "1"

PAGES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "What this is, and what it is not",
        (
            "A beat a little slower than your pulse, and a breath that follows it down. It is made for "
            "winding down at a desk.",
            "It is not a medical device. It finds no illness, treats none, and takes the place of no doctor.",
            "Slow breathing is what does the work here; the beat carries it. Some people notice much, some "
            "nothing at all. Both are normal.",
        ),
    ),
    (
        "Before you begin",
        (
            "Ask a doctor first if you have an irregular heartbeat, a pacemaker or an ICD, if you faint or "
            "have low blood pressure, with severe lung disease, in pregnancy, or if panic makes you breathe "
            "too much.",
            "Never while driving or where you must stay alert.",
            "Breathe gently, not deeply. If you feel dizzy, tingling or unwell, stop and breathe as you "
            "like. One key stops at any time: q.",
        ),
    ),
    (
        "The sensor",
        (
            "Any chest strap or armband with the standard heart-rate service will do. Moisten the electrodes "
            "and wear it snugly.",
            "The numbers come from a fitness sensor and may be wrong. They are for your own interest, not "
            "for any decision about your health.",
            "What is recorded stays on this computer.",
        ),
    ),
)

LINES: Final = """\
entrain is a wellness and research tool, not a medical device. Ask a doctor first if you have an irregular
heartbeat, a pacemaker or an ICD, if you faint or have low blood pressure, with severe lung disease, in
pregnancy, or if panic makes you breathe too much. Never while driving. Breathe gently, not deeply; stop when
you feel dizzy. Ctrl-C stops at any time. (This is said once.)
"""
