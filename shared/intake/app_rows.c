/* app_rows: writing where facts come from; see app_rows.h. */
#include "config.h"

#include "app_rows.h"

#include <stdio.h>

#include "error.h"
#include "schema.h"

/* On a server the app's tables are in the same database. */
int
cm_app_rows_open(struct cm_store *own, const char *table, struct cm_store **app)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("name", table), { 0 } };
	struct cm_store *store = own;
	bool journal = false;
	int64_t tables = 0;
	int rc = 0;

	*app = NULL;
	if (!cm_store_is_remote(own) && !cm_store_lies_beside(own))
		return 0;
	if (!cm_store_is_remote(own)) {
		if (cm_store_open(cm_store_url(own), CM_STORE_APP_WRITE, &store) < 0)
			return CM_ENOMEM;
		rc = cm_store_begin(store);
	}
	if (rc == 0 && (rc = cm_schema_exists(store, CM_APP_JOURNAL, &journal)) == 0)
		rc = cm_store_number(store, "object-count", binds, &tables);
	if (rc == 0 && journal && tables > 0) {
		*app = store;
		return 0;
	}
	if (rc < 0 && store != own)
		cm_store_relay(own, store, rc);
	if (store != own)
		cm_store_close(store);
	return rc;
}

int
cm_app_rows_close(struct cm_store *own, struct cm_store *app, bool keep)
{
	int rc;

	if (app == NULL || app == own)
		return 0;
	if ((rc = cm_store_end(app, keep)) < 0)
		cm_store_relay(own, app, rc);
	cm_store_close(app);
	return rc;
}

char *
cm_app_row_time(cm_us at, char text[CM_APP_ROW_TIME])
{
	cm_us day_us = cm_time_floor(at, CM_DAY_US), rest_us = at - day_us;
	int year, month, day, second = (int)(rest_us / CM_SECOND_US);

	cm_civil_from_days(day_us / CM_DAY_US, &year, &month, &day);
	snprintf(text, CM_APP_ROW_TIME, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00", year % 10000, month, day, second / 3600,
	    second / 60 % 60, second % 60, (int)(rest_us % CM_SECOND_US));
	return text;
}
