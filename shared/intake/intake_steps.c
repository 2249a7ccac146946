/* intake_steps: what is sent of the steps of turns, and what they cost; see intake.h. */
#include "config.h"

#include "intake_own.h"

#include <string.h>

#include "error.h"
#include "kinds.h"
#include "bounds.h"
#include "text.h"

/* What a step is to be. */
struct timing {
	int kind;			/* its number, of kinds.h */
	bool measured;			/* by the sender */
	cm_us at;
	int64_t duration_us;
	const char *provider;
	const char *model;
};

static int
add_step(struct cm_taking *taking, const struct cm_event *event, struct cm_call_entry *call, const struct timing *timing,
    struct cm_new_step **out)
{
	struct cm_new_step step = {
		.call = call, .turn_id = event->turn_id, .kind = timing->kind,
		.provider = timing->provider, .model = timing->model, .at = timing->at, .duration_us = timing->duration_us,
		.metadata = event->body,
	};
	int rc;

	if ((rc = cm_unit_next_latency_id(taking->unit, &step.latency_id)) < 0)
		return rc;
	return cm_unit_step_add(taking->unit, &step, out);
}

/* Times a turn's step anew: where it is not written yet it is written so. */
static void
change_step(struct cm_turn_entry *turn, const struct timing *timing)
{
	if (turn->step != NULL) {
		turn->step->at = timing->at;
		turn->step->duration_us = timing->duration_us;
		turn->step->provider = timing->provider;
		turn->step->model = timing->model;
		return;
	}
	turn->timed_anew = true;
	turn->step_at = timing->at;
	turn->duration_us = timing->duration_us;
	turn->provider = timing->provider;
	turn->model = timing->model;
}

/* How a measure compares with the one as of the same instant that the turn has: the longer counts, and then by their bytes. */
static int
compare_measures(struct cm_taking *taking, const struct timing *timing, struct cm_turn_entry *turn, int *order)
{
	const struct cm_new_step *step = turn->step;
	int64_t known_us;
	int rc;

	if (step == NULL && !turn->timed_anew && (rc = cm_unit_read_step(taking->unit, turn)) < 0)
		return rc;
	known_us = step != NULL ? step->duration_us : turn->duration_us;
	*order = (timing->duration_us > known_us) - (timing->duration_us < known_us);
	if (*order == 0)
		*order = strcmp(cm_or_empty(timing->provider), cm_or_empty(step != NULL ? step->provider : turn->provider));
	if (*order == 0)
		*order = strcmp(cm_or_empty(timing->model), cm_or_empty(step != NULL ? step->model : turn->model));
	return 0;
}

/* A turn takes one time: the sender's measure, the last one, or else what its marks give, which follows them. */
static int
time_turn(struct cm_taking *taking, struct cm_event *event, struct cm_call_entry *call, struct cm_turn_entry *turn,
    const struct timing *timing)
{
	int rc, order = 1;

	if (turn->measured && (!timing->measured || timing->at < turn->at))
		return 0;
	if (turn->measured && timing->at == turn->at && (rc = compare_measures(taking, timing, turn, &order)) < 0)
		return rc;
	if (order <= 0)
		return 0;
	if (turn->latency_id != 0)
		change_step(turn, timing);
	else if ((rc = add_step(taking, event, call, timing, &turn->step)) < 0)
		return rc;
	turn->changed |= turn->latency_id == 0 || turn->measured != timing->measured || turn->at != timing->at;
	if (turn->latency_id == 0)
		turn->latency_id = turn->step->latency_id;
	turn->measured = timing->measured;
	turn->at = timing->at;
	return 0;
}

/* What a turn's marks say. */
struct span {
	cm_us agent_started;		/* the first time after the user had stopped once; -1: not known */
	cm_us user_stopped;		/* the last time before that: as told, else as it was detected */
};

