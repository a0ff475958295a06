/* BridgeStan's C interface over one compiled model. */
#include "bridgestan.h"
#include "../../CBorel/include/borel_random.h"
#include "bridge.h"
#include "json.h"
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const int bs_major_version = 2, bs_minor_version = 9, bs_patch_version = 0;

/* Buffers of one evaluation; a model keeps those that are not in use. */
struct scratch {
  struct scratch *next;
  struct borel_workspace workspace;
  char *memory;
  size_t size;
  double *constrained; /* the parameters, each row-major */
  double *unconstrained;
  double *gradients; /* two of them, and a point */
  void **outputs;
  const void **inputs;
};

struct bs_model {
  char *memory; /* struct model */
  long *sizes;  /* of the parameters, one after the other */
  long *counts, *starts;
  long dimension, total;
  char *names, *position_names;
  void **blocks;
  long block_count;
  pthread_mutex_t lock;
  struct scratch *idle;
};

struct bs_rng {
  borel_stream stream;
};

/* MARK: Messages */

static int report(char **error, const char *format, ...) {
  if (error) {
    va_list arguments;
    va_start(arguments, format);
    char *text = malloc(512);
    if (text) vsnprintf(text, 512, format, arguments);
    *error = text;
    va_end(arguments);
  }
  return -1;
}

EXPORT void bs_free_error_msg(char *error_msg) { free(error_msg); }

/* Models print nothing: the callback has nothing to do. */
EXPORT int bs_set_print_callback(STREAM_CALLBACK callback, char **error_msg) {
  (void)callback;
  (void)error_msg;
  return 0;
}

static int status_message(long status, char **error) {
  switch (status) {
  case borel_bad_parameter: return report(error, "a condition on a distribution's parameters does not hold");
  case borel_bad_index: return report(error, "an index lies outside its array");
  case borel_bad_shape: return report(error, "shapes do not agree");
  case borel_routine_failed: return report(error, "a matrix is singular or not positive definite");
  case borel_needs_workspace: return report(error, "out of memory");
  default: return report(error, "the model failed with status %ld", status);
  }
}

/* MARK: Data */

static void *keep(bs_model *m, void *block) {
  if (!block) return 0;
  void **blocks = realloc(m->blocks, (size_t)(m->block_count + 1) * sizeof *blocks);
  if (!blocks) {
    free(block);
    return 0;
  }
  m->blocks = blocks;
  return m->blocks[m->block_count++] = block;
}

static const struct json *find_datum(const struct json *data, const char *path) {
  char key[256];
  while (*path && data) {
    size_t n = strcspn(path, "\n");
    if (n >= sizeof key) return 0;
    memcpy(key, path, n);
    key[n] = 0;
    data = json_member(data, key);
    path += n + (path[n] == '\n');
  }
  return data;
}

static void show_path(const char *path, char out[300]) {
  size_t n = 0;
  for (; *path && n < 290; path++) out[n++] = *path == '\n' ? '.' : *path;
  out[n] = 0;
}

/* The shape of a rectangular array; 0 where it has another rank or is ragged. */
static int shape_of(const struct json *value, int rank, long *shape) {
  if (rank == 0) return value->kind != json_array && value->kind != json_object && value->kind != json_string;
  if (value->kind != json_array) return 0;
  shape[0] = value->count;
  for (int d = 1; d < rank; d++) shape[d] = 0;
  for (long i = 0; i < value->count; i++) {
    long inner[bridge_greatest_rank] = {0};
    if (!shape_of(&value->items[i], rank - 1, inner)) return 0;
    for (int d = 1; d < rank; d++) {
      if (i == 0) shape[d] = inner[d - 1];
      if (shape[d] != inner[d - 1]) return 0;
    }
  }
  return 1;
}

/* Writes the elements in row-major order from `*place` on, eight bytes each, one for 'b'. */
static int fill(const struct json *value, char scalar, char **place) {
  if (value->kind == json_array) {
    for (long i = 0; i < value->count; i++) {
      if (!fill(&value->items[i], scalar, place)) return 0;
    }
    return 1;
  }
  if (value->kind == json_string || value->kind == json_object) return 0;
  if (scalar == 'r') {
    double x = value->kind == json_bool ? (double)value->integer : value->real;
    memcpy(*place, &x, 8);
    *place += 8;
  } else if (scalar == 'i') {
    if (value->kind != json_int && value->kind != json_bool) return 0;
    memcpy(*place, &value->integer, 8);
    *place += 8;
  } else {
    int is_truth = value->kind == json_bool || (value->kind == json_int && (value->integer & ~1L) == 0);
    if (!is_truth) return 0;
    *(*place)++ = (char)value->integer;
  }
  return 1;
}

