-- From an empty file to schema version 1. Every column is explained in docs/log.md.
--
-- `event` and `effect` are the truth; the views only spell out their JSON as typed columns. Times `t_s` are
-- seconds on the session's clock. json_extract reads a float from text and may be off in its last bit; the
-- `t_s` columns of the tables are exact, and so are integers.

CREATE TABLE session (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, not even after a deletion
    uuid               TEXT NOT NULL UNIQUE,
    origin_epoch_s     REAL NOT NULL,
    origin_monotonic_s REAL NOT NULL,
    config             TEXT NOT NULL,
    preset_text        TEXT NOT NULL,
    preset_sha256      TEXT NOT NULL,
    hearts             TEXT NOT NULL,
    audio              TEXT NOT NULL,
    voice              TEXT NOT NULL,
    entrain_version    TEXT NOT NULL,
    python_version     TEXT NOT NULL,
    platform           TEXT NOT NULL,
    end_epoch_s        REAL,
    end_monotonic_s    REAL,
    end_reason         TEXT,
    summary            TEXT,
    note               TEXT NOT NULL DEFAULT '',
    started_utc TEXT    GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', origin_epoch_s, 'unixepoch')) VIRTUAL,
    ended_utc   TEXT    GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', end_epoch_s, 'unixepoch')) VIRTUAL,
    preset      TEXT    GENERATED ALWAYS AS (json_extract(config, '$.preset.name')) VIRTUAL,
    seed        INTEGER GENERATED ALWAYS AS (json_extract(config, '$.seed')) VIRTUAL
);

CREATE TABLE event (
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    t_s        REAL NOT NULL,
    kind       TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
) WITHOUT ROWID;

CREATE TABLE effect (
    session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    event_seq  INTEGER NOT NULL,
    t_s        REAL NOT NULL,
    kind       TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
) WITHOUT ROWID;

-- Without it the view `onset` takes time with the square of a session's beats.
CREATE INDEX onset_played ON event (session_id, json_extract(body, '$.n')) WHERE kind = 'OnsetPlayed';

-- ---- what came in -------------------------------------------------------------------------------------------

CREATE VIEW notification AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')          AS strap,
       json_extract(body, '$.payload')        AS payload_hex,
       length(json_extract(body, '$.payload')) / 2 AS n_bytes
FROM event WHERE kind = 'NotificationArrived';

CREATE VIEW link AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')  AS strap,
       json_extract(body, '$.link')   AS link,
       json_extract(body, '$.detail') AS detail,
       json_extract(body, '$.advice') AS advice
FROM event WHERE kind = 'LinkChanged';

CREATE VIEW strap AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')           AS strap,
       json_extract(body, '$.name')            AS name,
       json_extract(body, '$.battery_percent') AS battery_percent,
       json_extract(body, '$.manufacturer')    AS manufacturer,
       json_extract(body, '$.model')           AS model,
       json_extract(body, '$.firmware')        AS firmware,
       json_extract(body, '$.signal_dbm')      AS signal_dbm
FROM event WHERE kind = 'StrapDescribed';

CREATE VIEW sound AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.sound')  AS sound,
       json_extract(body, '$.device') AS device,
       json_extract(body, '$.detail') AS detail,
       json_extract(body, '$.advice') AS advice,
       json_extract(body, '$.gap_s')  AS gap_s
FROM event WHERE kind = 'SoundChanged';

CREATE VIEW log_fault AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.fault')  AS fault,
       json_extract(body, '$.advice') AS advice
FROM event WHERE kind = 'LogChanged';

CREATE VIEW command AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.command.type') AS command,
       json_extract(body, '$.author')       AS author,
       json_extract(body, '$.command')      AS arguments
FROM event WHERE kind = 'CommandGiven';

CREATE VIEW marker AS
SELECT session_id, seq,
       t_s - coalesce(json_extract(arguments, '$.ago_s'), 0.0) AS t_s,
       json_extract(arguments, '$.note') AS note,
       author,
       t_s AS given_t_s
FROM command WHERE command = 'Mark';

CREATE VIEW rating AS
SELECT session_id, seq, t_s,
       json_extract(arguments, '$.when')  AS "when",
       json_extract(arguments, '$.value') AS value
FROM command WHERE command = 'Rate';

-- ---- what went out ------------------------------------------------------------------------------------------

