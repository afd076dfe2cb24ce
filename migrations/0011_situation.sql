-- Why: from the second loss on one message says how everything stands; it is changed in place, also after a restart.
CREATE TABLE situation (
    public_id TEXT PRIMARY KEY,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    state     TEXT NOT NULL,
    snapshot  TEXT NOT NULL
);
