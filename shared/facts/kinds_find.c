/* kinds_find: kinds by their names; see kinds.h. */
#include "config.h"

#include <string.h>

#include "kinds.h"

const struct cm_synonym cm_step_synonyms[] = { { "llm", "llm_ttft" }, { "tts", "tts_ttfb" }, { 0 } };

const struct cm_kind *
cm_kind_find(const char *name)
{
	int i;

	for (i = 0; i < cm_kind_count; i++)
		if (strcmp(cm_kinds[i].name, name) == 0)
			return &cm_kinds[i];
	return NULL;
}

const struct cm_kind *
cm_component_find(const char *name)
{
	int i;

	for (i = 0; i < cm_kind_count; i++)
		if (cm_kinds[i].of == CM_OF_STEP && (strcmp(cm_kinds[i].name, name) == 0 ||
		    (cm_kinds[i].guide != NULL && strcmp(cm_kinds[i].guide, name) == 0)))
			return &cm_kinds[i];
	return NULL;
}
