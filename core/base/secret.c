/* Encrypts the secrets that are stored (AES-256-GCM), with keys from a file. */

#include "base/secret.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/log.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { VERSION = 1, KEY = 32, NAME = 4, NONCE = 12, TAG = 16, HEAD = 1 + NAME + NONCE, LINE = 44, KEYS = 8 };

static bool read_key(const char *line, uint8_t out[KEY]) {
    uint8_t bytes[LINE / 4 * 3];
    size_t n;
    if (strcspn(line, "\r\n") != LINE || !base64_bytes(line, LINE, bytes, &n) || n != KEY)
        return false;
    memcpy(out, bytes, KEY);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return true;
}

static enum err read_lines(struct ctx *ctx, const char *path, FILE *f, struct secret_keys *out) {
    char line[256];
    for (size_t n = 1; fgets(line, sizeof line, f); n++) {
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (out->n == KEYS || !read_key(line, out->keys[out->n++])) {
            OPENSSL_cleanse(line, sizeof line);
            return fail(ctx, ERR_CONFLICT,
                        "%s, line %zu: a key is 32 bytes in base64, as openssl rand -base64 32 prints them; there are "
                        "%d at most",
                        path, n, KEYS);
        }
    }
    OPENSSL_cleanse(line, sizeof line);
    return out->n ? OK : fail(ctx, ERR_CONFLICT, "%s is empty: openssl rand -base64 32 makes a key", path);
}

enum err secret_keys_load(struct ctx *ctx, const char *path, struct secret_keys *out) {
    struct stat st;
    *out = (struct secret_keys){0};
    if (!*path)
        return fail(ctx, ERR_CONFLICT,
                    "secrets are encrypted with a key, and there is none: MUSTER_SECRET_KEY_FILE must name a file with "
                    "one, made by (umask 077; openssl rand -base64 32 > FILE)");
    FILE *f = fopen(path, "re");
    if (!f)
        return fail(ctx, ERR_CONFLICT, "the key file %s cannot be read: %s", path, strerror(errno));
    enum err e = OK;
    if (fstat(fileno(f), &st) != 0 || (st.st_mode & S_IRWXO))
        e = fail(ctx, ERR_CONFLICT, "the key file %s is open to everybody: chmod o= closes it", path);
    else
        e = read_lines(ctx, path, f, out);
    fclose(f);
    if (e != OK)
        OPENSSL_cleanse(out, sizeof *out);
    return e;
}

/* The name of a key is the beginning of its hash. */
static void name_key(const uint8_t key[KEY], uint8_t out[NAME]) {
    uint8_t hash[EVP_MAX_MD_SIZE];
    if (EVP_Digest(key, KEY, hash, NULL, EVP_sha256(), NULL) != 1)
        log_fatal("secret", "SHA-256 failed");
    memcpy(out, hash, NAME);
}

static const char *to_text(struct arena *a, const uint8_t *bytes, size_t len) {
    char *out = arena_alloc(a, 2 * len + 3);
    out[0] = '\\';
    out[1] = 'x';
    hex_write(bytes, len, out + 2);
    return out;
}

static bool from_text(struct arena *a, const char *text, uint8_t **out, size_t *len) {
    size_t n = strlen(text);
    if (n < 2 + 2 * (HEAD + TAG) || n % 2 || text[0] != '\\' || text[1] != 'x')
        return false;
    *len = n / 2 - 1;
    *out = arena_alloc(a, *len);
    return hex_read(text + 2, *out, *len);
}

const char *secret_seal(struct arena *a, const struct secret_keys *keys, const char *context, const void *plain,
                        size_t len) {
    uint8_t *out = arena_alloc(a, HEAD + len + TAG);
    int n = 0, context_len = (int)strlen(context);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    out[0] = VERSION;
    name_key(keys->keys[0], out + 1);
    bool good = c && RAND_bytes(out + 1 + NAME, NONCE) == 1 &&
                EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, keys->keys[0], out + 1 + NAME) == 1 &&
                EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)context, context_len) == 1 &&
                EVP_EncryptUpdate(c, out + HEAD, &n, plain, (int)len) == 1 &&
                EVP_EncryptFinal_ex(c, out + HEAD + n, &n) == 1 &&
                EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, out + HEAD + len) == 1;
    EVP_CIPHER_CTX_free(c);
    if (!good)
        log_fatal("secret", "AES-256-GCM failed");
    return to_text(a, out, HEAD + len + TAG);
}

/* Decrypts with one key; the tag shows whether it is the right one. */
static bool open_with(const uint8_t key[KEY], const char *context, uint8_t *bytes, size_t len, uint8_t *plain) {
    int n = 0, context_len = (int)strlen(context), text = (int)(len - HEAD - TAG);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool good = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, bytes + 1 + NAME) == 1 &&
                EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *)context, context_len) == 1 &&
                EVP_DecryptUpdate(c, plain, &n, bytes + HEAD, text) == 1 &&
                EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, bytes + len - TAG) == 1 &&
                EVP_DecryptFinal_ex(c, plain + n, &n) == 1;
    EVP_CIPHER_CTX_free(c);
    return good;
}

enum err secret_open(struct ctx *ctx, const struct secret_keys *keys, const char *context, const char *sealed,
                     uint8_t **plain, size_t *len) {
    uint8_t *bytes, name[NAME];
    size_t n;
    if (!from_text(ctx->arena, sealed, &bytes, &n) || bytes[0] != VERSION)
        return fail(ctx, ERR_CONFLICT, "a secret in the database is damaged");
    *len = n - HEAD - TAG;
    *plain = arena_alloc(ctx->arena, *len + 1);
    for (size_t i = 0; i < keys->n; i++) {
        name_key(keys->keys[i], name);
        if (memcmp(name, bytes + 1, NAME) == 0 && open_with(keys->keys[i], context, bytes, n, *plain)) {
            (*plain)[*len] = '\0';
            return OK;
        }
    }
    return fail(ctx, ERR_CONFLICT,
                "a secret in the database does not open with the keys of MUSTER_SECRET_KEY_FILE, or was moved to "
                "another row");
}
