-- Why: reports are kept for ever, as they were sent: their pages can be opened years later.
CREATE TABLE report (
    id        INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    span      TEXT NOT NULL,
    from_at   BIGINT NOT NULL,
    to_at     BIGINT NOT NULL,
    snapshot  TEXT NOT NULL
);
