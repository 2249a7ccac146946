/*
 * The total order: what is known of a call is the same in whatever order, in whatever pieces and however often it is told.
 * suites: normal sanitize valgrind
 */
#include "config.h"

#include "call_order.h"
#include "error.h"
#include "text.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_test.h"

enum { TELLINGS = 6, SETS = 3000, ORDERS = 12 };

static const struct cm_unit_call nothing = { .labels = { "", "", "", "", "" }, .ended_us = -1, .duration_us = -1, .status = "active",
	.failure_reason = "" };

static uint64_t state = 1;

static unsigned int
draw(unsigned int below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(state >> 33) % below;
}

/* Of few values, so that many are alike. */
static struct cm_telling
draw_telling(void)
{
	static const char *const words[] = { NULL, "", "a", "b", "ab" };
	static const char *const statuses[] = { "active", "timeout", "completed", "cancelled", "failed", "odd" };
	static const char *const reasons[] = { "", "unknown", "timeout", "api_error" };
	struct cm_telling telling = { .at = draw(3), .has_audio = draw(4) == 0, .has_transcript = draw(4) == 0, .started_us = -1 };
	size_t i;

	for (i = 0; i < CM_CLAIMED_TEXTS; i++)
		telling.texts[i] = words[draw(nitems(words))];
	if (draw(2) == 0)
		telling.started_us = draw(4);
	if (draw(2) == 0 || telling.started_us < 0) {
		telling.end_rank = (enum cm_rank)(CM_GUESSED + draw(3));
		telling.ended_us = (int64_t)draw(4) - (telling.started_us >= 0);
		telling.duration_us = (int64_t)draw(4) - 2;
		telling.status = statuses[draw(nitems(statuses))];
		telling.failure_reason = reasons[draw(nitems(reasons))];
	}
	return telling;
}

/* All that is known of a call, as text. */
static void
print_call(const struct cm_unit_call *call, char text[512])
{
	char claims[CM_CLAIMS_TEXT];

	cm_claims_put(call, claims);
	snprintf(text, 512, "%s|%s|%s|%s|%s|%s|%s|%lld|%lld|%lld|%s|%s|%d|%d|%s", call->labels.agent, call->labels.agent_version,
	    call->labels.provider, call->labels.call_type, cm_or_empty(call->caller_number), cm_or_empty(call->callee_number),
	    cm_or_empty(call->metadata), (long long)call->started_us, (long long)call->ended_us, (long long)call->duration_us, call->status,
	    call->failure_reason, call->has_audio, call->has_transcript, claims);
}

/* As in the next transaction: the claims come from the database. */
static void
store_and_read(struct cm_unit_call *call)
{
	char claims[CM_CLAIMS_TEXT];

	cm_claims_put(call, claims);
	cm_claims_take(call, claims);
}

static void
tell_all(const struct cm_telling *tellings, const unsigned int *order, size_t count, char text[512])
{
	struct cm_unit_call call = nothing;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0 && draw(2) == 0)
			store_and_read(&call);
		cm_call_learn(&call, &tellings[order[i]]);
	}
	print_call(&call, text);
	assert_true(call.duration_us >= -1);
	assert_int_equal(cm_call_learn(&call, &tellings[order[0]]), CM_LEARNED_NOTHING);
}

static void
test_any_order(void **unused)
{
	struct cm_telling tellings[TELLINGS];
	unsigned int order[2 * TELLINGS];
	char first[512], other[512];
	size_t count, i;
	int set, try;

	(void)unused;
	for (set = 0; set < SETS; set++) {
		count = 2 + draw(TELLINGS - 1);
		for (i = 0; i < count; i++) {
			tellings[i] = draw_telling();
			order[i] = (unsigned int)i;
		}
		tell_all(tellings, order, count, first);
		for (try = 0; try < ORDERS; try++) {
			for (i = count; i > 1; i--) {
				unsigned int at = draw((unsigned int)i), kept = order[i - 1];

				order[i - 1] = order[at];
				order[at] = kept;
			}
			for (i = 0; i < count; i++)
				order[count + i] = order[draw((unsigned int)count)];
			tell_all(tellings, order, count + draw((unsigned int)count), other);
			assert_string_equal(first, other);
		}
	}
}

static struct cm_telling
end_at(enum cm_rank rank, cm_us at, const char *status, int64_t duration_us)
{
	return (struct cm_telling){ .at = at, .started_us = -1, .end_rank = rank, .ended_us = at, .duration_us = duration_us,
		.status = status, .failure_reason = "" };
}

static void
test_ranks(void **unused)
{
	const struct cm_telling start = { .at = 10, .started_us = 10 }, told = end_at(CM_TOLD, 20, "completed", CM_LENGTH_FOLLOWS),
	    guess = end_at(CM_GUESSED, 900, "timeout", CM_LENGTH_FOLLOWS), later = end_at(CM_TOLD, 30, "timeout", CM_LENGTH_FOLLOWS),
	    clash = end_at(CM_TOLD, 5, "completed", CM_LENGTH_FOLLOWS);
	struct cm_unit_call call = nothing;

	(void)unused;
	assert_int_equal(cm_call_learn(&call, &guess), CM_LEARNED_FACTS);
	assert_int_equal(call.started_us, 900);
	cm_call_learn(&call, &start);
	assert_int_equal(call.duration_us, 890);
	cm_call_learn(&call, &told);
	assert_string_equal(call.status, "completed");
	assert_int_equal(call.duration_us, 10);
	assert_int_equal(cm_call_learn(&call, &guess), CM_LEARNED_NOTHING);
	cm_call_learn(&call, &later);
	assert_string_equal(call.status, "timeout");
	call = nothing;
	cm_call_learn(&call, &start);
	cm_call_learn(&call, &clash);
	assert_string_equal(call.status, "completed");
	assert_int_equal(call.started_us, 10);
	assert_int_equal(call.ended_us, 5);
	assert_int_equal(call.duration_us, -1);
}

/* A row without claims tells what it says, and what is told of later takes its place. */
static void
test_row(void **unused)
{
	struct cm_telling telling = { .at = 5, .started_us = -1, .texts = { [CM_OF_AGENT] = "new", [CM_OF_CALL_TYPE] = "inbound" } };
	struct cm_unit_call call = nothing;

	(void)unused;
	call.labels.agent = "old";
	call.labels.call_type = "outbound";
	call.started_us = 7;
	call.ended_us = 9;
	call.duration_us = 1;
	call.status = "completed";
	cm_claims_take(&call, NULL);
	assert_int_equal(cm_call_learn(&call, &telling), CM_LEARNED_NOTHING);
	telling.at = 8;
	assert_int_equal(cm_call_learn(&call, &telling), CM_LEARNED_FACTS);
	assert_string_equal(call.labels.agent, "new");
	assert_int_equal(call.duration_us, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