static long missing_elements(const struct json *value) {
  if (value->kind != json_array) return value->real != value->real;
  long count = 0;
  for (long i = 0; i < value->count; i++) count += missing_elements(&value->items[i]);
  return count;
}

static void fill_missing(const struct json *value, int ranks, char **place, long *rank) {
  if (value->kind == json_array) {
    for (long i = 0; i < value->count; i++) fill_missing(&value->items[i], ranks, place, rank);
    return;
  }
  int is_missing = value->real != value->real;
  if (ranks) {
    memcpy(*place, rank, 8);
    *place += 8;
  } else {
    *(*place)++ = (char)is_missing;
  }
  *rank += is_missing;
}

static const char *scalar_name(char scalar) { return scalar == 'r' ? "Real" : scalar == 'i' ? "Int" : "Bool"; }

static int bind_field(bs_model *m, const struct bridge_field *field, const struct json *data, char **error) {
  char *place = m->memory + field->offset;
  char name[300];
  show_path(field->path, name);
  if (field->source == bridge_constant) {
    if (field->rank > 0) memcpy(place, &field->constant, sizeof field->constant);
    else memcpy(place, field->constant, field->scalar == 'b' ? 1 : 8);
    return 0;
  }
  if (field->source == bridge_dimension || field->source == bridge_prepared) return 0;
  const struct json *datum = find_datum(data, field->path);
  if (!datum) return report(error, "the data have no `%s`", name);
  if (field->source == bridge_size) {
    for (int d = 0; d < field->dimension && datum; d++) {
      datum = datum->kind == json_array && datum->count > 0 ? &datum->items[0] : 0;
    }
    if (datum && datum->kind != json_array) return report(error, "`%s` has too few dimensions", name);
    long size = datum ? datum->count : 0;
    memcpy(place, &size, 8);
    return 0;
  }
  if (field->source == bridge_missing_count) {
    long count = missing_elements(datum);
    memcpy(place, &count, 8);
    return 0;
  }
  long shape[bridge_greatest_rank] = {0};
  if (!shape_of(datum, field->rank, shape)) {
    return report(error, field->rank ? "`%s` needs a rectangular array of %d dimensions" : "`%s` needs one value", name,
                  field->rank);
  }
  long count = 1;
  for (int d = 0; d < field->rank; d++) count *= shape[d];
  char *elements = place;
  if (field->rank > 0) {
    elements = keep(m, aligned_alloc(64, ((size_t)count * 8 + 127) / 64 * 64));
    if (!elements) return report(error, "out of memory");
    memcpy(place, &elements, sizeof elements);
  }
  if (field->source == bridge_data) {
    if (!fill(datum, field->scalar, &elements)) {
      return report(error, "`%s` needs %s values", name, scalar_name(field->scalar));
    }
  } else {
    long rank = 0;
    fill_missing(datum, field->source == bridge_missing_rank, &elements, &rank);
  }
  for (int d = 0; d < field->rank; d++) {
    long wanted = field->sizes[d];
    if (wanted <= -2) memcpy(&wanted, m->memory + bridge_model.fields[-2 - wanted].offset, 8);
    if (wanted >= 0 && wanted != shape[d]) {
      return report(error, "`%s` has size %ld in dimension %d, not %ld", name, shape[d], d + 1, wanted);
    }
  }
  return 0;
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  size_t size = 0, capacity = 1 << 16;
  char *text = malloc(capacity);
  while (text) {
    size += fread(text + size, 1, capacity - size - 1, file);
    if (size < capacity - 1) break;
    capacity *= 2;
    char *larger = realloc(text, capacity);
    if (!larger) free(text);
    text = larger;
  }
  if (text) text[size] = 0;
  fclose(file);
  return text;
}

/* MARK: Evaluation */

static void release_scratch(struct scratch *s) {
  free(s->memory);
  free(s->constrained);
  free(s->unconstrained);
  free(s->gradients);
  free(s->outputs);
  free(s->inputs);
  free(s);
}

