#ifndef MUSTER_MUSTER_COMMAND_DOCTOR_ADVICE_H
#define MUSTER_MUSTER_COMMAND_DOCTOR_ADVICE_H

#include "db/db.h"
#include "muster/command.h"

/* Prints the settings of PostgreSQL that decide how fast it is (op_doctor_postgres), with what should be set and why.
 */
void command_doctor_advice(struct invocation *in, struct db_rows rows);

#endif
