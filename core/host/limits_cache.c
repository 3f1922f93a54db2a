/* The caches: tokens that were accepted lately, for the limits of their next request; bookmarks, for the next page. */

#include "base/siphash.h"
#include "host/limits_internal.h"

#include <string.h>

/*
 * The same words are written again only this often, so a busy token does not move a cache line between cores all the
 * time.
 */
static const int64_t fresh_ns = INT64_C(10000000000);

enum { CHECK, HASH, HASH_LOW, ORGANIZATION, ORGANIZATION_LOW, ORGANIZATION_RULE, TOKEN_RULE, NOTED };
enum { RESOURCE = HASH_LOW + 1, RESOURCE_LOW, TOTAL };

static uint64_t check_of(const struct limits *l, const uint64_t words[LIMITS_NOTE_WORDS]) {
    uint64_t hash[2];
    siphash_128(l->file->head.secret, words + HASH, (LIMITS_NOTE_WORDS - HASH) * sizeof *words, hash);
    return hash[0];
}

static unsigned nibble_of(char c) {
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* A valid UUID as two numbers, and back. */
static void read_uuid(const char *text, uint64_t out[2]) {
    unsigned n = 0;
    out[0] = out[1] = 0;
    for (; *text; text++)
        if (*text != '-') {
            out[n / 16] = out[n / 16] << 4 | nibble_of(*text);
            n++;
        }
}

static void write_uuid(const uint64_t words[2], char out[UUID_TEXT + 1]) {
    unsigned n = 0;
    for (int i = 0; i < UUID_TEXT; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            out[i] = '-';
            continue;
        }
        out[i] = "0123456789abcdef"[words[n / 16] >> (60 - n % 16 * 4) & 15];
        n++;
    }
    out[UUID_TEXT] = '\0';
}

static uint64_t pair_rates(int32_t rate, int32_t burst) {
    return (uint64_t)(uint32_t)rate << 32 | (uint32_t)burst;
}

static struct limits_entry *find_note_set(struct limits *l, const char *token_hash_hex, uint64_t hash[2]) {
    siphash_128(l->file->head.secret, token_hash_hex, strlen(token_hash_hex), hash);
    return l->file->notes[hash[0] % LIMITS_NOTE_SETS];
}

static bool is_of(struct limits_entry *e, const uint64_t hash[2]) {
    return atomic_load(&e->words[HASH]) == hash[0] && atomic_load(&e->words[HASH_LOW]) == hash[1];
}

/* Reads an entry; false: it is torn, belongs to another key, or is older than `age_ns`. */
static bool read_entry(const struct limits *l, struct limits_entry *e, const uint64_t hash[2], int64_t age_ns,
                       uint64_t words[LIMITS_NOTE_WORDS]) {
    if (!is_of(e, hash))
        return false;
    for (int i = 0; i < LIMITS_NOTE_WORDS; i++)
        words[i] = atomic_load(&e->words[i]);
    int64_t age = limits_now() - (int64_t)words[NOTED];
    return words[HASH] == hash[0] && words[HASH_LOW] == hash[1] && words[CHECK] == check_of(l, words) && age >= 0 &&
           age <= age_ns;
}

/* The key's entry, or else the oldest of its set. */
static struct limits_entry *entry_for(struct limits_entry *set, const uint64_t hash[2]) {
    struct limits_entry *oldest = set;
    for (struct limits_entry *e = set; e < set + LIMITS_NOTE_WAYS; e++) {
        if (is_of(e, hash))
            return e;
        if ((int64_t)atomic_load(&e->words[NOTED]) < (int64_t)atomic_load(&oldest->words[NOTED]))
            oldest = e;
    }
    return oldest;
}

static void forget_note(struct limits_entry *set, const uint64_t hash[2]) {
    for (struct limits_entry *e = set; e < set + LIMITS_NOTE_WAYS; e++)
        if (is_of(e, hash))
            for (int i = 0; i < LIMITS_NOTE_WORDS; i++)
                atomic_store(&e->words[i], 0);
}

