-- Why: probes, what was seen, what is believed, what was told. Instants are
-- milliseconds since the epoch, documents are JSON texts, words stand for enums.

-- One row for each identity ever watched; ids are dense, so that history stays small.
CREATE TABLE probe (
    id         INTEGER PRIMARY KEY,
    identity   TEXT NOT NULL UNIQUE,
    dependency TEXT NOT NULL,
    check_id   TEXT NOT NULL,
    country    TEXT,
    added_at   BIGINT NOT NULL,
    retired_at BIGINT
);

-- Reasons by number: the same few words stand in millions of rows.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);

-- Every look, appended in the order of time.
CREATE TABLE observation (
    id         INTEGER PRIMARY KEY,
    probe      BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    verdict    BIGINT NOT NULL,
    reason     BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL
);

-- Sums for ever, kept up to date as looks arrive. `width` is an hour or a day in ms.
CREATE TABLE rollup (
    probe      BIGINT NOT NULL,
    width      BIGINT NOT NULL,
    starts_at  BIGINT NOT NULL,
    live       BIGINT NOT NULL,
    degraded   BIGINT NOT NULL,
    outage     BIGINT NOT NULL,
    dropped    BIGINT NOT NULL,
    unknown    BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    PRIMARY KEY (probe, width, starts_at)
);

-- What is believed about each probe, with any suspicion.
CREATE TABLE standing (
    probe      BIGINT PRIMARY KEY,
    state      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Confirmed changes, dated to when the streak began. Never pruned.
CREATE TABLE flip (
    id           INTEGER PRIMARY KEY,
    probe        BIGINT NOT NULL,
    dependency   TEXT NOT NULL,
    change       TEXT NOT NULL,
    from_verdict TEXT,
    to_verdict   TEXT NOT NULL,
    reason       TEXT NOT NULL,
    fault        TEXT NOT NULL,
    proof        TEXT NOT NULL,
    say          TEXT NOT NULL,
    at           BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL
);
CREATE INDEX flip_by_dependency ON flip (dependency, id);

-- What a dependency comes to.
CREATE TABLE dependency (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Never pruned.
CREATE TABLE incident (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT NOT NULL UNIQUE,
    dependency TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    worst      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    fault      TEXT NOT NULL,
    proof      TEXT NOT NULL,
    say        TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    closed_at  BIGINT,
    alerts     BIGINT NOT NULL
);
CREATE INDEX incident_by_dependency ON incident (dependency, id);

-- The last known value of each fact, with a new one waiting for its second read.
CREATE TABLE fact (
    probe     BIGINT NOT NULL,
    name      TEXT NOT NULL,
    value     TEXT NOT NULL,
    since     BIGINT NOT NULL,
    candidate TEXT,
    PRIMARY KEY (probe, name)
);
CREATE TABLE fact_change (
    id     INTEGER PRIMARY KEY,
    probe  BIGINT NOT NULL,
    name   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
);

-- When nobody watched.
CREATE TABLE gap (
    id      INTEGER PRIMARY KEY,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL
);

-- Small things that must survive a restart, such as the last tick.
CREATE TABLE note (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
