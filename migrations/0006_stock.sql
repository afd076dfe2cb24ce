-- Why: what runs down, such as a balance, about once an hour: how fast it burns tells how long it lasts.
CREATE TABLE stock (
    probe BIGINT NOT NULL,
    at    BIGINT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (probe, at)
);
