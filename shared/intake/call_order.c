/* call_order: the one total order of what is known of a call; see call_order.h. */
#include "config.h"

#include "call_order.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "bounds.h"
#include "text.h"
#include "unit.h"

/* Statuses and reasons, the weaker first; those of an operator's own words come behind them, by their bytes. */
static const char *const statuses[] = { "active", "timeout", "completed", "cancelled", "failed" };
static const char *const reasons[] = { "", "unknown" };

/* The letters of claims; the second ones are those of what is less than told. */
static const char told_letters[CM_CLAIMS + 1] = "avptfomsed";
static const char rank_letters[] = { [CM_GUESSED] = '?', [CM_DERIVED] = '~' };

static const char **
text_of(struct cm_unit_call *call, enum cm_claimed which)
{
	const char **const texts[CM_CLAIMED_TEXTS] = {
		[CM_OF_AGENT] = &call->labels.agent, [CM_OF_AGENT_VERSION] = &call->labels.agent_version,
		[CM_OF_PROVIDER] = &call->labels.provider, [CM_OF_CALL_TYPE] = &call->labels.call_type,
		[CM_OF_CALLER] = &call->caller_number, [CM_OF_CALLEE] = &call->callee_number, [CM_OF_METADATA] = &call->metadata,
	};

	return texts[which];
}

static int
compare_numbers(int64_t one, int64_t other)
{
	return (one > other) - (one < other);
}

static int
compare_claims(const struct cm_claim *one, const struct cm_claim *other)
{
	return one->rank != other->rank ? compare_numbers(one->rank, other->rank) : compare_numbers(one->at, other->at);
}

/* Words by their place in a list; those that are not in it come behind it, by their bytes. */
static int
compare_words(const char *const *list, size_t count, const char *one, const char *other)
{
	size_t a, b;

	for (a = 0; a < count && strcmp(list[a], one) != 0; a++)
		continue;
	for (b = 0; b < count && strcmp(list[b], other) != 0; b++)
		continue;
	return a != b ? compare_numbers((int64_t)a, (int64_t)b) : strcmp(one, other);
}

/* Puts a claim to a text where it counts for more than the one that stands. */
static enum cm_learned
claim_text(const char **known, struct cm_claim *claim, const char *told, const struct cm_claim *by)
{
	bool same;
	int order;

	if (told == NULL || *told == '\0')
		return CM_LEARNED_NOTHING;
	if ((order = compare_claims(by, claim)) < 0)
		return CM_LEARNED_NOTHING;
	same = *known != NULL && strcmp(*known, told) == 0;
	if (order == 0 && (same || strcmp(told, cm_or_empty(*known)) < 0))
		return CM_LEARNED_NOTHING;
	*claim = *by;
	*known = told;
	return same ? CM_LEARNED_SINCE_WHEN : CM_LEARNED_FACTS;
}

static bool
raise_flag(bool *flag, bool told)
{
	bool raised = told && !*flag;

	*flag |= told;
	return raised;
}

/* How an end that is told compares with the one that is known. */
static int
compare_ends(const struct cm_telling *telling, const struct cm_unit_call *call)
{
	const struct cm_claim told = { telling->end_rank, telling->ended_us };
	enum cm_rank timed = call->claims[CM_OF_DURATION].rank;
	int64_t known_us = timed == CM_TOLD ? call->duration_us : timed == CM_GUESSED ? CM_LENGTH_UNKNOWN : CM_LENGTH_FOLLOWS;
	int order;

	if ((order = compare_claims(&told, &call->claims[CM_OF_END])) != 0 ||
	    (order = compare_words(statuses, nitems(statuses), telling->status, call->status)) != 0 ||
	    (order = compare_words(reasons, nitems(reasons), telling->failure_reason, call->failure_reason)) != 0)
		return order;
	return compare_numbers(telling->duration_us, known_us);
}

/* Start, end and length, from the claims to them; a length that was told is there already.  One that is not known is but a guess. */
static void
settle_times(struct cm_unit_call *call)
{
	const struct cm_claim *start = &call->claims[CM_OF_START], *end = &call->claims[CM_OF_END];
	enum cm_rank timed = call->claims[CM_OF_DURATION].rank;
	bool ended = end->rank != CM_UNCLAIMED && end->at >= 0;

	call->ended_us = ended ? end->at : -1;
	if (start->rank != CM_UNCLAIMED)
		call->started_us = start->at;
	else if (ended)
		call->started_us = timed != CM_TOLD ? end->at : call->duration_us < end->at ? end->at - call->duration_us : 0;
	if (timed != CM_TOLD)
		call->duration_us = timed == CM_UNCLAIMED && ended && call->ended_us >= call->started_us &&
		    call->ended_us - call->started_us <= cm_bounds()->call_us ? call->ended_us - call->started_us : -1;
}

static enum cm_rank
rank_of_length(int64_t duration_us)
{
	return duration_us >= 0 ? CM_TOLD : duration_us == CM_LENGTH_UNKNOWN ? CM_GUESSED : CM_UNCLAIMED;
}

