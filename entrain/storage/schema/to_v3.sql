-- From schema version 2 to 3: the measurement streams of a strap. Nothing that was there changes.

CREATE VIEW sensor AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')   AS strap,
       json_extract(body, '$.sensor')  AS sensor,
       json_extract(body, '$.state')   AS state,
       json_extract(body, '$.detail')  AS detail,
       json_extract(body, '$.advice')  AS advice,
       json_extract(body, '$.rate_hz') AS rate_hz,
       json_extract(body, '$.factor')  AS factor
FROM event WHERE kind = 'SensorChanged';

-- A row for each notification of a stream, in the order of arrival.
CREATE VIEW sensor_frame AS
SELECT event.session_id, event.seq, arrived.key AS n,
       json_extract(event.body, '$.strap')  AS strap,
       json_extract(event.body, '$.sensor') AS sensor,
       arrived.value AS arrived_t_s,
       json_extract(event.body, '$.frames[' || arrived.key || ']') AS frame_hex
FROM event, json_each(event.body, '$.arrived_s') AS arrived
WHERE event.kind = 'SensorFrames';

DROP VIEW own_breath;

CREATE VIEW own_breath AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')        AS strap,
       json_extract(body, '$.rate_per_min') AS rate_per_min,
       json_extract(body, '$.rsa_ms')       AS rsa_ms,
       json_extract(body, '$.confidence')   AS confidence,
       json_extract(body, '$.in_step')      AS in_step,
       coalesce(json_extract(body, '$.source'), 'heart') AS source
FROM effect WHERE kind = 'BreathMeasured';
