/* origin: whether a request was sent by a page of another site; see origin.h. */
#include "config.h"

#include "origin.h"

#include <string.h>
#include <strings.h>

/* An origin is a scheme, "://", and what Host says; "null" is of nobody. */
static bool
is_our_host(const char *origin, const char *host)
{
	const char *at = strstr(origin, "://");

	return at != NULL && strcasecmp(at + 3, host) == 0;
}

bool
cm_origin_is_foreign(const struct cm_client *client)
{
	const char *site = cm_client_variable(client, "HTTP_SEC_FETCH_SITE");
	const char *origin = cm_client_variable(client, "HTTP_ORIGIN");

	/* "none": no page, but the person at the browser. */
	if (*site != '\0')
		return strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
	return *origin != '\0' && !is_our_host(origin, cm_client_variable(client, "HTTP_HOST"));
}
