-- From schema version 1 to 2: whose session it is. Nothing that was there changes.

ALTER TABLE session ADD COLUMN person TEXT NOT NULL DEFAULT '';

DROP VIEW overview;

CREATE VIEW overview AS
SELECT id, uuid, started_utc, ended_utc, origin_epoch_s, end_epoch_s, person, preset, seed, end_reason, note,
       summary IS NOT NULL AS finished,
       json_extract(summary, '$.completed') AS completed,
       coalesce((SELECT seq + 1 FROM event WHERE session_id = session.id ORDER BY seq DESC LIMIT 1), 0) AS n_events,
       coalesce((SELECT t_s FROM event WHERE session_id = session.id ORDER BY seq DESC LIMIT 1), 0.0) AS last_t_s
FROM session;
