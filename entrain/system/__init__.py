"""Everything in which operating systems differ, and nothing else: one small module for each difference.

`host` says where we run, `ticking` counts time, `signals` end a session, `locks` tell who holds a file,
`files` are private and take another's place whole, `processes` begin beside us, `priority` puts sound first,
`console` copes with any terminal, `opening` shows a document. Linux is what all of it is tested on; what is
said of macOS and Windows is from their documentation, and tested here only as far as it can be imitated.
"""