static struct scratch *borrow(const bs_model *model) {
  bs_model *m = (bs_model *)model;
  pthread_mutex_lock(&m->lock);
  struct scratch *s = m->idle;
  if (s) m->idle = s->next;
  pthread_mutex_unlock(&m->lock);
  if (s) return s;
  s = calloc(1, sizeof *s);
  if (!s) return 0;
  size_t parameters = (size_t)bridge_model.parameter_count + 1, n = (size_t)m->dimension + 1;
  s->size = 1 << 12;
  s->memory = aligned_alloc(64, s->size);
  s->constrained = calloc((size_t)m->total + 1, sizeof(double));
  s->unconstrained = calloc(n, sizeof(double));
  s->gradients = calloc(3 * n, sizeof(double));
  s->outputs = calloc(parameters, sizeof(void *));
  s->inputs = calloc(parameters, sizeof(void *));
  if (s->memory && s->constrained && s->unconstrained && s->gradients && s->outputs && s->inputs) return s;
  release_scratch(s);
  return 0;
}

static void give_back(const bs_model *model, struct scratch *s) {
  bs_model *m = (bs_model *)model;
  pthread_mutex_lock(&m->lock);
  s->next = m->idle;
  m->idle = s;
  pthread_mutex_unlock(&m->lock);
}

/* Runs a function of the module; the workspace grows until it is enough. */
static long run(const bs_model *m, int function, struct scratch *s, const void *const *inputs, double *value,
                void *const *outputs) {
  for (;;) {
    s->workspace.next = s->memory;
    s->workspace.end = s->memory + s->size;
    long status = borel_module.functions[function].run(m->memory, inputs, value, outputs, &s->workspace);
    if (status != borel_needs_workspace || s->workspace.missing > 1ul << 40) return status;
    size_t larger = 2 * s->size, needed = s->size + (s->workspace.missing + 4095) / 4096 * 4096;
    if (larger < needed) larger = needed;
    char *memory = aligned_alloc(64, larger);
    if (!memory) return status;
    free(s->memory);
    s->memory = memory;
    s->size = larger;
  }
}

static int density(const bs_model *m, bool jacobian, struct scratch *s, const double *theta_unc, double *value,
                   double *gradient, char **error) {
  int function = gradient ? (jacobian ? bridge_model.gradient : bridge_model.plain_gradient)
                          : (jacobian ? bridge_model.log_density : bridge_model.plain_log_density);
  if (function < 0) return report(error, "this library has no %s", jacobian ? "gradient" : "density without Jacobian");
  const void *inputs[] = {theta_unc};
  void *outputs[] = {gradient};
  long status = run(m, function, s, inputs, value, outputs);
  return status ? status_message(status, error) : 0;
}

/* MARK: Construction */

/* Names with indices from 1, the first index fastest as BridgeStan has values, or the last one as positions are. */
static char *make_names(const bs_model *m, bool first_fastest) {
  size_t size = 1;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    size += (size_t)m->counts[p] * (strlen(bridge_model.parameters[p].name) + 2 + 21 * bridge_greatest_rank);
  }
  char *text = malloc(size), *out = text;
  if (!text) return 0;
  const long *sizes = m->sizes;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    const struct bridge_parameter *parameter = &bridge_model.parameters[p];
    for (long k = 0; k < m->counts[p]; k++) {
      if (out > text) *out++ = ',';
      out += sprintf(out, "%s", parameter->name);
      long rest = k, stride = m->counts[p];
      for (int d = 0; d < parameter->rank; d++) {
        stride /= sizes[d];
        out += sprintf(out, ".%ld", (first_fastest ? rest % sizes[d] : rest / stride) + 1);
        rest = first_fastest ? rest / sizes[d] : rest % stride;
      }
    }
    sizes += parameter->rank;
  }
  *out = 0;
  return text;
}

static char *make_position_names(const bs_model *m) {
  char *text = malloc((size_t)m->dimension * 24 + 1), *out = text;
  if (!text) return 0;
  for (long i = 0; i < m->dimension; i++) out += sprintf(out, "%sposition.%ld", i ? "," : "", i + 1);
  *out = 0;
  return text;
}

