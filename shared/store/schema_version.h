/* schema_version: the version of the tables that this program knows; a store refuses others. */
#ifndef CM_SCHEMA_VERSION_H
#define CM_SCHEMA_VERSION_H

enum { CM_SCHEMA_VERSION = 4 };

#endif
