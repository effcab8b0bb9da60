-- SPDX-License-Identifier: MIT
-- WHAT NOBODY UNDERSTOOD. A machine's letter about one of our notices, in words that no rule knows, may be the failure that
-- nobody would hear of otherwise: it waits for a human, as those do that move nothing ("unsure").

DROP VIEW letter_now;
CREATE VIEW letter_now AS
SELECT l.id AS letter_id, l.mode, l.at, l.source, l.length, l.cut, r.id AS reading_id, r.class, r.evidence, r.reason,
       r.tied, r.says_ack, r.asks, r.worried, u.choice AS ruling,
       CASE WHEN r.id IS NULL OR u.choice <> 'reopen' THEN NULL
            WHEN r.worried THEN 'worried'
            WHEN r.class = 'unparsable' THEN 'unparsable'
            WHEN r.tied = 'other-mode' THEN NULL
            WHEN r.class = 'human' AND (r.asks OR (r.tied = 'tied' AND NOT r.says_ack)) THEN 'question'
            WHEN r.tied = 'orphan' THEN CASE WHEN r.class <> 'other' THEN 'orphan' END
            WHEN r.class = 'other' THEN 'unsure'
            WHEN r.class IN ('human', 'bounce-hard', 'bounce-soft', 'bounce-any', 'challenge', 'feedback')
                 AND NOT EXISTS (SELECT 1 FROM receipt c WHERE c.reading_id = r.id AND c.counts) THEN 'unsure'
            WHEN r.class = 'challenge' THEN 'challenge'
            WHEN r.class = 'feedback' THEN 'complaint' END AS need
FROM letter l
LEFT JOIN reading r ON r.id = (SELECT max(n.id) FROM reading n WHERE n.letter_id = l.id)
LEFT JOIN letter_ruling u ON u.id = (SELECT max(v.id) FROM letter_ruling v WHERE v.letter_id = l.id);
