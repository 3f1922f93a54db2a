#ifndef MUSTER_CONTROL_CONTROL_OPERATIONS_H
#define MUSTER_CONTROL_CONTROL_OPERATIONS_H

#include "control/control.h"

/*
 * The operations of the control plane; each noun has a file. doc/openapi.json describes inputs and results; `id` of the
 * input is the id in the path. Errors besides those of control_accept() and control_fields_check(): ERR_NOT_FOUND,
 * ERR_UNIQUENESS and ERR_CONFLICT (409), ERR_PRECONDITION.
 */

/* control_organizations.c */
control_run control_organization_create, control_organization_list, control_organization_show, control_organization_set,
    control_domains_show, control_domains_set;

/*
 * control_domains.c. `id` is the claim's, or the domain. A claim that brought its domain into the verified ones takes
 * it out when it is removed.
 */
control_run control_domain_claim, control_domain_claim_list, control_domain_claim_show, control_domain_claim_check,
    control_domain_claim_remove;

/* control_organization_end.c */
control_run control_organization_remove;

/* control_connections.c */
control_run control_connection_create, control_connection_list, control_connection_show, control_connection_set,
    control_connection_adopt, control_endpoint;

/* control_connection_end.c */
control_run control_connection_remove;

/* control_activity.c */
control_run control_connection_activity;

/*
 * Removes the live users of a connection as by DELETE /Users (KEPT: their members stay active, and in their teams), or
 * its groups, a hundred in a transaction; *total counts them. After an interruption the same call goes on.
 */
enum connection_rest { CONNECTION_USERS, CONNECTION_USERS_KEPT, CONNECTION_GROUPS };
enum err control_connection_empty(struct control *c, const char *connection, enum connection_rest rest, size_t *total)
    __attribute__((warn_unused_result));

/* control_tokens.c */
control_run control_rotation_start, control_rotation_complete, control_rotation_cancel, control_token_issue,
    control_token_list, control_token_show, control_token_revoke;

/* control_portal.c */
control_run control_portal_link, control_portal_embed, control_portal_open, control_portal_show, control_portal_stay,
    control_portal_leave, control_portal_list, control_portal_end, control_portal_end_all;

/* control_links.c */
control_run control_link_request_list, control_link_request_approve, control_link_request_refuse, control_member_unlink,
    control_team_link;

/*
 * control_people.c: {"data", "next_cursor", "total", "total_exact"}, the last two null except on the first page. A
 * request looks at a thousand rows: a page may be short, or empty, and still have a next one; a total may be "at
 * least".
 */
control_run control_member_list, control_team_list;

/* control_members.c */
control_run control_member_add, control_member_show, control_member_set, control_member_deactivate,
    control_member_reactivate;

/* control_jobs.c */
control_run control_job_list, control_job_show;

/*
 * control_teams.c. The member that joins is the field `member`; the one that parts is the second id of the path, or
 * that field.
 */
control_run control_team_add, control_team_show, control_team_set, control_team_remove, control_team_members,
    control_team_join, control_team_part;

/* control_schemas.c */
control_run control_schema_add, control_schema_list, control_schema_remove;

/* control_mapping.c */
control_run control_mapping_show, control_mapping_set;

/* Reads a mapping that is given; ERR_INVALID_FIELD: the field `mapping` has a mistake. */
enum err control_mapping_read(struct control *c, const struct schema_types *types, const char *text,
                              const struct mapping **out) __attribute__((warn_unused_result));

/*
 * The fields that the old mapping set and the new one does not, separated by blanks: they are reset to their defaults.
 * A mapping may be NULL.
 */
const char *control_mapping_resets(struct control *c, const struct mapping *old, const struct mapping *new);

/* The groups of group_roles as api_groups_unknown takes them; rows that are no rows are passed over. */
const char *control_mapping_groups(struct control *c, struct json_object *mapping);

/* control_mapping_dry.c: what PUT of the field `mapping` would do, as doc/openapi.json has it (control_dry_run.h). */
enum err control_mapping_dry_run(struct control *c, struct json_object *fields, struct json_object **out)
    __attribute__((warn_unused_result));

/* control_mapping_preview.c */
control_run control_mapping_preview;

/* control_audit.c */
control_run control_audit_list, control_audit_file;

/* control_events.c */
control_run control_event_feed, control_event_snapshot;

/* control_webhooks.c */
control_run control_webhook_create, control_webhook_list, control_webhook_show, control_webhook_set,
    control_webhook_remove, control_webhook_rotate, control_webhook_test;

/* control_webhook_deliveries.c */
control_run control_webhook_replay, control_webhook_delivery_list, control_webhook_delivery_show,
    control_webhook_delivery_replay;

/*
 * Explains a member (`id`: email or id):
 *   {"member": {..},
 *    "status": {"value", "links": [{"connection_id", "connection", "scim_user_id", "user_name", "active", "since",
 * "removed_at", "event"}], "event"}, "teams": [{"id", "name", "linked", "added", "since", "ways": [{"scim_user_id",
 * "groups": [{"id", "display_name"}]}], "event", "added_event", "kept_event"}], "role": {"value", "rule", .., "event"},
 * "fields": {"first_name": {"value", "rule", "target", "read", "connection", "scim_user_id"}}} Groups of a way lead
 * from the team's group down to the one that holds the user. An event is null or an audit event. `rule` is the key of
 * the attribute mapping (or its defaults) that gave the value; null: the value was set otherwise, or is the default.
 */
control_run control_member_explain;

/*
 * Erases a person: the member (its id stays, deactivated), its SCIM users, and the data in the audit log. `id` is the
 * email or the id; the field `confirm` repeats it; `force` also erases somebody who is active at an identity provider.
 * Gives {"id", "scim_users", "link_requests", "audit_events"}.
 */
control_run control_erase;

/*
 * Fills the organization with made-up `users`, `groups` and `members` of these groups, in the connection
 * `connection_id` (without it: the newest), as its identity provider would, in steps of thousands: after an error what
 * was made stays, and another call makes more. An organization that has members or teams is refused unless `confirm`
 * is its slug. Gives {"connection_id", "users", "groups", "members"}. ERR_CONFLICT: no connection, or a cap;
 * ERR_UNIQUENESS.
 */
control_run control_seed;

/* For the `ask` of a write that may need a signing key of security event tokens. */
void control_signing_key_ask(struct control *c);

/*
 * In its work, with the rows of that statement: makes the first signing key, if there is none. ERR_CONFLICT: there is
 * no secret key to encrypt it.
 */
enum err control_signing_key(struct control *c, struct db_rows exists) __attribute__((warn_unused_result));

#endif
