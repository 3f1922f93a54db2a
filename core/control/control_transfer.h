#ifndef MUSTER_CONTROL_CONTROL_TRANSFER_H
#define MUSTER_CONTROL_CONTROL_TRANSFER_H

#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Organizations as files: control_export.c writes them, control_import.c reads them. */

/*
 * An export: JSON Lines, one object a line with its `type` first and a checksum, `check`, last:
 *   {"type":"header","format":"muster-export","version":1,"exported_at","organization_id","slug","migration","check"}
 *   the lines of transfer.def, then those of `token`, each type in the order of its keys
 *   {"type":"end","lines":N,"counts":{"member":N,..},"check"}     lines: those before it. The check of a line is made
 * of its text and the check of the line before (the header stands alone), so that what is changed, missing, added or
 * moved by accident is noticed; it is no signature.
 */
enum { TRANSFER_VERSION = 1, TRANSFER_CHECK = 32 };

enum transfer {
#define TRANSFER(name, NAME, KEYS) TRANSFER_##NAME,
#include "control/transfer.def"
#undef TRANSFER
    TRANSFER_TOKEN,
    TRANSFER_TYPES
};

extern const char *const transfer_names[TRANSFER_TYPES];

/* The check of a line: `text` is all of it before `,"check"`. */
void control_transfer_check(const char *before, const char *text, size_t len, char out[TRANSFER_CHECK + 1]);

/*
 * The target of an export, or the source of an import. `progress` may be NULL; it is called after each page with the
 * number of lines so far.
 */
struct transfer_run {
    bool (*write)(void *arg, const char *text, size_t len); /* for an export; false: it failed, errno says why */
    FILE *file;                                             /* for an import: can be read twice */
    const char *slug;                                       /* for an import: another slug; NULL: its own */
    void (*progress)(void *arg, size_t lines);
    void *arg;
    size_t lines, counts[TRANSFER_TYPES]; /* out */
    const char *organization;             /* out, for an import: its id */
};

/*
 * Exports an organization (slug or id) from one snapshot, page by page in one transaction, with constant memory.
 * ERR_NOT_FOUND; ERR_BAD_REQUEST: writing failed.
 */
enum err control_export(struct ctx *ctx, struct db *db, const char *organization, struct transfer_run *x)
    __attribute__((warn_unused_result));

/*
 * Imports an export with all ids in one transaction; its tokens are left out. ERR_BAD_REQUEST names the broken line,
 * ERR_CONFLICT the organization that already exists; then nothing is changed.
 */
enum err control_import(struct ctx *ctx, struct db *db, struct transfer_run *x) __attribute__((warn_unused_result));

#endif
