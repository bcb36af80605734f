-- From schema version 3 to 4: a record for each person. Nothing that was there changes.
--
-- '' is whoever sits here alone and was never named. `body` is JSON; docs/log.md tells its fields.

CREATE TABLE person (
    pseudonym TEXT PRIMARY KEY NOT NULL,
    body      TEXT NOT NULL
) WITHOUT ROWID;
