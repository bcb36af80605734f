-- From schema version 4 to 5: reasons are codes with their figures. Nothing that was there changes.
--
-- `reason` is the code or, of a session before, the sentence that was stored then; docs/log.md tells the codes.
-- Of a group, `heart_pulse` has each heart's own pulse.

DROP VIEW segment;
DROP VIEW rejected;
DROP VIEW phase;
DROP VIEW decision;

CREATE VIEW segment AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')   AS strap,
       json_extract(body, '$.segment') AS segment,
       coalesce(nullif(json_extract(body, '$.reason.text'), ''),
                json_extract(body, '$.reason.code'), json_extract(body, '$.reason')) AS reason
FROM effect WHERE kind = 'SegmentBegan';

CREATE VIEW rejected AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')  AS strap,
       coalesce(nullif(json_extract(body, '$.reason.text'), ''),
                json_extract(body, '$.reason.code'), json_extract(body, '$.reason')) AS reason
FROM effect WHERE kind = 'PayloadRejected';

CREATE VIEW phase AS
SELECT session_id, seq, t_s,
       lead(t_s) OVER (PARTITION BY session_id ORDER BY seq) AS until_s,
       json_extract(body, '$.phase')  AS phase,
       coalesce(nullif(json_extract(body, '$.reason.text'), ''),
                json_extract(body, '$.reason.code'), json_extract(body, '$.reason')) AS reason
FROM effect WHERE kind = 'PhaseBegan';

CREATE VIEW decision AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.what')   AS what,
       json_extract(body, '$.author') AS author,
       json_extract(body, '$.before') AS before,
       json_extract(body, '$.after')  AS after,
       coalesce(nullif(json_extract(body, '$.reason.text'), ''),
                json_extract(body, '$.reason.code'), json_extract(body, '$.reason')) AS reason,
       json_extract(body, '$.inputs') AS inputs,
       json_extract(body, '$.reason.figures') AS figures,
       json_extract(body, '$.reason.bound')   AS bound,
       json_extract(body, '$.reason.whose')   AS whose
FROM effect WHERE kind = 'Decided';

CREATE VIEW heart_pulse AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')    AS strap,
       json_extract(body, '$.bpm')      AS bpm,
       json_extract(body, '$.age_s')    AS age_s,
       json_extract(body, '$.source')   AS source,
       json_extract(body, '$.rmssd_ms') AS rmssd_ms
FROM effect WHERE kind = 'HeartMeasured';

CREATE VIEW doubt AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap') AS strap,
       json_extract(body, '$.doubt') AS doubt
FROM effect WHERE kind = 'HeartDoubted';

CREATE VIEW reported_interval AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')    AS strap,
       json_extract(body, '$.beat_t_s') AS beat_t_s,
       json_extract(body, '$.rr_ms')    AS rr_ms
FROM event WHERE kind = 'IntervalReported';
