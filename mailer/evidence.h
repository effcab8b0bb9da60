/* SPDX-License-Identifier: MIT */
/*
 * evidence: what a controller hands to a regulator, a court or a federation, so that they can check it by themselves
 * (scripts/verify-evidence): who let which messages go, that it was these and no others, when they went and what the relay
 * answered, and that nobody has written a new past since. Shows; never the source of a fact.
 *
 * A pack (pack.h) of text files. N is the number of a release, or of a list of signers; M counts signatures.
 *
 *   README.txt                      what it is, and how to check it by hand
 *   evidence.txt                    what there is: incident, ledger, mode, releases, lists, signatures, revoked keys, and the
 *                                   newest head of the history
 *   release-N-manifest.txt          word for word as it was signed (manifest.h)
 *   release-N-signature-M.sig       as ssh-keygen made it, over the manifest
 *   release-N-messages.txt          of each level the digests of its messages: RFC 6962's leaf hashes, in the order of sending
 *   release-N-sending.txt           counts: how the last hand-over of each message ended, and in which hours
 *   signers-N.txt, signers-N-signature-M.sig: who may sign, by whose leave (signers.h)
 *   history.txt                     each entry of the chain (history.h)
 *   digests.txt                     the SHA-256 of each of these files
 *
 * NO PERSON IS IN IT, but those who signed. A message's digest is SHA-256(0x00, leaf), and the leaf (manifest.h) holds two keyed
 * digests beside that of the message: who has the staff list, or even the message, cannot find it, and who knows one
 * leaf finds no other of the same person. Relays' words and queue ids are left out, since they can name an address; of an
 * answer there are code and enhanced code. Counts below five are hidden (small.h), but not in a manifest: it is
 * given as it was signed or it proves nothing. An hour is told only together with others that at least five messages of
 * the last level share, so that the time at which a mail came tells no more of its level than the manifest does. Who is
 * told by a human is in no file, but for the counts of the manifest.
 *
 * What it does not prove stands in README.txt, and verify-evidence says it.
 */
#ifndef MAILER_EVIDENCE_H
#define MAILER_EVIDENCE_H

#include <stdint.h>

#include "mailer/pack.h"
#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

struct evidence {
	char digest[PACK_DIGEST]; /* of the pack */
	int64_t releases, messages, signatures, lists, entries;
};

/*
 * Writes the pack of the settings' mode to `out` (pack.h), and reads it again. FAULT_LEDGER: what the ledger holds does not fit
 * together (a manifest and its digest, the messages of a release and its roots, a link of the chain); FAULT_REFUSED: a signature
 * is not over what it stands under, or the lists of signers do not follow from one another. Then nothing is written. The ledger
 * may be open for reading, also while others write.
 */
int evidence_write(struct ledger *l, const struct settings *s, const char *out, struct evidence *ret, struct fault *f);

#endif
