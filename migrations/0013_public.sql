-- Why: the public page. Incidents that people tell in their own words, ids that tell nothing about what is behind them,
-- and whether this file was written while everything was public unless it was hidden.
CREATE TABLE public_incident (
    id           INTEGER PRIMARY KEY,
    public_id    TEXT NOT NULL UNIQUE,
    cause        TEXT,
    title        TEXT NOT NULL,
    impact       TEXT NOT NULL,
    dependencies TEXT NOT NULL,
    began_at     BIGINT NOT NULL,
    postmortem   TEXT
);

-- What was said of one, in its order; never changed. The last one's state is the incident's.
CREATE TABLE public_update (
    id       INTEGER PRIMARY KEY,
    incident BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    state    TEXT NOT NULL,
    words    TEXT NOT NULL,
    said_by  TEXT NOT NULL,
    via      TEXT NOT NULL
);
CREATE INDEX public_update_by_incident ON public_update (incident, id);

INSERT INTO note (name, value) VALUES ('public_salt', lower(hex(randomblob(16))));
INSERT INTO note (name, value) SELECT 'public_before', '1' WHERE EXISTS (SELECT 1 FROM probe);