static cm_us
first_of(const struct cm_sorted_times *times, cm_us other)
{
	return times->count > 0 && times->at[0] < other ? times->at[0] : other;
}

/* An answer that comes later after the user than a step may take is none to that. */
static struct span
span_of(const struct cm_turn_entry *turn)
{
	const struct cm_sorted_times *user = &turn->marks[CM_USER_STOPPED], *end = &turn->marks[CM_END_OF_TURN];
	cm_us from = first_of(user, first_of(end, INT64_MAX)), agent_started, user_stopped;

	for (; (agent_started = cm_sorted_times_first(&turn->marks[CM_AGENT_STARTED], from)) >= 0; from = agent_started + 1) {
		if ((user_stopped = cm_sorted_times_last(user, agent_started)) < 0)
			user_stopped = cm_sorted_times_last(end, agent_started);
		if (agent_started - user_stopped <= cm_bounds()->step_us)
			return (struct span){ agent_started, user_stopped };
	}
	return (struct span){ -1, -1 };
}

/* Who provided a turn that is timed by its marks nobody says: it is the work of several. */
int
cm_take_turn_mark(struct cm_taking *taking, struct cm_event *event)
{
	int rc, kind = cm_mark_kind(event->mark);
	struct cm_call_entry *call;
	struct cm_turn_entry *turn;
	struct timing timing = { .kind = cm_component_find("turn_e2e")->number };
	struct span before, span;

	if ((rc = cm_unit_call(taking->unit, event->tenant_id, event->call_id, &call)) < 0 ||
	    (rc = cm_unit_turn(taking->unit, call, event->turn_id, &turn)) < 0)
		return rc;
	before = span_of(turn);
	if ((rc = cm_sorted_times_add(&taking->unit->arena, &turn->marks[kind], event->at)) <= 0 ||
	    (rc = cm_unit_mark_add(taking->unit, turn, event->mark, event->at)) < 0)
		return rc;
	span = span_of(turn);
	if (span.agent_started < 0 || (span.agent_started == before.agent_started && span.user_stopped == before.user_stopped))
		return 0;
	timing.at = span.agent_started;
	timing.duration_us = span.agent_started - span.user_stopped;
	return time_turn(taking, event, call, turn, &timing);
}

/* What a use costs: what the sender says, else by the price of its time; rounded half up. */
struct bill {
	int64_t cost_nusd;		/* -1: no price is known */
	int64_t price_id;		/* 0: none */
	const char *provider;		/* NULL: none */
};

/* Whether a price is one of a use: without a provider the model must tell. */
static bool
prices_use(const struct cm_price *price, const struct cm_event *event, const struct cm_use *use)
{
	const char *provider = cm_or_empty(event->provider), *model = cm_or_empty(event->model);

	return price->valid_from <= event->at && strcmp(price->service, use->service) == 0 && strcmp(price->unit, use->unit) == 0 &&
	    (strcmp(price->provider, provider) == 0 || (*provider == '\0' && *price->model != '\0')) &&
	    (strcmp(price->model, model) == 0 || *price->model == '\0');
}

/* Of several prices the model's own comes before the provider's, and the latest before others. */
static bool
comes_before(const struct cm_price *one, const struct cm_price *other)
{
	bool own = *one->model != '\0';

	if (own != (*other->model != '\0'))
		return own;
	if (one->valid_from != other->valid_from)
		return one->valid_from > other->valid_from;
	return one->price_id < other->price_id;
}

static int
price(struct cm_taking *taking, const struct cm_event *event, const struct cm_use *use, struct bill *bill)
{
	const struct cm_price *price, *best = NULL;
	__int128 worth;
	int rc;

	if ((rc = cm_unit_prices(taking->unit, &price)) < 0)
		return rc;
	for (; price != NULL; price = price->next)
		if (prices_use(price, event, use) && (best == NULL || comes_before(price, best)))
			best = price;
	if (best == NULL || best->per <= 0)
		return 0;
	bill->price_id = best->price_id;
	bill->provider = best->provider;
	worth = (__int128)use->amount_micro * best->price_nusd;
	bill->cost_nusd = (int64_t)((worth + (__int128)best->per * 500000) / ((__int128)best->per * 1000000));
	return 0;
}

