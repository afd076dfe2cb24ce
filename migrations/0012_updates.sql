-- Why: Telegram delivers an update again when its receipt was lost; what was done once is not done twice.
CREATE TABLE bot_update (
    channel   TEXT NOT NULL,
    update_id BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (channel, update_id)
);
