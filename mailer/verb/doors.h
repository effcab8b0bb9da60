/* SPDX-License-Identifier: MIT */
/* The doors of the verbs, for the table. Each is explained in its file. */
#ifndef MAILER_VERB_DOORS_H
#define MAILER_VERB_DOORS_H

#include "mailer/verb.h"
#include "recipients/group.h"

#define DOOR(name)                                                                                                    \
	extern const struct verb_option name##_options[];                                                             \
	int verb_##name(struct command *c, struct fault *f)

DOOR(init);
DOOR(import);
DOOR(match);
DOOR(group);
DOOR(compose);
DOOR(approve);
DOOR(send);
DOOR(report);
DOOR(template);
DOOR(outbox);
DOOR(task);
DOOR(person);
DOOR(note);
DOOR(track);
DOOR(remind);
DOOR(follow_up);
DOOR(doctor);
DOOR(resend);
DOOR(key);
DOOR(archive);
DOOR(close);
DOOR(run);
DOOR(review);
int verb_status(struct command *c, struct fault *f);
int verb_verify(struct command *c, struct fault *f);
int verb_check(struct command *c, struct fault *f);
bool import_only_looks(const struct command *c);
bool match_only_looks(const struct command *c);
bool group_only_looks(const struct command *c);
bool compose_only_looks(const struct command *c);
bool approve_only_looks(const struct command *c);
bool send_only_looks(const struct command *c);
bool task_only_looks(const struct command *c);
bool person_only_looks(const struct command *c);
bool note_only_looks(const struct command *c);
bool track_only_looks(const struct command *c);
bool key_only_looks(const struct command *c);
/* --make-key, --open, --show: no incident */
bool archive_stands_alone(const struct command *c);
/* key add passphrase: is the passphrase that was named the new one? */
bool key_names_new_words(const struct command *c);

/* import shield, import breach --presume */
int import_shield(struct command *c, struct fault *f);
int import_presume(struct command *c, struct fault *f);

/* report --kind evidence */
int report_evidence(struct command *c, struct fault *f);

/* The page: neither ledger nor key. */
bool review_stands_alone(const struct command *c);
/* What the page has kept goes into the ledger; `serve`: and requests for a notice go through resend. Faults are told, not given. */
void review_take(struct command *c, bool serve);
/* What the page shows is written anew, if there is anybody to see it. */
void review_show(struct command *c);
/* The same within a long run, now and then (export.h). NULL, which is fine for the others: there is nobody. */
struct review_run;
struct review_run *review_run_begin(struct command *c);
void review_run_step(struct review_run *r);
void review_run_end(struct review_run *r);
/* report --kind review: who may look, what they looked at and handed in. The caller's. */
int review_report(struct command *c, json_t **ret, struct fault *f);

/* track --classify: no incident */
int track_classify(struct command *c, struct fault *f);
/* It needs none; it is a decision. */
bool track_stands_alone(const struct command *c);
bool track_decides(const struct command *c);

/* match --dedupe */
int match_dedupe(struct command *c, struct fault *f);

/* What group works with here: policy, the incident's kinds, which addresses mail may go to. */
int door_group_options(struct command *c, struct group_options *ret, struct fault *f);

/* What the commands that a verb runs (errand.h) need to know, and nobody needs to read each time. Begin with `{0}`. */
struct door_hidden {
	const char *words[12];
	size_t count;
	char wait[16], secret[32];
};
void door_hide(struct door_hidden *h, const struct command *c);
/* And the passphrase, as soon as it is known: through a descriptor. */
void door_hide_words(struct door_hidden *h, const struct command *c);

#endif
