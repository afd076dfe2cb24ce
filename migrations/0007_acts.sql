-- Why: what people say and do (acknowledge, mute, accept) and the letters that come in. A row is
-- never changed but for what people answer later; what is in force follows from all of them.
CREATE TABLE act (
    id         INTEGER PRIMARY KEY,
    at         BIGINT NOT NULL,
    said_by    TEXT NOT NULL,
    via        TEXT NOT NULL,
    deed       TEXT NOT NULL,
    dependency TEXT,
    about      TEXT,
    from_at    BIGINT,
    until_at   BIGINT,
    words      TEXT NOT NULL
);
CREATE INDEX act_by_about ON act (about, id);

-- A vendor's letter. `body` is the whole text, packed; `sha256` is of the bytes as they came.
CREATE TABLE letter (
    id           INTEGER PRIMARY KEY,
    public_id    TEXT NOT NULL UNIQUE,
    dependencies TEXT NOT NULL,
    received_at  BIGINT NOT NULL,
    effective_at BIGINT,
    read_as      TEXT NOT NULL,
    summary      TEXT NOT NULL,
    left_us      BIGINT NOT NULL,
    said_by      TEXT NOT NULL,
    via          TEXT NOT NULL,
    added_at     BIGINT NOT NULL,
    sha256       TEXT NOT NULL,
    blob         TEXT,
    confirmed_by TEXT,
    confirmed_at BIGINT,
    answered_by  TEXT,
    answered_at  BIGINT,
    withdrawn_by TEXT,
    withdrawn_at BIGINT
);

-- A change that somebody took as the new normal.
ALTER TABLE fact_change ADD COLUMN accepted_by TEXT;
ALTER TABLE fact_change ADD COLUMN accepted_at BIGINT;
