/* The program muster-admin.fcgi. */

#include "server/service.h"

int main(int argc, char **argv) {
    return service_main(&service_admin, argc, argv);
}
