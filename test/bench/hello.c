/*
 * What a FastCGI program costs at least, for scripts/bench: answers every request with the headers that a GET of a user
 * has, and with as many bytes as the query asks for (bytes=N). Started on a listening socket.
 */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16 * 1024 * 1024 };

int main(void) {
    static char body[MOST];
    FCGX_Request request;

    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
        return 1;
    memset(body, 'x', MOST);
    while (FCGX_Accept_r(&request) == 0) {
        const char *query = FCGX_GetParam("QUERY_STRING", request.envp);
        const char *bytes = query == NULL ? NULL : strstr(query, "bytes=");
        unsigned long n = bytes == NULL ? 0 : strtoul(bytes + 6, NULL, 10);

        if (n > MOST)
            n = MOST;
        FCGX_FPrintF(request.out,
                     "Status: 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: %lu\r\nETag: W/\"1\"\r\n"
                     "X-Request-Id: 01900000-0000-7000-8000-000000000000\r\nCache-Control: no-store\r\n"
                     "Location: http://127.0.0.1:8080/scim/v2/Users/01900000-0000-7000-8000-000000000000\r\n\r\n",
                     n);
        FCGX_PutStr(body, (int)n, request.out);
    }
    return 0;
}
