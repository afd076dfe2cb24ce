-- Why: what people were told about a dependency stands beside what it comes to, so that
-- a crash between the two tells nothing twice and nothing never. Documents as JSON text.

ALTER TABLE dependency ADD COLUMN told TEXT;
