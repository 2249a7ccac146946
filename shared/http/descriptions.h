/* descriptions: what the questions' programs say of themselves, each a JSON object; made at build time. */
#ifndef CM_DESCRIPTIONS_H
#define CM_DESCRIPTIONS_H

/* Ends with NULL. */
extern const char *const cm_descriptions[];

#endif
