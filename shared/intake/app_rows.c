/* app_rows: writing where facts come from; see app_rows.h. */
#include "config.h"

#include "app_rows.h"

#include <stdio.h>

int
cm_app_row_has(struct cm_store *store, const char *table, bool *out)
{
	char key[64];
	const struct cm_bind binds[] = { CM_TEXT_PARAM("key", key), CM_INT_PARAM("fallback", -1), { 0 } };
	int64_t until;
	int rc;

	snprintf(key, sizeof key, "copy_until_%s", table);
	if ((rc = cm_store_number(store, "meta-get", binds, &until)) < 0)
		return rc;
	*out = until >= 0;
	return 0;
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
