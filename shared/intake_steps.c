/* intake_steps: what is sent of the steps of turns, and what they cost; see intake.h. */
#include "config.h"

#include "intake_own.h"

#include <string.h>

#include "bins.h"
#include "error.h"
#include "fold.h"
#include "report.h"
#include "text.h"

/* Steps that are sent are numbered above this, those of the voice app below; the same as in cm_latency_added. */
#define SENT_IDS_FROM (INT64_C(1) << 40)

/* The series that an event's step counts into: its call's, or, while that is not known, its tenant's.  Rejects an event of another
 * tenant's call. */
static int
find_series(struct cm_taking *taking, struct cm_event *event, int64_t *series_id)
{
	struct cm_labels labels = { cm_or_empty(event->tenant_id), "", "", "", "" };
	const struct cm_call_card *card;
	int rc;

	if ((rc = cm_call_card(taking, event->call_id, &card)) < 0)
		return rc;
	if (!card->found)
		return cm_series_of(taking, &labels, series_id);
	*series_id = card->series_id;
	cm_call_is_of(card->tenant_id, event);
	return 0;
}

/* The number of the next step that is sent: above all that the voice app gives to its own. */
static int
next_latency_id(struct cm_taking *taking, int64_t *latency_id)
{
	int rc;

	if (taking->last_latency_id == 0 &&
	    (rc = cm_store_number(taking->store, "latency-last", NULL, &taking->last_latency_id)) < 0)
		return rc;
	if (taking->last_latency_id < SENT_IDS_FROM)
		taking->last_latency_id = SENT_IDS_FROM;
	*latency_id = ++taking->last_latency_id;
	return 0;
}

static int
add_step(struct cm_taking *taking, const struct cm_event *event, const struct cm_component *component, int64_t series_id,
    int64_t duration_us, int64_t *latency_id)
{
	const struct cm_fold_step step = { .series_id = series_id, .kind = (int)(component - cm_components), .at = event->at,
		.value_us = duration_us, .bin = cm_bin_of(duration_us) };
	int64_t rc;

	if ((rc = next_latency_id(taking, latency_id)) < 0)
		return (int)rc;
	const struct cm_bind binds[] = {
		CM_INT_PARAM("latency_id", *latency_id), CM_TEXT_PARAM("call_id", event->call_id),
		CM_TEXT_PARAM("turn_id", event->turn_id), CM_INT_PARAM("series_id", series_id),
		CM_TEXT_PARAM("component", component->name), CM_TEXT_PARAM("provider", event->provider),
		CM_TEXT_PARAM("model", event->model), CM_INT_PARAM("at", event->at), CM_INT_PARAM("duration_us", duration_us),
		CM_INT_PARAM("bin", step.bin), CM_TEXT_PARAM("metadata", event->body), { 0 },
	};

	if ((rc = cm_store_run(taking->store, "latency-add", binds)) < 0)
		return (int)rc;
	return cm_fold_note(taking->store, &step);
}

static int
change_step(struct cm_taking *taking, const struct cm_event *event, int64_t latency_id, cm_us at, int64_t duration_us)
{
	const struct cm_bind binds[] = {
		CM_INT_PARAM("latency_id", latency_id), CM_INT_PARAM("at", at), CM_INT_PARAM("duration_us", duration_us),
		CM_INT_PARAM("bin", cm_bin_of(duration_us)), CM_TEXT_PARAM("provider", event->provider),
		CM_TEXT_PARAM("model", event->model), { 0 },
	};
	int64_t rc = cm_store_run(taking->store, "latency-change", binds);

	return rc < 0 ? (int)rc : 0;
}

/* The step that is a turn's, if it has one yet. */
struct turn {
	int64_t latency_id;		/* 0: none */
	bool measured;
};

