-- Why: the raw answers behind what was said, redacted, content-addressed and chained:
-- each entry carries the hash of the one before, so that none can be changed or cut out.

CREATE TABLE blob (
    sha256 TEXT PRIMARY KEY,
    packed BYTEA NOT NULL,
    size   BIGINT NOT NULL
);

CREATE TABLE evidence (
    id         INTEGER PRIMARY KEY,
    probe      BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    cause      TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    facts      TEXT NOT NULL,
    raw_sha256 TEXT NOT NULL,
    raw_size   BIGINT NOT NULL,
    redacted   TEXT NOT NULL,
    blob       TEXT,
    prev_hash  TEXT NOT NULL,
    hash       TEXT NOT NULL
);
CREATE INDEX evidence_by_probe ON evidence (probe, id);
