-- SPDX-License-Identifier: MIT
-- How a match set was made: threshold, one person once or often, the day of the leak. A word a line; part of what its
-- `inputs` are a digest of, so that whoever asks whether the set is current asks for the same.
ALTER TABLE match_set ADD COLUMN settings TEXT NOT NULL DEFAULT '';
