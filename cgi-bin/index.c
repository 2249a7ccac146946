/*
 * index: GET /metrics/
 *
 * Every endpoint with its parameters, from the programs' own tables.
 *
 *   200  {"name":"callmetrics","version":"..","endpoints":[{"path":"/metrics/hourly","parameters":[..],..},..]}
 */
#include "config.h"

#include "endpoint.h"
#include "descriptions.h"

static const struct cm_param params[] = { { 0 } };

static int
show_index(struct cm_store *store, const struct cm_query *query, struct cm_reply *reply)
{
	struct cm_json *json = cm_reply_json(reply);
	const char *const *description;

	(void)store;
	(void)query;
	cm_json_text(json, "name", PACKAGE_NAME);
	cm_json_text(json, "version", PACKAGE_VERSION);
	cm_json_array(json, "endpoints");
	for (description = cm_descriptions; *description != NULL; description++)
		cm_json_raw(json, NULL, *description);
	cm_json_end(json);
	return 0;
}

const struct cm_endpoint cm_endpoint = {
	.name = "index", .path = "/metrics/", .also = "/", .summary = "Every endpoint with its parameters.",
	.params = params, .handle = show_index, .no_store = true, .max_age_s = 60,
};
