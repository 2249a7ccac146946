/* follow_own: what the files that follow a voice app share. */
#ifndef CM_FOLLOW_OWN_H
#define CM_FOLLOW_OWN_H

#include "follow.h"
#include "journal.h"
#include "store.h"
#include "take.h"

struct cm_follow {
	char *app_url;
	bool has_app;			/* as it was when it was looked at last */
	bool remote;
	struct cm_store *own;		/* our database, for writing */
	struct cm_store *app;		/* the app's, for reading; on a server ours as well, for looking at the journal */
	int64_t taken;			/* the journal's last row that is known to be taken, -1: not known .. */
	int64_t mark;			/* .. and its mark */
	bool is_ahead;			/* rows were read beyond that, so they may be of what the app has lost */
	int64_t wanted;			/* the one that is to be taken; a question needs no later one */
	int64_t rows;			/* of the app, that were looked at */
	bool expects_much;		/* the store knows that there is much to take */
	bool tables_known;
	int64_t cookie;			/* of the app's schema when they were read .. */
	bool watched;			/* .. and when it was last seen whether they are watched */
	int64_t watch_cookie;
	bool asks;			/* for a question; on a server .app is its own store then */
	int64_t looked_ms;		/* on a server: when it was seen last that there is no journal, .. */
	int64_t cannot_until_ms;	/* .. and until when there is no use in trying to take */
	struct cm_app_tables tables;
	char problem[256];
};

/* What is remembered of following in cm_meta. */
#define CM_FOLLOW_TAKEN "follow_taken"		/* the journal's last row that was taken */
#define CM_FOLLOW_MARK "follow_mark"		/* .. and its mark */
#define CM_FOLLOW_SEEN "follow_seen"		/* the journal's last row when rows of the app were read, where that is a later one .. */
#define CM_FOLLOW_SEEN_MARK "follow_seen_mark"	/* .. and its mark */
#define CM_FOLLOW_TRIMMED "follow_trimmed"	/* .. and up to which its rows were removed, about */
#define CM_FOLLOW_COOKIE "follow_cookie"	/* of the app's schema, when rows had the numbers that they are known by */
#define CM_FOLLOW_SWEEP "follow_sweep"		/* whether all rows are to be read anew: enum cm_sweep */
#define CM_FOLLOW_SEED "follow_seed"		/* what rows were read by, when all were read last */
#define CM_FOLLOW_MENDED "follow_mended"	/* rows that were not as they were known */
#define CM_FOLLOW_TROUBLE "follow_trouble"	/* what is not watched, a sentence; "" nothing */
#define CM_FOLLOW_PLACE "follow_place_"		/* and a source's name: how far its rows are read */
#define CM_STATE "state"			/* attaching, detaching; not there: neither */

/* Whether all rows of the app are to be read anew. */
enum cm_sweep { CM_SWEEP_NONE, CM_SWEEP_ON, CM_SWEEP_FROM_START };	/* ON: it was begun and is to go on */

/* Asks for that, within a transaction of ours, and tells health why; NULL: that is nobody's concern. */
int cm_follow_want_sweep(struct cm_follow *follow, const char *why);

/*
 * Within both transactions: whether the journal is not the one that was taken, or goes less far than what was read of the app's rows: the
 * app's file lost what was written last, or ours did, and its journal was shortened since.  Then whatever it names now is for a sweep to
 * find, which is asked for.  Comes before the app's rows are read.
 */
int cm_follow_realign(struct cm_follow *follow);

/* The journal's last row, zeros where it has none, within a transaction of its store. */
int cm_follow_read_head(struct cm_store *store, int64_t *head, int64_t *mark);

/* Within both transactions, where the app's rows are read further than the journal is taken: notes how far. */
int cm_follow_note_seen(struct cm_follow *follow, int64_t head, int64_t mark);
int cm_follow_note_seen_now(struct cm_follow *follow);

/* The same where our database need not be whole. */
int cm_follow_open_mode(const char *url, enum cm_store_mode mode, struct cm_follow **out);

/* The store that the app's rows are read from while ours is being written to. */
struct cm_store *cm_follow_rows_store(const struct cm_follow *follow);

/* Begins to write to ours and then to read the app's; ends both. */
int cm_follow_begin(struct cm_follow *follow);
int cm_follow_end(struct cm_follow *follow, bool keep);

/* Takes the next rows of the journal in a transaction; *whole, on a server: all that were there. */
int cm_follow_take_some(struct cm_follow *follow, bool *whole);

/* Until when to go on that was called for so long and finds so many rows of the journal. */
int64_t cm_follow_until_ms(const struct cm_follow *follow, int64_t most_ms, int64_t left);

/* Sees whether all is watched still, where the app's schema was changed since another cookie. */
int cm_follow_mind_schema(struct cm_follow *follow, int64_t cookie);

/* The same as without `server`, on one; what stands for the cookie of the app's schema there is the time, in steps of half a minute. */
int cm_follow_server_has_app(struct cm_follow *follow, bool *out);
int cm_follow_server_catch_up(struct cm_follow *follow, int64_t most_ms, int64_t *behind);
int64_t cm_follow_server_cookie(void);
void cm_follow_server_ask(struct cm_follow *follow, struct cm_store *asking);

/* Notes another store's failure as this one's; returns it. */
int cm_follow_fail(struct cm_follow *follow, const struct cm_store *store, int error);
int cm_follow_say(struct cm_follow *follow, int error, const char *problem);

/* Sees whether a table has rows without a key, where that may have changed. */
int cm_follow_mind_keyless(struct cm_follow *follow, struct cm_taker *taker, const struct cm_app_table *table);

/* Reads the app's tables, within a transaction of cm_follow_rows_store. */
int cm_follow_read_tables(struct cm_follow *follow);

/* What of the app is not followed, a sentence or more, "" nothing, and whether rows of some table are known by SQLite's numbers; and
 * notes the former for health to tell. */
enum { CM_FOLLOW_TROUBLE_TEXT = 1024 };
int cm_follow_watch(struct cm_follow *follow, char text[CM_FOLLOW_TROUBLE_TEXT], bool *by_number);
int cm_follow_note_trouble(struct cm_follow *follow, const char *text);

#endif
