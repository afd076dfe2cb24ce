-- Why: what is told, to whom, and what came of it. An alert and its outbox rows are
-- committed together with the change they tell of.

CREATE TABLE alert (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT NOT NULL UNIQUE,
    incident   BIGINT,
    dependency TEXT,
    reason     TEXT NOT NULL,
    level      TEXT NOT NULL,
    at         BIGINT NOT NULL,
    snapshot   TEXT NOT NULL
);

-- One row for each alert, channel and recipient. state: pending, sent or dead.
-- A row under way carries its lease; a lease that ended without a result means
-- that the message may have arrived already.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    alert        BIGINT NOT NULL,
    channel      TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    state        TEXT NOT NULL,
    next_at      BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    sent_at      BIGINT,
    last_error   TEXT,
    remote_id    TEXT,
    UNIQUE (alert, channel, recipient)
);
CREATE INDEX outbox_open ON outbox (channel, recipient, id) WHERE state = 'pending';

-- Written before each try and completed after it.
CREATE TABLE attempt (
    id         INTEGER PRIMARY KEY,
    outbox     BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    outcome    TEXT
);
CREATE INDEX attempt_by_outbox ON attempt (outbox, id);
