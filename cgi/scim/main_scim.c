/* The program muster-scim.fcgi. */

#include "server/service.h"

int main(int argc, char **argv) {
    return service_main(&service_scim, argc, argv);
}
