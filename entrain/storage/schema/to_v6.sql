-- From schema version 5 to 6: what straps, streams, the sound and the log say is a topic with its values.
-- Nothing that was there changes.
--
-- `detail` is the topic or, of a session before, the sentence that was stored then; `advice` is of those alone.
-- `figures` and `words` are JSON pairs: numbers, and texts by others than entrain.

DROP VIEW link;
DROP VIEW sound;
DROP VIEW sensor;
DROP VIEW log_fault;

CREATE VIEW link AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap') AS strap,
       json_extract(body, '$.link')  AS link,
       coalesce(nullif(json_extract(body, '$.remark.text'), ''), json_extract(body, '$.remark.topic'),
                json_extract(body, '$.detail'), '') AS detail,
       coalesce(json_extract(body, '$.remark.advice'), json_extract(body, '$.advice'), '') AS advice,
       json_extract(body, '$.remark.figures') AS figures,
       json_extract(body, '$.remark.words')   AS words
FROM event WHERE kind = 'LinkChanged';

CREATE VIEW sound AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.sound')  AS sound,
       json_extract(body, '$.device') AS device,
       coalesce(nullif(json_extract(body, '$.remark.text'), ''), json_extract(body, '$.remark.topic'),
                json_extract(body, '$.detail'), '') AS detail,
       coalesce(json_extract(body, '$.remark.advice'), json_extract(body, '$.advice'), '') AS advice,
       json_extract(body, '$.gap_s')  AS gap_s,
       json_extract(body, '$.remark.figures') AS figures,
       json_extract(body, '$.remark.words')   AS words
FROM event WHERE kind = 'SoundChanged';

CREATE VIEW sensor AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')   AS strap,
       json_extract(body, '$.sensor')  AS sensor,
       json_extract(body, '$.state')   AS state,
       coalesce(nullif(json_extract(body, '$.remark.text'), ''), json_extract(body, '$.remark.topic'),
                json_extract(body, '$.detail'), '') AS detail,
       coalesce(json_extract(body, '$.remark.advice'), json_extract(body, '$.advice'), '') AS advice,
       json_extract(body, '$.rate_hz') AS rate_hz,
       json_extract(body, '$.factor')  AS factor,
       json_extract(body, '$.remark.figures') AS figures,
       json_extract(body, '$.remark.words')   AS words
FROM event WHERE kind = 'SensorChanged';

CREATE VIEW log_fault AS
SELECT session_id, seq, t_s,
       coalesce(nullif(json_extract(body, '$.remark.text'), ''), json_extract(body, '$.remark.topic'),
                json_extract(body, '$.fault'), '') AS fault,
       coalesce(json_extract(body, '$.remark.advice'), json_extract(body, '$.advice'), '') AS advice,
       json_extract(body, '$.remark.figures') AS figures,
       json_extract(body, '$.remark.words')   AS words
FROM event WHERE kind = 'LogChanged';
