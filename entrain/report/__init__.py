"""Reports: what a session or a course of them came to, as a document one can hand on."""
