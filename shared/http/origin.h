/*
 * origin: whether a request was sent by a page of another site.
 *
 * A browser adds the login that it knows to whatever a page lets it send, also one of another site.  What changes something is
 * therefore refused where the browser says that another site's page sends it: by Sec-Fetch-Site (W3C, Fetch Metadata), or by
 * Origin (RFC 6454, 7) where it has no such header or the connection is not one that it trusts with it.  A browser that says neither
 * can be made to send a form, and a form's three media types are taken nowhere (body.c).
 */
#ifndef CM_ORIGIN_H
#define CM_ORIGIN_H

#include <stdbool.h>

#include "client.h"

/* True also where the header is not understood.  Programs, which send neither header, are nobody's page. */
bool cm_origin_is_foreign(const struct cm_client *client);

#endif