static struct cm_bind
maybe(const char *name, bool known, int64_t value)
{
	return (struct cm_bind){ .name = name, .type = known ? CM_BIND_INT : CM_BIND_NO_INT, .number = value };
}

static int
add_use(struct cm_taking *taking, const struct cm_event *event, struct cm_call_entry *call, const struct cm_use *use)
{
	struct bill bill = { .cost_nusd = event->cost_nusd };
	int rc;

	if (bill.cost_nusd < 0 && (rc = price(taking, event, use, &bill)) < 0)
		return rc;
	const struct cm_bind binds[] = {
		CM_FACT_PARAMS, CM_TEXT_PARAM("turn_id", event->turn_id),
		CM_TEXT_PARAM("provider", event->provider != NULL ? event->provider : cm_or_empty(bill.provider)),
		CM_TEXT_PARAM("model", event->model), CM_TEXT_PARAM("service", use->service),
		CM_INT_PARAM("usage_micro", use->amount_micro), CM_TEXT_PARAM("usage_unit", use->unit),
		maybe("cost_nusd", bill.cost_nusd >= 0, bill.cost_nusd), maybe("price_id", bill.price_id != 0, bill.price_id),
		CM_INT_PARAM("at_us", event->at), { 0 },
	};

	return cm_unit_fact_add(taking->unit, "cost-add", call, binds);
}

static int
add_uses(struct cm_taking *taking, const struct cm_event *event, struct cm_call_entry *call)
{
	size_t i;
	int rc;

	for (i = 0; i < nitems(event->uses) && event->uses[i].service != NULL; i++)
		if ((rc = add_use(taking, event, call, &event->uses[i])) < 0)
			return rc;
	return 0;
}

static int
time_step(struct cm_taking *taking, struct cm_event *event, const struct cm_kind *component, struct cm_call_entry *call)
{
	const struct timing timing = {
		.kind = component->number, .measured = true, .at = event->at, .duration_us = event->latency_us,
		.provider = event->provider, .model = event->model,
	};
	struct cm_turn_entry *turn;
	struct cm_new_step *step;
	int rc;

	if (strcmp(component->name, "turn_e2e") != 0 || event->turn_id == NULL)
		return add_step(taking, event, call, &timing, &step);
	if ((rc = cm_unit_turn(taking->unit, call, event->turn_id, &turn)) < 0)
		return rc;
	return time_turn(taking, event, call, turn, &timing);
}

/* The component that a word means: one of our own names, or of the vocabulary's; NULL in *out where none. */
static int
find_component(struct cm_taking *taking, const char *word, const struct cm_kind **out)
{
	const char *meaning = NULL;
	int rc;

	if ((*out = cm_component_find(word)) != NULL)
		return 0;
	if ((rc = cm_unit_meaning(taking->unit, "component", word, &meaning)) == 0 && meaning != NULL)
		*out = cm_component_find(meaning);
	return rc;
}

int
cm_take_step(struct cm_taking *taking, struct cm_event *event)
{
	const struct cm_kind *component = NULL;
	struct cm_call_entry *call;
	int rc;

	if (event->latency_us >= 0 && (rc = find_component(taking, event->component, &component)) < 0)
		return rc;
	if (event->latency_us >= 0 && component == NULL) {
		cm_event_reject(event, cm_step_refusal);
		return 0;
	}
	if ((rc = cm_unit_call(taking->unit, event->tenant_id, event->call_id, &call)) < 0)
		return rc;
	if (event->latency_us >= 0 && (rc = time_step(taking, event, component, call)) < 0)
		return rc;
	return add_uses(taking, event, call);
}
