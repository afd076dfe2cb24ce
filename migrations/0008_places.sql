-- Why: who is told, when, and how each place does. `only_if` is the condition under which a row is
-- sent, seen when its turn comes; `instead` says why it came here and not where it belonged;
-- `amend_at` asks for the message to be changed to how things stand now.
ALTER TABLE outbox ADD COLUMN only_if TEXT NOT NULL DEFAULT 'always';
ALTER TABLE outbox ADD COLUMN instead TEXT;
ALTER TABLE outbox ADD COLUMN amend_at BIGINT;

CREATE INDEX outbox_amend ON outbox (amend_at) WHERE amend_at IS NOT NULL;

-- The public id of what an alert belongs to: an incident, or a drill.
ALTER TABLE alert ADD COLUMN thread TEXT;
UPDATE alert SET thread = (SELECT public_id FROM incident WHERE incident.id = alert.incident);
CREATE INDEX alert_by_thread ON alert (thread, id);

-- How each channel and recipient does. `told_at` is when the others were told that it does not.
CREATE TABLE place (
    channel       TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    retry_at      BIGINT NOT NULL DEFAULT 0,
    failures      BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    dead_since    BIGINT,
    why           TEXT,
    told_at       BIGINT,
    sent_at       BIGINT,
    PRIMARY KEY (channel, recipient)
);