static int construct(bs_model *m, const struct json *data, char **error) {
  m->memory = calloc(1, (size_t)borel_module.model_size);
  if (!m->memory) return report(error, "out of memory");
  const struct borel_runtime *runtime = borel_standard_runtime();
  memcpy(m->memory, &runtime, sizeof runtime);
  /* Sizes come first, for arrays are held against them. */
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < bridge_model.field_count; i++) {
      const struct bridge_field *field = &bridge_model.fields[i];
      if ((field->rank > 0) == (pass == 1) && bind_field(m, field, data, error)) return -1;
    }
  }
  for (int i = 0; i < bridge_model.field_count; i++) {
    const struct bridge_field *field = &bridge_model.fields[i];
    if (field->source != bridge_dimension) continue;
    if (!borel_module.dimension) return report(error, "the length of the position is not known");
    long dimension = borel_module.dimension(m->memory);
    memcpy(m->memory + field->offset, &dimension, 8);
  }
  for (long f = 0; f < borel_module.function_count; f++) {
    if (!borel_module.functions[f].is_preparation) continue;
    size_t size = 1 << 12;
    for (;;) {
      char *block = aligned_alloc(64, size);
      if (!block) return report(error, "out of memory");
      struct borel_workspace workspace = {block, block + size, 0};
      double value;
      long status = borel_module.functions[f].run(m->memory, 0, &value, 0, &workspace);
      if (status == borel_needs_workspace && workspace.missing < 1ul << 40) {
        free(block);
        size_t needed = size + (workspace.missing + 4095) / 4096 * 4096;
        size = 2 * size > needed ? 2 * size : needed;
        continue;
      }
      if (!keep(m, block)) return report(error, "out of memory");
      if (status) return status_message(status, error);
      break;
    }
  }

  int count = bridge_model.parameter_count;
  long ranks = 0;
  for (int p = 0; p < count; p++) ranks += bridge_model.parameters[p].rank;
  m->sizes = calloc((size_t)ranks + 1, sizeof(long));
  m->counts = calloc((size_t)count + 1, sizeof(long));
  m->starts = calloc((size_t)count + 1, sizeof(long));
  if (!m->sizes || !m->counts || !m->starts) return report(error, "out of memory");
  bridge_model.shapes(m->memory, m->sizes);
  const long *sizes = m->sizes;
  for (int p = 0; p < count; p++) {
    m->starts[p] = m->total;
    m->counts[p] = 1;
    for (int d = 0; d < bridge_model.parameters[p].rank; d++) m->counts[p] *= *sizes++;
    m->total += m->counts[p];
  }
  long *counts = calloc((size_t)count + 2, sizeof(long));
  if (!counts) return report(error, "out of memory");
  borel_module.functions[bridge_model.log_density].sizes(m->memory, counts);
  m->dimension = counts[0];
  free(counts);
  m->names = make_names(m, true);
  m->position_names = m->dimension == m->total ? make_names(m, false) : make_position_names(m);
  return m->names && m->position_names ? 0 : report(error, "out of memory");
}