void limits_note(struct limits *l, const char *token_hash_hex, const struct limits_token *token) {
    uint64_t words[LIMITS_NOTE_WORDS], old[LIMITS_NOTE_WORDS], hash[2];
    if (!l)
        return;
    struct limits_entry *set = find_note_set(l, token_hash_hex, hash);
    if (!token || !uuid_valid(token->organization_id, strnlen(token->organization_id, UUID_TEXT + 1))) {
        forget_note(set, hash);
        return;
    }
    words[HASH] = hash[0];
    words[HASH_LOW] = hash[1];
    read_uuid(token->organization_id, words + ORGANIZATION);
    words[ORGANIZATION_RULE] = pair_rates(token->org_rate, token->org_burst);
    words[TOKEN_RULE] = pair_rates(token->token_rate, token->token_burst);
    words[NOTED] = (uint64_t)limits_now();
    words[CHECK] = check_of(l, words);
    struct limits_entry *e = entry_for(set, hash);
    if (read_entry(l, e, hash, fresh_ns, old) && memcmp(old + HASH, words + HASH, (NOTED - HASH) * sizeof *words) == 0)
        return;
    for (int i = 0; i < LIMITS_NOTE_WORDS; i++)
        atomic_store(&e->words[i], words[i]);
}

/* The key's entry in its set. Two processes may have used two entries for a key; the later one counts. */
static bool find_latest(const struct limits *l, struct limits_entry *set, const uint64_t hash[2], int64_t seconds,
                        uint64_t latest[LIMITS_NOTE_WORDS]) {
    uint64_t words[LIMITS_NOTE_WORDS];
    bool found = false;
    for (struct limits_entry *e = set; e < set + LIMITS_NOTE_WAYS; e++)
        if (read_entry(l, e, hash, seconds * INT64_C(1000000000), words) && (!found || words[NOTED] > latest[NOTED])) {
            memcpy(latest, words, sizeof words);
            found = true;
        }
    return found;
}

bool limits_find(struct limits *l, const char *token_hash_hex, struct limits_token *out) {
    uint64_t words[LIMITS_NOTE_WORDS], hash[2];
    if (!l || !find_latest(l, find_note_set(l, token_hash_hex, hash), hash, LIMITS_NOTE_SECONDS, words))
        return false;
    write_uuid(words + ORGANIZATION, out->organization_id);
    out->org_rate = (int32_t)(words[ORGANIZATION_RULE] >> 32);
    out->org_burst = (int32_t)words[ORGANIZATION_RULE];
    out->token_rate = (int32_t)(words[TOKEN_RULE] >> 32);
    out->token_burst = (int32_t)words[TOKEN_RULE];
    return true;
}

/* The hash is of both, so that an entry is its owner's alone. */
static struct limits_entry *find_bookmark_set(struct limits *l, const char *owner, const char *key, uint64_t hash[2]) {
    uint64_t whose[2];
    siphash_128(l->file->head.secret, owner, strlen(owner), whose);
    siphash_128(whose, key, strlen(key), hash);
    return l->file->bookmarks[whose[0] % LIMITS_BOOKMARK_OWNERS][hash[0] % LIMITS_BOOKMARK_SETS];
}

void limits_bookmark_set(struct limits *l, const char *owner, const char *key, const struct limits_bookmark *b) {
    uint64_t words[LIMITS_NOTE_WORDS] = {0}, hash[2];
    if (!l || !uuid_valid(b->id, strnlen(b->id, UUID_TEXT + 1)))
        return;
    struct limits_entry *e = entry_for(find_bookmark_set(l, owner, key, hash), hash);
    words[HASH] = hash[0];
    words[HASH_LOW] = hash[1];
    read_uuid(b->id, words + RESOURCE);
    words[TOTAL] = (uint64_t)b->total;
    words[NOTED] = (uint64_t)limits_now();
    words[CHECK] = check_of(l, words);
    for (int i = 0; i < LIMITS_NOTE_WORDS; i++)
        atomic_store(&e->words[i], words[i]);
}

bool limits_bookmark_find(struct limits *l, const char *owner, const char *key, struct limits_bookmark *out) {
    uint64_t words[LIMITS_NOTE_WORDS], hash[2];
    if (!l || !find_latest(l, find_bookmark_set(l, owner, key, hash), hash, LIMITS_BOOKMARK_SECONDS, words))
        return false;
    write_uuid(words + RESOURCE, out->id);
    out->total = (int64_t)words[TOTAL];
    return true;
}