static int
find_turn(struct cm_taking *taking, const struct cm_event *event, struct turn *turn)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", event->call_id), CM_TEXT_PARAM("turn_id", event->turn_id), { 0 } };
	struct cm_rows *rows;
	int rc;

	*turn = (struct turn){ 0 };
	if ((rc = cm_store_query(taking->store, "turn-get", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0)
		*turn = (struct turn){ .latency_id = cm_rows_int(rows, 0), .measured = cm_rows_int(rows, 1) != 0 };
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
put_turn(struct cm_taking *taking, const struct cm_event *event, const struct turn *turn)
{
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("call_id", event->call_id), CM_TEXT_PARAM("turn_id", event->turn_id),
		CM_INT_PARAM("latency_id", turn->latency_id), CM_INT_PARAM("measured", turn->measured),
		CM_INT_PARAM("at", event->at), { 0 },
	};
	int64_t rc = cm_store_run(taking->store, "turn-put", binds);

	return rc < 0 ? (int)rc : 0;
}

/* A turn takes one time: the sender's measure, the last one given, or else what its marks give. */
static int
time_turn(struct cm_taking *taking, struct cm_event *event, cm_us at, int64_t duration_us, bool measured)
{
	struct turn turn;
	int64_t series_id = 0;
	int rc;

	if ((rc = find_turn(taking, event, &turn)) < 0 || (turn.measured && !measured))
		return rc;
	if (turn.latency_id != 0) {
		if ((rc = change_step(taking, event, turn.latency_id, at, duration_us)) < 0 || turn.measured == measured)
			return rc;
	} else {
		struct cm_event step = *event;

		step.at = at;
		if ((rc = find_series(taking, &step, &series_id)) < 0 ||
		    (rc = add_step(taking, &step, cm_component_find("turn_e2e"), series_id, duration_us, &turn.latency_id)) < 0)
			return rc;
	}
	turn.measured = measured;
	return put_turn(taking, event, &turn);
}

/* What a turn's marks say. */
struct span {
	bool known;			/* the agent started */
	cm_us agent_started;
	cm_us user_stopped;		/* -1: not known */
	bool reversed;			/* the user is only known to have stopped later */
};

static int
find_span(struct cm_taking *taking, const struct cm_event *event, struct span *span)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", event->call_id), CM_TEXT_PARAM("turn_id", event->turn_id), { 0 } };
	struct cm_rows *rows;
	int rc;

	*span = (struct span){ .user_stopped = -1 };
	if ((rc = cm_store_query(taking->store, "turn-span", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0) {
		span->known = true;
		span->agent_started = cm_rows_int(rows, 0);
		if (!cm_rows_null(rows, 1))
			span->user_stopped = cm_rows_int(rows, 1);
		span->reversed = cm_rows_null(rows, 1) && cm_rows_int(rows, 2) > 0;
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static int
drop_mark(struct cm_taking *taking, const struct cm_event *event)
{
	const struct cm_bind binds[] = { CM_TEXT_PARAM("call_id", event->call_id), CM_TEXT_PARAM("turn_id", event->turn_id),
		CM_TEXT_PARAM("mark", event->mark), CM_INT_PARAM("at", event->at), { 0 } };
	int64_t rc = cm_store_run(taking->store, "mark-drop", binds);

	return rc < 0 ? (int)rc : 0;
}

int
cm_take_turn_mark(struct cm_taking *taking, struct cm_event *event)
{
	const struct cm_call_card *card;
	struct span span;
	int rc;

	if ((rc = cm_call_card(taking, event->call_id, &card)) < 0 || (card->found && !cm_call_is_of(card->tenant_id, event)))
		return rc;
	if ((rc = cm_mark_add(taking, event->call_id, event->turn_id, event->mark, event->at)) <= 0)
		return rc;
	if ((rc = find_span(taking, event, &span)) < 0)
		return rc;
	if (span.reversed) {
		cm_event_reject(event, "In this turn the agent would have started before the user stopped.");
		return drop_mark(taking, event);
	}
	if (!span.known || span.user_stopped < 0)
		return 0;
	return time_turn(taking, event, span.agent_started, span.agent_started - span.user_stopped, false);
}

/* What a use costs: what the sender says, else by the price of its time; rounded half up. */
struct bill {
	int64_t cost_nusd;		/* -1: no price is known */
	int64_t price_id;		/* 0: none */
	char provider[136];
};

static int
price(struct cm_taking *taking, const struct cm_event *event, const struct cm_use *use, struct bill *bill)
{
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("service", use->service), CM_TEXT_PARAM("unit", use->unit),
		CM_TEXT_PARAM("provider", cm_or_empty(event->provider)), CM_TEXT_PARAM("model", cm_or_empty(event->model)),
		CM_INT_PARAM("at", event->at), { 0 },
	};
	struct cm_rows *rows;
	__int128 worth;
	int64_t per;
	int rc;

	if ((rc = cm_store_query(taking->store, "price-of", binds, &rows)) < 0)
		return rc;
	if ((rc = cm_rows_next(rows)) > 0 && (per = cm_rows_int(rows, 3)) > 0) {
		bill->price_id = cm_rows_int(rows, 0);
		strncpy(bill->provider, cm_rows_text(rows, 1), sizeof bill->provider - 1);
		worth = (__int128)use->amount_micro * cm_rows_int(rows, 2);
		bill->cost_nusd = (int64_t)((worth + (__int128)per * 500000) / ((__int128)per * 1000000));
	}
	cm_rows_done(rows);
	return rc < 0 ? rc : 0;
}

static struct cm_bind
maybe(const char *name, bool known, int64_t value)
{
	return (struct cm_bind){ .name = name, .type = known ? CM_BIND_INT : CM_BIND_NO_INT, .number = value };
}

static int
add_use(struct cm_taking *taking, const struct cm_event *event, const struct cm_use *use)
{
	struct bill bill = { .cost_nusd = event->cost_nusd };
	int64_t rc;

	if (bill.cost_nusd < 0 && (rc = price(taking, event, use, &bill)) < 0)
		return (int)rc;
	const struct cm_bind binds[] = {
		CM_TEXT_PARAM("call_id", event->call_id), CM_TEXT_PARAM("turn_id", event->turn_id),
		CM_TEXT_PARAM("tenant_id", cm_or_empty(event->tenant_id)),
		CM_TEXT_PARAM("provider", event->provider != NULL ? event->provider : bill.provider),
		CM_TEXT_PARAM("model", event->model), CM_TEXT_PARAM("service", use->service),
		CM_INT_PARAM("usage_micro", use->amount_micro), CM_TEXT_PARAM("usage_unit", use->unit),
		maybe("cost_nusd", bill.cost_nusd >= 0, bill.cost_nusd), maybe("price_id", bill.price_id != 0, bill.price_id),
		CM_INT_PARAM("at", event->at), { 0 },
	};

	rc = cm_store_run(taking->store, "cost-add", binds);
	return rc < 0 ? (int)rc : 0;
}

static int
add_uses(struct cm_taking *taking, const struct cm_event *event)
{
	size_t i;
	int rc;

	for (i = 0; i < nitems(event->uses) && event->uses[i].service != NULL; i++)
		if ((rc = add_use(taking, event, &event->uses[i])) < 0)
			return rc;
	return 0;
}

static int
time_step(struct cm_taking *taking, struct cm_event *event, const struct cm_component *component, int64_t series_id)
{
	int64_t latency_id;

	if (strcmp(component->name, "turn_e2e") == 0 && event->turn_id != NULL)
		return time_turn(taking, event, event->at, event->latency_us, true);
	return add_step(taking, event, component, series_id, event->latency_us, &latency_id);
}

/* The component that a word means: one of our own names, or of the vocabulary's; NULL in *out where none. */
static int
find_component(struct cm_taking *taking, const char *word, const struct cm_component **out)
{
	const char *meaning = NULL;
	int rc;

	if ((*out = cm_component_find(word)) != NULL)
		return 0;
	if ((rc = cm_meaning_of(taking, "component", word, &meaning)) == 0 && meaning != NULL)
		*out = cm_component_find(meaning);
	return rc;
}

int
cm_take_step(struct cm_taking *taking, struct cm_event *event)
{
	const struct cm_component *component = NULL;
	int64_t series_id = 0;
	int rc;

	if (event->latency_us >= 0 && (rc = find_component(taking, event->component, &component)) < 0)
		return rc;
	if (event->latency_us >= 0 && component == NULL) {
		cm_event_reject(event, "component is none of turn_e2e, stt, llm_ttft, tts_ttfb, tool, network, session.");
		return 0;
	}
	if ((rc = find_series(taking, event, &series_id)) < 0 || event->verdict == CM_REJECTED)
		return rc;
	if (event->latency_us >= 0 && (rc = time_step(taking, event, component, series_id)) < 0)
		return rc;
	return add_uses(taking, event);
}
