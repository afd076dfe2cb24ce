-- Why: what a warning check sees says nothing about whether a dependency was served; the share of
-- the time is counted from the checks that decide.
ALTER TABLE probe ADD COLUMN decides BIGINT NOT NULL DEFAULT 1;