static enum cm_learned
claim_times(struct cm_unit_call *call, const struct cm_telling *telling)
{
	struct cm_claim *start = &call->claims[CM_OF_START];
	const cm_us started_us = call->started_us, ended_us = call->ended_us, duration_us = call->duration_us;
	const char *status = call->status, *reason = call->failure_reason;
	bool learned = false;

	if (telling->started_us >= 0 && (start->rank == CM_UNCLAIMED || telling->started_us < start->at)) {
		*start = (struct cm_claim){ CM_TOLD, telling->started_us };
		learned = true;
	}
	if (telling->end_rank != CM_UNCLAIMED && compare_ends(telling, call) > 0) {
		call->claims[CM_OF_END] = (struct cm_claim){ telling->end_rank, telling->ended_us };
		call->claims[CM_OF_DURATION] = (struct cm_claim){ rank_of_length(telling->duration_us), telling->ended_us };
		call->status = telling->status;
		call->failure_reason = telling->failure_reason;
		call->duration_us = telling->duration_us;
		learned = true;
	}
	if (!learned)
		return CM_LEARNED_NOTHING;
	settle_times(call);
	return call->started_us != started_us || call->ended_us != ended_us || call->duration_us != duration_us ||
	    strcmp(call->status, status) != 0 || strcmp(call->failure_reason, reason) != 0 ? CM_LEARNED_FACTS : CM_LEARNED_SINCE_WHEN;
}

enum cm_learned
cm_call_learn(struct cm_unit_call *call, const struct cm_telling *telling)
{
	const struct cm_claim by = { CM_TOLD, telling->at };
	enum cm_learned most = claim_times(call, telling), learned;
	enum cm_claimed which;

	for (which = 0; which < CM_CLAIMED_TEXTS; which++) {
		learned = claim_text(text_of(call, which), &call->claims[which], telling->texts[which], &by);
		most = learned > most ? learned : most;
	}
	if (raise_flag(&call->has_audio, telling->has_audio))
		most = CM_LEARNED_FACTS;
	if (raise_flag(&call->has_transcript, telling->has_transcript))
		most = CM_LEARNED_FACTS;
	/* A call came in unless somebody says that it went out. */
	if (*call->labels.call_type == '\0')
		call->labels.call_type = "inbound";
	return most;
}

bool
cm_call_wants_metadata(const struct cm_unit_call *call, const struct cm_telling *telling)
{
	const struct cm_claim told = { CM_TOLD, telling->at };

	return telling->texts[CM_OF_METADATA] != NULL && call->metadata == NULL &&
	    compare_claims(&told, &call->claims[CM_OF_METADATA]) == 0;
}

void
cm_claims_put(const struct cm_unit_call *call, char text[CM_CLAIMS_TEXT])
{
	enum cm_claimed which;
	cm_us before = 0;
	size_t used = 0;

	for (which = 0; which < CM_CLAIMS; which++) {
		const struct cm_claim *claim = &call->claims[which];

		if (claim->rank == CM_UNCLAIMED)
			continue;
		text[used++] = told_letters[which];
		if (claim->rank != CM_TOLD)
			text[used++] = rank_letters[claim->rank];
		if (claim->at != before)
			used += (size_t)snprintf(text + used, CM_CLAIMS_TEXT - used, "%lld", (long long)(claim->at - before));
		before = claim->at;
	}
	text[used] = '\0';
}

/* What the row of a voice app says of a call, it tells. */
static void
claim_row(struct cm_unit_call *call)
{
	const struct cm_claim told = { CM_TOLD, call->started_us };
	enum cm_claimed which;

	for (which = 0; which < CM_CLAIMED_TEXTS; which++)
		if (*cm_or_empty(*text_of(call, which)) != '\0')
			call->claims[which] = told;
	call->claims[CM_OF_START] = told;
	if (strcmp(call->status, "active") == 0)
		return;
	call->claims[CM_OF_END] = (struct cm_claim){ CM_TOLD, call->ended_us };
	call->claims[CM_OF_DURATION] = (struct cm_claim){ call->duration_us >= 0 ? CM_TOLD : CM_GUESSED, call->ended_us };
}

void
cm_claims_take(struct cm_unit_call *call, const char *text)
{
	const char *letter;
	cm_us at = 0;

	memset(call->claims, 0, sizeof call->claims);
	if (text == NULL) {
		claim_row(call);
		return;
	}
	while (*text != '\0' && (letter = strchr(told_letters, *text)) != NULL) {
		struct cm_claim *claim = &call->claims[letter - told_letters];
		char *end;

		text++;
		claim->rank = *text == '?' ? CM_GUESSED : *text == '~' ? CM_DERIVED : CM_TOLD;
		text += claim->rank != CM_TOLD;
		at += strtoll(text, &end, 10);
		claim->at = at;
		text = end;
	}
}
