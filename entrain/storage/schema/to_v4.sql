-- From schema version 3 to 4: a record for each person. Nothing that was there changes.
--
-- '' is whoever sits here alone and was never named. `body` is JSON; docs/log.md tells its fields.

CREATE TABLE person (
    pseudonym TEXT PRIMARY KEY NOT NULL,
    body      TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW resonance AS
SELECT pseudonym,
       json_extract(value, '$.per_min')      AS per_min,
       json_extract(value, '$.confidence')   AS confidence,
       json_extract(value, '$.measured_utc') AS measured_utc,
       json_extract(value, '$.session')      AS session_uuid
FROM person, json_each(body, '$.resonances');

CREATE VIEW consent AS
SELECT pseudonym,
       json_extract(value, '$.version')       AS version,
       json_extract(value, '$.sha256')        AS sha256,
       json_extract(value, '$.given_utc')     AS given_utc,
       json_extract(value, '$.withdrawn_utc') AS withdrawn_utc,
       json_extract(value, '$.text')          AS text
FROM person, json_each(body, '$.consents');
