-- Takes our tables away, the large ones emptied before.
DROP TABLE IF EXISTS cm_vocabulary;
DROP TABLE IF EXISTS cm_octave;
DROP TABLE IF EXISTS cm_series;
DROP TABLE IF EXISTS cm_call;
DROP TABLE IF EXISTS cm_latency;
DROP TABLE IF EXISTS cm_transcript;
DROP TABLE IF EXISTS cm_skipped;
DROP TABLE IF EXISTS cm_grid;
DROP TABLE IF EXISTS cm_grid_bin;
DROP TABLE IF EXISTS cm_marginal;
DROP TABLE IF EXISTS cm_rollup;
DROP TABLE IF EXISTS cm_rollup_bin;
DROP TABLE IF EXISTS cm_counter;
DROP TABLE IF EXISTS cm_pending;
DROP TABLE IF EXISTS cm_state;
DROP TABLE IF EXISTS cm_meta;
