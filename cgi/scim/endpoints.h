#ifndef MUSTER_SCIM_ENDPOINTS_H
#define MUSTER_SCIM_ENDPOINTS_H

#include "scim/exchange.h"

/* The handlers of the routes; each endpoint family has a file. A handler fills in x->call->response or fails. */

enum err endpoint_users_list(struct exchange *x);
enum err endpoint_users_create(struct exchange *x);
enum err endpoint_users_get(struct exchange *x);
enum err endpoint_users_replace(struct exchange *x);
enum err endpoint_users_patch(struct exchange *x);
enum err endpoint_users_delete(struct exchange *x);

enum err endpoint_groups_list(struct exchange *x);
enum err endpoint_groups_create(struct exchange *x);
enum err endpoint_groups_get(struct exchange *x);
enum err endpoint_groups_replace(struct exchange *x);
enum err endpoint_groups_patch(struct exchange *x);
enum err endpoint_groups_delete(struct exchange *x);

enum err endpoint_users_search(struct exchange *x);
enum err endpoint_groups_search(struct exchange *x);
enum err endpoint_all_search(struct exchange *x);
enum err endpoint_all_list(struct exchange *x);

enum err endpoint_provider_config(struct exchange *x);
enum err endpoint_schemas(struct exchange *x);
enum err endpoint_schema(struct exchange *x);
enum err endpoint_resource_types(struct exchange *x);
enum err endpoint_resource_type(struct exchange *x);

enum err endpoint_bulk(struct exchange *x);

/* /Me: 501. */
enum err endpoint_unsupported(struct exchange *x);

#endif