EXPORT bs_model *bs_model_construct(const char *data, unsigned int seed, char **error_msg) {
  (void)seed; /* data are not transformed at random */
  struct json json = {0};
  char error[200];
  size_t length = data ? strlen(data) : 0;
  char *file = 0;
  if (length > 5 && strcmp(data + length - 5, ".json") == 0) {
    file = read_file(data);
    if (!file) {
      report(error_msg, "cannot read %s", data);
      return 0;
    }
  }
  const char *text = file ? file : length ? data : "{}";
  int is_parsed = json_parse(text, &json, error);
  free(file);
  bs_model *m = 0;
  if (!is_parsed) {
    report(error_msg, "%s", error);
  } else if (json.kind != json_object) {
    report(error_msg, "the data are no JSON object");
  } else if (!(m = calloc(1, sizeof *m))) {
    report(error_msg, "out of memory");
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
  while (m->idle) {
    struct scratch *s = m->idle;
    m->idle = s->next;
    release_scratch(s);
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

/* MARK: Descriptions */

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

/* MARK: Parameters */

/* Copies between row-major elements and those with the first index fastest. */
static void reorder(const bs_model *m, double *row_major, double *first_fastest, bool to_row_major) {
  const long *sizes = m->sizes;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    int rank = bridge_model.parameters[p].rank;
    double *rows = row_major + m->starts[p], *other = first_fastest + m->starts[p];
    for (long k = 0; k < m->counts[p]; k++) {
      long rest = k, place = 0, stride = m->counts[p];
      for (int d = 0; d < rank; d++) {
        stride /= sizes[d];
        place += rest % sizes[d] * stride;
        rest /= sizes[d];
      }
      if (to_row_major) rows[place] = other[k];
      else other[k] = rows[place];
    }
    sizes += rank;
  }
}

static int constrain(const bs_model *m, struct scratch *s, const double *theta_unc, char **error) {
  if (bridge_model.constrain < 0) return report(error, "this library cannot constrain");
  for (int p = 0; p < bridge_model.parameter_count; p++) s->outputs[p] = s->constrained + m->starts[p];
  const void *inputs[] = {theta_unc};
  double value;
  long status = run(m, bridge_model.constrain, s, inputs, &value, s->outputs);
  return status ? status_message(status, error) : 0;
}

static int unconstrain(const bs_model *m, struct scratch *s, double *theta_unc, char **error) {
  if (bridge_model.unconstrain < 0) return report(error, "this library cannot unconstrain");
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    s->inputs[p] = s->constrained + m->starts[bridge_model.unconstrain_inputs[p]];
  }
  void *outputs[] = {theta_unc};
  double value;
  long status = run(m, bridge_model.unconstrain, s, s->inputs, &value, outputs);
  return status ? status_message(status, error) : 0;
}

EXPORT int bs_param_constrain(const bs_model *m, bool include_tp, bool include_gq, const double *theta_unc,
                              double *theta, bs_rng *rng, char **error_msg) {
  (void)include_tp;
  (void)include_gq;
  (void)rng;
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  int result = constrain(m, s, theta_unc, error_msg);
  if (!result) reorder(m, s->constrained, theta, false);
  give_back(m, s);
  return result;
}

EXPORT int bs_param_unconstrain(const bs_model *m, const double *theta, double *theta_unc, char **error_msg) {
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  reorder(m, s->constrained, (double *)theta, true);
  int result = unconstrain(m, s, theta_unc, error_msg);
  give_back(m, s);
  return result;
}

/* Fills the parameters that the object names; returns their number, or -1. */
static int fill_parameters(const bs_model *m, struct scratch *s, const struct json *object, char **error) {
  if (object->kind != json_object) return report(error, "the parameters are no JSON object");
  const long *sizes = m->sizes;
  int found = 0;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    const struct bridge_parameter *parameter = &bridge_model.parameters[p];
    const struct json *datum = json_member(object, parameter->name);
    if (datum) {
      long shape[bridge_greatest_rank] = {0};
      int fits = shape_of(datum, parameter->rank, shape);
      for (int d = 0; d < parameter->rank; d++) fits = fits && shape[d] == sizes[d];
      char *place = (char *)(s->constrained + m->starts[p]);
      if (!fits || !fill(datum, 'r', &place)) return report(error, "`%s` has another shape", parameter->name);
      found++;
    }
    sizes += parameter->rank;
  }
  return found;
}

EXPORT int bs_param_unconstrain_json(const bs_model *m, const char *json, double *theta_unc, char **error_msg) {
  struct json object = {0};
  char error[200];
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  int result = -1;
  if (!json_parse(json ? json : "", &object, error)) {
    report(error_msg, "%s", error);
  } else {
    int found = fill_parameters(m, s, &object, error_msg);
    if (found >= 0 && found < bridge_model.parameter_count) {
      const char *missing = "";
      for (int p = bridge_model.parameter_count - 1; p >= 0; p--) {
        if (!json_member(&object, bridge_model.parameters[p].name)) missing = bridge_model.parameters[p].name;
      }
      report(error_msg, "the parameters have no `%s`", missing);
    } else if (found >= 0) {
      result = unconstrain(m, s, theta_unc, error_msg);
    }
  }
  json_release(&object);
  give_back(m, s);
  return result;
}

/* Random points, uniform in (-radius, radius), with the given parameters put in, until density and gradient are finite. */
EXPORT int bs_param_initialize(const bs_model *m, const char *json, bs_rng *rng, double init_radius, int max_tries,
                               bool jacobian, double *theta_unc, char **error_msg) {
  struct json object = {0};
  char error[200];
  if (json && *json) {
    char *file = 0;
    size_t length = strlen(json);
    if (length > 5 && strcmp(json + length - 5, ".json") == 0 && !(file = read_file(json))) {
      return report(error_msg, "cannot read %s", json);
    }
    int is_parsed = json_parse(file ? file : json, &object, error);
    free(file);
    if (!is_parsed) {
      json_release(&object);
      return report(error_msg, "%s", error);
    }
  }
  struct scratch *s = borrow(m);
  if (!s) {
    json_release(&object);
    return report(error_msg, "out of memory");
  }
  int result = -1, is_fixed = 0;
  for (int turn = 0; result && !is_fixed && turn < (max_tries > 0 ? max_tries : 1); turn++) {
    for (long i = 0; i < m->dimension; i++) {
      theta_unc[i] = rng ? init_radius * (2 * borel_uniform(&rng->stream) - 1) : 0;
    }
    if (object.kind == json_object && object.count > 0) {
      int found = constrain(m, s, theta_unc, 0) ? -2 : fill_parameters(m, s, &object, error_msg);
      if (found == -1) break;
      if (found < 0 || unconstrain(m, s, theta_unc, 0)) continue;
      is_fixed = found == bridge_model.parameter_count;
    }
    double value;
    if (density(m, jacobian, s, theta_unc, &value, s->gradients, 0) || !isfinite(value)) continue;
    int finite = 1;
    for (long i = 0; i < m->dimension; i++) finite = finite && isfinite(s->gradients[i]);
    if (finite) result = 0;
  }
  if (result && error_msg && !*error_msg) {
    report(error_msg, is_fixed ? "the density is not finite at the given parameters"
                               : "no point with a finite density and gradient was found in %d tries", max_tries);
  }
  json_release(&object);
  give_back(m, s);
  return result;
}

