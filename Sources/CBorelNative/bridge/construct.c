/* Construction of a model from its data, and what it says of itself. */
#include "model.h"
#include <stdlib.h>
#include <string.h>

EXPORT const int bs_major_version = 2, bs_minor_version = 9, bs_patch_version = 0;

static int construct(bs_model *m, const struct json *data, char **error) {
  m->memory = calloc(1, (size_t)borel_module.model_size);
  if (!m->memory) return bridge_report(error, "out of memory");
  const struct borel_runtime *runtime = borel_standard_runtime();
  memcpy(m->memory, &runtime, sizeof runtime);
  if (bridge_bind(m, data, error)) return -1;
  for (long f = 0; f < borel_module.function_count; f++) {
    if (!borel_module.functions[f].is_preparation) continue;
    size_t size = 1 << 12;
    for (;;) {
      char *block = aligned_alloc(64, size);
      if (!block) return bridge_report(error, "out of memory");
      struct borel_workspace workspace = {block, block + size, 0};
      double value;
      long status = borel_module.functions[f].run(m->memory, 0, &value, 0, &workspace);
      if (status == borel_needs_workspace && workspace.missing < 1ul << 40) {
        free(block);
        size_t needed = size + (workspace.missing + 4095) / 4096 * 4096;
        size = 2 * size > needed ? 2 * size : needed;
        continue;
      }
      if (!bridge_keep(m, block)) return bridge_report(error, "out of memory");
      if (status) return bridge_report_status(status, error);
      break;
    }
  }

  int count = bridge_model.parameter_count;
  long ranks = 0;
  for (int p = 0; p < count; p++) ranks += bridge_model.parameters[p].rank;
  m->sizes = calloc((size_t)ranks + 1, sizeof(long));
  m->counts = calloc((size_t)count + 1, sizeof(long));
  m->starts = calloc((size_t)count + 1, sizeof(long));
  if (!m->sizes || !m->counts || !m->starts) return bridge_report(error, "out of memory");
  bridge_model.shapes(m->memory, m->sizes);
  const long *sizes = m->sizes;
  for (int p = 0; p < count; p++) {
    m->starts[p] = m->total;
    m->counts[p] = 1;
    for (int d = 0; d < bridge_model.parameters[p].rank; d++) m->counts[p] *= *sizes++;
    m->total += m->counts[p];
  }
  long *counts = calloc((size_t)count + 2, sizeof(long));
  if (!counts) return bridge_report(error, "out of memory");
  borel_module.functions[bridge_model.log_density].sizes(m->memory, counts);
  m->dimension = counts[0];
  free(counts);
  m->names = bridge_parameter_names(m);
  m->position_names = bridge_position_names(m);
  return m->names && m->position_names ? 0 : bridge_report(error, "out of memory");
}

EXPORT bs_model *bs_model_construct(const char *data, unsigned int seed, char **error_msg) {
  (void)seed; /* data are not transformed at random */
  struct json json = {0};
  char error[200];
  size_t length = data ? strlen(data) : 0;
  char *file = 0;
  if (length > 5 && strcmp(data + length - 5, ".json") == 0) {
    file = bridge_read_file(data);
    if (!file) {
      bridge_report(error_msg, "cannot read %s", data);
      return 0;
    }
  }
  const char *text = file ? file : length ? data : "{}";
  int is_parsed = json_parse(text, &json, error);
  free(file);
  bs_model *m = 0;
  if (!is_parsed) {
    bridge_report(error_msg, "%s", error);
  } else if (json.kind != json_object) {
    bridge_report(error_msg, "the data are no JSON object");
  } else if (!(m = calloc(1, sizeof *m))) {
    bridge_report(error_msg, "out of memory");
  } else {
    pthread_mutex_init(&m->lock, 0);
    if (construct(m, &json, error_msg)) {
      bs_model_destruct(m);
      m = 0;
    }
  }
  json_release(&json);
  return m;
}

EXPORT void bs_model_destruct(bs_model *m) {
  if (!m) return;
  if (m->first) bridge_release(m->first);
  while (m->idle) {
    struct scratch *s = m->idle;
    m->idle = s->next;
    bridge_release(s);
  }
  pthread_mutex_destroy(&m->lock);
  for (long i = 0; i < m->block_count; i++) free(m->blocks[i]);
  free(m->blocks);
  free(m->memory);
  free(m->sizes);
  free(m->counts);
  free(m->starts);
  free(m->names);
  free(m->position_names);
  free(m);
}

EXPORT const char *bs_name(const bs_model *m) {
  (void)m;
  return bridge_model.name;
}

EXPORT const char *bs_model_info(const bs_model *m) {
  (void)m;
  return bridge_model.information;
}

/* There are no transformed parameters and generated quantities: the flags change nothing. */
EXPORT const char *bs_param_names(const bs_model *m, bool include_tp, bool include_gq) {
  (void)include_tp;
  (void)include_gq;
  return m->names;
}

EXPORT const char *bs_param_unc_names(const bs_model *m) { return m->position_names; }

EXPORT int bs_param_num(const bs_model *m, bool include_tp, bool include_gq) {
  (void)include_tp;
  (void)include_gq;
  return (int)m->total;
}

EXPORT int bs_param_unc_num(const bs_model *m) { return (int)m->dimension; }
