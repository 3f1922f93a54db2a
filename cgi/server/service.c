/* The main function of a responder: its arguments and settings, then master, worker or plain CGI. */

#include "server/service.h"
#include "base/log.h"
#include "base/number.h"
#include "base/oom.h"
#include "base/settings.h"
#include "base/words.h"
#include "protocol/schema.h"
#include "server/master.h"
#include "server/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_USAGE = 64 };

static void print_usage(const struct service *service, FILE *to) {
    fprintf(to,
            "usage: %s.fcgi [--workers N | --routes]\n"
            "%s Started with a listening socket as standard input (spawn-fcgi, or the web\n"
            "server's bin-path) it is a master with N workers (default: MUSTER_WORKERS, else 2 for\n"
            "each core); started as a CGI program it answers one request. --routes prints the URLs\n"
            "that it answers. Configured by MUSTER_... in the environment: see muster help config.\n",
            service->name, service->usage);
}

/* A listening socket has no peer. A pipe or a file is no socket: then it is CGI. */
static bool is_listening(int fd) {
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &len) != 0 && errno == ENOTCONN;
}

/* Tells the workers their number, because half of them may wait. */
static int run_master(const char *program, unsigned workers) {
    char text[16];
    snprintf(text, sizeof text, "%u", workers);
    setenv("MUSTER_WORKERS", text, 1);
    return master_run(program, workers);
}

/* A core dump would contain tokens and personal data. */
static void forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

static int fail_usage(const struct service *service, const char *what) {
    fprintf(stderr, "%s.fcgi: %s\n", service->name, what);
    print_usage(service, stderr);
    return EXIT_USAGE;
}

/*
 * Checks that every name of MUSTER_SENSITIVE is an attribute. Attributes of organizations' own schemas are unknown
 * here; they begin with a URN.
 */
static bool check_sensitive_names(const struct settings *s, char *problem, size_t size) {
    const struct schema_types *types = schema_built_in();
    struct attr_ref ref;
    size_t len;
    for (const char *list = s->sensitive, *p; (p = words_next(&list, ", ", &len));) {
        bool known = strncasecmp(p, "urn:", 4) == 0 || schema_lookup(types->user, p, len, &ref) ||
                     schema_lookup(types->group, p, len, &ref);
        if (!known) {
            snprintf(problem, size,
                     "MUSTER_SENSITIVE has \"%.*s\": it must be SCIM attributes by comma, as in "
                     "name.familyName,emails.value",
                     (int)(len < 64 ? len : 64), p);
            return false;
        }
    }
    return true;
}

int service_main(const struct service *service, int argc, char **argv) {
    struct settings settings;
    char problem[256], program[4096];
    oom_guard();
    if (!settings_load(&settings, problem, sizeof problem) || settings_unknown(problem, sizeof problem) ||
        !check_sensitive_names(&settings, problem, sizeof problem) ||
        (service->check && !service->check(&settings, problem, sizeof problem)) ||
        !log_open(service->name, settings.log))
        return fail_usage(service, problem);
    unsigned workers = settings_workers(&settings);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        print_usage(service, stdout);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--routes") == 0) {
        service->print_routes(stdout);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "--workers") == 0) {
        int64_t n;
        if (!number_within(argv[2], 1, 256, &n))
            return fail_usage(service, "--workers takes a number from 1 to 256");
        workers = (unsigned)n;
    } else if (argc != 1 && !(argc == 2 && strcmp(argv[1], "--worker") == 0))
        return fail_usage(service, "unknown option");
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    forbid_core_dumps();
    if (!is_listening(STDIN_FILENO))
        return worker_cgi(service, &settings);
    return argc == 2 ? worker_run(service, &settings) : run_master(program, workers);
}