CREATE VIEW beat AS
SELECT session_id, seq,
       json_extract(body, '$.beat.t_s')      AS t_s,
       t_s                                   AS known_t_s,
       json_extract(body, '$.beat.strap')    AS strap,
       json_extract(body, '$.beat.segment')  AS segment,
       json_extract(body, '$.beat.n')        AS n,
       json_extract(body, '$.beat.rr.ticks') AS rr_ticks,
       json_extract(body, '$.beat.rr.ticks') * 1000.0 / 1024.0 AS rr_ms,
       json_extract(body, '$.beat.verdict')  AS verdict
FROM effect WHERE kind = 'BeatSeen';

CREATE VIEW segment AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')   AS strap,
       json_extract(body, '$.segment') AS segment,
       json_extract(body, '$.reason')  AS reason
FROM effect WHERE kind = 'SegmentBegan';

CREATE VIEW rejected AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')  AS strap,
       json_extract(body, '$.reason') AS reason
FROM effect WHERE kind = 'PayloadRejected';

CREATE VIEW pulse AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.bpm')      AS bpm,
       json_extract(body, '$.age_s')    AS age_s,
       json_extract(body, '$.source')   AS source,
       json_extract(body, '$.rmssd_ms') AS rmssd_ms
FROM effect WHERE kind = 'PulseMeasured';

CREATE VIEW own_breath AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.strap')        AS strap,
       json_extract(body, '$.rate_per_min') AS rate_per_min,
       json_extract(body, '$.rsa_ms')       AS rsa_ms,
       json_extract(body, '$.confidence')   AS confidence,
       json_extract(body, '$.in_step')      AS in_step
FROM effect WHERE kind = 'BreathMeasured';

CREATE VIEW phase AS
SELECT session_id, seq, t_s,
       lead(t_s) OVER (PARTITION BY session_id ORDER BY seq) AS until_s,
       json_extract(body, '$.phase')  AS phase,
       json_extract(body, '$.reason') AS reason
FROM effect WHERE kind = 'PhaseBegan';

CREATE VIEW decision AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.what')   AS what,
       json_extract(body, '$.author') AS author,
       json_extract(body, '$.before') AS before,
       json_extract(body, '$.after')  AS after,
       json_extract(body, '$.reason') AS reason,
       json_extract(body, '$.inputs') AS inputs
FROM effect WHERE kind = 'Decided';

CREATE VIEW breath_cue AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.part')           AS part,
       json_extract(body, '$.beats')          AS beats,
       json_extract(body, '$.duration_s')     AS duration_s,
       json_extract(body, '$.breath_per_min') AS breath_per_min
FROM effect WHERE kind = 'BreathCued';

CREATE VIEW volume AS
SELECT session_id, seq, t_s,
       json_extract(body, '$.volume') AS volume,
       json_extract(body, '$.muted')  AS muted
FROM effect WHERE kind = 'VolumeChanged';

-- Every beat that was planned, with what the sound device said of it; NULLs where it was never played.
CREATE VIEW onset AS
SELECT planned.session_id, planned.seq,
       json_extract(planned.body, '$.n')                               AS n,
       planned.t_s                                                     AS planned_t_s,
       json_extract(played.body, '$.dac_t_s')                          AS dac_t_s,
       (json_extract(played.body, '$.dac_t_s') - planned.t_s) * 1000.0 AS late_ms,
       json_extract(played.body, '$.uncertainty_s') * 1000.0           AS uncertainty_ms,
       json_extract(played.body, '$.frame')                            AS frame,
       played.t_s                                                      AS reported_t_s
FROM effect AS planned
LEFT JOIN event AS played INDEXED BY onset_played
       ON played.kind = 'OnsetPlayed'
      AND played.session_id = planned.session_id
      AND json_extract(played.body, '$.n') = json_extract(planned.body, '$.n')
WHERE planned.kind = 'OnsetPlanned';

-- ---- one line for each session --------------------------------------------------------------------------------

CREATE VIEW overview AS
SELECT id, uuid, started_utc, ended_utc, origin_epoch_s, end_epoch_s, preset, seed, end_reason, note,
       summary IS NOT NULL AS finished,
       json_extract(summary, '$.completed') AS completed,
       coalesce((SELECT seq + 1 FROM event WHERE session_id = session.id ORDER BY seq DESC LIMIT 1), 0) AS n_events,
       coalesce((SELECT t_s FROM event WHERE session_id = session.id ORDER BY seq DESC LIMIT 1), 0.0) AS last_t_s
FROM session;
