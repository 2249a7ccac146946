/* accept: what a client would rather have: its Accept header (RFC 9110, 12.5.1). */
#ifndef CM_ACCEPT_H
#define CM_ACCEPT_H

/*
 * How much a media type is wanted, in thousandths: the q of what speaks of it most precisely, 1000 where that has none; 0: not at
 * all.  No header wants everything alike.  Of parameters q alone counts; a member of the list that is malformed is not there.
 */
int cm_accept_permille(const char *accept, const char *type);

/* The same by the type itself, and by no range such as text or anything. */
int cm_accept_named_permille(const char *accept, const char *type);

#endif