/* MARK: Densities */

EXPORT int bs_log_density(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *lp,
                          char **error_msg) {
  (void)propto; /* constants cost nothing here and are kept */
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  int result = density(m, jacobian, s, theta_unc, lp, 0, error_msg);
  give_back(m, s);
  return result;
}

EXPORT int bs_log_density_gradient(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *val,
                                   double *grad, char **error_msg) {
  (void)propto;
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  int result = density(m, jacobian, s, theta_unc, val, grad, error_msg);
  give_back(m, s);
  return result;
}

/* (g(x + h v) - g(x - h v)) / 2h into `product`. */
static int along(const bs_model *m, bool jacobian, struct scratch *s, const double *x, const double *v, double h,
                 double *product, char **error) {
  long n = m->dimension;
  double *point = s->gradients + 2 * n, value;
  for (int side = 0; side < 2; side++) {
    for (long i = 0; i < n; i++) point[i] = x[i] + (side ? -h : h) * v[i];
    if (density(m, jacobian, s, point, &value, s->gradients + side * n, error)) return -1;
  }
  for (long i = 0; i < n; i++) product[i] = (s->gradients[i] - s->gradients[n + i]) / (2 * h);
  return 0;
}

/* The cube root of the rounding unit balances rounding and truncation of central differences. */
static const double difference_step = 6e-6;

EXPORT int bs_log_density_hessian_vector_product(const bs_model *m, bool propto, bool jacobian,
                                                 const double *theta_unc, const double *vector, double *val,
                                                 double *hvp, char **error_msg) {
  (void)propto;
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  double norm = 0, size = 0;
  for (long i = 0; i < m->dimension; i++) {
    norm = fmax(norm, fabs(vector[i]));
    size = fmax(size, fabs(theta_unc[i]));
  }
  int result = density(m, jacobian, s, theta_unc, val, s->gradients, error_msg);
  if (!result) {
    result = along(m, jacobian, s, theta_unc, vector, norm > 0 ? difference_step * fmax(1, size) / norm : 1, hvp,
                   error_msg);
  }
  give_back(m, s);
  return result;
}

EXPORT int bs_log_density_hessian(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *val,
                                  double *grad, double *hessian, char **error_msg) {
  (void)propto;
  struct scratch *s = borrow(m);
  if (!s) return report(error_msg, "out of memory");
  long n = m->dimension;
  int result = density(m, jacobian, s, theta_unc, val, grad, error_msg);
  double *unit = s->unconstrained;
  for (long i = 0; i < n && !result; i++) {
    unit[i] = 1;
    result = along(m, jacobian, s, theta_unc, unit, difference_step * fmax(1, fabs(theta_unc[i])), hessian + i * n,
                   error_msg);
    unit[i] = 0;
  }
  for (long i = 0; i < n && !result; i++) {
    for (long j = 0; j < i; j++) {
      hessian[i * n + j] = hessian[j * n + i] = 0.5 * (hessian[i * n + j] + hessian[j * n + i]);
    }
  }
  if (result) memset(unit, 0, (size_t)n * sizeof *unit);
  give_back(m, s);
  return result;
}

/* MARK: Random numbers */

EXPORT bs_rng *bs_rng_construct(unsigned int seed, char **error_msg) {
  bs_rng *rng = malloc(sizeof *rng);
  if (!rng) report(error_msg, "out of memory");
  else rng->stream = borel_stream_seed(seed);
  return rng;
}

EXPORT void bs_rng_destruct(bs_rng *rng) { free(rng); }
