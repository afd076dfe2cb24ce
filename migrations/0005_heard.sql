-- Why: what others report to plugwatch: a job's sign of life, a person's word, the outcomes of the
-- platform's own traffic. Counts of the same minute and code are one row, so that a flood stays small.
CREATE TABLE heard (
    name    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    word    TEXT NOT NULL,
    code    TEXT NOT NULL,
    said_by TEXT NOT NULL,
    ok      BIGINT NOT NULL,
    failed  BIGINT NOT NULL,
    PRIMARY KEY (name, at, word, code)
);
