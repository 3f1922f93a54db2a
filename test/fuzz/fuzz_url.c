#include "fuzz.h"
#include "webhook/address.h"
#include "webhook/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* A webhook's URL: what is taken for the public Internet is taken from whoever may name any address, too, and an IPv4
 * address is judged alike in all its forms. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr.s6_addr = {[10] = 0xff, [11] = 0xff}};
    unsigned choice;
    size_t len;
    if (size >= 4) {
        memcpy(&in.sin_addr, data, 4);
        memcpy(in6.sin6_addr.s6_addr + 12, data, 4);
        HOLDS(address_is_public((struct sockaddr *)&in) == address_is_public((struct sockaddr *)&in6));
    }
    if (size >= 16) {
        memcpy(&in6.sin6_addr, data, 16);
        (void)address_is_public((struct sockaddr *)&in6);
    }
    char *text = fuzz_text(ctx, data, size, &choice, &len);
    if (!text)
        return 0;
    const char *any = url_problem(ctx->arena, text, true), *public = url_problem(ctx->arena, text, false);
    HOLDS(!any || *any);
    HOLDS(!any || public);
    return 0;
}
